package io.dtm.core.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.codec.FrameDescriptor;
import io.dtm.core.ingress.EventPublisher;
import java.util.ArrayDeque;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class EventRingTest {
    private static final int ARENA = 2 * FrameDescriptor.MAX_FRAME_LENGTH;

    private final UnsafeBuffer frame = new UnsafeBuffer(new byte[FrameDescriptor.MAX_FRAME_LENGTH]);

    @Test
    void shouldKeepEveryFramesBytesUntilTheCoordinatorHasPassed() throws Exception {
        final EventRing ring = new EventRing(64, ARENA);
        final Random random = new Random(5);
        final ArrayDeque<Integer> expected = new ArrayDeque<>();
        int published = 0;
        int refused = 0;
        for (int round = 0; round < 5_000; round++) {
            final int length = random.nextInt(20) == 0
                ? FrameDescriptor.MAX_FRAME_LENGTH - random.nextInt(100) : 8 + random.nextInt(1_000);
            frame.setMemory(0, length, (byte) published);
            if (ring.offer(published, 0, frame, 0, length) == EventPublisher.NO_ROOM) {
                refused++;
                consume(ring, expected, 1 + random.nextInt(4));
            } else {
                expected.add(length);
                published++;
            }
        }
        consume(ring, expected, Integer.MAX_VALUE);

        assertTrue(expected.isEmpty());
        assertTrue(refused > 100 && published > 1_000, published + " published, " + refused + " refused");
    }

    @Test
    void shouldTakeTheLongestFrameWheneverItIsEmpty() throws Exception {
        final EventRing ring = new EventRing(64, ARENA);
        final ArrayDeque<Integer> expected = new ArrayDeque<>();
        for (int i = 0; i < 1_000; i++) {
            final int length = i % 2 == 0 ? FrameDescriptor.MAX_FRAME_LENGTH : 8 * (i % 113 + 1);
            frame.setMemory(0, length, (byte) i);
            assertTrue(ring.hasRoomFor(length));
            assertEquals(i, ring.offer(i, 0, frame, 0, length));
            expected.add(length);
            consume(ring, expected, 1);
        }
    }

    @Test
    void shouldRefuseFramesWhenAllSlotsAreTaken() throws Exception {
        final EventRing ring = new EventRing(4, ARENA);
        for (int i = 0; i < 4; i++) {
            assertEquals(i, ring.offer(1, 0, frame, 0, 8));
        }
        assertFalse(ring.hasRoomFor(8));
        assertEquals(EventPublisher.NO_ROOM, ring.offer(1, 0, frame, 0, 8));
        assertEquals(-1, ring.consumed());

        ring.journalPoller().poll((slot, sequence, isLast) -> true);
        assertFalse(ring.hasRoomFor(8));
        ring.coordinatorPoller().poll((slot, sequence, isLast) -> false);
        assertTrue(ring.hasRoomFor(8));
        assertEquals(0, ring.consumed());
    }

    @Test
    void shouldShowTheCoordinatorOnlyWhatIsJournalled() throws Exception {
        final EventRing ring = new EventRing(4, ARENA);
        ring.offer(1, 0, frame, 0, 8);
        final int[] seen = {0};

        ring.coordinatorPoller().poll((slot, sequence, isLast) -> ++seen[0] > 0);
        assertEquals(0, seen[0]);
        ring.journalPoller().poll((slot, sequence, isLast) -> true);
        ring.coordinatorPoller().poll((slot, sequence, isLast) -> ++seen[0] > 0);
        assertEquals(1, seen[0]);
    }

    @Test
    void shouldRefuseAnArenaInWhichAFrameMightNeverFit() {
        assertThrows(IllegalArgumentException.class, () -> new EventRing(4, ARENA / 2));
        assertThrows(IllegalArgumentException.class, () -> new EventRing(4, ARENA + 8));
    }

    private static void consume(final EventRing ring, final ArrayDeque<Integer> expected, final int limit)
        throws Exception {
        ring.journalPoller().poll((slot, sequence, isLast) -> true);
        final int[] left = {limit};
        ring.coordinatorPoller().poll((slot, sequence, isLast) -> {
            assertEquals(expected.poll(), slot.length);
            for (int i = 0; i < slot.length; i += 7) {
                assertEquals((byte) slot.linkId, ring.arenaBuffer().getByte(slot.offset + i));
            }
            return --left[0] > 0;
        });
    }
}
