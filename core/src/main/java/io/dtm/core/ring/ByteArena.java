package io.dtm.core.ring;

import io.dtm.codec.FrameDescriptor;
import org.agrona.BitUtil;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The bytes to which the ring's slots refer: a circular buffer in which each frame is contiguous. Allocated and freed
 * by the ring's writer only; the stages read what their slots name.
 */
final class ByteArena {
    private static final int ALIGNMENT = 8;

    private final UnsafeBuffer buffer;
    private final int capacity;
    private long head;
    private long tail;

    /** @param capacityBytes a power of two with room for at least two frames, wherever they start. */
    ByteArena(final int capacityBytes) {
        if (!BitUtil.isPowerOfTwo(capacityBytes) || capacityBytes < 2 * FrameDescriptor.MAX_FRAME_LENGTH) {
            throw new IllegalArgumentException("the arena must be a power of two of at least "
                + 2 * FrameDescriptor.MAX_FRAME_LENGTH + " bytes, or a frame might never fit: " + capacityBytes);
        }
        capacity = capacityBytes;
        buffer = new UnsafeBuffer(new byte[capacityBytes]);
    }

    UnsafeBuffer buffer() {
        return buffer;
    }

    boolean hasRoomFor(final int length) {
        return tail + required(length) - head <= capacity;
    }

    /** Allocates room. {@link #hasRoomFor} must hold. */
    int allocate(final int length) {
        tail += required(length);
        return (int) ((tail - BitUtil.align(length, ALIGNMENT)) & (capacity - 1));
    }

    /** @return the position up to which memory is allocated. */
    long end() {
        return tail;
    }

    /** Everything up to a position that was once {@link #end()} is free. */
    void freeUpTo(final long position) {
        head = position;
    }

    private int required(final int length) {
        final int aligned = BitUtil.align(length, ALIGNMENT);
        final int toEnd = capacity - (int) (tail & (capacity - 1));
        return toEnd < aligned ? toEnd + aligned : aligned;
    }
}
