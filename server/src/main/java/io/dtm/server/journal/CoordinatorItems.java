package io.dtm.server.journal;

import static io.dtm.codec.CheckpointDescriptor.BLOCK_HEADER_LENGTH;

import io.dtm.codec.FrameDescriptor;
import io.dtm.codec.checkpoint.EndDecoder;
import io.dtm.core.coordinator.CommitCoordinator;
import io.dtm.core.journal.reading.CheckpointHeader;
import io.dtm.core.recovery.CheckpointDecoder.ItemTaker;
import io.dtm.core.recovery.CheckpointEncoder;
import io.dtm.core.storage.SequentialFile;
import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** A coordinator's state as the items of a checkpoint that nobody writes: they are handed over block by block. */
final class CoordinatorItems implements SequentialFile {
    private final ItemTaker taker;
    private boolean isHeaderBehind;

    private CoordinatorItems(final ItemTaker taker) {
        this.taker = taker;
    }

    static void tell(final CommitCoordinator coordinator, final ItemTaker taker) {
        coordinator.writeTo(
            new CheckpointEncoder(new CoordinatorItems(taker), new CheckpointHeader(0, 0, 0, 0, 0, 0, 0, 0, 0)));
    }

    @Override
    public void write(final ByteBuffer source) {
        final UnsafeBuffer buffer = new UnsafeBuffer(source);
        final int end = source.limit();
        int item = isHeaderBehind ? BLOCK_HEADER_LENGTH : end;
        isHeaderBehind = true;
        while (item < end) {
            final int length = FrameDescriptor.messageLength(buffer, item);
            if (FrameDescriptor.templateId(buffer, item) != EndDecoder.TEMPLATE_ID) {
                taker.onItem(buffer, item, length);
            }
            item += length;
        }
        source.position(end);
    }

    @Override
    public void force() {
        throw new UnsupportedOperationException("there is no file");
    }

    @Override
    public void close() {
        // There is no file.
    }
}
