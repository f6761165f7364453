package io.dtm.simulation.explore;

import io.dtm.core.coordinator.CommitCoordinator;
import io.dtm.core.coordinator.CoordinatorOutput;
import io.dtm.core.coordinator.CoordinatorRestorer;
import io.dtm.core.journal.reading.CheckpointHeader;
import io.dtm.core.recovery.CheckpointDecoder;
import io.dtm.core.recovery.CheckpointEncoder;
import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.SequentialFile;
import io.dtm.core.storage.simulated.SimulatedStorage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/**
 * A coordinator's whole state as the bytes of its checkpoint, written and read by the code that writes and reads them
 * in production: a state that a checkpoint forgets is forgotten here, too.
 */
final class StateBytes {
    /** Of the one coordinator. */
    static final long COORDINATOR_ID = 0xC0;

    private static final CheckpointHeader HEADER = new CheckpointHeader(COORDINATOR_ID, 0, 0, 0, 1, 0, 0, 0, 0);
    private static final String NAME = FileNames.checkpoint(0);

    private StateBytes() {
    }

    static Bytes of(final CommitCoordinator coordinator) {
        final Memory memory = new Memory();
        coordinator.writeTo(new CheckpointEncoder(memory, HEADER));
        return new Bytes(memory.content.toByteArray());
    }

    static CommitCoordinator restore(final Bytes state, final CoordinatorOutput output) {
        final CoordinatorRestorer restorer = new CoordinatorRestorer(output);
        final SimulatedStorage storage = new SimulatedStorage();
        try (SequentialFile file = storage.createSequential(NAME)) {
            file.write(ByteBuffer.wrap(state.content()));
        } catch (final IOException ex) {
            throw new UncheckedIOException(ex);
        }
        try (CheckpointDecoder decoder = CheckpointDecoder.open(storage, NAME, COORDINATOR_ID)) {
            decoder.decode(restorer);
        }
        return restorer.coordinator();
    }

    private static final class Memory implements SequentialFile {
        private final ByteArrayOutputStream content = new ByteArrayOutputStream(1024);

        @Override
        public void write(final ByteBuffer source) {
            while (source.hasRemaining()) {
                content.write(source.get());
            }
        }

        @Override
        public void force() {
            // nothing is lost here
        }

        @Override
        public void close() {
            // it is read later
        }
    }
}
