package io.dtm.core.journal.reading;

import org.agrona.DirectBuffer;

/** Looks for bytes that aren't zero where only zeros may be. */
public final class Zeros {
    private Zeros() {
    }

    /**
     * @param buffer that holds the range.
     * @param from   offset of its first byte.
     * @param to     offset behind its last byte.
     * @return whether it holds zeros only.
     */
    public static boolean hold(final DirectBuffer buffer, final int from, final int to) {
        return firstOther(buffer, from, to) == to;
    }

    /** @return offset of the first byte that isn't zero, or {@code to}. */
    static int firstOther(final DirectBuffer buffer, final int from, final int to) {
        int offset = from;
        while (offset <= to - Long.BYTES && buffer.getLong(offset) == 0) {
            offset += Long.BYTES;
        }
        while (offset < to && buffer.getByte(offset) == 0) {
            offset++;
        }
        return offset;
    }

    /** @return offset behind the last byte that isn't zero, or {@code from}. */
    static int endOfOthers(final DirectBuffer buffer, final int from, final int to) {
        int offset = to;
        while (offset >= from + Long.BYTES && buffer.getLong(offset - Long.BYTES) == 0) {
            offset -= Long.BYTES;
        }
        while (offset > from && buffer.getByte(offset - 1) == 0) {
            offset--;
        }
        return offset;
    }
}
