package io.dtm.core.recovery;

import static io.dtm.codec.CheckpointDescriptor.BLOCK_HEADER_LENGTH;
import static io.dtm.codec.CheckpointDescriptor.MAX_BLOCK_LENGTH;
import static io.dtm.codec.CheckpointDescriptor.MAX_CONTENT_LENGTH;

import io.dtm.codec.CheckpointDescriptor;
import io.dtm.codec.FrameDescriptor;
import io.dtm.codec.checkpoint.EndDecoder;
import io.dtm.core.coordinator.CheckpointOutput;
import io.dtm.core.journal.reading.CheckpointHeader;
import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalException.Category;
import io.dtm.core.storage.JournalStorage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.Locale;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Reads a checkpoint from front to end and tells its items, see {@link CheckpointDescriptor}. Holds one block, whatever
 * the file says of lengths and counts. What it has told is worth nothing until it has told the end. One thread.
 */
public final class CheckpointDecoder implements AutoCloseable {
    private final CheckpointItemDecoder itemDecoder = new CheckpointItemDecoder();
    private final EndDecoder end = new EndDecoder();
    private final ByteBuffer block = ByteBuffer.allocateDirect(MAX_BLOCK_LENGTH);
    private final UnsafeBuffer buffer = new UnsafeBuffer(block);
    private final ReadableByteChannel channel;
    private final String place;
    private final CheckpointHeader header;
    private final CheckpointChecksum checksum;
    private long offset = CheckpointDescriptor.HEADER_LENGTH;
    private long items;
    private long blocks;

    /** Takes items in their bytes. */
    @FunctionalInterface
    public interface ItemTaker {
        /**
         * @param buffer valid during the call.
         * @param offset of the item's prefix.
         * @param length of the item in bytes.
         */
        void onItem(DirectBuffer buffer, int offset, int length);
    }

    private CheckpointDecoder(
        final ReadableByteChannel channel, final String name, final String place, final long coordinatorId)
        throws IOException {
        this.channel = channel;
        this.place = place;
        this.header = CheckpointHeader.read(channel, place);
        this.checksum = new CheckpointChecksum(header);
        if (header.coordinatorId() != coordinatorId) {
            throw new JournalException(Category.FOREIGN, String.format(Locale.ROOT,
                "checkpoint %s belongs to coordinator %016x, its directory to %016x; move it back where it came from",
                place, header.coordinatorId(), coordinatorId), null);
        }
        if (FileNames.position(name) != header.replayPosition()) {
            throw CheckpointHeader.damaged(place, "its header says that its name should be "
                + FileNames.checkpoint(header.replayPosition()));
        }
    }

    /**
     * Reads the header.
     *
     * @param storage       where the checkpoint lies.
     * @param name          of its file.
     * @param coordinatorId whose checkpoint it must be.
     * @return what reads the items.
     * @throws JournalException     CORRUPT if the header is damaged; FOREIGN if somebody else wrote it.
     * @throws UncheckedIOException if it can't be read.
     */
    public static CheckpointDecoder open(final JournalStorage storage, final String name, final long coordinatorId) {
        try {
            final ReadableByteChannel channel = storage.openSequential(name);
            try {
                return new CheckpointDecoder(channel, name, storage.describe(name), coordinatorId);
            } catch (final IOException | RuntimeException ex) {
                channel.close();
                throw ex;
            }
        } catch (final IOException ex) {
            throw unreadable(storage.describe(name), ex);
        }
    }

    /** @return what the header says. */
    public CheckpointHeader header() {
        return header;
    }

    /** @return number of items told by now, the end not counted. */
    public long items() {
        return items;
    }

    /** @return number of bytes read by now. */
    public long lengthBytes() {
        return offset;
    }

    /**
     * Tells all items; once.
     *
     * @param output takes them. What it throws at an item that doesn't fit to others counts as damage.
     * @throws JournalException     CORRUPT, naming the file and the place of the damage.
     * @throws UncheckedIOException if it can't be read.
     */
    public void decode(final CheckpointOutput output) {
        read((item, at, length) -> itemDecoder.decode(item, at, output));
        told(output::end);
    }

    /**
     * Tells all items as they are, but for the end; once.
     *
     * @param taker of the items. What it throws counts as damage.
     * @throws JournalException     CORRUPT, naming the file and the place of the damage.
     * @throws UncheckedIOException if it can't be read.
     */
    public void read(final ItemTaker taker) {
        try {
            int contentLength = readBlock();
            while (!isEnd(contentLength)) {
                tell(contentLength, taker);
                offset += BLOCK_HEADER_LENGTH + contentLength;
                blocks++;
                contentLength = readBlock();
            }
            checkEnd();
            offset += BLOCK_HEADER_LENGTH + contentLength;
        } catch (final IOException ex) {
            throw unreadable(place, ex);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (final IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    /** @return length of the block's content. */
    private int readBlock() throws IOException {
        fill(0, BLOCK_HEADER_LENGTH);
        final int contentLength = CheckpointDescriptor.contentLength(buffer);
        if (contentLength <= 0 || contentLength > MAX_CONTENT_LENGTH) {
            throw damaged("a block of " + contentLength + " bytes can't be");
        }
        fill(BLOCK_HEADER_LENGTH, contentLength);
        if (checksum.block(blocks, block, contentLength) != CheckpointDescriptor.blockCrc(buffer)) {
            throw damaged("the checksum of a block is wrong");
        }
        return contentLength;
    }

    private void fill(final int from, final int length) throws IOException {
        block.limit(from + length);
        block.position(from);
        while (block.hasRemaining()) {
            if (channel.read(block) < 0) {
                throw damaged("it stops short");
            }
        }
        block.clear();
    }

    private void tell(final int contentLength, final ItemTaker taker) {
        final int contentEnd = BLOCK_HEADER_LENGTH + contentLength;
        for (int at = BLOCK_HEADER_LENGTH; at < contentEnd; ) {
            final int length = CheckpointItemDecoder.length(buffer, at, contentEnd);
            if (length == 0 || FrameDescriptor.templateId(buffer, at) == EndDecoder.TEMPLATE_ID) {
                throw damaged("item " + items + " can't be one");
            }
            final int item = at;
            told(() -> taker.onItem(buffer, item, length));
            items++;
            at += length;
        }
    }

    private void told(final Runnable call) {
        try {
            call.run();
        } catch (final UncheckedIOException ex) {
            throw ex;
        } catch (final RuntimeException | AssertionError e) {
            throw new JournalException(
                Category.CORRUPT, damaged("item " + items + " doesn't fit").what() + ": " + e, e);
        }
    }

    private boolean isEnd(final int contentLength) {
        return FrameDescriptor.templateId(buffer, BLOCK_HEADER_LENGTH) == EndDecoder.TEMPLATE_ID
            && CheckpointItemDecoder.length(buffer, BLOCK_HEADER_LENGTH, BLOCK_HEADER_LENGTH + contentLength)
            == contentLength;
    }

    private void checkEnd() throws IOException {
        end.wrap(buffer, BLOCK_HEADER_LENGTH + FrameDescriptor.PREFIX_LENGTH, EndDecoder.BLOCK_LENGTH,
            CheckpointDescriptor.SCHEMA_VERSION);
        if (end.items() != items || end.blocks() != blocks) {
            throw damaged("it has " + items + " items in " + blocks + " blocks; its end says " + end.items() + " in "
                + end.blocks());
        }
        if (channel.read(block.limit(1)) >= 0) {
            throw damaged("it goes on behind its end");
        }
    }

    private JournalException damaged(final String what) {
        return CheckpointHeader.damaged(place, what + ", in the block at offset " + offset);
    }

    private static UncheckedIOException unreadable(final String place, final IOException ex) {
        return new UncheckedIOException("checkpoint " + place + " can't be read: " + ex, ex);
    }
}
