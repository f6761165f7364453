package io.dtm.simulation.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.codec.RecordDescriptor;
import io.dtm.codec.SegmentDescriptor;
import io.dtm.codec.TailDescriptor;
import io.dtm.core.journal.JournalContext;
import io.dtm.core.journal.SegmentedJournal;
import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.JournalFile;
import io.dtm.core.storage.simulated.SimulatedStorage;
import java.io.IOException;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.Set;
import org.agrona.collections.IntIntConsumer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Flips each bit of a tail, and of the segments that it goes on from, after the process died with records that are in
 * the tail alone. The tail has all records of this small journal.
 */
final class FlippedTailTest {
    private static final int SEGMENT_LENGTH = 8192;
    private static final int APPENDED_OFFSET = 128;
    private static final int FORCED_OFFSET = 256;
    private static final int REFUSED = -1;
    private static final int RECORDS = 72;
    private static final int RECORDS_IN_TAIL_ONLY = 8;

    private final RecordedEvents recorded = RecordedEvents.of(1, RECORDS);
    private final History history = new History(recorded.coordinatorId());
    private final SimulatedStorage storage = StorageModel.STAGED.storage();
    private long forced;
    private int refused;
    private int shortened;
    private int whole;

    @BeforeEach
    void appendAndDie() {
        final SegmentedJournal journal = new Restart(context(storage), history).journal();
        while (history.size() < RECORDS) {
            final RecordedEvents.Record record = recorded.records().get(history.size());
            history.appended(history.size() + 1, record, Restart.append(journal, record));
            journal.prepareSpace();
            if (history.size() % 7 == 0 && history.size() <= RECORDS - RECORDS_IN_TAIL_ONLY) {
                journal.requestForce(journal.appendedPosition());
                journal.force();
                forced = journal.forcedPosition();
            }
        }
        assertTrue(forced > 2 * SegmentDescriptor.HEADER_LENGTH + SEGMENT_LENGTH / 2, "no roll");
        assertTrue(history.positionOf(RECORDS) > forced);
        storage.killProcess();
    }

    private JournalContext context(final SimulatedStorage image) {
        return StorageModel.STAGED.context(image, history.coordinatorId())
            .segmentLength(SEGMENT_LENGTH)
            .reservedSegments(1);
    }

    @Test
    void shouldNeverAcceptAFlippedBitOfTheTail() throws IOException {
        final String location = storage.sharedMemory().list().get(0);
        final JournalFile tail = storage.copy().sharedMemory().open(location);
        final Set<Integer> records = positionsOfRecords(tail.buffer());
        final Set<Integer> paddings = positionsOfPaddings(tail.buffer());
        final long appended = TailDescriptor.appendedPosition(tail.buffer());
        for (final int bit : FlippedBitsTest.bits(tail)) {
            final int offset = bit / Byte.SIZE;
            final SimulatedStorage image = storage.copy();
            image.sharedMemory().flip(location, offset, 1 << bit % Byte.SIZE);
            final int found = start(image, "tail, bit " + bit);
            final String what = "tail, bit " + bit + ": " + found;
            final int position = offset - TailDescriptor.HEADER_LENGTH;
            final boolean isDirectory =
                offset >= TailDescriptor.DIRECTORY_OFFSET && offset < TailDescriptor.HEADER_LENGTH;
            if (offset < TailDescriptor.CRC_OFFSET + Integer.BYTES || isDirectory || records.contains(position)
                || paddings.contains(position)) {
                assertEquals(REFUSED, found, what);
            } else if (offset >= APPENDED_OFFSET && offset < APPENDED_OFFSET + Long.BYTES) {
                // Nothing else says where a tail ends. It may end earlier, with a record, and not before the force.
                final long end = appended ^ 1L << bit - Byte.SIZE * APPENDED_OFFSET;
                assertTrue(found == REFUSED || end >= forced && history.positionOf(found) <= end, what);
            } else if (offset >= FORCED_OFFSET && offset < FORCED_OFFSET + Long.BYTES) {
                assertTrue(found == REFUSED || found == RECORDS, what);
            } else {
                assertEquals(RECORDS, found, what);
            }
        }
        report("a tail");
        assertTrue(refused > Byte.SIZE * records.size() && whole > 0);
    }

    /**
     * The tail mends a record, with what aligns it; but not a header, without which nobody knows what the segment is,
     * nor what isn't zero behind a segment's end.
     */
    @Test
    void shouldMendAFlippedBitOfASegmentFromTheTail() throws IOException {
        for (final String name : storage.list()) {
            if (FileNames.isSegment(name)) {
                final JournalFile segment = storage.copy().open(name, false);
                final int rest = offsetOfRest(segment.buffer());
                for (final int bit : FlippedBitsTest.bits(segment)) {
                    final SimulatedStorage image = storage.copy();
                    image.flip(name, bit / Byte.SIZE, 1 << bit % Byte.SIZE);
                    final boolean isRefused =
                        bit / Byte.SIZE < SegmentDescriptor.HEADER_LENGTH || bit / Byte.SIZE >= rest;
                    final String what = name + ", bit " + bit;
                    assertEquals(isRefused ? REFUSED : RECORDS, start(image, what), what);
                }
            }
        }
        report("segments beside a tail");
    }

    /** @return offset behind a segment's end mark; its length if it has none. */
    private static int offsetOfRest(final UnsafeBuffer segment) {
        int offset = SegmentDescriptor.HEADER_LENGTH;
        while (offset < segment.capacity() && segment.getInt(offset, ByteOrder.LITTLE_ENDIAN) != 0) {
            final int word = segment.getInt(offset, ByteOrder.LITTLE_ENDIAN);
            offset += RecordDescriptor.aligned(RecordDescriptor.recordLength(word));
            if (RecordDescriptor.isEnd(word)) {
                return offset;
            }
        }
        return segment.capacity();
    }

    private int start(final SimulatedStorage image, final String what) {
        int found;
        try {
            found = new Restart(context(image), history).recovered();
        } catch (final Restart.Refused e) {
            found = REFUSED;
        } catch (final AssertionError e) {
            throw new AssertionError(what + ": " + e.getMessage(), e);
        }
        if (found == REFUSED) {
            refused++;
        } else if (found < RECORDS) {
            shortened++;
        } else {
            whole++;
        }
        return found;
    }

    private void report(final String what) {
        System.out.printf("flipped bits of %s: %d refused, %d ended it with an earlier record, %d changed nothing%n",
            what, refused, shortened, whole);
    }

    /** Of the bytes that a record has in the tail, without what aligns the next one. Of ends of segments: none. */
    private static Set<Integer> positionsOfRecords(final UnsafeBuffer tail) {
        final Set<Integer> positions = new HashSet<>();
        forEachRecord(tail, (position, length) -> {
            for (int i = 0; i < length; i++) {
                positions.add(position + i);
            }
        });
        return positions;
    }

    private static Set<Integer> positionsOfPaddings(final UnsafeBuffer tail) {
        final Set<Integer> positions = new HashSet<>();
        forEachRecord(tail, (position, length) -> {
            for (int i = length; i < RecordDescriptor.aligned(length); i++) {
                positions.add(position + i);
            }
        });
        return positions;
    }

    private static void forEachRecord(final UnsafeBuffer tail, final IntIntConsumer consumer) {
        int position = SegmentDescriptor.HEADER_LENGTH;
        while (position < TailDescriptor.appendedPosition(tail)) {
            final int word = tail.getInt(TailDescriptor.HEADER_LENGTH + position, ByteOrder.LITTLE_ENDIAN);
            if (RecordDescriptor.isEnd(word)) {
                position = (position / SEGMENT_LENGTH + 1) * SEGMENT_LENGTH + SegmentDescriptor.HEADER_LENGTH;
            } else {
                consumer.accept(position, RecordDescriptor.recordLength(word));
                position += RecordDescriptor.aligned(RecordDescriptor.recordLength(word));
            }
        }
    }
}
