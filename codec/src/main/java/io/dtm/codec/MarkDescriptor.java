package io.dtm.codec;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.AtomicBuffer;

/**
 * Layout of the mark file: what tools want to know of a running coordinator, and what a start wants to know of the
 * process before. It is mapped and never forced: it survives a killed process, and a power loss only by chance.
 * <pre>
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +---------------------------------------------------------------+
 *  |                 Version, stored last; 0: not ready            |
 *  +---------------------------------------------------------------+
 *  |                              0                                |
 *  +---------------------------------------------------------------+
 *  |                   Last activity, epoch millis                 |
 *  |                                                               |
 *  +---------------------------------------------------------------+
 *  |                   Process id; 0: none runs                    |
 *  |                                                               |
 *  +---------------------------------------------------------------+
 *  |                        Coordinator id                         |
 *  |                                                               |
 *  +---------------------------------------------------------------+
 *  |                        Forced position                        |
 *  |                                                               |
 *  +---------------------------------------------------------------+
 *  |                        Appended position                      |
 *  |                                                               |
 *  +---------------------------------------------------------------+
 *  |                    Usable bytes of the disk                   |
 *  |                                                               |
 *  +---------------------------------------------------------------+
 *  |              Bytes that stay free; below: refused             |
 *  |                                                               |
 *  +---------------------------------------------------------------+
 *  |       Refused since, epoch millis; 0: there is space          |
 *  |                                                               |
 *  +---------------------------------------------------------------+
 *  |                 Refusals since the start                      |
 *  |                                                               |
 *  +---------------------------------------------------------------+
 *  |            Coordinator id, each bit the opposite              |
 *  |                                                               |
 *  +---------------------------------------------------------------+
 *  |            Forced position, each bit the opposite             |
 *  |                                                               |
 *  +---------------------------------------------------------------+
 * </pre>
 * All fields are little endian. The forced position is stored only after the force has ended, so whatever of this file
 * survives is true. The appended position and the four fields behind it are stored once a second, for tools. A field
 * that is 0 from the usable bytes on may be one that the program that wrote it didn't know.
 * <p>
 * There is no checksum: one of several fields would be wrong whenever the process dies between two stores. What a start
 * goes by is there twice instead. A damaged forced position can only make less of what is known to be forced.
 */
public final class MarkDescriptor {
    /** Version of this layout. */
    public static final int VERSION = 1;
    /** Length of the file in bytes: one page. */
    public static final int FILE_LENGTH = 4096;
    /** Offset of the version, an int. */
    public static final int VERSION_OFFSET = 0;
    /** Offset of the time of the last activity, a long. */
    public static final int TIMESTAMP_OFFSET = 8;
    /** Offset of the process id, a long. */
    public static final int PID_OFFSET = 16;
    /** Offset of the coordinator's id, a long. */
    public static final int COORDINATOR_ID_OFFSET = 24;
    /** Offset of the forced position, a long. */
    public static final int FORCED_POSITION_OFFSET = 32;
    /** Offset of the appended position, a long. */
    public static final int APPENDED_POSITION_OFFSET = 40;

    /** Offset of the bytes that can be had on the disk, a long. */
    public static final int USABLE_BYTES_OFFSET = 48;
    /** Offset of the bytes that must stay free, a long. */
    public static final int LOW_SPACE_BYTES_OFFSET = 56;
    /** Offset of the time since when new transactions are refused, a long. */
    public static final int REFUSED_SINCE_OFFSET = 64;
    /** Offset of the number of times that space ran out, a long. */
    public static final int REFUSALS_OFFSET = 72;

    /** Offset of the complement of the coordinator's id, a long. */
    public static final int COORDINATOR_ID_CHECK_OFFSET = 80;
    /** Offset of the complement of the forced position, a long. */
    public static final int FORCED_POSITION_CHECK_OFFSET = 88;
    /** Behind the last field there are zeros. */
    public static final int FIELDS_LENGTH = 96;

    private MarkDescriptor() {
    }

    /**
     * Stores it after what was stored before, for whoever reads beside the process, on any machine.
     *
     * @param buffer that holds the file, from 0.
     * @param pid    of the process that owns the directory; 0: none.
     */
    public static void pid(final AtomicBuffer buffer, final long pid) {
        buffer.putLongRelease(PID_OFFSET, littleEndian(pid));
    }

    /**
     * @param buffer that holds the file, from 0.
     * @return process that owns the directory, or owned it last; read before what is read next.
     */
    public static long pid(final AtomicBuffer buffer) {
        return littleEndian(buffer.getLongAcquire(PID_OFFSET));
    }

    /**
     * @param buffer        that holds the file, from 0.
     * @param coordinatorId whose directory it is.
     */
    public static void coordinatorId(final MutableDirectBuffer buffer, final long coordinatorId) {
        buffer.putLong(COORDINATOR_ID_OFFSET, coordinatorId, LITTLE_ENDIAN);
        buffer.putLong(COORDINATOR_ID_CHECK_OFFSET, ~coordinatorId, LITTLE_ENDIAN);
    }

    /**
     * @param buffer that holds the file, from 0.
     * @return whose directory it is; 0: not written yet.
     */
    public static long coordinatorId(final DirectBuffer buffer) {
        return buffer.getLong(COORDINATOR_ID_OFFSET, LITTLE_ENDIAN);
    }

    /**
     * @param buffer that holds the file, from 0.
     * @return whose directory it is, by the other copy; by the only one, if it has no other.
     */
    public static long checkedCoordinatorId(final DirectBuffer buffer) {
        final long complement = buffer.getLong(COORDINATOR_ID_CHECK_OFFSET, LITTLE_ENDIAN);
        return complement == 0 ? coordinatorId(buffer) : ~complement;
    }

    /**
     * Stores the second copy after the first, for whoever reads beside the process, on any machine.
     *
     * @param buffer   that holds the file, from 0.
     * @param position up to which the journal is forced.
     */
    public static void forcedPosition(final AtomicBuffer buffer, final long position) {
        buffer.putLongRelease(FORCED_POSITION_OFFSET, littleEndian(position));
        buffer.putLongRelease(FORCED_POSITION_CHECK_OFFSET, littleEndian(~position));
    }

    /**
     * @param buffer that holds the file, from 0.
     * @return position up to which the journal is forced, at least. Read behind the other copy it isn't below that.
     */
    public static long forcedPosition(final AtomicBuffer buffer) {
        return littleEndian(buffer.getLongAcquire(FORCED_POSITION_OFFSET));
    }

    /**
     * @param buffer that holds the file, from 0.
     * @return position up to which the journal is forced, by the other copy; by the only one, if it has no other.
     */
    public static long checkedForcedPosition(final AtomicBuffer buffer) {
        final long complement = littleEndian(buffer.getLongAcquire(FORCED_POSITION_CHECK_OFFSET));
        return complement == 0 ? forcedPosition(buffer) : ~complement;
    }

    /** Ordered accesses know the machine's byte order only. */
    private static long littleEndian(final long value) {
        return ByteOrder.nativeOrder() == LITTLE_ENDIAN ? value : Long.reverseBytes(value);
    }

    /**
     * @param buffer   that holds the file, from 0.
     * @param position up to which the journal was appended.
     */
    public static void appendedPosition(final MutableDirectBuffer buffer, final long position) {
        buffer.putLong(APPENDED_POSITION_OFFSET, position, LITTLE_ENDIAN);
    }

    /**
     * @param buffer that holds the file, from 0.
     * @return position up to which the journal was appended some time ago.
     */
    public static long appendedPosition(final DirectBuffer buffer) {
        return buffer.getLong(APPENDED_POSITION_OFFSET, LITTLE_ENDIAN);
    }

    /**
     * @param buffer that holds the file, from 0.
     * @param value  bytes that can be had on the disk.
     */
    public static void usableBytes(final MutableDirectBuffer buffer, final long value) {
        buffer.putLong(USABLE_BYTES_OFFSET, value, LITTLE_ENDIAN);
    }

    /**
     * @param buffer that holds the file, from 0.
     * @return bytes that could be had on the disk.
     */
    public static long usableBytes(final DirectBuffer buffer) {
        return buffer.getLong(USABLE_BYTES_OFFSET, LITTLE_ENDIAN);
    }

    /**
     * @param buffer that holds the file, from 0.
     * @param value  bytes that must stay free when a segment is made.
     */
    public static void lowSpaceBytes(final MutableDirectBuffer buffer, final long value) {
        buffer.putLong(LOW_SPACE_BYTES_OFFSET, value, LITTLE_ENDIAN);
    }

    /**
     * @param buffer that holds the file, from 0.
     * @return bytes that must stay free when a segment is made.
     */
    public static long lowSpaceBytes(final DirectBuffer buffer) {
        return buffer.getLong(LOW_SPACE_BYTES_OFFSET, LITTLE_ENDIAN);
    }

    /**
     * @param buffer that holds the file, from 0.
     * @param value  epoch milliseconds since when there is no space; 0: there is.
     */
    public static void refusedSinceMs(final MutableDirectBuffer buffer, final long value) {
        buffer.putLong(REFUSED_SINCE_OFFSET, value, LITTLE_ENDIAN);
    }

    /**
     * @param buffer that holds the file, from 0.
     * @return epoch milliseconds since when new transactions are refused for lack of space; 0: they are taken.
     */
    public static long refusedSinceMs(final DirectBuffer buffer) {
        return buffer.getLong(REFUSED_SINCE_OFFSET, LITTLE_ENDIAN);
    }

    /**
     * @param buffer that holds the file, from 0.
     * @param value  how often space has run out since the start.
     */
    public static void refusals(final MutableDirectBuffer buffer, final long value) {
        buffer.putLong(REFUSALS_OFFSET, value, LITTLE_ENDIAN);
    }

    /**
     * @param buffer that holds the file, from 0.
     * @return how often space has run out since the start.
     */
    public static long refusals(final DirectBuffer buffer) {
        return buffer.getLong(REFUSALS_OFFSET, LITTLE_ENDIAN);
    }
}
