package io.dtm.core.journal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.agrona.IoUtil;

/** A storage for a contract suite. */
interface TestStorage {
    /** The same files each time, whoever has them open. */
    JournalStorage storage();

    /** Other files. */
    JournalStorage freshStorage();

    /** The process dies: nothing that it stored is lost. */
    void kill(Process process);

    /** How many bytes to go on when a test wants to try each. */
    int step();

    void close();

    /** In memory. */
    final class Simulated implements TestStorage {
        private final SimulatedStorage storage = new SimulatedStorage();
        private SimulatedStorage fresh = storage;

        @Override
        public JournalStorage storage() {
            return storage;
        }

        @Override
        public JournalStorage freshStorage() {
            fresh = new SimulatedStorage();
            return fresh;
        }

        @Override
        public void kill(final Process process) {
            storage.killProcess();
            fresh.killProcess();
        }

        @Override
        public int step() {
            return 1;
        }

        @Override
        public void close() {
            storage.killProcess();
        }
    }

    /** Mapped files. A journal that is closed leaves what a killed process leaves: it forces nothing. */
    final class Mapped implements TestStorage {
        private final Path directory;
        private int directories;

        Mapped() {
            try {
                directory = Files.createTempDirectory("dtm-journal");
            } catch (final IOException ex) {
                throw new UncheckedIOException(ex);
            }
        }

        @Override
        public JournalStorage storage() {
            return new MappedStorage(directory.resolve("data"));
        }

        @Override
        public JournalStorage freshStorage() {
            return new MappedStorage(directory.resolve("fresh" + directories++));
        }

        @Override
        public void kill(final Process process) {
            process.close();
        }

        @Override
        public int step() {
            return 5;
        }

        @Override
        public void close() {
            IoUtil.delete(directory.toFile(), false);
        }
    }
}
