package io.dtm.codec;

import static io.dtm.codec.FrameDescriptor.HEADER_LENGTH;
import static io.dtm.codec.FrameDescriptor.PREFIX_LENGTH;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.dtm.codec.FrameValidator.Verdict;
import io.dtm.codec.Schema.Message;
import java.util.Arrays;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Hostile frames: the validator never throws, reads nothing outside of the frame, allocates nothing, and is of the
 * oracle's opinion; what it lets pass decodes in full. The first byte says who sends the frame.
 */
class FuzzedFrameTest {
    /** Of the measuring itself. */
    private static final long TOLERATED_BYTES = 1024;

    private static final SchemaOracle ORACLE = new SchemaOracle(Frames.SCHEMA);
    private static final Origin[] SENDERS = Origin.values();

    static Stream<byte[]> frames() {
        final Stream<byte[]> single =
            Frames.messages().stream().map(message -> input(Frames.sender(message), Frames.counting(message)));
        final Stream<byte[]> joined = Arrays.stream(SENDERS).map(sender -> input(sender, several(sender)));
        return Stream.concat(single, joined);
    }

    private static byte[] several(final Origin sender) {
        return Frames.concatenated(Frames.messages().stream()
            .filter(message -> Frames.sender(message) == sender && !Frames.standsAlone(message))
            .map(Frames::counting).toArray(byte[][]::new));
    }

    private static byte[] input(final Origin sender, final byte[] frame) {
        final byte[] input = new byte[1 + frame.length];
        input[0] = (byte) sender.ordinal();
        System.arraycopy(frame, 0, input, 1, frame.length);
        return input;
    }

    @MethodSource("frames")
    @FuzzTest
    void shouldLetPassOnlyWhatDecodesInFull(final byte[] input) {
        if (input.length == 0) {
            return;
        }
        final Origin sender = SENDERS[(input[0] & 0xFF) % SENDERS.length];
        final byte[] frame = Arrays.copyOfRange(input, 1, input.length);
        final GuardedBuffer guarded = new GuardedBuffer(frame, 0, frame.length);
        final UnsafeBuffer buffer = guarded.buffer();

        AllocationBound.hold(TOLERATED_BYTES, () -> buffer,
            whole -> FrameValidator.validate(whole, 0, frame.length, sender));

        final boolean passes = FrameValidator.validate(buffer, 0, frame.length, sender) == Verdict.VALID;
        assertEquals(ORACLE.accepts(frame, sender), passes, "the oracle's opinion");
        if (passes) {
            decode(buffer);
        }
        VersionRefusalDescriptor.isVersionRefusal(buffer, 0, frame.length);
        guarded.checkUnchanged();
    }

    private static void decode(final UnsafeBuffer frame) {
        int offset = HEADER_LENGTH;
        for (int i = 0; i < FrameDescriptor.messageCount(frame, 0); i++) {
            final Message message = Frames.SCHEMA.message(FrameDescriptor.templateId(frame, offset));
            final int end = offset + FrameDescriptor.messageLength(frame, offset);
            final GeneratedCodec codec = Frames.codec(message);
            codec.decode(frame, offset + PREFIX_LENGTH, FrameDescriptor.blockLength(frame, offset),
                FrameDescriptor.version(frame, 0));
            assertEquals(end, codec.limit(), "the decoder stops where the message ends");
            offset = end;
        }
        assertEquals(frame.capacity(), offset);
    }
}
