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
    private static final int SMALL_CAPACITY = 16 * 1024;

    private final LaneMemory memory = new LaneMemory(KEPT_BYTES);
    private final Lane lane = new Lane(memory);
    private final UnsafeBuffer source = new UnsafeBuffer(new byte[70_000]);

    @Test
    void shouldBehaveLikeAQueueThatCanBeReadAgain() {
        memory.onResized(KEPT_BYTES + 1); // it is trimmed wherever little is left
        final Random random = new Random(3);
        int trimmed = 0;
        final ArrayDeque<Long> expected = new ArrayDeque<>();
        long next = 0;
        for (int i = 0; i < 20_000; i++) {
            for (int j = random.nextInt(i % 400 < 200 ? 5 : 2); j > 0; j--) {
                append(next, random.nextInt(random.nextInt(50) == 0 ? 5_000 : 600));
                expected.add(next++);
            }
            final int taken = random.nextInt(7);
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
            final int capacity = lane.buffer().capacity();
            lane.trim();
            trimmed += lane.buffer().capacity() < capacity && !lane.isEmpty() ? 1 : 0;
        }
        assertTrue(trimmed > 10, () -> "" + lane.buffer().capacity());
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
            assertTrue(memory.bytes() <= KEPT_BYTES || lane.buffer().capacity() <= 4 * lane.sizeBytes()
                    || lane.buffer().capacity() == SMALL_CAPACITY,
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
        assertEquals(SMALL_CAPACITY, lane.buffer().capacity());
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
