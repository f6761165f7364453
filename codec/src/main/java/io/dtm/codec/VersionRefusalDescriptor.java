package io.dtm.codec;

import static io.dtm.codec.FrameDescriptor.HEADER_LENGTH;
import static io.dtm.codec.FrameDescriptor.PREFIX_LENGTH;

import io.dtm.codec.message.RejectCode;
import io.dtm.codec.message.RejectedDecoder;
import org.agrona.DirectBuffer;

/**
 * What a coordinator answers to a frame of another version of the schema: the one layout that is the same in every
 * version, for ever, because it is read by those who can read nothing else. It is the beginning of a frame whose first
 * message is a Rejected:
 * <pre>
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +---------------+---------------+-------------------------------+
 *  |   Schema id   | Its version   |            not 0              |
 *  +---------------+---------------+---------------+---------------+
 *  |           any value           | Template: 32  |      any      |
 *  +-------------------------------+---------------+---------------+
 *  |                                                               |
 *  |                   any values (11 bytes)       +---------------+
 *  |                                               | Code: 1       |
 *  +-----------------------------------------------+---------------+
 * </pre>
 * A sentence for people may follow where a Rejected has it. A later version may change all but these bytes.
 */
public final class VersionRefusalDescriptor {
    private static final int TEMPLATE = 32;
    private static final int CODE = 1;
    private static final int CODE_OFFSET = HEADER_LENGTH + PREFIX_LENGTH + 11;

    static {
        if (RejectedDecoder.TEMPLATE_ID != TEMPLATE || RejectCode.SCHEMA_VERSION.value() != CODE
            || HEADER_LENGTH + PREFIX_LENGTH + RejectedDecoder.codeEncodingOffset() != CODE_OFFSET) {
            throw new AssertionError("a version's refusal is never laid out otherwise");
        }
    }

    private VersionRefusalDescriptor() {
    }

    /**
     * To be asked of whatever a coordinator sends, before its version is looked at.
     *
     * @param buffer that holds the frame.
     * @param offset at which the frame starts.
     * @param length of the frame in bytes; the buffer must hold it.
     * @return whether it refuses our version; then {@link FrameDescriptor#version} is the coordinator's.
     */
    public static boolean isVersionRefusal(final DirectBuffer buffer, final int offset, final int length) {
        return length > CODE_OFFSET
            && FrameDescriptor.schemaId(buffer, offset) == Templates.SCHEMA_ID
            && FrameDescriptor.messageCount(buffer, offset) != 0
            && FrameDescriptor.templateId(buffer, offset + HEADER_LENGTH) == TEMPLATE
            && (buffer.getByte(offset + CODE_OFFSET) & 0xFF) == CODE;
    }
}
