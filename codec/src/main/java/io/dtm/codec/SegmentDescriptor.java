package io.dtm.codec;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Layout of a segment: a file of the journal. The header is followed by records, see {@link RecordDescriptor}, then
 * by zeros.
 * <pre>
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +---------------------------------------------------------------+
 *  |                     Magic: "DTM.SEG" 0                        |
 *  |                                                               |
 *  +-------------------------------+-------------------------------+
 *  |        Format version         |         Header length         |
 *  +-------------------------------+-------------------------------+
 *  |                        Segment length                         |
 *  +---------------------------------------------------------------+
 *  |                        Coordinator id                         |
 *  |                                                               |
 *  +---------------------------------------------------------------+
 *  |                        Base position                          |
 *  |                                                               |
 *  +---------------------------------------------------------------+
 *  |                       Forced position                         |
 *  |                                                               |
 *  +---------------------------------------------------------------+
 *  |                     Created, epoch millis                     |
 *  |                                                               |
 *  +---------------------------------------------------------------+
 *  |                           0 (12 bytes)                        |
 *  +---------------------------------------------------------------+
 *  |                   CRC32C of the 60 bytes before               |
 *  +---------------------------------------------------------------+
 *  |                     0, up to the header length              ...
 *  +---------------------------------------------------------------+
 * </pre>
 * All fields are little endian. Positions count headers too: a byte's position is the base position plus its offset in
 * the file, and the next segment's base position is this one's plus this one's length. The header has a page of its
 * own, which no record ever dirties. It is written and forced before the file gets its name. Forced position: what
 * was known to be forced when the segment was made.
 */
public final class SegmentDescriptor {
    /** "DTM.SEG" and a zero, read as a little endian long. */
    public static final long MAGIC = 0x0047_4553_2E4D_5444L;
    /** Version of the layout of segments and records. */
    public static final int FORMAT_VERSION = 1;
    /** Length of the header in bytes: the first record starts here. */
    public static final int HEADER_LENGTH = 4096;
    /** Offset of the CRC, and number of bytes that it covers. */
    public static final int CRC_OFFSET = 60;

    private static final int MAGIC_OFFSET = 0;
    private static final int VERSION_OFFSET = 8;
    private static final int HEADER_LENGTH_OFFSET = 10;
    private static final int SEGMENT_LENGTH_OFFSET = 12;
    private static final int COORDINATOR_ID_OFFSET = 16;
    private static final int BASE_POSITION_OFFSET = 24;
    private static final int FORCED_POSITION_OFFSET = 32;
    private static final int CREATED_OFFSET = 40;

    private SegmentDescriptor() {
    }

    /**
     * Writes a header without its CRC.
     *
     * @param buffer         that holds the segment, from 0, filled with zeros.
     * @param segmentLength  in bytes.
     * @param coordinatorId  whose journal it is.
     * @param basePosition   of the segment.
     * @param forcedPosition known now.
     * @param createdMs      wall clock, for operators.
     */
    public static void header(
        final MutableDirectBuffer buffer,
        final int segmentLength,
        final long coordinatorId,
        final long basePosition,
        final long forcedPosition,
        final long createdMs) {
        buffer.putLong(MAGIC_OFFSET, MAGIC, LITTLE_ENDIAN);
        buffer.putShort(VERSION_OFFSET, (short) FORMAT_VERSION, LITTLE_ENDIAN);
        buffer.putShort(HEADER_LENGTH_OFFSET, (short) HEADER_LENGTH, LITTLE_ENDIAN);
        buffer.putInt(SEGMENT_LENGTH_OFFSET, segmentLength, LITTLE_ENDIAN);
        buffer.putLong(COORDINATOR_ID_OFFSET, coordinatorId, LITTLE_ENDIAN);
        buffer.putLong(BASE_POSITION_OFFSET, basePosition, LITTLE_ENDIAN);
        buffer.putLong(FORCED_POSITION_OFFSET, forcedPosition, LITTLE_ENDIAN);
        buffer.putLong(CREATED_OFFSET, createdMs, LITTLE_ENDIAN);
    }

    /**
     * @param buffer that holds the segment, from 0.
     * @param crc    of the header.
     */
    public static void crc(final MutableDirectBuffer buffer, final int crc) {
        buffer.putInt(CRC_OFFSET, crc, LITTLE_ENDIAN);
    }

    /**
     * @param buffer that holds the segment, from 0.
     * @return the CRC that is stored in the header.
     */
    public static int crc(final DirectBuffer buffer) {
        return buffer.getInt(CRC_OFFSET, LITTLE_ENDIAN);
    }

    /**
     * @param buffer that holds the segment, from 0.
     * @return the magic number: {@link #MAGIC}.
     */
    public static long magic(final DirectBuffer buffer) {
        return buffer.getLong(MAGIC_OFFSET, LITTLE_ENDIAN);
    }

    /**
     * @param buffer that holds the segment, from 0.
     * @return the format's version: {@link #FORMAT_VERSION}.
     */
    public static int version(final DirectBuffer buffer) {
        return buffer.getShort(VERSION_OFFSET, LITTLE_ENDIAN) & 0xFFFF;
    }

    /**
     * @param buffer that holds the segment, from 0.
     * @return the header's length in bytes.
     */
    public static int headerLength(final DirectBuffer buffer) {
        return buffer.getShort(HEADER_LENGTH_OFFSET, LITTLE_ENDIAN) & 0xFFFF;
    }

    /**
     * @param buffer that holds the segment, from 0.
     * @return the segment's length in bytes: that of its file.
     */
    public static int segmentLength(final DirectBuffer buffer) {
        return buffer.getInt(SEGMENT_LENGTH_OFFSET, LITTLE_ENDIAN);
    }

    /**
     * @param buffer that holds the segment, from 0.
     * @return the coordinator whose journal it is.
     */
    public static long coordinatorId(final DirectBuffer buffer) {
        return buffer.getLong(COORDINATOR_ID_OFFSET, LITTLE_ENDIAN);
    }

    /**
     * @param buffer that holds the segment, from 0.
     * @return the position of the segment's first byte.
     */
    public static long basePosition(final DirectBuffer buffer) {
        return buffer.getLong(BASE_POSITION_OFFSET, LITTLE_ENDIAN);
    }

    /**
     * @param buffer that holds the segment, from 0.
     * @return the position that was known to be forced when the segment was made.
     */
    public static long forcedPosition(final DirectBuffer buffer) {
        return buffer.getLong(FORCED_POSITION_OFFSET, LITTLE_ENDIAN);
    }

    /**
     * @param buffer that holds the segment, from 0.
     * @return when the segment was made: wall clock in milliseconds.
     */
    public static long createdMs(final DirectBuffer buffer) {
        return buffer.getLong(CREATED_OFFSET, LITTLE_ENDIAN);
    }
}
