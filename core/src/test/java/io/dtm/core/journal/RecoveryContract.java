package io.dtm.core.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.codec.MarkDescriptor;
import io.dtm.codec.RecordDescriptor;
import io.dtm.codec.SegmentDescriptor;
import io.dtm.core.journal.reading.JournalReader;
import io.dtm.core.journal.reading.RecordedRecords;
import io.dtm.core.journal.reading.TailPointer;
import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalException.Category;
import io.dtm.core.storage.JournalFile;
import io.dtm.core.storage.JournalStorage;
import io.dtm.core.storage.StorageSuite;
import io.dtm.core.storage.TestStorage;
import java.io.IOException;
import java.util.Random;
import java.util.stream.IntStream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** What a start makes of damage, of lost tails and of what belongs to others. */
abstract class RecoveryContract extends StorageSuite {
    RecoveryContract(final TestStorage testStorage) {
        super(testStorage);
    }

    @Test
    void shouldCutATornTailAtEveryByte() throws IOException {
        final Process original = Process.start(freshStorage());
        original.append("forced");
        original.forceAll();
        original.append("whole");
        final long start = original.append("the one before the torn one");
        final long end = original.append("the torn one, which is a little longer");
        kill(original::abandon);
        for (int cut = (int) start; cut < end; cut += step()) {
            final JournalStorage storage = freshStorage();
            final Process process = Process.start(storage);
            process.append("forced");
            process.forceAll();
            process.append("whole");
            process.append("the one before the torn one");
            process.append("the torn one, which is a little longer");
            kill(process::abandon);
            write(storage, FIRST_SEGMENT, cut, new byte[(int) end - cut]);

            final Process next = Process.start(storage);
            final boolean isOnlyAlignmentCut = next.replayed().size() == 4;
            assertEquals(process.all().subList(0, isOnlyAlignmentCut ? 4 : 3), next.replayed(), "cut at " + cut);
            assertTrue(!isOnlyAlignmentCut || end - cut < RecordDescriptor.ALIGNMENT);
            assertEquals(!isOnlyAlignmentCut && cut > start, next.tail().isTorn(), "cut at " + cut);
            assertEquals(next.tail().isTorn() ? 1 : 0, next.reports().size());
            next.append("afterwards");
            kill(next::abandon);

            final Process last = Process.start(storage);
            assertEquals(next.all(), last.replayed(), "cut at " + cut);
            last.close();
        }
    }

    /** Else a copy that was started, and died at once, would prove what its original has lost (rule 12). */
    @Test
    void shouldProveNothingByAStartBeforeSomethingIsForcedBehindWhatItFound() {
        final JournalStorage storage = storage();
        final Process original = Process.start(storage);
        original.append("forced");
        original.forceAll();
        final long proven = original.journal().forcedPosition();
        original.append("not forced");
        kill(original::abandon);

        final Process first = Process.start(storage);
        assertEquals(proven, first.tail().evidencePosition());
        kill(first::abandon);
        final Process second = Process.start(storage);
        assertEquals(proven, second.tail().evidencePosition());
        second.append("where the start began");
        kill(second::abandon);
        final Process third = Process.start(storage);
        assertEquals(proven, third.tail().evidencePosition());
        final long end = third.append("again");
        third.forceAll();
        kill(third::abandon);
        final Process fourth = Process.start(storage);
        assertEquals(end, fourth.tail().evidencePosition());
        fourth.close();
    }

    /** A backup is made while the coordinator is stopped in order: nothing in it is doubted (rule 12). */
    @Test
    void shouldHaveProvenEverythingWhenItWasClosedInOrder() {
        final JournalStorage storage = storage();
        final Process process = Process.start(storage);
        process.append("first");
        process.forceAll();
        process.append("second");
        final long end = process.append("third");
        process.close();

        final Process next = Process.start(storage);
        assertEquals(end, next.tail().evidencePosition());
        next.close();
    }

    @Test
    void shouldDetectEveryFlippedBitOfARecord() throws IOException {
        final JournalStorage storage = storage();
        final Process process = Process.start(storage);
        process.append("first");
        final long start = process.append("before");
        final int length = "a frame".length();
        process.append("a frame");
        kill(process::abandon);

        try (JournalReader reader = JournalReader.open(storage)) {
            for (int bit = 0; bit < 8 * Process.lengthOfRecord(length); bit++) {
                final int offset = (int) start + bit / 8;
                final int mask = 1 << bit % 8;
                flip(storage, FIRST_SEGMENT, offset, mask);
                final RecordedRecords records = new RecordedRecords();
                assertTrue(reader.replay(0, records).isTorn(), "bit " + bit);
                assertEquals(2, records.entries().size(), "bit " + bit);
                flip(storage, FIRST_SEGMENT, offset, mask);
            }
            assertFalse(reader.replay(0, new RecordedRecords()).isTorn());
        }
    }

    @Test
    void shouldDetectEveryFlippedBitOfASegmentHeader() throws IOException {
        final JournalStorage storage = storage();
        final Process process = Process.start(storage);
        process.append("first");
        kill(process::abandon);
        try (JournalReader reader = JournalReader.open(storage)) {
            for (int bit = 0; bit < 8 * SegmentDescriptor.HEADER_LENGTH; bit += step()) {
                flip(storage, FIRST_SEGMENT, bit / 8, 1 << bit % 8);
                final JournalException ex =
                    assertThrows(JournalException.class, () -> reader.replay(0, new RecordedRecords()));
                assertTrue(ex.category() == Category.CORRUPT || ex.category() == Category.FOREIGN);
                assertTrue(ex.getMessage().contains(FIRST_SEGMENT));
                flip(storage, FIRST_SEGMENT, bit / 8, 1 << bit % 8);
            }
        }
    }

    @Test
    void shouldDetectEveryFlippedBitBehindTheEndOfASegment() throws IOException {
        final JournalStorage storage = storage();
        final Process process = Process.start(storage);
        process.append(1, 1_000, new byte[1000]);
        process.append(1, 1_000, new byte[1000]);
        process.append(1, 1_000, new byte[1000]);
        final long end = process.append(1, 1_000, new byte[100]);
        process.append(1, 1_000, new byte[1000]);
        process.forceAll();
        kill(process::abandon);

        try (JournalReader reader = JournalReader.open(storage)) {
            for (int bit = 0; bit < 8 * (Process.SEGMENT_LENGTH - end); bit += step()) {
                flip(storage, FIRST_SEGMENT, (int) end + bit / 8, 1 << bit % 8);
                final JournalException ex =
                    assertThrows(JournalException.class, () -> reader.replay(0, new RecordedRecords()));
                assertEquals(Category.CORRUPT, ex.category());
                assertTrue(ex.getMessage().contains(FIRST_SEGMENT + ", position " + end), ex.getMessage());
                flip(storage, FIRST_SEGMENT, (int) end + bit / 8, 1 << bit % 8);
            }
            assertFalse(reader.replay(0, new RecordedRecords()).isTorn());
        }
    }

    @Test
    void shouldRefuseToStartWhenAForcedRecordIsDamaged() throws IOException {
        final Process process = Process.start(storage());
        final long start = process.append("first");
        process.append("damaged");
        process.append("last");
        process.forceAll();
        kill(process::abandon);
        flip(storage(), FIRST_SEGMENT, (int) start + RecordDescriptor.HEADER_LENGTH, 1);

        final JournalException ex = assertCategory(Category.CORRUPT, () -> Process.start(storage()));

        assertTrue(ex.getMessage().contains(FIRST_SEGMENT), ex.getMessage());
        assertTrue(ex.getMessage().contains("position " + start), ex.getMessage());
        assertTrue(ex.getMessage().contains("mark file"), ex.getMessage());
        assertTrue(ex.getMessage().contains("Keep a copy"), ex.getMessage());
    }

    @Test
    void shouldKnowByALaterRecordThatADamagedOneWasForced() throws IOException {
        final Process process = Process.start(storage());
        final long start = process.append("first");
        process.append("damaged");
        process.forceAll();
        final long later = process.append("closing mark");
        kill(process::abandon);
        storage().delete(FileNames.MARK);
        flip(storage(), FIRST_SEGMENT, (int) start + 4, 1);

        final JournalException ex = assertCategory(Category.CORRUPT, () -> Process.start(storage()));

        assertTrue(ex.getMessage().contains("the record at position " + (later - 32)), ex.getMessage());
    }

    @Test
    void shouldKnowByTheNextSegmentThatADamagedRecordWasForced() throws IOException {
        final Process process = Process.start(storage());
        final long start = process.append("damaged") - 40;
        process.forceAll();
        for (int i = 0; i < 20; i++) {
            process.append(1, 1_000_000, new byte[Process.MAX_FRAME_LENGTH / 4]);
            process.journal().prepareSpace();
        }
        kill(process::abandon);
        storage().delete(FileNames.MARK);
        // All later records of the first two segments are lost, but the third one's header is there.
        write(storage(), FIRST_SEGMENT, (int) start, new byte[Process.SEGMENT_LENGTH - (int) start]);
        write(storage(), SECOND_SEGMENT, SegmentDescriptor.HEADER_LENGTH, new byte[4096]);
        write(storage(), THIRD_SEGMENT, SegmentDescriptor.HEADER_LENGTH, new byte[4096]);

        final JournalException ex = assertCategory(Category.CORRUPT, () -> Process.start(storage()));

        assertTrue(ex.getMessage().contains("header of"), ex.getMessage());
    }

    @Test
    void shouldNeverAcceptAValidRecordBeyondAGap() throws IOException {
        final JournalStorage storage = storage();
        final Process process = Process.start(storage);
        final long start = process.append("before the gap");
        final long end = process.append("gap");
        process.append("valid, but beyond the gap");
        process.append("and this one too");
        kill(process::abandon);
        write(storage, FIRST_SEGMENT, (int) start, new byte[(int) (end - start)]);

        final Process next = Process.start(storage);
        assertEquals(process.all().subList(0, 1), next.replayed());
        assertTrue(next.tail().isTorn());
        // Exactly as long as the gap: what was beyond it would follow now.
        assertEquals(end, next.append("pag"));
        kill(next::abandon);

        final Process last = Process.start(storage);
        assertEquals(2, last.replayed().size());
        assertEquals(next.all(), last.replayed());
        last.close();
    }

    @Test
    void shouldDropLaterSegmentsOfALostTail() throws IOException {
        final JournalStorage storage = storage();
        final Process process = Process.start(storage);
        final long start = process.append("kept");
        while (process.journal().appendedPosition() < 2 * Process.SEGMENT_LENGTH) {
            process.append(1, 1_000_000, new byte[100]);
            process.journal().prepareSpace();
        }
        kill(process::abandon);
        write(storage, FIRST_SEGMENT, (int) start, new byte[64]);

        final Process next = Process.start(storage);
        assertEquals(process.all().subList(0, 1), next.replayed());
        while (next.journal().appendedPosition() < 2 * Process.SEGMENT_LENGTH) {
            next.append(2, 2_000_000, new byte[100]);
            next.journal().prepareSpace();
        }
        kill(next::abandon);

        final Process last = Process.start(storage);
        assertEquals(next.all(), last.replayed());
        last.close();
    }

    @Test
    void shouldNotTakeBytesOfAnotherPlaceForRecords() throws IOException {
        final JournalStorage storage = storage();
        final Process process = Process.start(storage);
        process.appendSome(150, new Random(5));
        kill(process::abandon);
        final long end = process.journal().appendedPosition();
        final byte[] records = new byte[4096];
        try (JournalFile first = storage.open(FIRST_SEGMENT, false)) {
            first.buffer().getBytes(SegmentDescriptor.HEADER_LENGTH, records);
        }
        final int offset = (int) (end % Process.SEGMENT_LENGTH);
        final byte[] stale = java.util.Arrays.copyOf(records, Process.SEGMENT_LENGTH - offset);
        write(storage, FileNames.segment(end - offset), offset, stale);

        final Process next = Process.start(storage);

        assertEquals(process.all(), next.replayed());
        assertTrue(next.tail().isTorn());
        next.close();
    }

    @Test
    void shouldNotStartWithoutASegmentThatItNeeds() throws IOException {
        final Process process = Process.start(storage());
        process.appendSome(200, new Random(6));
        kill(process::abandon);
        storage().delete(SECOND_SEGMENT);

        final JournalException ex = assertCategory(Category.CORRUPT, () -> Process.start(storage()));

        assertTrue(ex.getMessage().contains(SECOND_SEGMENT), ex.getMessage());
        assertTrue(ex.getMessage().contains("missing"), ex.getMessage());
    }

    @Test
    void shouldNotStartWithoutAnySegment() throws IOException {
        kill(Process.start(storage())::abandon);
        for (final String name : storage().list()) {
            if (FileNames.isSegment(name)) {
                storage().delete(name);
            }
        }

        assertCategory(Category.CORRUPT, () -> Process.start(storage()));
    }

    @Test
    void shouldNotStartWithAJournalWhoseCoordinatorIdIsMissing() throws IOException {
        final Process process = Process.start(storage());
        process.append("something");
        kill(process::abandon);
        storage().delete(FileNames.COORDINATOR_ID);

        final JournalException ex = assertCategory(Category.FOREIGN, () -> Process.start(storage()));

        assertTrue(ex.getMessage().contains(FileNames.COORDINATOR_ID), ex.getMessage());
    }

    @Test
    void shouldStartAfterAFirstStartThatWasCutShort() throws IOException {
        kill(Process.start(storage())::abandon);
        storage().delete(FileNames.COORDINATOR_ID);
        storage().delete(FileNames.MARK);
        TailPointer.delete(storage());

        final Process process = Process.start(Process.context(storage()).coordinatorIdSupplier(() -> 99));

        assertEquals(99, process.journal().coordinatorId());
        process.close();
    }

    @Test
    void shouldRefuseASegmentOfAnotherCoordinator() throws IOException {
        final JournalStorage other = freshStorage();
        kill(Process.start(Process.context(other).coordinatorIdSupplier(() -> 99))::abandon);
        final byte[] segment = new byte[Process.SEGMENT_LENGTH];
        try (JournalFile file = other.open(FIRST_SEGMENT, false)) {
            file.buffer().getBytes(0, segment);
        }
        kill(Process.start(storage())::abandon);
        write(storage(), FIRST_SEGMENT, 0, segment);

        assertCategory(Category.FOREIGN, () -> Process.start(storage()));
    }

    @Test
    void shouldRefuseTheMarkFileOfAnotherCoordinator() throws IOException {
        final JournalStorage other = freshStorage();
        kill(Process.start(Process.context(other).coordinatorIdSupplier(() -> 99))::abandon);
        final byte[] mark = new byte[MarkDescriptor.FIELDS_LENGTH];
        try (JournalFile file = other.open(FileNames.MARK, false)) {
            file.buffer().getBytes(0, mark);
        }
        kill(Process.start(storage())::abandon);
        write(storage(), FileNames.MARK, 0, mark);

        final JournalException ex = assertCategory(Category.FOREIGN, () -> Process.start(storage()));
        assertTrue(ex.getMessage().contains("delete it"), ex.getMessage());
        storage().delete(FileNames.MARK);
        Process.start(storage()).close();
    }

    /** It is needed for nothing, and what a start goes by is there twice. */
    @Test
    void shouldStartWhicheverBitOfTheMarkFileFlips() throws IOException {
        final Process process = Process.start(storage());
        process.append("forced");
        process.forceAll();
        process.append("and not");
        kill(process::abandon);
        for (int bit = 0; bit < 8 * (MarkDescriptor.FIELDS_LENGTH + Long.BYTES); bit += step() * step()) {
            final int offset = bit / 8;
            flip(storage(), FileNames.MARK, offset, 1 << bit % 8);
            final boolean isTold = isTold(offset);
            final Process next = Process.start(storage());
            assertEquals(process.all(), next.replayed(), "bit " + bit);
            assertEquals(isTold, next.reports().stream().anyMatch(report -> report.contains("is damaged")),
                () -> offset + ": " + next.reports());
            kill(next::abandon);
        }
    }

    /** A killed process, and not one that ended in order, may leave the first forced position above the second. */
    private boolean isTold(final int offset) throws IOException {
        final boolean isNoField = offset >= Integer.BYTES && offset < MarkDescriptor.TIMESTAMP_OFFSET
            || offset >= MarkDescriptor.FIELDS_LENGTH;
        try (JournalFile mark = storage().open(FileNames.MARK, false)) {
            final long first = MarkDescriptor.forcedPosition(mark.buffer());
            final long second = MarkDescriptor.checkedForcedPosition(mark.buffer());
            return isNoField || first < second || first != second && MarkDescriptor.pid(mark.buffer()) == 0
                || IntStream.of(MarkDescriptor.COORDINATOR_ID_OFFSET, MarkDescriptor.COORDINATOR_ID_CHECK_OFFSET)
                    .anyMatch(field -> offset >= field && offset < field + Long.BYTES);
        }
    }

    /** Whichever bit of the mark file flips that isn't of the forced position: the only witness of the last force. */
    @Test
    void shouldStillBelieveADamagedMarkFile() throws IOException {
        final Process process = Process.start(storage());
        final long start = process.append("kept");
        process.append("damaged");
        process.forceAll();
        kill(process::abandon);
        final TailPointer tail = TailPointer.read(storage());
        if (tail != null) {
            storage().sharedMemory().delete(tail.location()); // It would mend the segment.
        }
        flip(storage(), FIRST_SEGMENT, (int) start + RecordDescriptor.HEADER_LENGTH, 1);
        for (int bit = 8 * Long.BYTES; bit < 8 * MarkDescriptor.FORCED_POSITION_OFFSET; bit += step() * step()) {
            flip(storage(), FileNames.MARK, bit / 8, 1 << bit % 8);
            assertCategory(Category.CORRUPT, () -> Process.start(storage()));
            flip(storage(), FileNames.MARK, bit / 8, 1 << bit % 8);
        }
    }

    /** A process that is killed between storing the two; or one of them is damaged: the lower counts. */
    @Test
    void shouldBelieveTheLowerOfTwoForcedPositions() throws IOException {
        final Process process = Process.start(storage());
        final long first = process.append("forced");
        process.append("and so is this");
        process.forceAll();
        kill(process::abandon);
        final UnsafeBuffer other = new UnsafeBuffer(new byte[MarkDescriptor.FILE_LENGTH]);
        for (final long position : new long[] {first, Long.MAX_VALUE}) {
            MarkDescriptor.forcedPosition(other, position);
            for (final int offset : new int[] {
                MarkDescriptor.FORCED_POSITION_OFFSET, MarkDescriptor.FORCED_POSITION_CHECK_OFFSET}) {
                final byte[] field = new byte[Long.BYTES];
                other.getBytes(offset, field);
                write(storage(), FileNames.MARK, offset, field);
                final boolean isTold = isTold(offset);
                final Process next = Process.start(storage());
                assertEquals(process.all(), next.replayed());
                assertEquals(isTold,
                    next.reports().stream().anyMatch(report -> report.contains("the lower one counts")),
                    next.reports()::toString);
                kill(next::abandon);
            }
        }
    }
}
