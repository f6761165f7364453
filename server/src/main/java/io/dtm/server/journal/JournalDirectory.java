package io.dtm.server.journal;

import io.dtm.core.journal.inspection.JournalInspector;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalStorage;
import io.dtm.core.storage.MappedStorage;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** Where the journal of a command lies. */
final class JournalDirectory {
    private static final String JOURNAL = "journal";

    @Spec(Target.MIXEE)
    private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "The journal's directory, or a data directory that holds it as "
        + "'journal'.")
    private Path given;

    Path path() {
        final Path below = given.resolve(JOURNAL);
        return Files.isDirectory(below) ? below : given;
    }

    JournalStorage storage() {
        return new MappedStorage(path());
    }

    /** Refuses what is no journal as a wrong parameter. */
    JournalInspector inspector() {
        if (!Files.exists(given)) {
            throw refused("there is no directory " + given, null);
        }
        if (!Files.isDirectory(given)) {
            throw refused(given + " is no directory", null);
        }
        try {
            return JournalInspector.open(path());
        } catch (final JournalException foreign) {
            throw refused(foreign.what(), foreign);
        } catch (final UncheckedIOException unreadable) {
            throw unreadable(unreadable);
        }
    }

    ParameterException unreadable(final UncheckedIOException cause) {
        return refused(path() + " can't be read: " + cause.getCause(), cause);
    }

    private ParameterException refused(final String why, final Throwable cause) {
        return new ParameterException(spec.commandLine(), why, cause);
    }
}
