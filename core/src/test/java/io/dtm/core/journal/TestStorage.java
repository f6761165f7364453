package io.dtm.core.journal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;
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
    class Simulated implements TestStorage {
        private final boolean isStaged;
        private final SimulatedStorage storage;
        private SimulatedStorage fresh;

        Simulated() {
            this(false);
        }

        Simulated(final boolean isStaged) {
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

    /** Files of a file system. */
    class Mapped implements TestStorage {
        private final Path directory;
        private final Function<Path, JournalStorage> factory;
        private int directories;

        Mapped() {
            this(MappedStorage::new);
        }

        Mapped(final Function<Path, JournalStorage> factory) {
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
        public void kill(final Process process) {
            process.abandon();
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

    /**
     * One where a process dies while it forces, when all is written and nothing forced, and the system with it; but all
     * that was written survives.
     */
    static TestStorage dyingInForce(final TestStorage staged) {
        return new DyingInForce(staged);
    }

    /** See {@link #dyingInForce}. */
    final class DyingInForce implements TestStorage {
        private final TestStorage storage;
        private JournalStorage fresh;

        DyingInForce(final TestStorage storage) {
            this.storage = storage;
        }

        @Override
        public JournalStorage storage() {
            return storage.storage();
        }

        @Override
        public JournalStorage freshStorage() {
            fresh = storage.freshStorage();
            return fresh;
        }

        @Override
        public void kill(final Process process) {
            storage.kill(process);
            try {
                writeTail(storage.storage());
                if (fresh != null) {
                    writeTail(fresh);
                }
            } catch (final IOException ex) {
                throw new UncheckedIOException(ex);
            }
        }

        @Override
        public int step() {
            return storage.step();
        }

        @Override
        public void close() {
            storage.close();
        }

        private static void writeTail(final JournalStorage storage) throws IOException {
            final String location = TailPointer.read(storage);
            if (location != null) {
                final long coordinatorId = CoordinatorIdFile.read(storage);
                try (TailReader tail =
                    TailReader.of(storage.sharedMemory().own(location), location, coordinatorId)) {
                    new TailDrain(storage, coordinatorId, tail).drain();
                }
                storage.sharedMemory().delete(location);
                TailPointer.delete(storage);
            }
        }
    }
}
