package io.dtm.core.journal;

import io.dtm.core.journal.reading.CheckpointHeader;
import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.Forcing;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalStorage;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ReadableByteChannel;

/**
 * Gives a checkpoint its name, and lets go of what its predecessor makes superfluous. The predecessor stays: if the new
 * one turns out to be damaged, a start falls back on it and on the segments after it.
 * <p>
 * Asked by any thread; the files are changed by the agent that prepares space only, like all others.
 */
final class CheckpointAdoption {
    private final JournalContext context;
    private final JournalStorage storage;
    private final long coordinatorId;
    private volatile NewCheckpoint requested;
    private volatile long position;

    /** @param position of the newest checkpoint that is there; 0: none. */
    CheckpointAdoption(final JournalContext context, final long coordinatorId, final long position) {
        this.context = context;
        this.storage = context.storage();
        this.coordinatorId = coordinatorId;
        this.position = position;
    }

    /** Any thread, one at a time. */
    void request(final NewCheckpoint checkpoint) {
        if (requested != null) {
            throw new IllegalStateException("a checkpoint is being adopted already: " + requested);
        }
        requested = checkpoint;
    }

    /** Any thread. */
    boolean isPending() {
        return requested != null;
    }

    /** Any thread. @return replay position of the newest checkpoint; 0: none. */
    long position() {
        return position;
    }

    /**
     * @param supply lets old segments go.
     * @return a work count.
     * @throws JournalException FORCE_FAILED.
     */
    int work(final SegmentSupply supply) {
        final NewCheckpoint checkpoint = requested;
        if (checkpoint == null) {
            return 0;
        }
        if (adopt(checkpoint)) {
            position = checkpoint.replayPosition();
            supply.releaseBefore(checkpoint.previousPosition());
        }
        requested = null;
        return 1;
    }

    private boolean adopt(final NewCheckpoint checkpoint) {
        try {
            requireAsSaid(checkpoint);
            storage.rename(checkpoint.temporaryName(), FileNames.checkpoint(checkpoint.replayPosition()));
        } catch (final IOException | JournalException ex) {
            context.reportSink().accept("journal: checkpoint " + storage.describe(checkpoint.temporaryName())
                + " can't be used and is dropped; everything stays as it was: " + ex);
            delete(checkpoint.temporaryName());
            return false;
        }
        try {
            Forcing.directory(storage);
        } catch (final ClosedByInterruptException ex) {
            // The agent is being stopped: the name may be lost, so nothing else may be.
            Thread.currentThread().interrupt();
            return false;
        }
        deleteOthers(checkpoint);
        return true;
    }

    /** That this is what its maker has forced, and of this journal. Whoever restores from it checks the rest. */
    private void requireAsSaid(final NewCheckpoint checkpoint) throws IOException {
        final String name = checkpoint.temporaryName();
        if (storage.length(name) != checkpoint.lengthBytes()) {
            throw new IOException("its length is " + storage.length(name) + ", not " + checkpoint.lengthBytes());
        }
        try (ReadableByteChannel channel = storage.openSequential(name)) {
            final CheckpointHeader header = CheckpointHeader.read(channel, storage.describe(name));
            if (!header.isOf(coordinatorId, checkpoint.replayPosition())) {
                throw new IOException("it is coordinator " + Long.toHexString(header.coordinatorId())
                    + "'s, of position " + header.replayPosition());
            }
        }
    }

    /** Older ones and damaged ones; and what makers have left that nobody waits for any more. */
    private void deleteOthers(final NewCheckpoint checkpoint) {
        try {
            for (final String name : storage.list()) {
                if (FileNames.isTemporaryCheckpoint(name) || FileNames.isCheckpoint(name)
                    && FileNames.position(name) < checkpoint.replayPosition()
                    && FileNames.position(name) != checkpoint.previousPosition()) {
                    delete(name);
                }
            }
        } catch (final IOException ex) {
            context.reportSink().accept("journal: old checkpoints can't be looked for, and stay: " + ex);
        }
    }

    private void delete(final String name) {
        try {
            SegmentSupply.deleteIfExists(storage, name);
        } catch (final IOException ex) {
            context.reportSink().accept("journal: checkpoint " + storage.describe(name)
                + " isn't needed any more and can't be deleted: " + ex);
        }
    }
}
