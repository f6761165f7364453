package io.dtm.core.egress;

import static io.dtm.core.egress.OutboundDescriptor.TYPE_SESSION_MESSAGE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class OutboundQueueTest {
    private static final int ALL = Integer.MAX_VALUE;

    private final List<Long> read = new ArrayList<>();
    private final OutboundQueue.Handler reader =
        (buffer, offset) -> read.add(OutboundDescriptor.position(buffer, offset));

    @Test
    void shouldShowRecordsOnlyOncePublished() {
        final OutboundQueue queue = new OutboundQueue(4096);
        write(queue, 1, 10);
        write(queue, 2, 10);
        assertEquals(0, queue.read(reader, ALL));

        queue.publish();
        assertFalse(queue.isEmpty());
        assertEquals(2, queue.read(reader, ALL));
        assertEquals(List.of(1L, 2L), read);
        assertTrue(queue.isEmpty());
    }

    @Test
    void shouldKeepOrderAndContentWhereverTheBufferEnds() {
        final OutboundQueue queue = new OutboundQueue(4096);
        final Random random = new Random(7);
        long written = 0;
        for (int i = 0; i < 5_000; i++) {
            while (queue.hasRoom(1200)) {
                write(queue, written++, random.nextInt(500));
            }
            queue.publish();
            queue.read(reader, 1 + random.nextInt(10));
        }
        queue.read(reader, ALL);

        assertEquals(written, read.size());
        for (int i = 0; i < read.size(); i++) {
            assertEquals(i, read.get(i));
        }
    }

    @Test
    void shouldRefuseMoreThanFitsInsteadOfOverwriting() {
        final OutboundQueue queue = new OutboundQueue(4096);
        assertThrows(IllegalStateException.class, () -> {
            for (int i = 0; i < 100; i++) {
                write(queue, i, 100);
            }
        });
        assertFalse(queue.hasRoom(1200));
    }

    @Test
    void shouldStartAgainAtTheFrontWheneverItIsEmpty() {
        final OutboundQueue queue = new OutboundQueue(1 << 20);
        int highest = 0;
        for (int i = 0; i < 20_000; i++) {
            assertTrue(queue.hasRoom(1 << 19));
            highest = Math.max(highest, queue.claim(100));
            write(queue, i, 100);
            queue.publish();
            assertEquals(1, queue.read(reader, ALL));
        }

        assertEquals(20_000, read.size());
        assertTrue(highest < 300 * 1024, "stays at the front: " + highest);
    }

    @Test
    void shouldStartAgainAtTheFrontFromWhereNoHeaderFits() {
        final int capacity = 1 << 19;
        final int bodyLength = capacity - OutboundDescriptor.HEADER_LENGTH - OutboundDescriptor.ALIGNMENT;
        final OutboundQueue queue = new OutboundQueue(capacity);
        queue.claim(bodyLength);
        queue.commit(TYPE_SESSION_MESSAGE, 1, 1, true, 40, 22, bodyLength);
        queue.publish();
        queue.read(reader, ALL);

        write(queue, 2, 10);
        queue.publish();
        queue.read(reader, ALL);
        assertEquals(List.of(1L, 2L), read);
    }

    @Test
    void shouldPassRecordsBetweenTwoThreads() throws InterruptedException {
        final int records = 200_000;
        final OutboundQueue queue = new OutboundQueue(1 << 19);
        final AtomicReference<Throwable> failure = new AtomicReference<>();
        final Thread writer = new Thread(() -> {
            try {
                final Random random = new Random(11);
                for (int i = 0; i < records;) {
                    if (queue.hasRoom(4096)) {
                        for (int j = 0; j < 3 && i < records; j++) {
                            write(queue, i++, random.nextInt(300));
                        }
                        queue.publish();
                    } else {
                        Thread.onSpinWait();
                    }
                }
            } catch (final Throwable t) {
                failure.set(t);
            }
        });
        writer.start();
        final long[] next = {0};
        while (next[0] < records && failure.get() == null) {
            final int count = queue.read((buffer, offset) -> {
                assertEquals(next[0]++, OutboundDescriptor.position(buffer, offset));
                final int length = OutboundDescriptor.bodyLength(buffer, offset);
                if (length > 0) {
                    assertEquals((byte) length, buffer.getByte(OutboundDescriptor.bodyOffset(offset) + length - 1));
                }
            }, 64);
            if (count == 0) {
                Thread.yield();
            }
        }
        writer.join();

        assertEquals(null, failure.get());
        assertEquals(records, next[0]);
    }

    @Test
    void shouldRefuseACapacityThatIsNoPowerOfTwo() {
        assertThrows(IllegalArgumentException.class, () -> new OutboundQueue(5000));
        assertThrows(IllegalArgumentException.class, () -> new OutboundQueue(1024));
    }

    @Test
    void shouldRefuseABoundThatTheQueueCannotHold() {
        final OutboundQueue queue = new OutboundQueue(4096);

        assertThrows(IllegalArgumentException.class, () -> new EgressEncoder(queue, 8192));
    }

    private static void write(final OutboundQueue queue, final long position, final int bodyLength) {
        final int body = OutboundDescriptor.bodyOffset(queue.claim(bodyLength + 50));
        for (int i = 0; i < bodyLength; i++) {
            queue.buffer().putByte(body + i, (byte) bodyLength);
        }
        queue.commit(TYPE_SESSION_MESSAGE, 1, position, true, 40, 22, bodyLength);
    }
}
