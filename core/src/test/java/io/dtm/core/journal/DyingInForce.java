package io.dtm.core.journal;

import io.dtm.core.journal.reading.CoordinatorIdFile;
import io.dtm.core.journal.reading.TailPointer;
import io.dtm.core.journal.reading.TailReader;
import io.dtm.core.storage.JournalStorage;
import io.dtm.core.storage.TestStorage;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * A staged storage where a process dies while it forces, when all is written and nothing forced, and the system with
 * it; but all that was written survives.
 */
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
    public void kill(final Runnable abandon) {
        storage.kill(abandon);
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
        final TailPointer pointer = TailPointer.read(storage);
        if (pointer != null && !pointer.isEnded()) {
            final String location = pointer.location();
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
