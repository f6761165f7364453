package io.dtm.simulation.explore;

import java.util.Arrays;
import org.agrona.DirectBuffer;

/** Bytes that are equal when their content is. Not changed after they are made. */
record Bytes(byte[] content) {
    static Bytes copyOf(final DirectBuffer buffer, final int offset, final int length) {
        final byte[] copy = new byte[length];
        buffer.getBytes(offset, copy);
        return new Bytes(copy);
    }

    @Override
    public boolean equals(final Object other) {
        return other instanceof Bytes && Arrays.equals(content, ((Bytes) other).content);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(content);
    }
}
