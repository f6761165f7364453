package io.dtm.core.egress;

import static io.dtm.core.egress.OutboundDescriptor.TYPE_PADDING;

import java.util.concurrent.atomic.AtomicLong;
import org.agrona.BitUtil;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The bounded queue between the coordinator stage and the egress agent: one writer, one reader, records encoded in
 * place. What a frame caused becomes visible as a whole, when {@link #publish()} is called: nothing of a frame that
 * failed halfway can leave.
 * <p>
 * It is as large as the worst case of a frame ({@link OutboundBound}) asks for, but seldom holds more than a few
 * kilobytes. So when it is empty the writer starts again at the front, and the memory in use stays in the cache.
 */
public final class OutboundQueue {
    /** Takes records. */
    @FunctionalInterface
    interface Handler {
        /**
         * @param buffer valid during the call.
         * @param offset at which the record's header starts.
         */
        void onRecord(DirectBuffer buffer, int offset);
    }

    private static final int REWIND_BEYOND_BYTES = 256 * 1024;

    private final UnsafeBuffer buffer;
    private final int capacity;
    private final int mask;
    private final AtomicLong publishedTail = new AtomicLong();
    private final AtomicLong publishedHead = new AtomicLong();

    // writer
    private long tail;
    private long cachedHead;
    // written only while the queue is empty; visible to the reader with the tail
    private long skipFrom = -1;
    private long skipTo;

    /** @param capacityBytes a power of two, at least 4 KiB. */
    public OutboundQueue(final int capacityBytes) {
        this(new UnsafeBuffer(new byte[capacityBytes]));
    }

    /** @param memory that it takes, whatever it holds; a power of two in bytes, at least 4 KiB. */
    public OutboundQueue(final UnsafeBuffer memory) {
        if (!BitUtil.isPowerOfTwo(memory.capacity()) || memory.capacity() < 4096) {
            throw new IllegalArgumentException(
                "capacity must be a power of two of at least 4096: " + memory.capacity());
        }
        this.capacity = memory.capacity();
        this.mask = capacity - 1;
        this.buffer = memory;
    }

    /** @return size in bytes. */
    public int capacity() {
        return capacity;
    }

    /** @return the buffer in which a claimed record is encoded. Writer only. */
    MutableDirectBuffer buffer() {
        return buffer;
    }

    /**
     * Whether there is room, and a good moment to start again at the front. Writer only, between two frames.
     *
     * @param lengthBytes of the records to come, headers and padding included.
     * @return whether so many bytes are free.
     */
    boolean hasRoom(final int lengthBytes) {
        if (capacity - (tail - cachedHead) < lengthBytes || (tail & mask) >= REWIND_BEYOND_BYTES) {
            refreshHead();
        }
        return capacity - (tail - cachedHead) >= lengthBytes;
    }

    /**
     * Claims room for a record, contiguous. Writer only; {@link #commit} follows.
     *
     * @param maxBodyLength in bytes.
     * @return offset in the buffer at which the record's header starts.
     */
    int claim(final int maxBodyLength) {
        final int required = OutboundDescriptor.recordLength(maxBodyLength);
        int padding = paddingFor(required);
        if (tail + padding + required - cachedHead > capacity) {
            refreshHead();
            padding = paddingFor(required); // the tail may be at the front now
            if (tail + padding + required - cachedHead > capacity) {
                throw new IllegalStateException("a frame caused more outputs than its bound: " + required
                    + " bytes don't fit in the outbound queue of " + capacity);
            }
        }
        if (padding > 0) {
            if (padding >= OutboundDescriptor.HEADER_LENGTH) {
                OutboundDescriptor.padding(buffer, (int) (tail & mask), padding);
            }
            tail += padding;
        }
        return (int) (tail & mask);
    }

    /** Completes the claimed record: its header is written. Not visible before {@link #publish()}. Writer only. */
    void commit(
        final int type,
        final int id,
        final long position,
        final boolean onAppend,
        final int templateId,
        final int blockLength,
        final int bodyLength) {
        OutboundDescriptor.header(
            buffer, (int) (tail & mask), type, id, position, onAppend, templateId, blockLength, bodyLength);
        tail += OutboundDescriptor.recordLength(bodyLength);
    }

    /** Makes everything committed visible to the reader. Writer only. */
    void publish() {
        publishedTail.setRelease(tail);
    }

    /**
     * Hands over records. Reader only.
     *
     * @param handler takes them.
     * @param limit   greatest number of records.
     * @return how many.
     */
    int read(final Handler handler, final int limit) {
        final long available = publishedTail.getAcquire();
        long head = publishedHead.getPlain();
        if (head == available) {
            return 0;
        }
        if (head == skipFrom) {
            head = skipTo;
        }
        int records = 0;
        while (head < available && records < limit) {
            final int offset = (int) (head & mask);
            final int toEnd = capacity - offset;
            if (toEnd < OutboundDescriptor.HEADER_LENGTH) {
                head += toEnd;
                continue;
            }
            if (OutboundDescriptor.type(buffer, offset) != TYPE_PADDING) {
                handler.onRecord(buffer, offset);
                records++;
            }
            head += OutboundDescriptor.length(buffer, offset);
        }
        publishedHead.setRelease(head);
        return records;
    }

    /** @return whether nothing is left to read. Reader only. */
    boolean isEmpty() {
        return publishedHead.getPlain() == publishedTail.getAcquire();
    }

    private int paddingFor(final int required) {
        final int toEnd = capacity - (int) (tail & mask);
        return toEnd < required ? toEnd : 0;
    }

    private void refreshHead() {
        cachedHead = Math.max(publishedHead.getAcquire(), skipTo);
        if (cachedHead == tail && tail == publishedTail.getPlain() && (tail & mask) >= REWIND_BEYOND_BYTES) {
            skipFrom = tail;
            skipTo = (tail & ~(long) mask) + capacity;
            tail = skipTo;
            cachedHead = skipTo;
        }
    }
}
