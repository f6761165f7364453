package io.dtm.core.recovery;

import io.dtm.core.coordinator.CoordinatorRestorer;
import io.dtm.core.journal.reading.CheckpointHeader;
import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalStorage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;

/**
 * A checkpoint as a tool finds it: read wholly, and restored from as a start would, so that what doesn't fit shows.
 *
 * @param name           of its file.
 * @param position       from which replay goes on after it, by its name.
 * @param header         or null if that is damaged.
 * @param items          that were read, all of them if nothing is damaged.
 * @param lengthBytes    of the file.
 * @param damage         what is wrong with it; null: nothing.
 * @param isOtherVersion whether that is only that another version of the program wrote it.
 */
public record InspectedCheckpoint(
    String name,
    long position,
    CheckpointHeader header,
    long items,
    long lengthBytes,
    String damage,
    boolean isOtherVersion) {
    /**
     * @param storage       of a coordinator that may run: one that is let go of meanwhile is left out.
     * @param coordinatorId whose they must be.
     * @return all checkpoints, oldest first.
     * @throws UncheckedIOException if the directory can't be read.
     */
    public static List<InspectedCheckpoint> all(final JournalStorage storage, final long coordinatorId) {
        final List<InspectedCheckpoint> all = new ArrayList<>();
        try {
            for (final String name : storage.list()) {
                if (FileNames.isCheckpoint(name)) {
                    try {
                        all.add(of(storage, name, storage.length(name), coordinatorId));
                    } catch (final NoSuchFileException ex) {
                        assert name != null; // Let go of.
                    } catch (final IOException ex) {
                        all.add(new InspectedCheckpoint(
                            name, FileNames.position(name), null, 0, 0, "it can't be read: " + ex, false));
                    }
                }
            }
        } catch (final IOException ex) {
            throw new UncheckedIOException("the data directory can't be read: " + ex, ex);
        }
        return all;
    }

    /** @return whether a start can restore from it. */
    public boolean isValid() {
        return damage == null;
    }

    private static InspectedCheckpoint of(
        final JournalStorage storage, final String name, final long lengthBytes, final long coordinatorId)
        throws NoSuchFileException {
        final long position = FileNames.position(name);
        try (CheckpointDecoder decoder = CheckpointDecoder.open(storage, name, coordinatorId)) {
            String damage = null;
            try {
                decoder.decode(new CoordinatorRestorer(new RecoveryOutput()));
            } catch (final JournalException damaged) {
                damage = damaged.defect();
            }
            return new InspectedCheckpoint(
                name, position, decoder.header(), decoder.items(), lengthBytes, damage, false);
        } catch (final JournalException damaged) {
            return new InspectedCheckpoint(
                name, position, null, 0, lengthBytes, damaged.defect(), damaged.isOtherVersion());
        } catch (final UncheckedIOException ex) {
            if (ex.getCause() instanceof NoSuchFileException gone) {
                throw gone;
            }
            return new InspectedCheckpoint(name, position, null, 0, lengthBytes, ex.getMessage(), false);
        }
    }
}
