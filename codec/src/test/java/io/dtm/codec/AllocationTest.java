package io.dtm.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.dtm.codec.FrameValidator.Verdict;
import io.dtm.codec.Schema.Message;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** The hot path allocates nothing, compiled or interpreted. */
class AllocationTest {
    private static final int ROUNDS = 20;
    private static final int CALLS = 2_000;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private int valid;

    @Test
    void shouldValidateWithoutAllocation() {
        final UnsafeBuffer[] frames = Frames.messages().stream()
            .map(message -> new UnsafeBuffer(Frames.counting(message))).toArray(UnsafeBuffer[]::new);
        final Origin[] origins = Origin.values();
        assertAllocatesNothing(() -> {
            for (final UnsafeBuffer frame : frames) {
                for (final Origin origin : origins) {
                    if (FrameValidator.validate(frame, 0, frame.capacity(), origin) == Verdict.VALID) {
                        valid++;
                    }
                    if (FrameValidator.validate(frame, 0, frame.capacity() - 1, origin) == Verdict.VALID) {
                        throw new AssertionError("a cut frame");
                    }
                }
            }
        });
        assertTrue(valid > 0);
    }

    @Test
    void shouldAppendAndJoinWithoutAllocation() {
        final List<Message> messages = List.of(
            Frames.SCHEMA.message("Votes"), Frames.SCHEMA.message("Prepares"), Frames.SCHEMA.message("Submit"));
        final UnsafeBuffer[] bodies = new UnsafeBuffer[messages.size()];
        final int[] lengths = new int[messages.size()];
        for (int i = 0; i < bodies.length; i++) {
            bodies[i] = new UnsafeBuffer(new byte[1024]);
            lengths[i] = Frames.codec(messages.get(i)).encode(Content.counting(messages.get(i), 1), bodies[i], 0);
        }
        final int[] templates = messages.stream().mapToInt(Message::id).toArray();
        final int[] blockLengths = messages.stream().mapToInt(Message::blockLength).toArray();
        final FrameBuilder builder = new FrameBuilder(1408);
        assertAllocatesNothing(() -> {
            for (int i = 0; i < templates.length * 10; i++) {
                final int which = i / 10;
                if (!builder.append(templates[which], blockLengths[which], bodies[which], 0, lengths[which])) {
                    builder.reset();
                }
            }
        });
    }

    /** Another thread's compilation can't disturb it: the count is this thread's own. The least of many rounds. */
    private static void assertAllocatesNothing(final Runnable hotPath) {
        long least = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS && least > 0; round++) {
            final long before = THREADS.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < CALLS; i++) {
                hotPath.run();
            }
            least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
        }
        assertEquals(0, least, "bytes in " + CALLS + " calls");
    }
}
