package io.dtm.codec;

import static io.dtm.codec.FrameDescriptor.HEADER_LENGTH;
import static io.dtm.codec.FrameDescriptor.PREFIX_LENGTH;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.dtm.codec.FrameValidator.Verdict;
import io.dtm.codec.Schema.Message;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/**
 * Damages random frames at random. Whatever the validator lets pass must be decodable in full, from a buffer that ends
 * where the frame ends, and the validator must agree with the oracle that reads the schema's file. A failure names the
 * seed: {@code -Ddtm.codec.seed=N} repeats it.
 */
class FrameMutationTest {
    private static final int FRAMES = 100_000;
    private static final int[] EXTREMES = {0, 1, 2, 0x7F, 0x80, 0xFE, 0xFF};

    private final long seed = Long.getLong("dtm.codec.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final SchemaOracle oracle = new SchemaOracle(Frames.SCHEMA);

    @Test
    void shouldLetPassOnlyWhatDecodesInFull() {
        System.out.println("FrameMutationTest: -Ddtm.codec.seed=" + seed);
        int valid = 0;
        byte[] other = Frames.counting("Votes");
        for (int i = 0; i < FRAMES; i++) {
            final Origin sender = Origin.values()[random.nextInt(Origin.values().length)];
            final byte[] intact = randomFrame(sender);
            final byte[] frame = mutated(intact, other);
            other = intact;
            try {
                assertEquals(Verdict.VALID, Frames.validate(intact, sender), "intact");
                final boolean passes = Frames.validate(frame, sender) == Verdict.VALID;
                assertEquals(oracle.accepts(frame, sender), passes, "the oracle's opinion");
                if (passes) {
                    valid++;
                    decode(frame);
                }
            } catch (final RuntimeException | AssertionError e) {
                fail("seed " + seed + " frame " + i + " from " + sender + ": " + HexFormat.of().formatHex(frame), e);
            }
        }
        final int damaged = FRAMES - valid;
        assertTrue(valid > FRAMES / 20 && damaged > FRAMES / 4, () -> "too lopsided to mean much: " + damaged);
    }

    private static void decode(final byte[] frame) {
        final UnsafeBuffer buffer = new UnsafeBuffer(frame);
        int offset = HEADER_LENGTH;
        for (int i = 0; i < FrameDescriptor.messageCount(buffer, 0); i++) {
            final GeneratedCodec codec =
                Frames.codec(Frames.SCHEMA.message(FrameDescriptor.templateId(buffer, offset)));
            final int end = offset + FrameDescriptor.messageLength(buffer, offset);
            codec.decode(
                buffer,
                offset + PREFIX_LENGTH,
                FrameDescriptor.blockLength(buffer, offset),
                FrameDescriptor.version(buffer, 0));
            assertEquals(end, codec.limit(), "the decoder stops where the message ends");
            offset = end;
        }
        assertEquals(frame.length, offset);
    }

    private byte[] randomFrame(final Origin sender) {
        final List<Message> messages =
            Frames.messages().stream().filter(message -> Frames.mayCome(message, sender)).toList();
        final FrameBuilder builder = new FrameBuilder(FrameDescriptor.MAX_FRAME_LENGTH);
        final int count = 1 + random.nextInt(4);
        for (int i = 0; i < count; i++) {
            final Message message = messages.get(random.nextInt(messages.size()));
            Frames.append(builder, message, Content.random(message, 1 + random.nextInt(3), random));
        }
        return Frames.bytes(builder);
    }

    private byte[] mutated(final byte[] intact, final byte[] other) {
        byte[] frame = intact.clone();
        final int mutations = 1 + random.nextInt(3);
        for (int i = 0; i < mutations && frame.length > 0; i++) {
            final int at = random.nextInt(frame.length);
            switch (random.nextInt(8)) {
                case 0 -> frame[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> frame[at] = (byte) random.nextInt(256);
                case 2 -> frame[at] = (byte) EXTREMES[random.nextInt(EXTREMES.length)];
                case 3 -> frame[at] += (byte) (random.nextBoolean() ? 1 : -1);
                case 4 -> frame[Math.min(at, HEADER_LENGTH + PREFIX_LENGTH - 1)] = (byte) random.nextInt(64);
                case 5 -> frame = Arrays.copyOf(frame, at);
                case 6 -> frame = Arrays.copyOf(frame, frame.length + 1 + random.nextInt(8));
                default -> {
                    final int length = Math.min(frame.length - at, random.nextInt(other.length));
                    System.arraycopy(other, random.nextInt(other.length - length + 1), frame, at, length);
                }
            }
        }
        return frame;
    }
}
