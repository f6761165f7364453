package io.dtm.transport.aeron;

import static io.aeron.logbuffer.FrameDescriptor.BEGIN_FRAG_FLAG;
import static io.aeron.logbuffer.FrameDescriptor.END_FRAG_FLAG;
import static io.aeron.logbuffer.FrameDescriptor.UNFRAGMENTED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.aeron.logbuffer.ControlledFragmentHandler.Action;
import io.aeron.logbuffer.Header;
import io.aeron.protocol.DataHeaderFlyweight;
import io.dtm.codec.FrameDescriptor;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class FrameAssemblerTest {
    private static final int PART = 1024;
    private static final byte MIDDLE = 0;

    private final UnsafeBuffer term = new UnsafeBuffer(new byte[1024 * 1024]);
    private final Header header = new Header(0, 20);
    private final List<UnsafeBuffer> frames = new ArrayList<>();
    private Action answer = Action.CONTINUE;
    private final FrameAssembler assembler = new FrameAssembler(this::onFrame);
    private int tail;

    private Action onFrame(final DirectBuffer buffer, final int offset, final int length) {
        if (Action.ABORT != answer) {
            final UnsafeBuffer copy = new UnsafeBuffer(new byte[length]);
            copy.putBytes(0, buffer, offset, length);
            frames.add(copy);
        }
        return answer;
    }

    /** Appends a fragment to the term and shows it to the assembler; an aborted one stays the next. */
    private Action fragment(final byte flags, final int number, final int length) {
        final int offset = tail;
        term.putInt(offset, DataHeaderFlyweight.HEADER_LENGTH + length, ByteOrder.LITTLE_ENDIAN);
        term.putByte(offset + DataHeaderFlyweight.FLAGS_FIELD_OFFSET, flags);
        term.putInt(offset + DataHeaderFlyweight.TERM_OFFSET_FIELD_OFFSET, offset, ByteOrder.LITTLE_ENDIAN);
        term.setMemory(offset + DataHeaderFlyweight.HEADER_LENGTH, length, (byte) number);
        header.buffer(term);
        header.offset(offset);
        final Action action = assembler.onFragment(term, offset + DataHeaderFlyweight.HEADER_LENGTH, length, header);
        if (Action.ABORT != action) {
            tail = header.nextTermOffset();
        }
        return action;
    }

    private void skip() {
        tail += 2048;
    }

    @Test
    void shouldPassOnWholeMessagesWithoutCopying() {
        fragment(UNFRAGMENTED, 1, 100);
        fragment(UNFRAGMENTED, 2, 0);

        assertEquals(2, frames.size());
        assertEquals(100, frames.get(0).capacity());
        assertEquals(0, assembler.capacity());
    }

    @Test
    void shouldJoinFragments() {
        fragment(BEGIN_FRAG_FLAG, 1, PART);
        fragment(MIDDLE, 2, PART);
        fragment(END_FRAG_FLAG, 3, 10);

        assertEquals(1, frames.size());
        final UnsafeBuffer frame = frames.get(0);
        assertEquals(2 * PART + 10, frame.capacity());
        assertEquals(1, frame.getByte(PART - 1));
        assertEquals(2, frame.getByte(PART));
        assertEquals(3, frame.getByte(2 * PART + 9));
        assertEquals(0, assembler.droppedCount());
    }

    @Test
    void shouldHandOverTheSameFrameAgainWhenItWasNotTaken() {
        fragment(BEGIN_FRAG_FLAG, 1, PART);
        answer = Action.ABORT;
        assertEquals(Action.ABORT, fragment(END_FRAG_FLAG, 2, PART));
        assertEquals(Action.ABORT, fragment(END_FRAG_FLAG, 2, PART));
        answer = Action.CONTINUE;
        assertEquals(Action.CONTINUE, fragment(END_FRAG_FLAG, 2, PART));

        assertEquals(1, frames.size());
        assertEquals(2 * PART, frames.get(0).capacity());
        assertEquals(2, frames.get(0).getByte(2 * PART - 1));
    }

    @Test
    void shouldTakeAFrameOfTheGreatestLengthAndHoldNoMore() {
        fragment(BEGIN_FRAG_FLAG, 1, PART);
        for (int i = 0; i < 62; i++) {
            fragment(MIDDLE, 2, PART);
        }
        fragment(END_FRAG_FLAG, 3, PART);

        assertEquals(1, frames.size());
        assertEquals(FrameDescriptor.MAX_FRAME_LENGTH, frames.get(0).capacity());
        assertEquals(FrameDescriptor.MAX_FRAME_LENGTH, assembler.capacity());
    }

    @Test
    void shouldDropAMessageThatIsLongerThanAFrameInWhateverPieces() {
        fragment(BEGIN_FRAG_FLAG, 1, PART);
        for (int i = 0; i < 200; i++) {
            fragment(MIDDLE, 2, PART);
            assertTrue(assembler.capacity() <= FrameDescriptor.MAX_FRAME_LENGTH);
        }
        fragment(END_FRAG_FLAG, 3, PART);
        assertEquals(1, assembler.droppedCount());
        fragment(UNFRAGMENTED, 4, FrameDescriptor.MAX_FRAME_LENGTH + 1);
        fragment(BEGIN_FRAG_FLAG, 5, FrameDescriptor.MAX_FRAME_LENGTH + 1);
        fragment(END_FRAG_FLAG, 5, 1);

        assertEquals(3, assembler.droppedCount());
        assertTrue(frames.isEmpty());
        fragment(UNFRAGMENTED, 6, FrameDescriptor.MAX_FRAME_LENGTH);
        assertEquals(1, frames.size());
    }

    @Test
    void shouldDropAMessageWithAPartMissingAndGoOn() {
        fragment(BEGIN_FRAG_FLAG, 1, PART);
        skip();
        fragment(MIDDLE, 2, PART);
        fragment(END_FRAG_FLAG, 3, PART);
        fragment(BEGIN_FRAG_FLAG, 4, PART);
        fragment(END_FRAG_FLAG, 5, PART);

        assertEquals(1, frames.size());
        assertEquals(4, frames.get(0).getByte(0));
        assertEquals(1, assembler.droppedCount());
    }

    @Test
    void shouldDropAMessageThatIsNeverCompleted() {
        fragment(BEGIN_FRAG_FLAG, 1, PART);
        fragment(BEGIN_FRAG_FLAG, 2, PART);
        fragment(UNFRAGMENTED, 3, PART);
        fragment(END_FRAG_FLAG, 4, PART);

        assertEquals(1, frames.size());
        assertEquals(3, frames.get(0).getByte(0));
        assertEquals(2, assembler.droppedCount());
    }

    @Test
    void shouldIgnoreAnEndWithoutABeginning() {
        fragment(END_FRAG_FLAG, 1, PART);
        fragment(MIDDLE, 1, PART);

        assertTrue(frames.isEmpty());
        assertEquals(0, assembler.capacity());
    }
}
