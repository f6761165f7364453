package io.dtm.core.journal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.codec.RecordDescriptor;
import io.dtm.codec.SegmentDescriptor;
import io.dtm.core.journal.reading.RecordedRecords;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalException.Category;
import io.dtm.core.storage.JournalFile;
import io.dtm.core.storage.JournalStorage;
import io.dtm.core.storage.StorageSuite;
import io.dtm.core.storage.TestStorage;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** What an operator can give up, as a last resort, of a journal that is refused. */
abstract class CutContract extends StorageSuite {
    private static final String KEPT = ".cut";

    CutContract(final TestStorage testStorage) {
        super(testStorage);
    }

    /** So that the record tells all that it is given. */
    static UnsafeBuffer record(final long position, final long lostBytes, final String reason) {
        return new UnsafeBuffer(("cut " + position + " " + lostBytes + " " + reason).getBytes());
    }

    static JournalException refusal(final JournalStorage storage) {
        return assertCategory(Category.CORRUPT, () -> Process.start(storage));
    }

    @Test
    void shouldGoOnAtADamagedRecordAndTellOfTheCut() throws IOException {
        final Process process = Process.start(storage());
        process.append("kept");
        final long start = process.append("kept too");
        process.append("damaged");
        final long end = process.append("given up");
        process.forceAll();
        kill(process::abandon);
        flip(storage(), FIRST_SEGMENT, (int) start + RecordDescriptor.HEADER_LENGTH, 1);
        final byte[] before = bytes(FIRST_SEGMENT);
        final JournalException refusal = refusal(storage());
        assertEquals(start, refusal.cutPosition());
        assertTrue(refusal.getMessage().contains("--cut-at " + start), refusal.getMessage());

        final Process cut = Process.cut(storage(), start, "damaged");

        assertEquals(process.all().subList(0, 2), cut.replayed());
        assertTrue(cut.reports().get(0).contains("the " + (end - start) + " bytes from there on are lost"),
            cut.reports()::toString);
        assertEquals(cut.journal().appendedPosition(), cut.journal().forcedPosition());
        assertArrayEquals(before, bytes(FIRST_SEGMENT + KEPT));
        cut.append("afterwards");
        cut.forceAll();
        kill(cut::abandon);

        final Process ordinary = Process.start(storage());
        assertEquals(List.of("kept", "kept too", "cut " + start + " " + (end - start) + " damaged", "afterwards"),
            ordinary.texts());
        assertFalse(ordinary.tail().isTorn());
        ordinary.close();
    }

    @Test
    void shouldGiveUpEverythingBehindADamagedSegment() throws IOException {
        final Process process = severalSegments();
        flip(storage(), SECOND_SEGMENT, SegmentDescriptor.CRC_OFFSET, 1);
        assertCutAtTheEndOfTheFirst(process, List.of(SECOND_SEGMENT, THIRD_SEGMENT));
    }

    @Test
    void shouldGiveUpEverythingBehindAMissingSegment() throws IOException {
        final Process process = severalSegments();
        storage().delete(SECOND_SEGMENT);
        assertCutAtTheEndOfTheFirst(process, List.of(THIRD_SEGMENT));
    }

    @Test
    void shouldGiveUpEverythingBehindASegmentThatIsMissingBehindAFullOne() throws IOException {
        final Process process = Process.start(storage());
        fillFirstSegment(process);
        final int kept = process.all().size();
        process.append("given up");
        process.forceAll();
        process.journal().prepareSpace();
        kill(process::abandon);
        storage().delete(SECOND_SEGMENT);
        final long position = refusal(storage()).cutPosition();
        assertEquals(Process.SEGMENT_LENGTH, position);

        final Process cut = Process.cut(storage(), position, "missing");

        assertEquals(process.all().subList(0, kept), cut.replayed());
        kill(cut::abandon);
        final Process ordinary = Process.start(storage());
        assertEquals(kept + 1, ordinary.replayed().size());
        ordinary.close();
    }

    @Test
    void shouldGoOnAtTheFirstRecordOfASegment() throws IOException {
        final Process process = severalSegments();
        flip(storage(), SECOND_SEGMENT, SegmentDescriptor.HEADER_LENGTH + 4, 1);
        final long position = refusal(storage()).cutPosition();
        assertEquals(Process.SEGMENT_LENGTH + SegmentDescriptor.HEADER_LENGTH, position);

        final Process cut = Process.cut(storage(), position, "damaged");

        assertFalse(cut.replayed().isEmpty());
        assertEquals(process.all().subList(0, cut.replayed().size()), cut.replayed());
        assertTrue(storage().list().contains(SECOND_SEGMENT + KEPT));
        kill(cut::abandon);
        Process.start(storage()).close();
    }

    /** A record that can't be replayed is whole: the journal itself would go on behind it. */
    @Test
    void shouldCutWhereverARecordEnds() throws IOException {
        final Process process = severalSegments();
        final List<RecordedRecords.Entry> all = process.all();
        for (final int count : new int[] {all.size() - 1, all.size() / 2, 3}) {
            final long position = all.get(count - 1).position();

            final Process cut = Process.cut(storage(), position, "not replayable");

            assertEquals(all.subList(0, count), cut.replayed());
            kill(cut::abandon);
            final Process ordinary = Process.start(storage());
            assertEquals(count + 1, ordinary.replayed().size());
            kill(ordinary::abandon);
        }
        assertTrue(storage().list().stream().filter(name -> name.startsWith(FIRST_SEGMENT + KEPT)).count() >= 1,
            "earlier ones are never overwritten");
    }

    @Test
    void shouldRefuseACutWhereNoRecordEnds() {
        final Process process = Process.start(storage());
        final long position = process.append("something");
        process.forceAll();
        kill(process::abandon);

        for (final long wrong : new long[] {0, 8, position - 8, position + 8, Long.MAX_VALUE}) {
            assertCategory(Category.CUT_REFUSED, () -> Process.cut(storage(), wrong, "why"));
        }
        final Process ordinary = Process.start(storage());
        assertEquals(process.all(), ordinary.replayed());
        ordinary.close();
    }

    @Test
    void shouldKeepALostCheckpointAside() throws IOException {
        final Process process = Process.start(storage());
        final long position = process.append("kept");
        process.append("given up");
        process.forceAll();
        kill(process::abandon);
        final String ofTheLost = String.format("%020d.checkpoint", position + 8);
        final String ofTheKept = String.format("%020d.checkpoint", position);
        storage().create(ofTheLost, 8).close();
        storage().create(ofTheKept, 8).close();

        Process.cut(storage(), position, "why").close();

        assertTrue(storage().list().contains(ofTheKept));
        assertFalse(storage().list().contains(ofTheLost));
        assertTrue(storage().list().contains(ofTheLost + KEPT));
    }

    private Process severalSegments() {
        final Process process = Process.start(storage());
        process.appendSome(120, new Random(7));
        process.forceAll();
        kill(process::abandon);
        return process;
    }

    private void assertCutAtTheEndOfTheFirst(final Process process, final List<String> givenUp) throws IOException {
        final long position = refusal(storage()).cutPosition();
        assertTrue(position > SegmentDescriptor.HEADER_LENGTH && position <= Process.SEGMENT_LENGTH);

        final Process cut = Process.cut(storage(), position, "damaged");

        final int kept = cut.replayed().size();
        assertTrue(kept > 0);
        assertEquals(process.all().subList(0, kept), cut.replayed());
        for (final String name : givenUp) {
            assertTrue(storage().list().contains(name + KEPT), name);
        }
        cut.append("afterwards");
        kill(cut::abandon);
        final Process ordinary = Process.start(storage());
        assertEquals(kept + 2, ordinary.replayed().size());
        assertEquals(process.all().subList(0, kept), ordinary.replayed().subList(0, kept));
        ordinary.close();
    }

    /** To its last byte: no mark says that another segment follows. */
    private static void fillFirstSegment(final Process process) {
        process.append("extended");
        long left = Process.SEGMENT_LENGTH - process.journal().appendedPosition();
        while (left > 2 * Process.MAX_FRAME_LENGTH) {
            process.append(7, 1_000_000, new byte[Process.MAX_FRAME_LENGTH / 2]);
            left = Process.SEGMENT_LENGTH - process.journal().appendedPosition();
        }
        while (left > 0) {
            final int length = (int) Math.min(left, 512) - RecordDescriptor.HEADER_LENGTH;
            process.append(7, 1_000_000, new byte[left - 512 < 64 && left > 512 ? length - 64 : length]);
            left = Process.SEGMENT_LENGTH - process.journal().appendedPosition();
        }
        process.journal().prepareSpace();
    }

    private byte[] bytes(final String name) throws IOException {
        try (JournalFile file = storage().open(name, false)) {
            final byte[] bytes = new byte[file.length()];
            file.buffer().getBytes(0, bytes);
            return bytes;
        }
    }
}
