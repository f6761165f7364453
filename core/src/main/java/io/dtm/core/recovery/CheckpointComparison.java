package io.dtm.core.recovery;

import io.dtm.core.coordinator.CommitCoordinator;
import io.dtm.core.journal.reading.CheckpointHeader;
import io.dtm.core.storage.JournalStorage;
import io.dtm.core.storage.SequentialFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/**
 * Holds a checkpoint against the state that a replay came to at its position: the same events give the same bytes.
 * Holds a block of each, whatever the state's size.
 */
public final class CheckpointComparison {
    private CheckpointComparison() {
    }

    /**
     * @param storage     where the checkpoint lies.
     * @param checkpoint  that is valid.
     * @param coordinator in the state of its position.
     * @param recovered   what is known there.
     * @return how they differ, or null: they don't.
     * @throws UncheckedIOException if it can't be read.
     */
    public static String difference(
        final JournalStorage storage,
        final InspectedCheckpoint checkpoint,
        final CommitCoordinator coordinator,
        final Recovered recovered) {
        final CheckpointHeader expected = recovered.checkpointHeader(
            checkpoint.header().coordinatorId(), checkpoint.position(), checkpoint.header().createdMs());
        if (!expected.equals(checkpoint.header())) {
            return "its header says " + checkpoint.header() + ", but what is before it in the journal gives "
                + expected;
        }
        try (ReadableByteChannel channel = storage.openSequential(checkpoint.name())) {
            final Compared file = new Compared(channel);
            coordinator.writeTo(new CheckpointEncoder(file, expected));
            return file.difference >= 0 ? "from offset " + file.difference + " on it isn't what the records before it"
                + " in the journal give" : null;
        } catch (final IOException ex) {
            throw new UncheckedIOException("checkpoint " + checkpoint.name() + " can't be read: " + ex, ex);
        }
    }

    /** Takes what is to be there. */
    private static final class Compared implements SequentialFile {
        private final ReadableByteChannel channel;
        private long offset;
        private long difference = -1;

        Compared(final ReadableByteChannel channel) {
            this.channel = channel;
        }

        @Override
        public void write(final ByteBuffer source) throws IOException {
            final ByteBuffer found = ByteBuffer.allocate(source.remaining());
            while (difference < 0 && found.hasRemaining() && channel.read(found) >= 0) {
                assert found.position() > 0;
            }
            final int mismatch = source.mismatch(found.flip());
            if (difference < 0 && mismatch >= 0) {
                difference = offset + mismatch;
            }
            offset += source.remaining();
            source.position(source.limit());
        }

        @Override
        public void force() {
            // Nothing is written.
        }

        @Override
        public void close() {
            // The channel is closed by who opened it.
        }
    }
}
