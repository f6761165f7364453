package io.dtm.transport.aeron;

import static io.aeron.logbuffer.FrameDescriptor.BEGIN_FRAG_FLAG;
import static io.aeron.logbuffer.FrameDescriptor.END_FRAG_FLAG;
import static io.aeron.logbuffer.FrameDescriptor.UNFRAGMENTED;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.aeron.logbuffer.ControlledFragmentHandler.Action;
import io.aeron.logbuffer.Header;
import io.aeron.protocol.DataHeaderFlyweight;
import io.dtm.codec.FrameDescriptor;
import io.dtm.session.AllocationBound;
import java.io.ByteArrayOutputStream;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Hostile fragments: the assembler holds a frame at most, and makes of them what the plainest assembler makes of them.
 * An input is a list of fragments, each of three bytes: its flags, whether something before it is missing and whether
 * its frame is taken only the second time; then its length in units of 8 bytes.
 */
class FuzzedFragmentsTest {
    private static final int TERM_LENGTH = 1024 * 1024;
    private static final int GAP = 1;
    private static final int NOT_AT_ONCE = 2;
    private static final int STEP_LENGTH = 3;
    /** The buffer doubles up to a frame; the copies of frames are the test's. */
    private static final long FIRST_BYTES = 4L * FrameDescriptor.MAX_FRAME_LENGTH;
    private static final long BYTES_PER_BYTE_OF_FRAGMENTS = 16;

    static Stream<byte[]> fragments() {
        final byte begin = BEGIN_FRAG_FLAG;
        final byte end = END_FRAG_FLAG;
        final byte whole = UNFRAGMENTED;
        final byte[] longest = new byte[STEP_LENGTH * 10];
        longest[0] = begin;
        for (int i = 0; i < longest.length; i += STEP_LENGTH) {
            longest[i + 1] = (byte) 0xFF;
            longest[i + 2] = 3;
        }
        return Stream.of(
            new byte[] {whole, 10, 0, begin, 100, 0, 0, 100, 0, end, 10, 0},
            new byte[] {begin, 100, 0, GAP, 100, 0, end, 10, 0, whole, 1, 0},
            new byte[] {begin, 100, 0, (byte) (end | NOT_AT_ONCE), 10, 0, end, 1, 0},
            new byte[] {begin, 0, 31, end, 0, 1, whole, 0, 32, whole, 1, 32},
            longest);
    }

    @MethodSource("fragments")
    @FuzzTest
    void shouldMakeFramesOfFragments(final byte[] input) {
        AllocationBound.hold(FIRST_BYTES + BYTES_PER_BYTE_OF_FRAGMENTS * TERM_LENGTH, Rig::new, rig -> rig.play(input));
    }

    /** A term, the assembler, and beside it another that keeps bytes in a stream. */
    private static final class Rig {
        private final UnsafeBuffer term = new UnsafeBuffer(new byte[TERM_LENGTH]);
        private final Header header = new Header(0, 20);
        private final List<byte[]> frames = new ArrayList<>();
        private final List<byte[]> expected = new ArrayList<>();
        private final FrameAssembler assembler = new FrameAssembler(this::onFrame);
        private ByteArrayOutputStream parts;
        private boolean isTaking;
        private int tail;

        void play(final byte[] input) {
            for (int at = 0; at + STEP_LENGTH <= input.length; at += STEP_LENGTH) {
                final int length = 8 * (input[at + 1] & 0xFF | (input[at + 2] & 0xFF) << 8);
                if (length + 4 * DataHeaderFlyweight.HEADER_LENGTH > TERM_LENGTH - tail) {
                    return;
                }
                final boolean isAfterGap = (input[at] & GAP) != 0;
                tail += isAfterGap ? 2 * DataHeaderFlyweight.HEADER_LENGTH : 0;
                final byte flags = (byte) (input[at] & UNFRAGMENTED);
                expect(flags, length, isAfterGap);
                isTaking = (input[at] & NOT_AT_ONCE) == 0;
                if (fragment(flags, length) == Action.ABORT) {
                    isTaking = true;
                    assertEquals(Action.CONTINUE, fragment(flags, length));
                }
                tail = header.nextTermOffset();
                assertTrue(assembler.capacity() <= FrameDescriptor.MAX_FRAME_LENGTH, "it holds a frame at most");
                assertEquals(expected.size(), frames.size(), "number of frames");
                if (!expected.isEmpty()) {
                    assertArrayEquals(expected.get(expected.size() - 1), frames.get(frames.size() - 1));
                }
            }
        }

        private Action onFrame(final DirectBuffer buffer, final int offset, final int length) {
            if (!isTaking) {
                return Action.ABORT;
            }
            final byte[] frame = new byte[length];
            buffer.getBytes(offset, frame);
            frames.add(frame);
            return Action.CONTINUE;
        }

        private Action fragment(final byte flags, final int length) {
            term.putInt(tail, DataHeaderFlyweight.HEADER_LENGTH + length, ByteOrder.LITTLE_ENDIAN);
            term.putByte(tail + DataHeaderFlyweight.FLAGS_FIELD_OFFSET, flags);
            term.putInt(tail + DataHeaderFlyweight.TERM_OFFSET_FIELD_OFFSET, tail, ByteOrder.LITTLE_ENDIAN);
            header.buffer(term);
            header.offset(tail);
            return assembler.onFragment(term, tail + DataHeaderFlyweight.HEADER_LENGTH, length, header);
        }

        private void expect(final byte flags, final int length, final boolean isAfterGap) {
            final byte[] content = new byte[length];
            Arrays.fill(content, (byte) (tail >> 5));
            term.putBytes(tail + DataHeaderFlyweight.HEADER_LENGTH, content);
            if ((flags & BEGIN_FRAG_FLAG) != 0) {
                parts = new ByteArrayOutputStream();
            } else if (isAfterGap) {
                parts = null;
            }
            if (parts == null) {
                return;
            }
            parts.writeBytes(content);
            if (parts.size() > FrameDescriptor.MAX_FRAME_LENGTH) {
                parts = null;
            } else if ((flags & END_FRAG_FLAG) != 0) {
                expected.add(parts.toByteArray());
                parts = null;
            }
        }
    }
}
