package io.dtm.core.fake;

import io.dtm.codec.FrameBuilder;
import io.dtm.codec.FrameDescriptor;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** One encoded message, to be put into frames. */
public record Message(int templateId, int blockLength, DirectBuffer body, int length) {
    /** A frame of these messages, exactly as long as it must be. */
    public static UnsafeBuffer frame(final Message... messages) {
        final FrameBuilder builder = new FrameBuilder(FrameDescriptor.MAX_FRAME_LENGTH);
        for (final Message message : messages) {
            if (!builder.append(message.templateId, message.blockLength, message.body, 0, message.length)) {
                throw new AssertionError("the frame is full");
            }
        }
        final byte[] bytes = new byte[builder.length()];
        builder.buffer().getBytes(0, bytes);
        return new UnsafeBuffer(bytes);
    }
}
