package io.dtm.simulation.node;

import io.dtm.core.storage.JournalFile;
import io.dtm.core.storage.simulated.SimulatedStorage;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Copies a data directory, file by file. */
final class StorageCopy {
    private StorageCopy() {
    }

    static SimulatedStorage of(final SimulatedStorage original) {
        final SimulatedStorage copy = new SimulatedStorage();
        try {
            for (final String name : original.list()) {
                try (JournalFile from = original.open(name, false);
                    JournalFile to = copy.create(name, from.length())) {
                    to.buffer().putBytes(0, from.buffer(), 0, from.length());
                    to.force();
                }
            }
            copy.forceDirectory();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        return copy;
    }
}
