package io.dtm.codec;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.nio.ByteOrder;
import org.agrona.BitUtil;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.AtomicBuffer;

/**
 * Layout of the tail of a staged journal: a ring in shared memory that holds what isn't in the segments yet, and some
 * of what is. It survives a killed process, not a reboot.
 * <pre>
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +---------------------------------------------------------------+
 *  |                     Magic: "DTM.TAIL"                         |
 *  |                                                               |
 *  +-------------------------------+-------------------------------+
 *  |        Format version         |         Header length         |
 *  +-------------------------------+-------------------------------+
 *  |                           Capacity                            |
 *  +---------------------------------------------------------------+
 *  |                        Coordinator id                         |
 *  |                                                               |
 *  +---------------------------------------------------------------+
 *  |                        Start position                         |
 *  |                                                               |
 *  +---------------------------------------------------------------+
 *  |                     Created, epoch millis                     |
 *  |                                                               |
 *  +---------------------------------------------------------------+
 *  |                            Margin                             |
 *  +---------------------------------------------------------------+
 *  |                   CRC32C of bytes 512 to 4,095                |
 *  +---------------------------------------------------------------+
 *  |                           0 (12 bytes)                        |
 *  +---------------------------------------------------------------+
 *  |                   CRC32C of the 60 bytes before               |
 *  +---------------------------------------------------------------+
 *  |                           0 (64 bytes)                        |
 *  +---------------------------------------------------------------+
 *  |                       Appended position                       |  128
 *  |                                                               |
 *  +---------------------------------------------------------------+
 *  |                           0 (120 bytes)                       |
 *  +---------------------------------------------------------------+
 *  |                        Forced position                        |  256
 *  |                                                               |
 *  +---------------------------------------------------------------+
 *  |                           0 (248 bytes)                       |
 *  +---------------------------------------------------------------+
 *  |                 Directory: device that holds it               |  512
 *  |                                                               |
 *  +---------------------------------------------------------------+
 *  |                 Directory: inode, 0: it has none              |
 *  |                                                               |
 *  +---------------------------------------------------------------+
 *  |                 Directory: length of its path                 |
 *  +---------------------------------------------------------------+
 *  |                 Directory: its path, in UTF-8               ...
 *  +---------------------------------------------------------------+
 *  |                     0, up to the header length              ...
 *  +---------------------------------------------------------------+
 *  |                     ring: capacity bytes                    ...  4096
 *  +---------------------------------------------------------------+
 *  |                    margin: margin bytes                     ...
 *  +---------------------------------------------------------------+
 * </pre>
 * All fields are little endian. The journal's byte of position p lies in the ring at p modulo the capacity, which is a
 * power of two. A record is contiguous where it starts; what of it runs into the margin is in the ring's beginning too
 * before its length word is stored, so that whoever copies ranges needs no margin. The ring isn't zeroed when it goes
 * round: there is nothing but what lies before the appended position.
 * <p>
 * Start position: of the first byte that the ring got when it was made, from the segments. Appended position: stored in
 * release order after each record. Forced position: stored after each force. Directory: that of the segments, of which
 * there may be copies; its CRC is over all from there to the header's end.
 */
public final class TailDescriptor {
    /** "DTM.TAIL", read as a little endian long. */
    public static final long MAGIC = 0x4C49_4154_2E4D_5444L;
    /** Version of this layout. */
    public static final int FORMAT_VERSION = 1;
    /** Length of the header in bytes: a page; the ring starts here. */
    public static final int HEADER_LENGTH = 4096;
    /** Offset of the CRC, and number of bytes that it covers. */
    public static final int CRC_OFFSET = 60;

    /** Offset of what tells the directory; its CRC covers all from here to the header's end. */
    public static final int DIRECTORY_OFFSET = 512;
    /** Length in bytes of the longest path of a directory. */
    public static final int MAX_PATH_LENGTH = HEADER_LENGTH - 532;

    private static final int MAGIC_OFFSET = 0;
    private static final int VERSION_OFFSET = 8;
    private static final int HEADER_LENGTH_OFFSET = 10;
    private static final int CAPACITY_OFFSET = 12;
    private static final int COORDINATOR_ID_OFFSET = 16;
    private static final int START_POSITION_OFFSET = 24;
    private static final int CREATED_OFFSET = 32;
    private static final int MARGIN_OFFSET = 40;
    private static final int DIRECTORY_CRC_OFFSET = 44;
    /** Each position in a cache line, with its neighbour, of its own. */
    private static final int APPENDED_POSITION_OFFSET = 128;
    private static final int FORCED_POSITION_OFFSET = 256;
    private static final int DEVICE_OFFSET = DIRECTORY_OFFSET;
    private static final int INODE_OFFSET = 520;
    private static final int PATH_LENGTH_OFFSET = 528;
    private static final int PATH_OFFSET = 532;

    private TailDescriptor() {
    }

    /**
     * @param buffer that holds the file, from 0.
     * @return offset of a byte of the header that isn't zero and that no field and no CRC has, or -1: there is none.
     */
    public static int firstStrayByte(final DirectBuffer buffer) {
        for (int offset = CRC_OFFSET + Integer.BYTES; offset < DIRECTORY_OFFSET; offset++) {
            final boolean isField = offset >= APPENDED_POSITION_OFFSET
                && offset < APPENDED_POSITION_OFFSET + Long.BYTES
                || offset >= FORCED_POSITION_OFFSET && offset < FORCED_POSITION_OFFSET + Long.BYTES;
            if (!isField && buffer.getByte(offset) != 0) {
                return offset;
            }
        }
        return -1;
    }

    /**
     * @param maxFrameLength of the longest frame that is ever appended, in bytes.
     * @return the margin's length in bytes: that of the longest record.
     */
    public static int margin(final int maxFrameLength) {
        return RecordDescriptor.aligned(RecordDescriptor.EXTENDED_HEADER_LENGTH + maxFrameLength);
    }

    /**
     * How far beyond the appended position the appender may have stored already: a record, and before it the rest of
     * a segment that it didn't fit into, and the next segment's header. So much less than its capacity the ring holds.
     *
     * @param margin of the tail, in bytes.
     * @return number of bytes.
     */
    public static int reach(final int margin) {
        return 2 * margin + SegmentDescriptor.HEADER_LENGTH;
    }

    /**
     * @param margin of a tail, in bytes.
     * @return the least capacity in bytes: half of the ring may be unforced, and still be there after the next record.
     */
    public static int minCapacity(final int margin) {
        return BitUtil.findNextPositivePowerOfTwo(4 * reach(margin));
    }

    /**
     * @param capacity of the ring, in bytes.
     * @param margin   behind it, in bytes.
     * @return length of the file.
     */
    public static int fileLength(final int capacity, final int margin) {
        return HEADER_LENGTH + capacity + margin;
    }

    /**
     * @param capacity   that a header says.
     * @param margin     that it says.
     * @param fileLength of the file.
     * @return whether a file of this length can have them: whoever reads one counts on it.
     */
    public static boolean isPlausible(final int capacity, final int margin, final int fileLength) {
        return margin > 0 && margin % RecordDescriptor.ALIGNMENT == 0 && BitUtil.isPowerOfTwo(capacity)
            && margin < (capacity - SegmentDescriptor.HEADER_LENGTH) / 2
            && fileLength - HEADER_LENGTH - capacity == margin;
    }

    /**
     * Writes the fixed part of a header without its CRC.
     *
     * @param buffer        that holds the file, from 0, filled with zeros.
     * @param capacity      of the ring, in bytes: a power of two.
     * @param margin        behind it, in bytes.
     * @param coordinatorId whose journal it is.
     * @param startPosition of the first byte that the ring gets.
     * @param createdMs     wall clock, for operators.
     */
    public static void header(
        final MutableDirectBuffer buffer,
        final int capacity,
        final int margin,
        final long coordinatorId,
        final long startPosition,
        final long createdMs) {
        buffer.putLong(MAGIC_OFFSET, MAGIC, LITTLE_ENDIAN);
        buffer.putShort(VERSION_OFFSET, (short) FORMAT_VERSION, LITTLE_ENDIAN);
        buffer.putShort(HEADER_LENGTH_OFFSET, (short) HEADER_LENGTH, LITTLE_ENDIAN);
        buffer.putInt(CAPACITY_OFFSET, capacity, LITTLE_ENDIAN);
        buffer.putLong(COORDINATOR_ID_OFFSET, coordinatorId, LITTLE_ENDIAN);
        buffer.putLong(START_POSITION_OFFSET, startPosition, LITTLE_ENDIAN);
        buffer.putLong(CREATED_OFFSET, createdMs, LITTLE_ENDIAN);
        buffer.putInt(MARGIN_OFFSET, margin, LITTLE_ENDIAN);
    }

    /**
     * Writes which directory's journal it is, without its CRC.
     *
     * @param buffer that holds the file, from 0, filled with zeros.
     * @param device that holds the directory.
     * @param inode  of the directory; 0: it has none.
     * @param path   of the directory, in UTF-8: at most {@link #MAX_PATH_LENGTH}.
     */
    public static void directory(
        final MutableDirectBuffer buffer, final long device, final long inode, final byte[] path) {
        buffer.putLong(DEVICE_OFFSET, device, LITTLE_ENDIAN);
        buffer.putLong(INODE_OFFSET, inode, LITTLE_ENDIAN);
        buffer.putInt(PATH_LENGTH_OFFSET, path.length, LITTLE_ENDIAN);
        buffer.putBytes(PATH_OFFSET, path);
    }

    /**
     * @param buffer that holds the file, from 0.
     * @param crc    of what tells the directory.
     */
    public static void directoryCrc(final MutableDirectBuffer buffer, final int crc) {
        buffer.putInt(DIRECTORY_CRC_OFFSET, crc, LITTLE_ENDIAN);
    }

    /**
     * @param buffer that holds the file, from 0.
     * @return the CRC of what tells the directory.
     */
    public static int directoryCrc(final DirectBuffer buffer) {
        return buffer.getInt(DIRECTORY_CRC_OFFSET, LITTLE_ENDIAN);
    }

    /**
     * @param buffer that holds the file, from 0.
     * @return device that holds the directory.
     */
    public static long directoryDevice(final DirectBuffer buffer) {
        return buffer.getLong(DEVICE_OFFSET, LITTLE_ENDIAN);
    }

    /**
     * @param buffer that holds the file, from 0.
     * @return inode of the directory; 0: it has none.
     */
    public static long directoryInode(final DirectBuffer buffer) {
        return buffer.getLong(INODE_OFFSET, LITTLE_ENDIAN);
    }

    /**
     * @param buffer that holds the file, from 0.
     * @return length of the directory's path in bytes, as it is stored.
     */
    public static int pathLength(final DirectBuffer buffer) {
        return buffer.getInt(PATH_LENGTH_OFFSET, LITTLE_ENDIAN);
    }

    /**
     * @param buffer that holds the file, from 0, whose CRCs and path's length are right.
     * @return path of the directory, in UTF-8.
     */
    public static byte[] directoryPath(final DirectBuffer buffer) {
        final byte[] path = new byte[pathLength(buffer)];
        buffer.getBytes(PATH_OFFSET, path);
        return path;
    }

    /**
     * @param buffer that holds the file, from 0.
     * @param crc    of the fixed part.
     */
    public static void crc(final MutableDirectBuffer buffer, final int crc) {
        buffer.putInt(CRC_OFFSET, crc, LITTLE_ENDIAN);
    }

    /**
     * @param buffer that holds the file, from 0.
     * @return the CRC that is stored in the header.
     */
    public static int crc(final DirectBuffer buffer) {
        return buffer.getInt(CRC_OFFSET, LITTLE_ENDIAN);
    }

    /**
     * @param buffer that holds the file, from 0.
     * @return the magic number: {@link #MAGIC}.
     */
    public static long magic(final DirectBuffer buffer) {
        return buffer.getLong(MAGIC_OFFSET, LITTLE_ENDIAN);
    }

    /**
     * @param buffer that holds the file, from 0.
     * @return the format's version: {@link #FORMAT_VERSION}.
     */
    public static int version(final DirectBuffer buffer) {
        return buffer.getShort(VERSION_OFFSET, LITTLE_ENDIAN) & 0xFFFF;
    }

    /**
     * @param buffer that holds the file, from 0.
     * @return the header's length in bytes.
     */
    public static int headerLength(final DirectBuffer buffer) {
        return buffer.getShort(HEADER_LENGTH_OFFSET, LITTLE_ENDIAN) & 0xFFFF;
    }

    /**
     * @param buffer that holds the file, from 0.
     * @return the ring's capacity in bytes.
     */
    public static int capacity(final DirectBuffer buffer) {
        return buffer.getInt(CAPACITY_OFFSET, LITTLE_ENDIAN);
    }

    /**
     * @param buffer that holds the file, from 0.
     * @return the margin's length in bytes.
     */
    public static int margin(final DirectBuffer buffer) {
        return buffer.getInt(MARGIN_OFFSET, LITTLE_ENDIAN);
    }

    /**
     * @param buffer that holds the file, from 0.
     * @return the coordinator whose journal it is.
     */
    public static long coordinatorId(final DirectBuffer buffer) {
        return buffer.getLong(COORDINATOR_ID_OFFSET, LITTLE_ENDIAN);
    }

    /**
     * @param buffer that holds the file, from 0.
     * @return position of the first byte that the ring got.
     */
    public static long startPosition(final DirectBuffer buffer) {
        return buffer.getLong(START_POSITION_OFFSET, LITTLE_ENDIAN);
    }

    /**
     * @param buffer that holds the file, from 0.
     * @return when the tail was made: wall clock in milliseconds.
     */
    public static long createdMs(final DirectBuffer buffer) {
        return buffer.getLong(CREATED_OFFSET, LITTLE_ENDIAN);
    }

    /**
     * Journal stage only, in release order: after all of the record.
     *
     * @param buffer   that holds the file, from 0.
     * @param position up to which the journal is appended.
     */
    public static void appendedPosition(final AtomicBuffer buffer, final long position) {
        buffer.putLongRelease(APPENDED_POSITION_OFFSET, littleEndian(position));
    }

    /**
     * @param buffer that holds the file, from 0.
     * @return position up to which the journal is appended, read before what lies there.
     */
    public static long appendedPosition(final AtomicBuffer buffer) {
        return littleEndian(buffer.getLongVolatile(APPENDED_POSITION_OFFSET));
    }

    /**
     * Who has the turn to force only, after the force.
     *
     * @param buffer   that holds the file, from 0.
     * @param position up to which the journal is forced.
     */
    public static void forcedPosition(final AtomicBuffer buffer, final long position) {
        buffer.putLongRelease(FORCED_POSITION_OFFSET, littleEndian(position));
    }

    /**
     * @param buffer that holds the file, from 0.
     * @return position up to which the journal is forced, at least.
     */
    public static long forcedPosition(final AtomicBuffer buffer) {
        return littleEndian(buffer.getLongVolatile(FORCED_POSITION_OFFSET));
    }

    private static long littleEndian(final long value) {
        return ByteOrder.nativeOrder() == LITTLE_ENDIAN ? value : Long.reverseBytes(value);
    }
}
