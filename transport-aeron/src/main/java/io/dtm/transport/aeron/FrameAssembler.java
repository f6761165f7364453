package io.dtm.transport.aeron;

import static io.aeron.logbuffer.FrameDescriptor.BEGIN_FRAG_FLAG;
import static io.aeron.logbuffer.FrameDescriptor.END_FRAG_FLAG;
import static io.aeron.logbuffer.FrameDescriptor.UNFRAGMENTED;

import io.aeron.logbuffer.ControlledFragmentHandler;
import io.aeron.logbuffer.Header;
import io.dtm.codec.FrameDescriptor;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Makes frames of one image's fragments. Aeron's own assemblers grow with what a sender never completes; this one
 * holds a frame at most, takes memory only when a first fragment comes, and goes with its image. Thread of the image.
 */
final class FrameAssembler implements ControlledFragmentHandler {
    private static final int INITIAL_CAPACITY = 4096;
    private static final int NONE = -1;

    /** Takes whole frames. */
    @FunctionalInterface
    interface Delegate {
        /**
         * @param buffer valid during the call.
         * @param offset at which the frame starts.
         * @param length in bytes, at most {@link FrameDescriptor#MAX_FRAME_LENGTH}.
         * @return what the poll is to do; ABORT: the same frame comes again.
         */
        Action onFrame(DirectBuffer buffer, int offset, int length);
    }

    private final Delegate delegate;
    private final UnsafeBuffer buffer = new UnsafeBuffer();
    private int length;
    private int nextTermOffset = NONE;
    private long droppedCount;

    FrameAssembler(final Delegate delegate) {
        this.delegate = delegate;
    }

    /** @return messages dropped because they were too long, or because a part of them is missing. */
    long droppedCount() {
        return droppedCount;
    }

    /** @return memory held, bytes. */
    int capacity() {
        return buffer.capacity();
    }

    @Override
    public Action onFragment(
        final DirectBuffer fragment, final int offset, final int fragmentLength, final Header header) {
        final byte flags = header.flags();
        if (UNFRAGMENTED == (flags & UNFRAGMENTED)) {
            abandon();
            if (fragmentLength > FrameDescriptor.MAX_FRAME_LENGTH) {
                ++droppedCount;
                return Action.CONTINUE;
            }
            return delegate.onFrame(fragment, offset, fragmentLength);
        }
        return onPart(fragment, offset, fragmentLength, header, flags);
    }

    private Action onPart(
        final DirectBuffer fragment,
        final int offset,
        final int fragmentLength,
        final Header header,
        final byte flags) {
        if (BEGIN_FRAG_FLAG == (flags & BEGIN_FRAG_FLAG)) {
            abandon();
            length = 0;
        } else if (header.termOffset() != nextTermOffset) {
            // its beginning was dropped, or never seen: the rest of it is dropped without counting it again
            abandon();
            return Action.CONTINUE;
        }

        final int lengthBefore = length;
        if (fragmentLength > FrameDescriptor.MAX_FRAME_LENGTH - lengthBefore) {
            nextTermOffset = NONE;
            ++droppedCount;
            return Action.CONTINUE;
        }
        append(fragment, offset, fragmentLength);
        if (END_FRAG_FLAG != (flags & END_FRAG_FLAG)) {
            nextTermOffset = header.nextTermOffset();
            return Action.CONTINUE;
        }

        final Action action = delegate.onFrame(buffer, 0, length);
        if (Action.ABORT == action) {
            length = lengthBefore;
        } else {
            nextTermOffset = NONE;
        }
        return action;
    }

    private void abandon() {
        if (NONE != nextTermOffset) {
            nextTermOffset = NONE;
            ++droppedCount;
        }
    }

    private void append(final DirectBuffer fragment, final int offset, final int fragmentLength) {
        final int required = length + fragmentLength;
        if (required > buffer.capacity()) {
            int capacity = Math.max(buffer.capacity(), INITIAL_CAPACITY);
            while (capacity < required) {
                capacity <<= 1;
            }
            final byte[] larger = new byte[Math.min(capacity, FrameDescriptor.MAX_FRAME_LENGTH)];
            buffer.getBytes(0, larger, 0, length);
            buffer.wrap(larger);
        }
        buffer.putBytes(length, fragment, offset, fragmentLength);
        length = required;
    }
}
