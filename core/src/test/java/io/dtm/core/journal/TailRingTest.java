package io.dtm.core.journal;

import static io.dtm.core.storage.StorageSuite.assertCategory;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.codec.RecordDescriptor;
import io.dtm.codec.TailDescriptor;
import io.dtm.core.journal.reading.JournalReader;
import io.dtm.core.journal.reading.JournalTail;
import io.dtm.core.journal.reading.RecordChecksum;
import io.dtm.core.journal.reading.RecordView;
import io.dtm.core.journal.reading.RecordedRecords;
import io.dtm.core.journal.reading.SegmentReader;
import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.JournalException.Category;
import io.dtm.core.storage.JournalFile;
import io.dtm.core.storage.simulated.SimulatedStorage;
import io.dtm.core.storage.simulated.Survival;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The ring of a staged journal: going round, running full, and what of it gets into the segments. */
class TailRingTest {
    private static final int CAPACITY = 32 * 1024;
    private static final int SEGMENT_LENGTH = 64 * 1024;
    private static final int MARGIN = TailDescriptor.margin(Process.MAX_FRAME_LENGTH);

    private final SimulatedStorage storage = new SimulatedStorage().staged(true);

    /** A record of each length starts so many bytes before the ring's end, or ends there. */
    @Test
    void shouldGoRoundAtEveryAlignment() {
        for (int before = 0; before <= 80; before += RecordDescriptor.ALIGNMENT) {
            for (int length = 0; length <= 70; length++) {
                final SimulatedStorage one = new SimulatedStorage().staged(true);
                final Process process = Process.start(context(one));
                fillUpTo(process, CAPACITY - before);
                process.append(1, 5, frame(length));
                process.append(1, 5, frame(length + 1));
                final boolean isForcedAcross = length % 2 == 0;
                if (isForcedAcross) {
                    process.forceAll();
                }
                one.killProcess();
                final Process next = Process.start(context(one));
                assertEquals(process.all(), next.replayed(), before + " bytes before the end, frame of " + length);
                assertTrue(next.journal().appendedPosition() > CAPACITY - 80);
                one.losePower(Survival.NOTHING);
                assertEquals(process.all(), Process.start(context(one)).replayed());
            }
        }
    }

    @Test
    void shouldHoldTheLongestRecordAcrossItsEnd() {
        for (int before = 8; before <= MARGIN; before += 8) {
            final SimulatedStorage one = new SimulatedStorage().staged(true);
            final Process process = Process.start(context(one));
            fillUpTo(process, CAPACITY - before);
            process.append(1, 5L + 2 * 0xFFFF_FFFFL, frame(Process.MAX_FRAME_LENGTH));
            assertEquals(CAPACITY - before + MARGIN, process.journal().appendedPosition());
            one.killProcess();
            assertEquals(process.all(), Process.start(context(one)).replayed());
        }
    }

    @Test
    void shouldGoRoundManyTimesThroughManySegments() {
        final Random random = new Random(4);
        Process process = Process.start(Process.context(storage).tailLength(CAPACITY));
        for (int round = 0; round < 300; round++) {
            process.appendSome(random.nextInt(60), random);
            if (random.nextBoolean()) {
                process.forceAll();
            }
            if (random.nextInt(10) == 0) {
                storage.killProcess();
                final Process next = Process.start(Process.context(storage).tailLength(CAPACITY));
                assertEquals(process.all(), next.replayed());
                process = next;
            }
        }
        assertTrue(process.journal().appendedPosition() > 20L * CAPACITY);
    }

    /** Old bytes of the ring must not get into what aligns records, or behind a segment's records. */
    @Test
    void shouldLeaveZerosInTheSegmentsBehindAndBetweenRecords() throws IOException {
        final Random random = new Random(5);
        final Process process = Process.start(Process.context(storage).tailLength(CAPACITY));
        for (int round = 0; round < 60; round++) {
            process.appendSome(20, random);
            process.forceAll();
        }
        assertTrue(process.journal().appendedPosition() > 4L * CAPACITY);
        final RecordChecksum checksum = new RecordChecksum(Process.COORDINATOR_ID);
        for (final String name : storage.list()) {
            if (FileNames.isSegment(name)) {
                checkZeros(name, checksum);
            }
        }
    }

    @Test
    void shouldRefuseARecordWithoutRoomAndNeverGoOverWhatIsNotForced() {
        final Process process = Process.start(context(storage));
        while (process.journal().hasRoom()) {
            process.append(1, 1, frame(100));
        }
        final long unforced = process.journal().appendedPosition() - process.journal().forcedPosition();
        assertTrue(unforced > CAPACITY / 2 && unforced <= CAPACITY / 2 + 128);

        assertCategory(Category.APPEND_FAILED, () -> {
            while (true) {
                process.append(1, 1, frame(Process.MAX_FRAME_LENGTH));
            }
        });

        storage.killProcess();
        assertEquals(process.all(), Process.start(context(storage)).replayed());
    }

    @Test
    void shouldForceByItselfWellBeforeThereIsNoRoom() {
        final Process process = Process.start(context(storage).unforcedBound(Integer.MAX_VALUE));
        assertEquals(0, process.journal().force());
        while (process.journal().appendedPosition() - process.journal().forcedPosition() <= CAPACITY / 4) {
            assertEquals(0, process.journal().force());
            process.append(1, 1, frame(100));
        }
        assertTrue(process.journal().hasRoom());
        assertEquals(1, process.journal().force());
        assertEquals(process.journal().appendedPosition(), process.journal().forcedPosition());
    }

    @Test
    void shouldHaveRoomAgainAfterAForce() {
        final Process process = Process.start(context(storage));
        for (int round = 0; round < 10; round++) {
            while (process.journal().hasRoom()) {
                process.append(1, 1, frame(50));
                process.journal().prepareSpace();
            }
            assertFalse(process.journal().hasRoom());
            assertEquals(1, process.journal().force());
            assertTrue(process.journal().hasRoom());
        }
        storage.killProcess();
        assertEquals(process.all(), Process.start(context(storage)).replayed());
    }

    @Test
    void shouldAlwaysHaveRoomWithoutATail() {
        final Process process = Process.start(context(storage.staged(false)));
        while (process.journal().appendedPosition() < 4 * CAPACITY) {
            assertTrue(process.journal().hasRoom());
            process.append(1, 1, frame(500));
            process.journal().prepareSpace();
        }
    }

    @Test
    void shouldNameALengthThatCannotBe() {
        for (final int length : new int[] {0, CAPACITY / 2, CAPACITY + 8, 3 * CAPACITY / 2, 1 << 30}) {
            final JournalContext context = Process.context(storage).tailLength(length);
            final IllegalArgumentException ex = assertThrows(IllegalArgumentException.class, context::conclude);
            assertTrue(ex.getMessage().startsWith("tailLength must be"), ex.getMessage());
        }
        Process.context(storage).tailLength(CAPACITY).conclude();
    }

    @Test
    void shouldReadRecordsAcrossItsEndWhileTheCoordinatorRuns() {
        final Random random = new Random(6);
        final Process process = Process.start(Process.context(storage).tailLength(CAPACITY));
        try (JournalReader reader = JournalReader.open(storage)) {
            for (int round = 0; round < 100; round++) {
                process.appendSome(20, random);
                if (random.nextInt(3) == 0) {
                    process.forceAll();
                }
                final RecordedRecords records = new RecordedRecords();
                final JournalTail tail = reader.replay(0, records);
                assertEquals(process.all(), records.entries());
                final long beyond = tail.position() - process.journal().appendedPosition();
                assertTrue(beyond == 0 || beyond == Process.FIRST_POSITION, "a full segment ends in the next one");
                assertFalse(tail.isTorn());
            }
        }
    }

    private void checkZeros(final String name, final RecordChecksum checksum) throws IOException {
        try (SegmentReader segment = SegmentReader.open(storage, name, Process.COORDINATOR_ID, checksum);
            JournalFile file = storage.open(name, false)) {
            final RecordView records = segment.records();
            long position = segment.firstPosition();
            while (records.at(position) == RecordView.Found.RECORD) {
                final int offset = (int) (position - segment.basePosition());
                final int length =
                    RecordDescriptor.recordLength(RecordDescriptor.lengthWord(file.buffer(), offset));
                position = records.endOf(position);
                for (int i = offset + length; i < position - segment.basePosition(); i++) {
                    assertEquals(0, file.buffer().getByte(i), "between records of " + name + " at " + i);
                }
            }
            if (position < segment.endPosition() && records.at(position) == RecordView.Found.END) {
                position += RecordDescriptor.END_LENGTH;
            }
            for (; position < segment.endPosition(); position += Long.BYTES) {
                assertTrue(records.isZero(position), "behind the records of " + name + " at " + position);
            }
        }
    }

    private static JournalContext context(final SimulatedStorage storage) {
        return Process.context(storage).segmentLength(SEGMENT_LENGTH).tailLength(CAPACITY);
    }

    /** Forces most of it: what is left is short. */
    private static void fillUpTo(final Process process, final long position) {
        while (position - process.journal().appendedPosition() > MARGIN) {
            process.append(1, 5, frame(Process.MAX_FRAME_LENGTH / 2));
            process.forceAll();
        }
        final long half = (position - process.journal().appendedPosition()) / 2 & -RecordDescriptor.ALIGNMENT;
        process.append(1, 5, frame((int) half - RecordDescriptor.HEADER_LENGTH));
        final int rest = (int) (position - process.journal().appendedPosition());
        process.append(1, 5, frame(rest - RecordDescriptor.HEADER_LENGTH));
        assertEquals(position, process.journal().appendedPosition());
    }

    private static byte[] frame(final int length) {
        final byte[] frame = new byte[length];
        new Random(length).nextBytes(frame);
        return frame;
    }
}
