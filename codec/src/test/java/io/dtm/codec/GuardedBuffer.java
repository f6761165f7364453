package io.dtm.codec;

import java.util.Arrays;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Hostile bytes in a buffer that ends where they end, so that a read behind them throws; its neighbours in memory are
 * guard bytes, so that a write is seen.
 */
final class GuardedBuffer {
    private static final int GUARD_LENGTH = 64;
    private static final byte GUARD = (byte) 0xA5;

    private final byte[] memory;
    private final byte[] expected;
    private final UnsafeBuffer buffer;

    /**
     * @param bytes  that hold the input.
     * @param from   at which it starts.
     * @param length of the input.
     */
    GuardedBuffer(final byte[] bytes, final int from, final int length) {
        memory = new byte[length + 2 * GUARD_LENGTH];
        Arrays.fill(memory, GUARD);
        System.arraycopy(bytes, from, memory, GUARD_LENGTH, length);
        expected = memory.clone();
        buffer = new UnsafeBuffer(memory, GUARD_LENGTH, length);
    }

    /** @return the input, from 0 to its capacity. */
    UnsafeBuffer buffer() {
        return buffer;
    }

    /** Fails if a reader has written into it, or beside it. */
    void checkUnchanged() {
        if (!Arrays.equals(expected, memory)) {
            throw new AssertionError("a reader wrote into the input, or beside it");
        }
    }
}
