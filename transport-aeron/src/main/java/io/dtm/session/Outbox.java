package io.dtm.session;

import io.dtm.codec.FrameBuilder;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableRingBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Gathers messages into frames and sends them over the current link, in order. What back pressure holds up waits in an
 * overflow; it can't grow beyond the answers to one frame and one command, since the session takes neither while
 * {@link #isBackedUp()}. Duty cycle's thread.
 */
final class Outbox {
    private static final int TEMPLATE_OFFSET = 0;
    private static final int BLOCK_LENGTH_OFFSET = Integer.BYTES;
    /** Where a message's root block starts in the scratch buffer: its template and block length stand before. */
    static final int BODY_OFFSET = 2 * Integer.BYTES;

    private final CoordinatorLink link;
    private final FrameBuilder frame;
    private final ExpandableRingBuffer overflow = new ExpandableRingBuffer();
    private final UnsafeBuffer overflowView = new UnsafeBuffer(0, 0);
    private final ExpandableRingBuffer.MessageConsumer placing = this::placeFromOverflow;
    private long framesSent;

    Outbox(final CoordinatorLink link, final int softLimitBytes) {
        this.link = link;
        this.frame = new FrameBuilder(softLimitBytes);
    }

    /** Forgets everything: the link is gone. */
    void reset() {
        frame.reset();
        if (!overflow.isEmpty()) {
            overflow.reset(overflow.capacity());
        }
    }

    boolean isBackedUp() {
        return !overflow.isEmpty();
    }

    /** Number of frames sent, ever: tells whether the link was silent. */
    long framesSent() {
        return framesSent;
    }

    /**
     * Queues one message.
     *
     * @param templateId  of it.
     * @param blockLength of its root block.
     * @param scratch     holds its body at {@link #BODY_OFFSET}; what is before is overwritten.
     * @param bodyLength  in bytes.
     */
    void append(final int templateId, final int blockLength, final MutableDirectBuffer scratch, final int bodyLength) {
        if (overflow.isEmpty() && place(templateId, blockLength, scratch, BODY_OFFSET, bodyLength)) {
            return;
        }
        scratch.putInt(TEMPLATE_OFFSET, templateId);
        scratch.putInt(BLOCK_LENGTH_OFFSET, blockLength);
        if (!overflow.append(scratch, 0, BODY_OFFSET + bodyLength)) {
            throw new IllegalStateException("the overflow of answers is full");
        }
    }

    /** Sends what is there. @return whether all of it went. */
    boolean flush() {
        while (!overflow.isEmpty()) {
            if (overflow.consume(placing, 1) == 0) {
                return false;
            }
        }
        return sendFrame();
    }

    private boolean placeFromOverflow(
        final MutableDirectBuffer buffer, final int offset, final int length, final int headOffset) {
        overflowView.wrap(buffer, offset, length);
        return place(
            overflowView.getInt(TEMPLATE_OFFSET),
            overflowView.getInt(BLOCK_LENGTH_OFFSET),
            overflowView,
            BODY_OFFSET,
            length - BODY_OFFSET);
    }

    private boolean place(
        final int templateId, final int blockLength, final DirectBuffer source, final int offset, final int length) {
        if (frame.append(templateId, blockLength, source, offset, length)) {
            return true;
        }
        if (!sendFrame()) {
            return false;
        }
        if (!frame.append(templateId, blockLength, source, offset, length)) {
            throw new IllegalStateException("message of template " + templateId + " fits no frame: " + length);
        }
        return true;
    }

    private boolean sendFrame() {
        if (frame.isEmpty()) {
            return true;
        }
        if (!link.offer(frame.buffer(), 0, frame.length())) {
            return false;
        }
        frame.reset();
        framesSent++;
        return true;
    }
}
