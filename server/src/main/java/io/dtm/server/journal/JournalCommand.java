package io.dtm.server.journal;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code dtm journal}: looks into a journal; and one command that makes a checkpoint of a stopped one. */
@Command(
    name = "journal",
    description = "Looks into a journal. 'describe', 'dump' and 'verify' change nothing and take no lock: also for one"
        + " that is being written.",
    subcommands = {
        DescribeCommand.class, DumpCommand.class, VerifyCommand.class, StoppedCheckpointCommand.class},
    mixinStandardHelpOptions = true)
public final class JournalCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name a command: describe, dump, verify or checkpoint");
    }
}
