package io.dtm.core.journal.inspection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.codec.MarkDescriptor;
import io.dtm.core.fake.Message;
import io.dtm.core.fake.PeerMessages;
import io.dtm.core.journal.Process;
import io.dtm.core.journal.reading.JournalTail;
import io.dtm.core.journal.reading.SegmentSummary;
import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalException.Category;
import io.dtm.core.storage.JournalFile;
import io.dtm.core.storage.MappedStorage;
import io.dtm.core.storage.StorageSuite;
import io.dtm.core.storage.simulated.SimulatedStorage;
import io.dtm.core.storage.simulated.Survival;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.agrona.DirectBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What tools are told of a journal, whatever its state. */
class JournalInspectorTest {
    private static final String FIRST = FileNames.segment(0);
    private static final String SECOND = FileNames.segment(Process.SEGMENT_LENGTH);
    private static final String THIRD = FileNames.segment(2 * Process.SEGMENT_LENGTH);
    private static final String SPARE = FileNames.segment(3 * Process.SEGMENT_LENGTH);
    private static final int RECORD_LENGTH = 1040;

    @TempDir
    private Path directory;
    private final SimulatedStorage storage = new SimulatedStorage();

    /** So long that three records fill a segment, but for its end. */
    private static void append(final Process process, final int count) {
        for (int i = 0; i < count; i++) {
            final int overhead = Message.frame(PeerMessages.submit(1, "")).capacity() + 20;
            final DirectBuffer frame =
                Message.frame(PeerMessages.submit(1, "x".repeat(RECORD_LENGTH - overhead)));
            final byte[] bytes = new byte[frame.capacity()];
            frame.getBytes(0, bytes);
            process.append(1, process.all().size() + 1, bytes);
            process.journal().prepareSpace();
        }
    }

    private Process journal(final int records) {
        final Process process = Process.start(storage);
        append(process, records);
        process.forceAll();
        return process;
    }

    private void kill(final Process process) {
        process.abandon();
        storage.killProcess();
    }

    @Test
    void shouldTellSegmentsRecordsAndTheEnd() {
        final Process process = journal(8);
        kill(process);

        final Findings found = Findings.of(storage);

        assertEquals(List.of(), found.damages);
        assertEquals(List.of(FIRST, SECOND, THIRD, SPARE), found.segments.stream().map(SegmentSummary::name).toList());
        assertEquals(8, found.positions.size());
        assertEquals(Process.FIRST_POSITION, found.positions.get(0));
        assertEquals(process.journal().appendedPosition(), found.tail.position());
        assertEquals(process.journal().forcedPosition(), found.tail.evidencePosition());
        assertEquals(8, found.tail.timeNs());
        assertEquals(Process.COORDINATOR_ID, JournalInspector.open(storage).coordinatorId());
    }

    @Test
    void shouldReadFromAPositionOnAndEndWhereItsVisitorWants() {
        kill(journal(8));
        final long from = Findings.of(storage).positions.get(5);
        final Findings found = new Findings();
        assertEquals(8, JournalInspector.open(storage).inspect(from, found).timeNs());
        assertEquals(3, found.positions.size());
        assertEquals(from, found.positions.get(0));

        final Findings stopped = new Findings() {
            @Override
            public boolean onRecord(
                final long position,
                final long end,
                final int linkId,
                final long timeNs,
                final DirectBuffer frame,
                final int offset,
                final int length) {
                super.onRecord(position, end, linkId, timeNs, frame, offset, length);
                return positions.size() < 2;
            }
        };
        assertNull(JournalInspector.open(storage).inspect(0, stopped));
        assertEquals(2, stopped.positions.size());
    }

    @Test
    void shouldNameEachOfManyDamagesAndReadWhatLiesBetween() {
        kill(journal(8));
        final List<Long> positions = Findings.of(storage).positions;
        storage.flip(FIRST, (int) (positions.get(1) + 100), 1);
        storage.flip(SECOND, (int) (positions.get(5) - Process.SEGMENT_LENGTH), 1);
        storage.flip(SECOND, 100, 1 << 7);

        final Findings found = Findings.of(storage);

        // The second segment's header is damaged as well: what it holds isn't looked at, what follows is.
        assertEquals(List.of(SECOND, FIRST), found.damages.stream().map(JournalDamage::file).toList());
        assertEquals(positions.get(1), found.damages.get(1).position());
        assertEquals(positions.get(1), found.damages.get(1).offset());
        assertTrue(found.damages.get(1).what().contains("wrong checksum"), found::toString);
        assertTrue(found.damages.get(1).what().contains("the next valid one starts at position " + positions.get(2)));
        assertTrue(found.damages.get(0).what().contains("isn't zero"), found::toString);
        assertFalse(found.damages.get(0).what().contains("Keep a copy"), found::toString);
        assertEquals(4, found.positions.size());

        storage.flip(SECOND, 100, 1 << 7);
        final Findings again = Findings.of(storage);
        assertEquals(2, again.damages.size(), again::toString);
        assertEquals(positions.get(5), again.damages.get(1).position());
        assertEquals(positions.get(5) - Process.SEGMENT_LENGTH, again.damages.get(1).offset());
        assertEquals(6, again.positions.size());
    }

    @Test
    void shouldNameAMissingSegmentInTheMiddleAndAtTheEnd() throws IOException {
        kill(journal(8));
        storage.delete(SECOND);
        final Findings inTheMiddle = Findings.of(storage);
        assertEquals(SECOND, inTheMiddle.damages.get(0).file());
        assertEquals(1, inTheMiddle.damages.size());
        assertEquals(5, inTheMiddle.positions.size());

        for (final String name : storage.list()) {
            if (FileNames.isSegment(name) && !name.equals(FIRST)) {
                storage.delete(name);
            }
        }
        final Findings atTheEnd = Findings.of(storage);
        assertEquals(List.of(SECOND), atTheEnd.damages.stream().map(JournalDamage::file).toList());
        assertTrue(atTheEnd.damages.get(0).what().contains(FIRST + " ends with a reference"), atTheEnd::toString);

        storage.delete(FIRST);
        assertTrue(Findings.of(storage).damages.get(0).what().contains("the whole journal is missing"));
    }

    @Test
    void shouldNameTheOldestSegmentIfThoseBeforeItAreMissing() throws IOException {
        kill(journal(8));
        storage.delete(FIRST);

        final Findings found = Findings.of(storage);

        assertEquals(List.of(SECOND), found.damages.stream().map(JournalDamage::file).toList());
        assertEquals(5, found.positions.size());
    }

    @Test
    void shouldFindTheEndWhereverItBegins() {
        kill(journal(8));
        final JournalTail end = Findings.of(storage).tail;
        for (final long from : List.of(end.position(), end.position() + 8, 4L * Process.SEGMENT_LENGTH, 1L << 60)) {
            assertEquals(end, JournalInspector.open(storage).inspect(from, new Findings()));
        }
    }

    @Test
    void shouldClaimNoEndBehindTheLastThatCanBeRead() {
        kill(journal(8));
        final long last = Findings.of(storage).positions.get(7);
        storage.flip(THIRD, (int) (last - 2 * Process.SEGMENT_LENGTH + 100), 1);
        final JournalTail beforeTheLast = Findings.of(storage).tail;
        assertEquals(last, beforeTheLast.position());
        assertTrue(beforeTheLast.description().contains("where it ends isn't known"), beforeTheLast::toString);

        storage.flip(THIRD, 100, 1);
        assertEquals(2 * Process.SEGMENT_LENGTH, Findings.of(storage).tail.position());
    }

    @Test
    void shouldTellATornTailAndWhatACrashLost() {
        final Process process = journal(2);
        append(process, 1);
        final long end = process.journal().appendedPosition();
        kill(process);
        storage.flip(FIRST, (int) end - 100, 1);

        final Findings torn = Findings.of(storage);

        assertEquals(List.of(), torn.damages);
        assertTrue(torn.tail.isTorn());
        assertEquals(end - torn.tail.position(), torn.tail.tornBytes() + 7 & ~7);
        assertTrue(torn.tail.description().contains("torn end: a bad record (wrong checksum) at position "
            + torn.tail.position() + " in segment " + FIRST), torn.tail::description);
    }

    @Test
    void shouldSayWhatAPowerLossTook() throws IOException {
        final Process process = journal(2);
        append(process, 1);
        final long forced = process.journal().forcedPosition();
        try (JournalFile mark = storage.open(FileNames.MARK, true)) {
            MarkDescriptor.pid(mark.buffer(), 0);
            MarkDescriptor.appendedPosition(mark.buffer(), process.journal().appendedPosition());
            mark.force();
        }
        storage.losePower(Survival.NOTHING);
        final Findings found = Findings.of(storage);
        assertEquals(List.of(), found.damages);
        assertEquals(forced, found.tail.position());
        assertTrue(found.notes.get(0).contains("isn't there; it hadn't been called forced"), found::toString);
        storage.delete(FileNames.MARK);
        assertTrue(Findings.of(storage).notes.get(0).contains("there is no " + FileNames.MARK));
        assertNull(JournalInspector.open(storage).mark());
    }

    @Test
    void shouldNameRecordsThatNoCoordinatorAppends() {
        final Process process = journal(1);
        process.append("no frame");
        final long version = process.journal().appendedPosition();
        process.append(1, 100_000, new byte[] {68, 9, 0, 0});
        process.append(1, 100_000, new byte[] {68, 1, 0, 0});
        process.forceAll();
        kill(process);

        final Findings found = Findings.of(storage);

        assertEquals(2, found.damages.size(), found::toString);
        assertTrue(found.damages.get(0).what().contains("no valid frame"), found::toString);
        assertEquals(version, found.damages.get(1).position());
        assertTrue(found.damages.get(1).what().contains("version 9 of the schema"), found::toString);
        assertEquals(2, found.positions.size());
    }

    @Test
    void shouldNameADamagedIdAndReadWhatTheSegmentsSay() throws IOException {
        kill(journal(8));
        StorageSuite.write(storage, FileNames.COORDINATOR_ID, 0, "0".getBytes());
        assertNamesId(Findings.of(storage), "it says coordinator 023456789abcdef0");
        StorageSuite.write(storage, FileNames.COORDINATOR_ID, 0, "x".getBytes());
        assertNamesId(Findings.of(storage), "16 hexadecimal digits");
        storage.delete(FileNames.COORDINATOR_ID);
        assertNamesId(Findings.of(storage), "is missing");
    }

    private static void assertNamesId(final Findings found, final String what) {
        assertEquals(1, found.damages.size(), found::toString);
        assertEquals(FileNames.COORDINATOR_ID, found.damages.get(0).file());
        assertTrue(found.damages.get(0).what().contains(what), found::toString);
        assertEquals(8, found.positions.size());
    }

    @Test
    void shouldTellOfFilesThatAreNotTheJournals() throws IOException {
        kill(journal(1));
        storage.create("notes.txt", 10);
        storage.create(SECOND + FileNames.TEMPORARY_SUFFIX, 10);

        final Findings found = Findings.of(storage);

        assertEquals(List.of(), found.damages);
        assertEquals(2, found.notes.size(), found::toString);
        storage.create("odd" + FileNames.SEGMENT_SUFFIX, 10);
        assertEquals("odd.segment", Findings.of(storage).damages.get(0).file());
    }

    @Test
    void shouldSayThatThereIsNoJournal() {
        assertEquals(Category.FOREIGN,
            assertThrows(JournalException.class, () -> JournalInspector.open(directory)).category());
        assertThrows(UncheckedIOException.class, () -> JournalInspector.open(directory.resolve("none")));
    }

    @Test
    void shouldFindNoDamageInAJournalThatIsBeingWritten() throws InterruptedException {
        final Process process = Process.start(new MappedStorage(directory.resolve("data")));
        final AtomicBoolean isStopped = new AtomicBoolean();
        final Thread writer = new Thread(() -> {
            process.journal().handOver();
            while (!isStopped.get()) {
                append(process, 10);
                process.forceAll();
            }
        });
        writer.start();
        int before = 0;
        try {
            for (int round = 0; round < 40 && before < 5_000; round++) {
                final Findings found = Findings.of(new MappedStorage(directory.resolve("data")));
                assertEquals(List.of(), found.damages);
                assertTrue(found.positions.size() >= before, found::toString);
                before = found.positions.size();
            }
        } finally {
            isStopped.set(true);
            writer.join();
            process.close();
        }
        assertTrue(before > 0);
    }
}
