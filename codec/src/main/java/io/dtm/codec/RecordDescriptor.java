package io.dtm.codec;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.nio.ByteOrder;
import org.agrona.BitUtil;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.AtomicBuffer;

/**
 * Layout of a record of the journal: one frame, and what replay needs to know of it. A record starts at a multiple of
 * 8 bytes and never straddles segments.
 * <pre>
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +-----------------------------------------------+-+-+-----------+
 *  |                    Length                     |X|E|     0     |   length word, stored last
 *  +-----------------------------------------------+-+-+-----------+
 *  |                            CRC32C                             |
 *  +---------------------------------------------------------------+
 *  |                 Time delta, or low half of time               |
 *  +---------------------------------------------------------------+
 *  |                   Unforced bytes (low half)                   |
 *  +---------------------------------------------------------------+
 *  |                            Link id                            |
 *  +---------------------------------------------------------------+
 *  |                     High half of time                         |   only if X
 *  +---------------------------------------------------------------+
 *  |                 High half of unforced bytes                   |   only if X
 *  +---------------------------------------------------------------+
 *  |                          Frame                              ...
 *  +---------------------------------------------------------------+
 * </pre>
 * All fields are little endian. The length counts header and frame, not what aligns the next record; 0: no record.
 * Bits 0 to 23 of the length word are the length, bit 24 is X (extended), bit 25 is E (end of segment).
 * <ul>
 * <li>Time: logical nanoseconds since the record before; extended: the time itself.</li>
 * <li>Unforced bytes: this record's position less the position that was known to be forced when it was appended.</li>
 * <li>The first record of a segment is extended, so that a segment can be read without those before it.</li>
 * <li>An end of segment is the length word (length 8) and the CRC only: the rest of the segment holds no record.</li>
 * <li>The CRC is over what isn't stored, coordinator id and position (8 bytes each), then the length word, then
 * everything behind the CRC. So a record is valid at one position of one journal only.</li>
 * </ul>
 */
public final class RecordDescriptor {
    /** Records start at multiples of this. */
    public static final int ALIGNMENT = 8;
    /** Length of the header in bytes, if not extended. */
    public static final int HEADER_LENGTH = 20;
    /** Length of the extended header in bytes. */
    public static final int EXTENDED_HEADER_LENGTH = 28;
    /** Length of the mark that ends a segment early, in bytes. There is always room: all is aligned to it. */
    public static final int END_LENGTH = 8;
    /** Greatest length of a record in bytes, not aligned. */
    public static final int MAX_RECORD_LENGTH = EXTENDED_HEADER_LENGTH + FrameDescriptor.MAX_FRAME_LENGTH;
    /** Greatest delta that fits without the extension. */
    public static final long MAX_DELTA = 0xFFFF_FFFFL;
    /** The part of the record that its CRC covers in place starts here. */
    public static final int CHECKED_OFFSET = 8;

    private static final int LENGTH_MASK = 0x00FF_FFFF;
    private static final int EXTENDED_FLAG = 0x0100_0000;
    private static final int END_FLAG = 0x0200_0000;
    private static final int CRC_OFFSET = 4;
    private static final int TIME_OFFSET = 8;
    private static final int UNFORCED_OFFSET = 12;
    private static final int LINK_ID_OFFSET = 16;
    private static final int TIME_HIGH_OFFSET = 20;
    private static final int UNFORCED_HIGH_OFFSET = 24;

    static {
        if (MAX_RECORD_LENGTH > LENGTH_MASK || END_LENGTH != ALIGNMENT || CHECKED_OFFSET != CRC_OFFSET + 4) {
            throw new AssertionError("record layout");
        }
    }

    private RecordDescriptor() {
    }

    /**
     * @param extended whether a delta doesn't fit, or the record is a segment's first.
     * @return the header's length in bytes.
     */
    public static int headerLength(final boolean extended) {
        return extended ? EXTENDED_HEADER_LENGTH : HEADER_LENGTH;
    }

    /**
     * @param recordLength with header, in bytes.
     * @return the distance to the next record.
     */
    public static int aligned(final int recordLength) {
        return BitUtil.align(recordLength, ALIGNMENT);
    }

    /**
     * @param recordLength with header, in bytes.
     * @param extended     whether the header is extended.
     * @return the length word.
     */
    public static int lengthWord(final int recordLength, final boolean extended) {
        return recordLength | (extended ? EXTENDED_FLAG : 0);
    }

    /** @return the length word of the mark that ends a segment early. */
    public static int endWord() {
        return END_LENGTH | END_FLAG;
    }

    /**
     * @param lengthWord of a record.
     * @return the record's length with header, in bytes.
     */
    public static int recordLength(final int lengthWord) {
        return lengthWord & LENGTH_MASK;
    }

    /**
     * @param lengthWord of a record.
     * @return whether its header is extended.
     */
    public static boolean isExtended(final int lengthWord) {
        return (lengthWord & EXTENDED_FLAG) != 0;
    }

    /**
     * @param lengthWord of a record.
     * @return whether it ends the segment.
     */
    public static boolean isEnd(final int lengthWord) {
        return lengthWord == (END_LENGTH | END_FLAG);
    }

    /**
     * @param lengthWord as found.
     * @return whether a record may have it: known flags, a length within the limits.
     */
    public static boolean isPlausible(final int lengthWord) {
        final int length = recordLength(lengthWord);
        return isEnd(lengthWord)
            || ((lengthWord & ~(LENGTH_MASK | EXTENDED_FLAG)) == 0
            && length >= headerLength(isExtended(lengthWord))
            && length <= MAX_RECORD_LENGTH);
    }

    /**
     * The CRC doesn't cover what aligns the next record; nobody ever stores anything there.
     *
     * @param buffer     that holds the record, whole.
     * @param offset     at which it starts.
     * @param lengthWord of it.
     * @return whether the bytes between its end and the next record are zero.
     */
    public static boolean isPaddingZero(final DirectBuffer buffer, final int offset, final int lengthWord) {
        final int length = recordLength(lengthWord);
        final int padding = aligned(length) - length;
        return padding == 0
            || buffer.getLong(offset + aligned(length) - Long.BYTES, LITTLE_ENDIAN) >>> Long.SIZE - padding * Byte.SIZE
            == 0;
    }

    /**
     * Writes all of the header but length word and CRC.
     *
     * @param buffer   that holds the record.
     * @param offset   at which it starts.
     * @param extended whether the header is extended.
     * @param linkId   over which the frame came.
     * @param time     logical nanoseconds: since the record before, or if extended, the time itself.
     * @param unforced bytes before this record that weren't known to be forced.
     */
    public static void header(
        final MutableDirectBuffer buffer,
        final int offset,
        final boolean extended,
        final int linkId,
        final long time,
        final long unforced) {
        buffer.putInt(offset + TIME_OFFSET, (int) time, LITTLE_ENDIAN);
        buffer.putInt(offset + UNFORCED_OFFSET, (int) unforced, LITTLE_ENDIAN);
        buffer.putInt(offset + LINK_ID_OFFSET, linkId, LITTLE_ENDIAN);
        if (extended) {
            buffer.putInt(offset + TIME_HIGH_OFFSET, (int) (time >>> 32), LITTLE_ENDIAN);
            buffer.putInt(offset + UNFORCED_HIGH_OFFSET, (int) (unforced >>> 32), LITTLE_ENDIAN);
        }
    }

    /**
     * @param buffer that holds the record.
     * @param offset at which it starts.
     * @param crc    of it.
     */
    public static void crc(final MutableDirectBuffer buffer, final int offset, final int crc) {
        buffer.putInt(offset + CRC_OFFSET, crc, LITTLE_ENDIAN);
    }

    /**
     * @param buffer that holds the record.
     * @param offset at which it starts.
     * @return the CRC that is stored in it.
     */
    public static int crc(final DirectBuffer buffer, final int offset) {
        return buffer.getInt(offset + CRC_OFFSET, LITTLE_ENDIAN);
    }

    /**
     * Makes the record exist: the last store, in release order.
     *
     * @param buffer     that holds the record.
     * @param offset     at which it starts.
     * @param lengthWord of it.
     */
    public static void commit(final AtomicBuffer buffer, final int offset, final int lengthWord) {
        buffer.putIntRelease(offset, littleEndian(lengthWord));
    }

    /**
     * @param buffer that may hold a record.
     * @param offset at which it would start.
     * @return its length word, read before all else of it; 0: there is none.
     */
    public static int lengthWord(final AtomicBuffer buffer, final int offset) {
        return littleEndian(buffer.getIntVolatile(offset));
    }

    /**
     * @param buffer         that holds the record.
     * @param offset         at which it starts.
     * @param extended       whether the header is extended.
     * @param previousTimeNs logical time of the record before.
     * @return logical time of this one in nanoseconds.
     */
    public static long timeNs(
        final DirectBuffer buffer, final int offset, final boolean extended, final long previousTimeNs) {
        final long low = buffer.getInt(offset + TIME_OFFSET, LITTLE_ENDIAN) & 0xFFFF_FFFFL;
        return extended
            ? (long) buffer.getInt(offset + TIME_HIGH_OFFSET, LITTLE_ENDIAN) << 32 | low
            : previousTimeNs + low;
    }

    /**
     * @param buffer   that holds the record.
     * @param offset   at which it starts.
     * @param extended whether the header is extended.
     * @return bytes before this record that weren't known to be forced when it was appended.
     */
    public static long unforced(final DirectBuffer buffer, final int offset, final boolean extended) {
        final long low = buffer.getInt(offset + UNFORCED_OFFSET, LITTLE_ENDIAN) & 0xFFFF_FFFFL;
        return extended ? (long) buffer.getInt(offset + UNFORCED_HIGH_OFFSET, LITTLE_ENDIAN) << 32 | low : low;
    }

    /**
     * @param buffer that holds the record.
     * @param offset at which it starts.
     * @return the link over which the frame came.
     */
    public static int linkId(final DirectBuffer buffer, final int offset) {
        return buffer.getInt(offset + LINK_ID_OFFSET, LITTLE_ENDIAN);
    }

    private static int littleEndian(final int value) {
        return ByteOrder.nativeOrder() == LITTLE_ENDIAN ? value : Integer.reverseBytes(value);
    }
}
