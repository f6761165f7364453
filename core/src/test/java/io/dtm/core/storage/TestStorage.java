package io.dtm.core.storage;

import io.dtm.core.storage.simulated.SimulatedStorage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;
import org.agrona.IoUtil;

/** A storage for a contract suite. */
public interface TestStorage {
    /** The same files each time, whoever has them open. */
    JournalStorage storage();

    /** Other files. */
    JournalStorage freshStorage();

    /**
     * The process dies: nothing that it stored is lost.
     *
     * @param abandon lets go of what the process has open, where that isn't the storage's to do.
     */
    void kill(Runnable abandon);

    /** How many bytes to go on when a test wants to try each. */
    int step();

    void close();

    /** In memory. */
    class Simulated implements TestStorage {
        private final boolean isStaged;
        private final SimulatedStorage storage;
        private SimulatedStorage fresh;

        public Simulated() {
            this(false);
        }

        public Simulated(final boolean isStaged) {
            this.isStaged = isStaged;
            this.storage = new SimulatedStorage().staged(isStaged);
            this.fresh = storage;
        }

        @Override
        public JournalStorage storage() {
            return storage;
        }

        @Override
        public JournalStorage freshStorage() {
            fresh = new SimulatedStorage().staged(isStaged);
            return fresh;
        }

        @Override
        public void kill(final Runnable abandon) {
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

    /** Files of a file system. */
    class Mapped implements TestStorage {
        private final Path directory;
        private final Function<Path, JournalStorage> factory;
        private int directories;

        public Mapped() {
            this(MappedStorage::new);
        }

        public Mapped(final Function<Path, JournalStorage> factory) {
            this.factory = factory;
            try {
                directory = Files.createTempDirectory("dtm-journal");
            } catch (final IOException ex) {
                throw new UncheckedIOException(ex);
            }
        }

        @Override
        public JournalStorage storage() {
            return factory.apply(directory.resolve("data"));
        }

        @Override
        public JournalStorage freshStorage() {
            return factory.apply(directory.resolve("fresh" + directories++));
        }

        @Override
        public void kill(final Runnable abandon) {
            abandon.run();
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

    /** Files of a file system and a tail beside them. Here any directory serves as memory: nothing loses its power. */
    static TestStorage staged() {
        return new Mapped(data -> new StagedStorage(data, tailDirectory(data)));
    }

    private static Path tailDirectory(final Path data) {
        try {
            return Files.createDirectories(data.resolveSibling(data.getFileName() + "-tail"));
        } catch (final IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }
}
