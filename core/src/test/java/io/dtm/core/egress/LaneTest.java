package io.dtm.core.egress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class LaneTest {
    private static final int KEPT_BYTES = 100_000;

    private final LaneMemory memory = new LaneMemory(KEPT_BYTES);
    private final Lane lane = new Lane(memory);
    private final UnsafeBuffer source = new UnsafeBuffer(new byte[70_000]);

    @Test
    void shouldBehaveLikeAQueueThatCanBeReadAgain() {
        final Random random = new Random(3);
        final ArrayDeque<Long> expected = new ArrayDeque<>();
        long next = 0;
        for (int i = 0; i < 20_000; i++) {
            for (int j = random.nextInt(4); j > 0; j--) {
                append(next, random.nextInt(random.nextInt(50) == 0 ? 5_000 : 200));
                expected.add(next++);
            }
            final int taken = random.nextInt(5);
            int read = 0;
            final var inOrder = expected.iterator();
            while (read < taken && lane.hasNext()) {
                assertEquals(inOrder.next(), OutboundDescriptor.position(lane.buffer(), lane.next()));
                lane.advance();
                read++;
            }
            if (random.nextBoolean()) {
                lane.commit();
                for (int j = 0; j < read; j++) {
                    expected.poll();
                }
            } else {
                lane.rollBack();
            }
            assertEquals(expected.isEmpty(), lane.isEmpty());
            if (random.nextInt(5) == 0) {
                lane.trim();
            }
        }
    }

    /** What is in use, four times, or what may be kept: whatever the way there was. */
    @Test
    void shouldHoldLittleMoreMemoryThanItNeeds() {
        final Random random = new Random(4);
        for (int i = 0; i < 200; i++) {
            final int length = random.nextInt(1, 60_000);
            for (int j = random.nextInt(60); j > 0; j--) {
                append(i, length);
            }
            for (int j = random.nextInt(80); j > 0 && lane.hasNext(); j--) {
                lane.next();
                lane.advance();
            }
            lane.commit();
            lane.trim();
            assertTrue(memory.bytes() <= Math.max(KEPT_BYTES, 4 * lane.sizeBytes()),
                () -> lane.sizeBytes() + " bytes in " + lane.buffer().capacity());
            assertEquals(lane.buffer().capacity() - 4096, memory.bytes());
        }
    }

    /** A session at work doesn't grow its buffer again and again. */
    @Test
    void shouldKeepItsMemoryWhileThereIsEnough() {
        append(1, 60_000);
        lane.clear();
        final int capacity = lane.buffer().capacity();
        lane.trim();
        assertEquals(capacity, lane.buffer().capacity());

        memory.onResized(KEPT_BYTES);
        lane.trim();
        assertEquals(4096, lane.buffer().capacity());
    }

    @Test
    void shouldGrowForARecordLargerThanItself() {
        append(1, 10);
        append(2, 60_000);
        lane.next();
        lane.advance();
        final int at = lane.next();

        assertEquals(2, OutboundDescriptor.position(lane.buffer(), at));
        assertEquals(60_000, OutboundDescriptor.bodyLength(lane.buffer(), at));
        assertTrue(lane.buffer().capacity() >= 64 * 1024);
    }

    @Test
    void shouldGiveUpMemoryWhenItIsReset() {
        append(1, 60_000);
        lane.reset();

        assertTrue(lane.isEmpty());
        assertFalse(lane.hasNext());
        assertEquals(4096, lane.buffer().capacity());
        assertEquals(0, memory.bytes());
    }

    private void append(final long position, final int bodyLength) {
        OutboundDescriptor.header(source, 0, OutboundDescriptor.TYPE_SESSION_MESSAGE, 0, position, true, 40, 22,
            bodyLength);
        lane.append(source, 0, 0);
    }
}
