package io.dtm.codec;

import static io.dtm.codec.FrameDescriptor.HEADER_LENGTH;
import static io.dtm.codec.FrameDescriptor.MAX_EVENTS;
import static io.dtm.codec.FrameDescriptor.MAX_FRAME_LENGTH;
import static io.dtm.codec.FrameDescriptor.PREFIX_LENGTH;

import org.agrona.DirectBuffer;

/**
 * The one check between bytes from outside and the generated decoders, which trust block lengths, counts and data
 * lengths. A frame that passes can be decoded in full without reading outside of it. Never throws, allocates nothing,
 * holds no state: any thread may use it.
 */
public final class FrameValidator {
    /** What is wrong with a frame. */
    public enum Verdict {
        /** Nothing. */
        VALID,
        /** Shorter than a header, or longer than a frame may be. */
        BAD_LENGTH,
        /** Another schema: these bytes aren't ours. */
        WRONG_SCHEMA,
        /** Our schema in another version: answered with both versions at session open. */
        WRONG_VERSION,
        /** No such template, or this sender may not send it. */
        WRONG_TEMPLATE,
        /**
         * A length, count, enumeration or id is wrong, the lengths don't sum to the frame's, or there is no event in
         * a frame that isn't the host's.
         */
        MALFORMED,
        /** More than {@link FrameDescriptor#MAX_EVENTS} events, or as many elements in one group. */
        TOO_MANY_EVENTS,
        /** A handshake message that isn't alone in its frame. */
        NOT_ALONE
    }

    private FrameValidator() {
    }

    /**
     * Checks a whole frame.
     *
     * @param buffer that holds the frame.
     * @param offset at which the frame starts.
     * @param length of the frame in bytes; the buffer must hold it.
     * @param sender who sent it.
     * @return {@link Verdict#VALID}, or the first thing that is wrong with it.
     */
    public static Verdict validate(
        final DirectBuffer buffer, final int offset, final int length, final Origin sender) {
        if (length < HEADER_LENGTH || length > MAX_FRAME_LENGTH) {
            return Verdict.BAD_LENGTH;
        }
        if (FrameDescriptor.schemaId(buffer, offset) != Templates.SCHEMA_ID) {
            return Verdict.WRONG_SCHEMA;
        }
        if (FrameDescriptor.version(buffer, offset) != Templates.SCHEMA_VERSION) {
            return Verdict.WRONG_VERSION;
        }
        final int messages = FrameDescriptor.messageCount(buffer, offset);
        if (messages > MAX_EVENTS) {
            return Verdict.TOO_MANY_EVENTS;
        }
        if (messages == 0 && sender != Origin.HOST) {
            return Verdict.MALFORMED; // in the journal it would be a closing mark, which only the host writes
        }
        return validateMessages(buffer, offset + HEADER_LENGTH, offset + length, messages, sender);
    }

    private static Verdict validateMessages(
        final DirectBuffer buffer, final int start, final int end, final int messages, final Origin sender) {
        int offset = start;
        int events = 0;
        for (int i = 0; i < messages; i++) {
            if (end - offset < PREFIX_LENGTH) {
                return Verdict.MALFORMED;
            }
            final int templateId = FrameDescriptor.templateId(buffer, offset);
            final MessageLayout layout = Templates.layout(templateId);
            if (layout == null || !layout.mayComeFrom(sender)) {
                return Verdict.WRONG_TEMPLATE;
            }
            final int messageLength = FrameDescriptor.messageLength(buffer, offset);
            if (messageLength < PREFIX_LENGTH
                || messageLength > end - offset
                || FrameDescriptor.blockLength(buffer, offset) != layout.blockLength()) {
                return Verdict.MALFORMED;
            }
            final int elements = layout.check(buffer, offset + PREFIX_LENGTH, messageLength - PREFIX_LENGTH);
            if (elements < 0) {
                return elements == MessageLayout.TOO_MANY ? Verdict.TOO_MANY_EVENTS : Verdict.MALFORMED;
            }
            if (layout.standsAlone() && messages != 1) {
                return Verdict.NOT_ALONE;
            }
            events += layout.isGrouped() ? elements : 1;
            if (events > MAX_EVENTS) {
                return Verdict.TOO_MANY_EVENTS;
            }
            offset += messageLength;
        }
        return offset == end ? Verdict.VALID : Verdict.MALFORMED;
    }
}
