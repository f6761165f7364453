package io.dtm.server.journal;

import io.dtm.core.journal.inspection.JournalInspector;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code dtm journal describe}: what is there. */
@Command(
    name = "describe",
    description = "Tells whose journal it is, who runs, which segments and checkpoints there are, and how it ends.",
    exitCodeListHeading = "Exit status:%n",
    exitCodeList = {"0:described", "1:described, and damaged, or of another version: dtm journal verify says more",
        "2:an option is wrong, or there is no journal"},
    sortOptions = false,
    mixinStandardHelpOptions = true)
final class DescribeCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private JournalDirectory directory;

    @Option(names = "--json", description = "One JSON object.")
    private boolean isJson;

    @Override
    public Integer call() {
        final JournalInspector inspector = directory.inspector();
        try {
            final Description description = new Description(directory.path(), directory.storage(), inspector);
            final PrintWriter out = spec.commandLine().getOut();
            out.print(isJson ? description.json() : description.text());
            out.flush();
            return description.isDamaged() ? 1 : 0;
        } catch (final UncheckedIOException unreadable) {
            throw directory.unreadable(unreadable);
        }
    }
}
