package io.dtm.core.recovery;

import io.dtm.codec.CheckpointDescriptor;
import io.dtm.core.journal.reading.CheckpointHeader;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.agrona.concurrent.UnsafeBuffer;

/** Computes the CRC32C of a checkpoint's blocks. One thread. */
final class CheckpointChecksum {
    private final CRC32C crc = new CRC32C();
    private final ByteBuffer prefix = ByteBuffer.allocate(CheckpointDescriptor.CRC_PREFIX_LENGTH);
    private final UnsafeBuffer prefixBuffer = new UnsafeBuffer(prefix);
    private final CheckpointHeader header;

    CheckpointChecksum(final CheckpointHeader header) {
        this.header = header;
    }

    /**
     * @param index         of the block, from 0.
     * @param block         starts with the block's header; its position and limit are changed.
     * @param contentLength that follows the header.
     */
    int block(final long index, final ByteBuffer block, final int contentLength) {
        CheckpointDescriptor.crcPrefix(
            prefixBuffer, header.coordinatorId(), header.replayPosition(), index, contentLength);
        crc.reset();
        crc.update(prefix.clear());
        block.limit(CheckpointDescriptor.BLOCK_HEADER_LENGTH + contentLength);
        block.position(CheckpointDescriptor.BLOCK_HEADER_LENGTH);
        crc.update(block);
        block.clear();
        return (int) crc.getValue();
    }
}
