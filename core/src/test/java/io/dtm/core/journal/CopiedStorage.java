package io.dtm.core.journal;

import io.dtm.core.journal.reading.JournalReader;
import io.dtm.core.journal.reading.RecordedRecords;
import io.dtm.core.journal.reading.RecordedRecords.Entry;
import io.dtm.core.journal.reading.TailPointer;
import io.dtm.core.storage.JournalFile;
import io.dtm.core.storage.JournalStorage;
import io.dtm.core.storage.simulated.SimulatedStorage;
import java.io.IOException;
import java.util.List;

/** Copies the files of a simulated storage as an operator would, with or without its shared memory. */
final class CopiedStorage {
    private CopiedStorage() {
    }

    static List<Entry> replay(final JournalStorage storage) {
        final RecordedRecords records = new RecordedRecords();
        try (JournalReader reader = JournalReader.open(storage)) {
            reader.replay(0, records);
        }
        return records.entries();
    }

    static SimulatedStorage copyOf(final SimulatedStorage original) {
        final SimulatedStorage copy = new SimulatedStorage().staged(true);
        try {
            for (final String name : original.list()) {
                try (JournalFile from = original.open(name, false);
                    JournalFile to = copy.create(name, from.length())) {
                    to.buffer().putBytes(0, from.buffer(), 0, from.length());
                    to.force();
                }
            }
            copy.forceDirectory();
        } catch (final IOException ex) {
            throw new AssertionError(ex);
        }
        return copy;
    }

    static SimulatedStorage copyWithMemory(final SimulatedStorage original) {
        final SimulatedStorage copy = copyOf(original);
        for (final String location : original.sharedMemory().list()) {
            moveTail(original, copy, location);
        }
        return copy;
    }

    static void moveTail(final SimulatedStorage from, final SimulatedStorage to, final String location) {
        try (JournalFile tail = from.sharedMemory().open(location)) {
            to.sharedMemory().delete(location);
            try (JournalFile moved = to.sharedMemory().create(location, tail.length())) {
                moved.buffer().putBytes(0, tail.buffer(), 0, tail.length());
            }
            if (location.equals(TailPointer.read(from).location())) {
                TailPointer.read(from).write(to);
            }
        } catch (final IOException ex) {
            throw new AssertionError(ex);
        }
    }
}
