package io.dtm.server;

import io.dtm.server.checkpoint.MakeCheckpointCommand;
import io.dtm.server.demo.BankService;
import io.dtm.server.demo.DemoCommand;
import io.dtm.server.journal.JournalCommand;
import io.dtm.simulation.SimulateCommand;
import io.dtm.simulation.explore.ExploreCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The {@code dtm} program. */
@Command(
    name = "dtm",
    description = "A distributed transaction manager: all of a transaction's databases commit, or all roll back.",
    subcommands = {
        CoordinatorCommand.class, DemoCommand.class, JournalCommand.class, BankService.class,
        MakeCheckpointCommand.class, HelpCommand.class},
    mixinStandardHelpOptions = true)
public final class Dtm implements Runnable {
    /** Leads to where more is said; a message that has it needs no other. */
    static final String SEE = "; see: ";
    /** So speaks the library that reads the command line. */
    private static final String DOUBLED = "option option";

    @Spec
    private CommandSpec spec;

    private Dtm() {
    }

    /** @param arguments of the command line. */
    public static void main(final String[] arguments) {
        System.exit(execute(arguments));
    }

    static int execute(final String... arguments) {
        return commandLine().execute(arguments);
    }

    static CommandLine commandLine() {
        final CommandLine program = new CommandLine(new Dtm())
            .addSubcommand(new SimulateCommand(System.out, System.err))
            .addSubcommand(new ExploreCommand(System.out, System.err))
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setParameterExceptionHandler((refused, words) -> explain(refused));
        tellVersion(program, new Version());
        return program;
    }

    private static void tellVersion(final CommandLine command, final Version version) {
        command.getCommandSpec().versionProvider(version);
        command.getSubcommands().values().forEach(subcommand -> tellVersion(subcommand, version));
    }

    /** One line; the whole usage would hide what is wrong. */
    private static int explain(final ParameterException refused) {
        final String command = refused.getCommandLine().getCommandSpec().qualifiedName();
        final String message = refused.getMessage().replace(DOUBLED, "option");
        final String hint = message.contains(SEE) ? "" : SEE + command + " --help";
        refused.getCommandLine().getErr().println(command + ": " + message + hint);
        return refused.getCommandLine().getCommandSpec().exitCodeOnInvalidInput();
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name a command");
    }
}
