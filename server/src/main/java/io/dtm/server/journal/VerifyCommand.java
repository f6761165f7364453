package io.dtm.server.journal;

import io.dtm.core.journal.inspection.JournalInspector;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code dtm journal verify}: is anything damaged? */
@Command(
    name = "verify",
    description = "Checks every byte that means something, and replays all records as a start would. A torn end, as a"
        + " kill or a power loss leaves it, is told and is no damage. The last line sums up.",
    exitCodeListHeading = "Exit status:%n",
    exitCodeList = {"0:nothing is damaged",
        "1:damaged: lines with DAMAGE name file, position, offset and what; or another version of the program wrote"
            + " it: lines with UNREADABLE name that",
        "2:an option is wrong, or there is no journal"},
    sortOptions = false,
    mixinStandardHelpOptions = true)
final class VerifyCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private JournalDirectory directory;

    @Override
    public Integer call() {
        final JournalInspector inspector = directory.inspector();
        final PrintWriter out = spec.commandLine().getOut();
        try {
            return new Verification(out::println).run(inspector, directory.storage()) ? 0 : 1;
        } catch (final UncheckedIOException unreadable) {
            throw directory.unreadable(unreadable);
        }
    }
}
