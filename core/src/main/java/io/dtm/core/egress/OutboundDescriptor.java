package io.dtm.core.egress;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import org.agrona.BitUtil;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Layout of a record between the coordinator stage and the egress agent, in the outbound queue and in the lanes.
 * Never leaves the process.
 * <pre>
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +---------------------------------------------------------------+
 *  |            Record length with header, a multiple of 8         |
 *  +---------------------------------------------------------------+
 *  |            Session or link; in a lane: fences ahead           |
 *  +---------------------------------------------------------------+
 *  |      End position of the causing record; of an attachment:    |
 *  |                           the link                            |
 *  +---------------+---------------+---------------+---------------+
 *  |     Type      |   On append   |  Template id  | Block length  |
 *  +---------------+---------------+---------------+---------------+
 *  |                          Body length                          |
 *  +---------------------------------------------------------------+
 *  |                 SBE root block, groups, data                ...
 * </pre>
 */
final class OutboundDescriptor {
    /** Fills the rest of a buffer up to its end; only the length is valid. */
    static final int TYPE_PADDING = 0;
    /** A message for a session. */
    static final int TYPE_SESSION_MESSAGE = 1;
    /** A message for a link. */
    static final int TYPE_LINK_MESSAGE = 2;
    /** From now on a session's messages go to another link. */
    static final int TYPE_ATTACHMENT = 3;
    /** An epoch started: nothing leaves until its record is forced. */
    static final int TYPE_EPOCH = 4;
    /** An operator's answer: request id, code, text. */
    static final int TYPE_OPERATOR_ANSWER = 5;
    /** An alarm: transaction id, branch id, ordinal of the alarm. */
    static final int TYPE_ALARM = 6;

    /** Length of the header in bytes. */
    static final int HEADER_LENGTH = 24;
    /** Records start at multiples of it. */
    static final int ALIGNMENT = 8;

    private static final int LENGTH_OFFSET = 0;
    private static final int ID_OFFSET = 4;
    private static final int POSITION_OFFSET = 8;
    private static final int TYPE_OFFSET = 16;
    private static final int ON_APPEND_OFFSET = 17;
    private static final int TEMPLATE_OFFSET = 18;
    private static final int BLOCK_LENGTH_OFFSET = 19;
    private static final int BODY_LENGTH_OFFSET = 20;

    private OutboundDescriptor() {
    }

    static int recordLength(final int bodyLength) {
        return BitUtil.align(HEADER_LENGTH + bodyLength, ALIGNMENT);
    }

    static void padding(final MutableDirectBuffer buffer, final int offset, final int length) {
        buffer.putInt(offset + LENGTH_OFFSET, length, LITTLE_ENDIAN);
        buffer.putByte(offset + TYPE_OFFSET, (byte) TYPE_PADDING);
    }

    static void header(
        final MutableDirectBuffer buffer,
        final int offset,
        final int type,
        final int id,
        final long position,
        final boolean onAppend,
        final int templateId,
        final int blockLength,
        final int bodyLength) {
        buffer.putInt(offset + LENGTH_OFFSET, recordLength(bodyLength), LITTLE_ENDIAN);
        buffer.putInt(offset + ID_OFFSET, id, LITTLE_ENDIAN);
        buffer.putLong(offset + POSITION_OFFSET, position, LITTLE_ENDIAN);
        buffer.putByte(offset + TYPE_OFFSET, (byte) type);
        buffer.putByte(offset + ON_APPEND_OFFSET, (byte) (onAppend ? 1 : 0));
        buffer.putByte(offset + TEMPLATE_OFFSET, (byte) templateId);
        buffer.putByte(offset + BLOCK_LENGTH_OFFSET, (byte) blockLength);
        buffer.putInt(offset + BODY_LENGTH_OFFSET, bodyLength, LITTLE_ENDIAN);
    }

    static int length(final DirectBuffer buffer, final int offset) {
        return buffer.getInt(offset + LENGTH_OFFSET, LITTLE_ENDIAN);
    }

    static int id(final DirectBuffer buffer, final int offset) {
        return buffer.getInt(offset + ID_OFFSET, LITTLE_ENDIAN);
    }

    static void id(final MutableDirectBuffer buffer, final int offset, final int id) {
        buffer.putInt(offset + ID_OFFSET, id, LITTLE_ENDIAN);
    }

    static long position(final DirectBuffer buffer, final int offset) {
        return buffer.getLong(offset + POSITION_OFFSET, LITTLE_ENDIAN);
    }

    static int type(final DirectBuffer buffer, final int offset) {
        return buffer.getByte(offset + TYPE_OFFSET);
    }

    static boolean isOnAppend(final DirectBuffer buffer, final int offset) {
        return buffer.getByte(offset + ON_APPEND_OFFSET) != 0;
    }

    static int templateId(final DirectBuffer buffer, final int offset) {
        return buffer.getByte(offset + TEMPLATE_OFFSET) & 0xFF;
    }

    static int blockLength(final DirectBuffer buffer, final int offset) {
        return buffer.getByte(offset + BLOCK_LENGTH_OFFSET) & 0xFF;
    }

    static int bodyLength(final DirectBuffer buffer, final int offset) {
        return buffer.getInt(offset + BODY_LENGTH_OFFSET, LITTLE_ENDIAN);
    }

    static int bodyOffset(final int offset) {
        return offset + HEADER_LENGTH;
    }
}
