package io.dtm.core;

import java.nio.ByteBuffer;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/**
 * What ingress itself has to say to links without a session: refused handshakes, challenges, and that a link is to be
 * closed. Ingress writes, the egress agent reads and sends. Bounded: when it is full a reply is lost, as it could be
 * on its way, and the peer asks again.
 */
public final class LinkReplies {
    /** Greatest length of a reply's message body in bytes. */
    public static final int MAX_BODY_LENGTH = 8 * 1024;

    private static final int CAPACITY = 128 * 1024;
    private static final int TYPE_MESSAGE = 1;
    private static final int TYPE_CLOSE = 2;
    private static final int LINK_OFFSET = 0;
    private static final int TEMPLATE_OFFSET = 4;
    private static final int BLOCK_LENGTH_OFFSET = 8;
    private static final int BODY_OFFSET = 12;

    /** Takes replies. */
    public interface Handler {
        /**
         * @param linkId      to which it goes.
         * @param templateId  of the message.
         * @param blockLength of its root block.
         * @param buffer      valid during the call.
         * @param offset      at which the root block starts.
         * @param length      of block, groups and data.
         */
        void onReply(int linkId, int templateId, int blockLength, DirectBuffer buffer, int offset, int length);

        /** @param linkId is to be closed. */
        void onClose(int linkId);
    }

    private final OneToOneRingBuffer ring = new OneToOneRingBuffer(
        new UnsafeBuffer(ByteBuffer.allocateDirect(CAPACITY + RingBufferDescriptor.TRAILER_LENGTH)));
    private Handler reader;
    private final MessageHandler onRecord = (type, buffer, index, length) -> {
        final int linkId = buffer.getInt(index + LINK_OFFSET);
        if (type == TYPE_CLOSE) {
            reader.onClose(linkId);
        } else {
            reader.onReply(linkId, buffer.getInt(index + TEMPLATE_OFFSET), buffer.getInt(index + BLOCK_LENGTH_OFFSET),
                buffer, index + BODY_OFFSET, length - BODY_OFFSET);
        }
    };

    /**
     * Writes one message. Ingress agent only.
     *
     * @param linkId      to which it goes.
     * @param templateId  of the message.
     * @param blockLength of its root block.
     * @param source      holds block, groups and data.
     * @param offset      at which they start.
     * @param length      at most {@link #MAX_BODY_LENGTH}.
     * @return false if there is no room.
     */
    public boolean reply(
        final int linkId,
        final int templateId,
        final int blockLength,
        final DirectBuffer source,
        final int offset,
        final int length) {
        final int index = ring.tryClaim(TYPE_MESSAGE, BODY_OFFSET + length);
        if (index < 0) {
            return false;
        }
        ring.buffer().putInt(index + LINK_OFFSET, linkId);
        ring.buffer().putInt(index + TEMPLATE_OFFSET, templateId);
        ring.buffer().putInt(index + BLOCK_LENGTH_OFFSET, blockLength);
        ring.buffer().putBytes(index + BODY_OFFSET, source, offset, length);
        ring.commit(index);
        return true;
    }

    /**
     * Asks for a link to be closed. Ingress agent only.
     *
     * @param linkId of the link.
     * @return false if there is no room: ask again later.
     */
    public boolean close(final int linkId) {
        final int index = ring.tryClaim(TYPE_CLOSE, BODY_OFFSET);
        if (index < 0) {
            return false;
        }
        ring.buffer().putInt(index + LINK_OFFSET, linkId);
        ring.commit(index);
        return true;
    }

    /**
     * Hands over replies. Egress agent only.
     *
     * @param handler takes them.
     * @param limit   greatest number.
     * @return how many.
     */
    public int read(final Handler handler, final int limit) {
        reader = handler;
        return ring.read(onRecord, limit);
    }
}
