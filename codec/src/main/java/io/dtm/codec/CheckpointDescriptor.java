package io.dtm.codec;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.dtm.codec.checkpoint.EndDecoder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Layout of a checkpoint: the coordinator's state as it was when everything before a position of the journal had been
 * applied. A header, then blocks, read from front to end with a buffer of one block.
 * <pre>
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +---------------------------------------------------------------+
 *  |                     Magic: "DTM.CKP" 0                        |   0
 *  |                                                               |
 *  +-------------------------------+-------------------------------+
 *  |        Format version         |         Header length         |   8
 *  +-------------------------------+-------------------------------+
 *  |           Schema id           |        Schema version         |  12
 *  +-------------------------------+-------------------------------+
 *  |                        Coordinator id                         |  16
 *  |                                                               |
 *  +---------------------------------------------------------------+
 *  |                       Replay position                         |  24
 *  |                                                               |
 *  +---------------------------------------------------------------+
 *  |                    End of the last record                     |  32
 *  |                                                               |
 *  +---------------------------------------------------------------+
 *  |              Logical time of the last record, ns              |  40
 *  |                                                               |
 *  +---------------------------------------------------------------+
 *  |                            Epoch                              |  48
 *  +---------------------------------------------------------------+
 *  |                          Generation                           |  52
 *  +---------------------------------------------------------------+
 *  |                    Contradictions, count                      |  56
 *  +---------------------------------------------------------------+
 *  |                              0                                |  60
 *  +---------------------------------------------------------------+
 *  |           Contradictions, first unexplained position          |  64
 *  |                                                               |
 *  +---------------------------------------------------------------+
 *  |                     Created, epoch millis                     |  72
 *  |                                                               |
 *  +---------------------------------------------------------------+
 *  |                           0 (44 bytes)                        |  80
 *  +---------------------------------------------------------------+
 *  |                  CRC32C of the 124 bytes before               | 124
 *  +---------------------------------------------------------------+
 *
 *  +---------------------------------------------------------------+
 *  |                        Content length                         |   block
 *  +---------------------------------------------------------------+
 *  |                            CRC32C                             |
 *  +-------------------------------+---------------+---------------+
 *  |          Item length          |  Template id  | Block length  |   item prefix
 *  +-------------------------------+---------------+---------------+
 *  |                  SBE root block, data                       ...
 *  +---------------------------------------------------------------+
 *  |                       more items                            ...
 *  +---------------------------------------------------------------+
 * </pre>
 * All fields are little endian and unsigned. An item has the prefix of a frame's message ({@link FrameDescriptor}); its
 * length counts the prefix. Items aren't aligned and never straddle blocks; they fill a block's content exactly. The
 * last block holds the item End and nothing else; the file ends with it.
 * <ul>
 * <li>A block's CRC is over what isn't stored, coordinator id, replay position and the block's index from 0 (8 bytes
 * each), then the content length, then the content. So a block is valid at one place of one checkpoint only.</li>
 * <li>Magic, header length and the CRC in the header's last 4 bytes stay where they are in every later format, so that
 * another version can be told from damage.</li>
 * <li>Replay goes on from the replay position: the end of a segment, or the beginning of the next, which is the same.
 * The last record may end before.</li>
 * </ul>
 */
public final class CheckpointDescriptor {
    /** "DTM.CKP" and a zero, read as a little endian long. */
    public static final long MAGIC = 0x0050_4B43_2E4D_5444L;
    /** Version of the layout of header and blocks. */
    public static final int FORMAT_VERSION = 1;
    /** Id of the schema of items. */
    public static final int SCHEMA_ID = EndDecoder.SCHEMA_ID;
    /** Version of the schema of items. */
    public static final int SCHEMA_VERSION = EndDecoder.SCHEMA_VERSION;
    /** Length of the header in bytes: the first block starts here. */
    public static final int HEADER_LENGTH = 128;
    /** Smallest length of a header in any format. */
    public static final int MIN_HEADER_LENGTH = 64;
    /** Greatest length of a header in any format. */
    public static final int MAX_HEADER_LENGTH = 4096;
    /** Length of what precedes a block's content, in bytes. */
    public static final int BLOCK_HEADER_LENGTH = 8;
    /** Greatest length of a block with its header, in bytes. */
    public static final int MAX_BLOCK_LENGTH = 64 * 1024;
    /** Greatest length of a block's content in bytes, and so of an item. */
    public static final int MAX_CONTENT_LENGTH = MAX_BLOCK_LENGTH - BLOCK_HEADER_LENGTH;
    /** Length of what a block's CRC covers and isn't its content: coordinator id, position, index, content length. */
    public static final int CRC_PREFIX_LENGTH = 28;

    private static final int MAGIC_OFFSET = 0;
    private static final int VERSION_OFFSET = 8;
    private static final int HEADER_LENGTH_OFFSET = 10;
    private static final int SCHEMA_ID_OFFSET = 12;
    private static final int SCHEMA_VERSION_OFFSET = 14;
    private static final int COORDINATOR_ID_OFFSET = 16;
    private static final int REPLAY_POSITION_OFFSET = 24;
    private static final int LAST_RECORD_END_OFFSET = 32;
    private static final int LAST_TIME_OFFSET = 40;
    private static final int EPOCH_OFFSET = 48;
    private static final int GENERATION_OFFSET = 52;
    private static final int CONTRADICTIONS_OFFSET = 56;
    private static final int UNEXPLAINED_OFFSET = 64;
    private static final int CREATED_OFFSET = 72;
    private static final int CONTENT_LENGTH_OFFSET = 0;
    private static final int BLOCK_CRC_OFFSET = 4;
    private static final int CRC_COORDINATOR_ID_OFFSET = 0;
    private static final int CRC_REPLAY_POSITION_OFFSET = 8;
    private static final int CRC_INDEX_OFFSET = 16;
    private static final int CRC_CONTENT_LENGTH_OFFSET = 24;

    static {
        if (MAX_CONTENT_LENGTH > 0xFFFF || HEADER_LENGTH < MIN_HEADER_LENGTH || HEADER_LENGTH > MAX_HEADER_LENGTH) {
            throw new AssertionError("checkpoint layout");
        }
    }

    private CheckpointDescriptor() {
    }

    /**
     * Writes what is the same for all checkpoints of this version.
     *
     * @param buffer that holds the header, from 0, filled with zeros.
     */
    public static void header(final MutableDirectBuffer buffer) {
        buffer.putLong(MAGIC_OFFSET, MAGIC, LITTLE_ENDIAN);
        buffer.putShort(VERSION_OFFSET, (short) FORMAT_VERSION, LITTLE_ENDIAN);
        buffer.putShort(HEADER_LENGTH_OFFSET, (short) HEADER_LENGTH, LITTLE_ENDIAN);
        buffer.putShort(SCHEMA_ID_OFFSET, (short) SCHEMA_ID, LITTLE_ENDIAN);
        buffer.putShort(SCHEMA_VERSION_OFFSET, (short) SCHEMA_VERSION, LITTLE_ENDIAN);
    }

    /**
     * Writes what the checkpoint is of.
     *
     * @param buffer         that holds the header, from 0.
     * @param coordinatorId  whose state it is.
     * @param replayPosition from which replay goes on.
     * @param lastRecordEnd  end of the last record that was applied.
     * @param lastTimeNs     logical time of that record.
     * @param createdMs      wall clock, for operators.
     */
    public static void place(
        final MutableDirectBuffer buffer,
        final long coordinatorId,
        final long replayPosition,
        final long lastRecordEnd,
        final long lastTimeNs,
        final long createdMs) {
        buffer.putLong(COORDINATOR_ID_OFFSET, coordinatorId, LITTLE_ENDIAN);
        buffer.putLong(REPLAY_POSITION_OFFSET, replayPosition, LITTLE_ENDIAN);
        buffer.putLong(LAST_RECORD_END_OFFSET, lastRecordEnd, LITTLE_ENDIAN);
        buffer.putLong(LAST_TIME_OFFSET, lastTimeNs, LITTLE_ENDIAN);
        buffer.putLong(CREATED_OFFSET, createdMs, LITTLE_ENDIAN);
    }

    /**
     * Writes what is known of the last epoch.
     *
     * @param buffer         that holds the header, from 0.
     * @param epoch          the last one.
     * @param generation     of that epoch.
     * @param contradictions in that epoch: acknowledgements that named another decision than was made.
     * @param unexplainedAt  end of the record with the first of them that nothing explains; 0: none.
     */
    public static void epoch(
        final MutableDirectBuffer buffer,
        final int epoch,
        final int generation,
        final int contradictions,
        final long unexplainedAt) {
        buffer.putInt(EPOCH_OFFSET, epoch, LITTLE_ENDIAN);
        buffer.putInt(GENERATION_OFFSET, generation, LITTLE_ENDIAN);
        buffer.putInt(CONTRADICTIONS_OFFSET, contradictions, LITTLE_ENDIAN);
        buffer.putLong(UNEXPLAINED_OFFSET, unexplainedAt, LITTLE_ENDIAN);
    }

    /**
     * @param headerLength of the header, in any format.
     * @return offset of its CRC, and number of bytes that it covers.
     */
    public static int crcOffset(final int headerLength) {
        return headerLength - Integer.BYTES;
    }

    /**
     * @param buffer       that holds the header, from 0.
     * @param headerLength of the header.
     * @param crc          of it.
     */
    public static void headerCrc(final MutableDirectBuffer buffer, final int headerLength, final int crc) {
        buffer.putInt(crcOffset(headerLength), crc, LITTLE_ENDIAN);
    }

    /**
     * @param buffer       that holds the header, from 0.
     * @param headerLength of the header.
     * @return the CRC that is stored in it.
     */
    public static int headerCrc(final DirectBuffer buffer, final int headerLength) {
        return buffer.getInt(crcOffset(headerLength), LITTLE_ENDIAN);
    }

    /**
     * @param buffer that holds the header, from 0.
     * @return the magic number: {@link #MAGIC}.
     */
    public static long magic(final DirectBuffer buffer) {
        return buffer.getLong(MAGIC_OFFSET, LITTLE_ENDIAN);
    }

    /**
     * @param buffer that holds the header, from 0.
     * @return the format's version: {@link #FORMAT_VERSION}.
     */
    public static int version(final DirectBuffer buffer) {
        return buffer.getShort(VERSION_OFFSET, LITTLE_ENDIAN) & 0xFFFF;
    }

    /**
     * @param buffer that holds the header, from 0.
     * @return the header's length in bytes.
     */
    public static int headerLength(final DirectBuffer buffer) {
        return buffer.getShort(HEADER_LENGTH_OFFSET, LITTLE_ENDIAN) & 0xFFFF;
    }

    /**
     * @param buffer that holds the header, from 0.
     * @return id of the schema of items: {@link #SCHEMA_ID}.
     */
    public static int schemaId(final DirectBuffer buffer) {
        return buffer.getShort(SCHEMA_ID_OFFSET, LITTLE_ENDIAN) & 0xFFFF;
    }

    /**
     * @param buffer that holds the header, from 0.
     * @return version of the schema of items: {@link #SCHEMA_VERSION}.
     */
    public static int schemaVersion(final DirectBuffer buffer) {
        return buffer.getShort(SCHEMA_VERSION_OFFSET, LITTLE_ENDIAN) & 0xFFFF;
    }

    /**
     * @param buffer that holds the header, from 0.
     * @return the coordinator whose state it is.
     */
    public static long coordinatorId(final DirectBuffer buffer) {
        return buffer.getLong(COORDINATOR_ID_OFFSET, LITTLE_ENDIAN);
    }

    /**
     * @param buffer that holds the header, from 0.
     * @return the position from which replay goes on; everything before it was forced.
     */
    public static long replayPosition(final DirectBuffer buffer) {
        return buffer.getLong(REPLAY_POSITION_OFFSET, LITTLE_ENDIAN);
    }

    /**
     * @param buffer that holds the header, from 0.
     * @return end of the last record that was applied.
     */
    public static long lastRecordEnd(final DirectBuffer buffer) {
        return buffer.getLong(LAST_RECORD_END_OFFSET, LITTLE_ENDIAN);
    }

    /**
     * @param buffer that holds the header, from 0.
     * @return logical time of the last record that was applied, in nanoseconds.
     */
    public static long lastTimeNs(final DirectBuffer buffer) {
        return buffer.getLong(LAST_TIME_OFFSET, LITTLE_ENDIAN);
    }

    /**
     * @param buffer that holds the header, from 0.
     * @return the last epoch.
     */
    public static int epoch(final DirectBuffer buffer) {
        return buffer.getInt(EPOCH_OFFSET, LITTLE_ENDIAN);
    }

    /**
     * @param buffer that holds the header, from 0.
     * @return generation of the last epoch.
     */
    public static int generation(final DirectBuffer buffer) {
        return buffer.getInt(GENERATION_OFFSET, LITTLE_ENDIAN);
    }

    /**
     * @param buffer that holds the header, from 0.
     * @return number of contradictions in the last epoch.
     */
    public static int contradictions(final DirectBuffer buffer) {
        return buffer.getInt(CONTRADICTIONS_OFFSET, LITTLE_ENDIAN);
    }

    /**
     * @param buffer that holds the header, from 0.
     * @return end of the record with the first contradiction that nothing explains; 0: none.
     */
    public static long unexplainedAt(final DirectBuffer buffer) {
        return buffer.getLong(UNEXPLAINED_OFFSET, LITTLE_ENDIAN);
    }

    /**
     * @param buffer that holds the header, from 0.
     * @return when the checkpoint was made: wall clock in milliseconds.
     */
    public static long createdMs(final DirectBuffer buffer) {
        return buffer.getLong(CREATED_OFFSET, LITTLE_ENDIAN);
    }

    /**
     * Writes what precedes a block's content.
     *
     * @param buffer        that holds the block, from 0.
     * @param contentLength 1 to {@link #MAX_CONTENT_LENGTH}.
     * @param crc           of the block.
     */
    public static void block(final MutableDirectBuffer buffer, final int contentLength, final int crc) {
        buffer.putInt(CONTENT_LENGTH_OFFSET, contentLength, LITTLE_ENDIAN);
        buffer.putInt(BLOCK_CRC_OFFSET, crc, LITTLE_ENDIAN);
    }

    /**
     * @param buffer that holds the block, from 0.
     * @return the content's length in bytes, not checked: may be negative.
     */
    public static int contentLength(final DirectBuffer buffer) {
        return buffer.getInt(CONTENT_LENGTH_OFFSET, LITTLE_ENDIAN);
    }

    /**
     * @param buffer that holds the block, from 0.
     * @return the CRC that is stored in it.
     */
    public static int blockCrc(final DirectBuffer buffer) {
        return buffer.getInt(BLOCK_CRC_OFFSET, LITTLE_ENDIAN);
    }

    /**
     * Writes what a block's CRC covers before the content.
     *
     * @param prefix         of {@link #CRC_PREFIX_LENGTH} bytes.
     * @param coordinatorId  whose checkpoint it is.
     * @param replayPosition of the checkpoint.
     * @param blockIndex     from 0.
     * @param contentLength  of the block.
     */
    public static void crcPrefix(
        final MutableDirectBuffer prefix,
        final long coordinatorId,
        final long replayPosition,
        final long blockIndex,
        final int contentLength) {
        prefix.putLong(CRC_COORDINATOR_ID_OFFSET, coordinatorId, LITTLE_ENDIAN);
        prefix.putLong(CRC_REPLAY_POSITION_OFFSET, replayPosition, LITTLE_ENDIAN);
        prefix.putLong(CRC_INDEX_OFFSET, blockIndex, LITTLE_ENDIAN);
        prefix.putInt(CRC_CONTENT_LENGTH_OFFSET, contentLength, LITTLE_ENDIAN);
    }
}
