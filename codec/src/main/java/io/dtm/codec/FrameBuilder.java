package io.dtm.codec;

import static io.dtm.codec.FrameDescriptor.GROUP_HEADER_LENGTH;
import static io.dtm.codec.FrameDescriptor.HEADER_LENGTH;
import static io.dtm.codec.FrameDescriptor.MAX_EVENTS;
import static io.dtm.codec.FrameDescriptor.MAX_FRAME_LENGTH;
import static io.dtm.codec.FrameDescriptor.PREFIX_LENGTH;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Gathers messages into one frame. A message of a template that is one group (votes, decisions, ...) joins the
 * message before it when their root blocks are equal, so that callers encode one element at a time and the wire
 * still carries groups.
 * <p>
 * Not thread-safe: it belongs to the thread that fills and publishes the frame. Allocates nothing after construction.
 */
public final class FrameBuilder {
    private static final int NONE = -1;

    private final MutableDirectBuffer buffer;
    private final int softLimit;
    private int length;
    private int messageCount;
    private int eventCount;
    private int lastMessageOffset;

    /**
     * @param softLimitBytes length beyond which only a frame's first message may go: the payload of one datagram for
     *                       small messages. 64 to {@link FrameDescriptor#MAX_FRAME_LENGTH}.
     */
    public FrameBuilder(final int softLimitBytes) {
        if (softLimitBytes < 64 || softLimitBytes > MAX_FRAME_LENGTH) {
            throw new IllegalArgumentException(
                "soft limit must be 64 to " + MAX_FRAME_LENGTH + " bytes: " + softLimitBytes);
        }
        this.buffer = new UnsafeBuffer(new byte[MAX_FRAME_LENGTH]);
        this.softLimit = softLimitBytes;
        reset();
    }

    /** Empties the frame. As it is then, it holds no event: a closing mark, if the host appends it to the journal. */
    public void reset() {
        FrameDescriptor.header(buffer, 0, 0);
        length = HEADER_LENGTH;
        messageCount = 0;
        eventCount = 0;
        lastMessageOffset = NONE;
    }

    /** @return whether there is no message in the frame. */
    public boolean isEmpty() {
        return messageCount == 0;
    }

    /** @return the frame's length so far in bytes. */
    public int length() {
        return length;
    }

    /** @return the number of messages in the frame; a group counts once. */
    public int messageCount() {
        return messageCount;
    }

    /** @return the number of events in the frame; each element of a group counts. */
    public int eventCount() {
        return eventCount;
    }

    /** @return the buffer in which the frame starts at 0, header complete. */
    public DirectBuffer buffer() {
        return buffer;
    }

    /**
     * Appends one message.
     *
     * @param templateId  of the message.
     * @param blockLength of its root block.
     * @param source      holds its root block, groups and data, without any header.
     * @param offset      at which the root block starts.
     * @param bodyLength  of block, groups and data, in bytes.
     * @return false if the frame is too full: publish it, {@link #reset()} and append again.
     * @throws IllegalArgumentException if no frame can ever take it: it is longer than a frame, has more events than a
     *                                  frame may have, or none.
     */
    public boolean append(
        final int templateId,
        final int blockLength,
        final DirectBuffer source,
        final int offset,
        final int bodyLength) {
        final boolean grouped = Templates.isGrouped(templateId);
        final int events = grouped ? FrameDescriptor.groupCount(source, offset + blockLength) : 1;
        final int messageLength = PREFIX_LENGTH + bodyLength;
        if (HEADER_LENGTH + messageLength > MAX_FRAME_LENGTH || events > MAX_EVENTS || events == 0) {
            throw new IllegalArgumentException("no frame takes a message of template " + templateId
                + ": bodyLength=" + bodyLength + " events=" + events);
        }
        assert blockLength == Templates.layout(templateId).blockLength() : "block length " + blockLength;
        if (grouped && joinsLast(templateId, blockLength, source, offset)) {
            return appendElements(blockLength, source, offset, bodyLength, events);
        }
        if (!hasRoom(messageLength, events) || (messageCount > 0 && Templates.standsAlone(templateId))) {
            return false;
        }
        FrameDescriptor.prefix(buffer, length, messageLength, templateId, blockLength);
        buffer.putBytes(length + PREFIX_LENGTH, source, offset, bodyLength);
        lastMessageOffset = length;
        length += messageLength;
        eventCount += events;
        messageCount++;
        FrameDescriptor.header(buffer, 0, messageCount);
        return true;
    }

    private boolean appendElements(
        final int blockLength, final DirectBuffer source, final int offset, final int bodyLength, final int events) {
        final int elementsOffset = blockLength + GROUP_HEADER_LENGTH;
        final int elementsLength = bodyLength - elementsOffset;
        final int messageLength = FrameDescriptor.messageLength(buffer, lastMessageOffset) + elementsLength;
        if (!hasRoom(elementsLength, events)) {
            return false;
        }
        final int rootOffset = lastMessageOffset + PREFIX_LENGTH;
        final int groupOffset = rootOffset + blockLength;
        final int templateId = FrameDescriptor.templateId(buffer, lastMessageOffset);
        if (Templates.carriesPosition(templateId)) {
            final int positionOffset = blockLength - Long.BYTES;
            final long position = buffer.getLong(rootOffset + positionOffset, LITTLE_ENDIAN);
            final long added = source.getLong(offset + positionOffset, LITTLE_ENDIAN);
            buffer.putLong(rootOffset + positionOffset, Math.max(position, added), LITTLE_ENDIAN);
        }
        buffer.putBytes(length, source, offset + elementsOffset, elementsLength);
        FrameDescriptor.groupCount(buffer, groupOffset, FrameDescriptor.groupCount(buffer, groupOffset) + events);
        FrameDescriptor.prefix(buffer, lastMessageOffset, messageLength, templateId, blockLength);
        length += elementsLength;
        eventCount += events;
        return true;
    }

    private boolean joinsLast(
        final int templateId, final int blockLength, final DirectBuffer source, final int offset) {
        if (lastMessageOffset == NONE
            || FrameDescriptor.templateId(buffer, lastMessageOffset) != templateId
            || FrameDescriptor.blockLength(buffer, lastMessageOffset) != blockLength) {
            return false;
        }
        final int rootOffset = lastMessageOffset + PREFIX_LENGTH;
        final int compared = Templates.carriesPosition(templateId) ? blockLength - Long.BYTES : blockLength;
        for (int i = 0; i < compared; i++) {
            if (buffer.getByte(rootOffset + i) != source.getByte(offset + i)) {
                return false;
            }
        }
        return true;
    }

    private boolean hasRoom(final int bytes, final int events) {
        final int limit = messageCount == 0 ? MAX_FRAME_LENGTH : softLimit;
        final boolean alone = lastMessageOffset != NONE
            && Templates.standsAlone(FrameDescriptor.templateId(buffer, lastMessageOffset));
        return length + bytes <= limit && eventCount + events <= MAX_EVENTS && !alone;
    }
}
