package io.dtm.codec;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Layout of a frame: the unit of the wire, of the ring and of the journal. One Aeron message is one frame.
 * <pre>
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +---------------+---------------+-------------------------------+
 *  |   Schema id   |Schema version |         Message count         |
 *  +---------------+---------------+-------------------------------+
 *  |        Message length         |  Template id  | Block length  |   message prefix
 *  +-------------------------------+---------------+---------------+
 *  |                 SBE root block, groups, data                ...
 *  +---------------------------------------------------------------+
 *  |                      more messages                          ...
 *  +---------------------------------------------------------------+
 * </pre>
 * All fields are little endian and unsigned. The message length counts its prefix. Messages aren't aligned.
 * <p>
 * The prefix stands in the place of SBE's own header of 8 bytes: schema and version are the same for all messages of
 * a frame, and at one transaction in flight the header would be a sixth of the journal.
 */
public final class FrameDescriptor {
    /** Greatest length of a frame in bytes. All other sizes derive from it. */
    public static final int MAX_FRAME_LENGTH = 64 * 1024;
    /** Greatest number of events, counting the elements of votes and the like, that one frame may hold. */
    public static final int MAX_EVENTS = 512;
    /** Length of the frame's header in bytes: the first message starts here. */
    public static final int HEADER_LENGTH = 4;
    /** Length of a message's prefix in bytes: its SBE root block starts behind it. */
    public static final int PREFIX_LENGTH = 4;
    /** Length of the header of an SBE group: block length (1 byte), number of elements (2 bytes). */
    public static final int GROUP_HEADER_LENGTH = 3;
    /** Greatest length of a text in bytes of UTF-8. SBE keeps the length byte's greatest value for null. */
    public static final int MAX_TEXT_LENGTH = 254;

    private static final int SCHEMA_ID_OFFSET = 0;
    private static final int VERSION_OFFSET = 1;
    private static final int COUNT_OFFSET = 2;
    private static final int MESSAGE_LENGTH_OFFSET = 0;
    private static final int TEMPLATE_OFFSET = 2;
    private static final int BLOCK_LENGTH_OFFSET = 3;
    private static final int GROUP_COUNT_OFFSET = 1;

    private FrameDescriptor() {
    }

    /**
     * Writes a frame's header.
     *
     * @param buffer       that holds the frame.
     * @param frameOffset  at which the frame starts.
     * @param messageCount 0 to 65,535.
     */
    public static void header(final MutableDirectBuffer buffer, final int frameOffset, final int messageCount) {
        buffer.putByte(frameOffset + SCHEMA_ID_OFFSET, (byte) Templates.SCHEMA_ID);
        buffer.putByte(frameOffset + VERSION_OFFSET, (byte) Templates.SCHEMA_VERSION);
        buffer.putShort(frameOffset + COUNT_OFFSET, (short) messageCount, LITTLE_ENDIAN);
    }

    /**
     * @param buffer      that holds the frame.
     * @param frameOffset at which the frame starts.
     * @return the schema's id.
     */
    public static int schemaId(final DirectBuffer buffer, final int frameOffset) {
        return buffer.getByte(frameOffset + SCHEMA_ID_OFFSET) & 0xFF;
    }

    /**
     * @param buffer      that holds the frame.
     * @param frameOffset at which the frame starts.
     * @return the schema's version that the sender writes.
     */
    public static int version(final DirectBuffer buffer, final int frameOffset) {
        return buffer.getByte(frameOffset + VERSION_OFFSET) & 0xFF;
    }

    /**
     * @param buffer      that holds the frame.
     * @param frameOffset at which the frame starts.
     * @return the number of messages in the frame.
     */
    public static int messageCount(final DirectBuffer buffer, final int frameOffset) {
        return buffer.getShort(frameOffset + COUNT_OFFSET, LITTLE_ENDIAN) & 0xFFFF;
    }

    /**
     * Writes a message's prefix.
     *
     * @param buffer        that holds the frame.
     * @param messageOffset at which the prefix starts.
     * @param messageLength with its prefix, in bytes.
     * @param templateId    of the SBE message.
     * @param blockLength   of the SBE message's root block.
     */
    public static void prefix(
        final MutableDirectBuffer buffer,
        final int messageOffset,
        final int messageLength,
        final int templateId,
        final int blockLength) {
        buffer.putShort(messageOffset + MESSAGE_LENGTH_OFFSET, (short) messageLength, LITTLE_ENDIAN);
        buffer.putByte(messageOffset + TEMPLATE_OFFSET, (byte) templateId);
        buffer.putByte(messageOffset + BLOCK_LENGTH_OFFSET, (byte) blockLength);
    }

    /**
     * @param buffer        that holds the frame.
     * @param messageOffset at which the prefix starts.
     * @return the message's length with its prefix, in bytes.
     */
    public static int messageLength(final DirectBuffer buffer, final int messageOffset) {
        return buffer.getShort(messageOffset + MESSAGE_LENGTH_OFFSET, LITTLE_ENDIAN) & 0xFFFF;
    }

    /**
     * @param buffer        that holds the frame.
     * @param messageOffset at which the prefix starts.
     * @return the template's id.
     */
    public static int templateId(final DirectBuffer buffer, final int messageOffset) {
        return buffer.getByte(messageOffset + TEMPLATE_OFFSET) & 0xFF;
    }

    /**
     * @param buffer        that holds the frame.
     * @param messageOffset at which the prefix starts.
     * @return the length of the root block in bytes.
     */
    public static int blockLength(final DirectBuffer buffer, final int messageOffset) {
        return buffer.getByte(messageOffset + BLOCK_LENGTH_OFFSET) & 0xFF;
    }

    static int groupBlockLength(final DirectBuffer buffer, final int groupOffset) {
        return buffer.getByte(groupOffset) & 0xFF;
    }

    static int groupCount(final DirectBuffer buffer, final int groupOffset) {
        return buffer.getShort(groupOffset + GROUP_COUNT_OFFSET, LITTLE_ENDIAN) & 0xFFFF;
    }

    static void groupCount(final MutableDirectBuffer buffer, final int groupOffset, final int count) {
        buffer.putShort(groupOffset + GROUP_COUNT_OFFSET, (short) count, LITTLE_ENDIAN);
    }
}
