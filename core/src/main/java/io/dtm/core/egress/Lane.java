package io.dtm.core.egress;

import static io.dtm.core.egress.OutboundDescriptor.HEADER_LENGTH;
import static io.dtm.core.egress.OutboundDescriptor.TYPE_PADDING;

import org.agrona.BitUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A FIFO of outbound records in a circular buffer that grows: what waits to be released or sent, of one outlet and one
 * release class. Records are read ahead by a cursor, so that a frame that could not be sent is built again from the
 * same records. Egress agent only.
 */
final class Lane {
    private static final int INITIAL_CAPACITY = 4 * 1024;
    /** Kept, however scarce memory is: a session at work isn't to grow its buffer for each little burst. */
    private static final int SMALL_CAPACITY = 16 * 1024;
    /** Of a buffer so much must be in use. Emptied to that, it has taken as many records as are copied. */
    private static final int LEAST_USED = 4;

    private final LaneMemory memory;
    private UnsafeBuffer buffer = new UnsafeBuffer(new byte[INITIAL_CAPACITY]);
    private int mask = INITIAL_CAPACITY - 1;
    private long head;
    private long cursor;
    private long tail;

    /** @param memory counts what its buffer grows by. */
    Lane(final LaneMemory memory) {
        this.memory = memory;
    }

    /** @return bytes from the first record that was not sent to the last. */
    long sizeBytes() {
        return tail - head;
    }

    boolean isEmpty() {
        return tail == head;
    }

    boolean hasNext() {
        return cursor != tail;
    }

    DirectBuffer buffer() {
        return buffer;
    }

    /** Copies a record behind the last one and gives it another id. Not while a frame is being built. */
    void append(final DirectBuffer source, final int offset, final int id) {
        final int length = OutboundDescriptor.length(source, offset);
        int padding = paddingFor(length);
        while (sizeBytes() + padding + length > buffer.capacity()) {
            resize(2 * buffer.capacity());
            padding = paddingFor(length);
        }
        pad(padding);
        final int at = (int) (tail & mask);
        buffer.putBytes(at, source, offset, length);
        OutboundDescriptor.id(buffer, at, id);
        tail += length;
    }

    /** @return offset in {@link #buffer()} of the record at the cursor. {@link #hasNext()} must hold. */
    int next() {
        while (true) {
            final int at = (int) (cursor & mask);
            final int toEnd = buffer.capacity() - at;
            if (toEnd < HEADER_LENGTH) {
                cursor += toEnd;
            } else if (OutboundDescriptor.type(buffer, at) == TYPE_PADDING) {
                cursor += OutboundDescriptor.length(buffer, at);
            } else {
                return at;
            }
        }
    }

    /** Moves the cursor behind the record at which it stands. */
    void advance() {
        cursor += OutboundDescriptor.length(buffer, (int) (cursor & mask));
    }

    /** The records before the cursor were sent. */
    void commit() {
        head = cursor;
        if (head == tail) {
            clear();
        }
    }

    /** The records before the cursor were not sent. */
    void rollBack() {
        cursor = head;
    }

    /** Drops everything. */
    void clear() {
        head = 0;
        cursor = 0;
        tail = 0;
    }

    /**
     * Gives up a buffer of which little is in use while all lanes together hold much, so that a burst doesn't hold
     * memory for ever. Not while a frame is being built.
     */
    void trim() {
        final int capacity = buffer.capacity();
        if (capacity > SMALL_CAPACITY && memory.isScarce() && sizeBytes() <= capacity / LEAST_USED) {
            resize(Math.max(SMALL_CAPACITY, BitUtil.findNextPositivePowerOfTwo(2 * (int) sizeBytes())));
        }
    }

    /** Drops everything, and gives up what its buffer has grown by. */
    void reset() {
        clear();
        if (buffer.capacity() > INITIAL_CAPACITY) {
            resize(INITIAL_CAPACITY);
        }
    }

    private int paddingFor(final int length) {
        final int toEnd = buffer.capacity() - (int) (tail & mask);
        return toEnd < length ? toEnd : 0;
    }

    private void pad(final int length) {
        if (length >= HEADER_LENGTH) {
            OutboundDescriptor.padding(buffer, (int) (tail & mask), length);
        }
        tail += length;
    }

    private void resize(final int capacity) {
        final UnsafeBuffer other = new UnsafeBuffer(new byte[capacity]);
        memory.onResized(capacity - buffer.capacity());
        int copied = 0;
        while (hasNext()) {
            final int at = next();
            final int length = OutboundDescriptor.length(buffer, at);
            other.putBytes(copied, buffer, at, length);
            copied += length;
            cursor += length;
        }
        buffer = other;
        mask = capacity - 1;
        head = 0;
        cursor = 0;
        tail = copied;
    }
}
