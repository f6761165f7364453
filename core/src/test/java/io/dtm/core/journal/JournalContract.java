package io.dtm.core.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.codec.RecordDescriptor;
import io.dtm.codec.SegmentDescriptor;
import io.dtm.core.journal.reading.JournalReader;
import io.dtm.core.journal.reading.JournalTail;
import io.dtm.core.journal.reading.RecordedRecords;
import io.dtm.core.journal.reading.RecordedRecords.Entry;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalException.Category;
import io.dtm.core.storage.StorageSuite;
import io.dtm.core.storage.TestStorage;
import java.util.List;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** What a journal promises while it runs and when it is read again. */
abstract class JournalContract extends StorageSuite {
    JournalContract(final TestStorage testStorage) {
        super(testStorage);
    }

    @Test
    void shouldReplayWhatWasAppended() {
        final Process first = Process.start(storage());
        first.appendSome(20, new Random(1));
        kill(first::abandon);

        final Process second = Process.start(storage());

        assertEquals(first.all(), second.replayed());
        assertEquals(first.journal().appendedPosition(), second.journal().appendedPosition());
        assertEquals(second.journal().appendedPosition(), second.journal().forcedPosition());
        assertFalse(second.tail().isTorn());
        second.close();
    }

    @Test
    void shouldDrawTheCoordinatorIdOnce() {
        try (JournalRecovery recovery = JournalRecovery.open(Process.context(storage()))) {
            assertTrue(recovery.isFirstStart());
            assertEquals(Process.COORDINATOR_ID, recovery.coordinatorId());
        }
        final JournalContext context = Process.context(storage()).coordinatorIdSupplier(() -> {
            throw new AssertionError("drawn again");
        });
        try (JournalRecovery recovery = JournalRecovery.open(context)) {
            assertFalse(recovery.isFirstStart());
            assertEquals(Process.COORDINATOR_ID, recovery.coordinatorId());
            assertEquals(Process.FIRST_POSITION, recovery.oldestPosition());
        }
    }

    @Test
    void shouldGoOnInLaterSegments() {
        final Process first = Process.start(storage());
        first.appendSome(200, new Random(2));
        assertTrue(first.journal().appendedPosition() > 3 * Process.SEGMENT_LENGTH);
        kill(first::abandon);

        final Process second = Process.start(storage());
        second.appendSome(200, new Random(3));
        second.forceAll();
        assertEquals(second.journal().appendedPosition(), second.journal().forcedPosition());
        kill(second::abandon);

        final Process third = Process.start(storage());
        assertEquals(second.all(), third.replayed());
        assertEquals(second.journal().forcedPosition(), third.tail().evidencePosition());
        third.close();
    }

    @Test
    void shouldReplayFromTheEndOfAnyRecord() {
        final Process process = Process.start(storage());
        process.appendSome(150, new Random(4));
        kill(process::abandon);
        final List<Entry> all = process.all();

        try (JournalReader reader = JournalReader.open(storage())) {
            for (int i = 0; i < all.size(); i++) {
                final RecordedRecords records = new RecordedRecords();
                reader.replay(all.get(i).position(), records);
                assertEquals(all.subList(i + 1, all.size()), records.entries());
            }
            final long inside = all.get(10).position() + 8;
            assertThrows(IllegalArgumentException.class, () -> reader.replay(inside, new RecordedRecords()));
            final long beyond = all.get(all.size() - 1).position() + 8;
            assertCategory(Category.CORRUPT, () -> reader.replay(beyond, new RecordedRecords()));
        }
    }

    /** The force agent, or the stages' own thread while little waits. */
    @Test
    void shouldForceOnWhicheverThreadHasTheTurn() throws InterruptedException {
        final Process process = Process.start(storage());
        for (int turn = 0; turn < 3; turn++) {
            process.appendSome(20, new Random(turn));
            final Thread forcer = new Thread(process::forceAll);
            forcer.start();
            forcer.join();
            assertEquals(process.journal().appendedPosition(), process.journal().forcedPosition());
        }
        process.close();
    }

    @Test
    void shouldKeepTimesAndLinksOfAnySize() {
        final Process process = Process.start(storage());
        final byte[] frame = {1, 2, 3, 4, 5};
        process.append(0, 1, frame);
        process.append(Integer.MIN_VALUE, 1, frame);
        process.append(-1, 1L + 0xFFFF_FFFFL, frame);
        process.append(1, 2L + 2 * 0xFFFF_FFFFL + 1, frame);
        process.append(Integer.MAX_VALUE, Long.MAX_VALUE, frame);
        process.append(3, Long.MAX_VALUE, new byte[0]);
        kill(process::abandon);

        final Process next = Process.start(storage());

        assertEquals(process.all(), next.replayed());
        assertEquals(Long.MAX_VALUE, next.tail().timeNs());
        next.close();
    }

    @Test
    void shouldFillASegmentToItsLastByte() {
        final Process process = Process.start(storage());
        final int records = 4;
        final int room = Process.SEGMENT_LENGTH - SegmentDescriptor.HEADER_LENGTH;
        process.append(1, 1, new byte[room / records - RecordDescriptor.EXTENDED_HEADER_LENGTH]);
        for (int i = 1; i < records; i++) {
            process.append(1, 1, new byte[room / records - RecordDescriptor.HEADER_LENGTH]);
        }
        assertEquals(Process.SEGMENT_LENGTH, process.journal().appendedPosition());
        process.forceAll();
        assertEquals(Process.SEGMENT_LENGTH, process.journal().forcedPosition());
        kill(process::abandon);

        final Process next = Process.start(storage());
        next.append("into the next segment");
        next.forceAll();
        kill(next::abandon);

        final Process last = Process.start(storage());
        assertEquals(next.all(), last.replayed());
        assertEquals(records + 1, last.replayed().size());
        last.close();
    }

    @Test
    void shouldRefuseASecondOwner() {
        final Process process = Process.start(storage());

        assertCategory(Category.OWNED, () -> Process.start(storage()));

        process.close();
        Process.start(storage()).close();
    }

    @Test
    void shouldReadWhileTheCoordinatorRuns() {
        final Process process = Process.start(storage());
        try (JournalReader reader = JournalReader.open(storage())) {
            assertEquals(Process.COORDINATOR_ID, reader.coordinatorId());
            for (int i = 0; i < 30; i++) {
                process.appendSome(10, new Random(i));
                final RecordedRecords records = new RecordedRecords();
                final JournalTail tail = reader.replay(0, records);
                assertEquals(process.all(), records.entries());
                assertEquals(process.journal().appendedPosition(), tail.position());
                assertFalse(tail.isTorn());
            }
        }
        process.close();
    }

    @Test
    void shouldForceOnlyWhatIsAskedForOrTooMuch() {
        final Process process = Process.start(Process.context(storage()).unforcedBound(200));
        final Journal journal = process.journal();
        assertEquals(0, journal.force());
        final long first = process.append("nobody waits");
        assertEquals(0, journal.force());

        journal.requestForce(first);
        final long second = process.append("comes along");
        assertEquals(1, journal.force());
        assertEquals(second, journal.forcedPosition());
        assertEquals(0, journal.force());

        process.append(1, 1_000_000, new byte[200]);
        assertEquals(1, journal.force());
        assertEquals(journal.appendedPosition(), journal.forcedPosition());
        process.close();
    }

    @Test
    void shouldForceAcrossManySegmentsAtOnce() {
        final Process process = Process.start(storage());
        process.appendSome(500, new Random(7));
        final int before = segments();
        process.forceAll();
        assertEquals(process.journal().appendedPosition(), process.journal().forcedPosition());
        process.journal().prepareSpace();
        assertEquals(before, segments());
        process.close();
    }

    @Test
    void shouldDeleteOnlySegmentsThatWereLetGoAndForced() {
        final Process process = Process.start(storage());
        process.appendSome(300, new Random(8));
        final SegmentedJournal journal = process.journal();
        final int all = segments();
        journal.prepareSpace();
        assertEquals(all, segments());

        journal.releaseBefore(journal.appendedPosition());
        journal.prepareSpace();
        assertEquals(all, segments(), "nothing was forced");

        process.forceAll();
        journal.prepareSpace();
        assertEquals(2, segments(), "the current one and the spare");
        process.append("goes on");
        kill(process::abandon);

        final Process next = Process.start(storage());
        final List<Entry> appended = process.all();
        assertEquals(next.replayed(),
            appended.subList(appended.size() - next.replayed().size(), appended.size()));
        next.close();
    }

    @Test
    void shouldKnowUpToWhereSegmentsAreClosedAndForced() {
        final Process process = Process.start(storage());
        process.appendSome(300, new Random(8));
        final SegmentedJournal journal = process.journal();
        assertEquals(0, journal.closedPosition(), "nothing was forced");
        process.forceAll();
        assertEquals(0, journal.closedPosition(), "nobody has closed them");
        journal.prepareSpace();
        final long closed = journal.closedPosition();
        assertEquals(journal.appendedPosition() / Process.SEGMENT_LENGTH * Process.SEGMENT_LENGTH, closed);
        assertTrue(closed > 0 && closed < journal.forcedPosition());
        kill(process::abandon);

        final Process next = Process.start(storage());
        assertEquals(closed, next.journal().closedPosition());
        assertEquals(0, next.journal().checkpointPosition());
        next.close();
    }

    @Test
    void shouldLetGoOfSegmentsOfFormerProcesses() {
        final Process process = Process.start(storage());
        process.appendSome(300, new Random(9));
        kill(process::abandon);

        final Process next = Process.start(storage());
        next.journal().releaseBefore(next.journal().appendedPosition());
        next.journal().prepareSpace();

        assertEquals(2, segments());
        next.close();
    }

    @Test
    void shouldNeverAppendWithoutASegmentAhead() {
        final Process process = Process.start(storage());

        final JournalException ex = assertCategory(Category.NO_SPACE, () -> {
            while (true) {
                process.append("nobody prepares space");
            }
        });

        assertTrue(ex.getMessage().contains("Make space"));
        assertFalse(process.journal().hasSpaceForNew());
        final int appended = process.all().size();
        assertCategory(Category.NO_SPACE, () -> process.append("never again"));
        assertCategory(Category.NO_SPACE, process.journal()::force);
        kill(process::abandon);
        final Process next = Process.start(storage());
        assertEquals(appended, next.replayed().size());
        next.close();
    }

    @Test
    void shouldHaveNoRoomUntilTheNextSegmentIsReady() {
        final Process process = Process.start(storage());
        for (int segment = 1; segment < 4; segment++) {
            while (process.journal().hasRoom()) {
                process.append("faster than segments are made");
                process.forceAll();
            }
            assertTrue(process.journal().appendedPosition() > segment * Process.SEGMENT_LENGTH);
            assertTrue(process.journal().hasSpaceForNew());

            process.journal().prepareSpace();

            assertTrue(process.journal().hasRoom());
        }
        kill(process::abandon);
        assertEquals(process.all(), Process.start(storage()).replayed());
    }

    @Test
    void shouldKeepSeveralSegmentsAhead() {
        final Process process = Process.start(Process.context(storage()).reservedSegments(3));
        process.journal().prepareSpace();
        process.journal().prepareSpace();
        process.journal().prepareSpace();
        assertEquals(4, segments());
        while (process.journal().appendedPosition() < 3 * Process.SEGMENT_LENGTH) {
            process.append("into the reserve");
        }
        kill(process::abandon);

        final Process next = Process.start(storage());
        assertEquals(process.all(), next.replayed());
        next.close();
    }

    @Test
    void shouldRefuseTimeThatGoesBackAndFramesThatAreTooLong() {
        final Process process = Process.start(storage());
        process.append(1, 100, new byte[] {1});
        assertCategory(Category.APPEND_FAILED, () -> process.append(1, 99, new byte[] {1}));
        assertCategory(Category.APPEND_FAILED, () -> process.append(1, 101, new byte[] {1}));
        kill(process::abandon);

        final Process next = Process.start(storage());
        assertCategory(Category.APPEND_FAILED, () -> next.append(1, 100, new byte[Process.MAX_FRAME_LENGTH + 1]));
        kill(next::abandon);

        final Process last = Process.start(storage());
        final UnsafeBuffer frame = new UnsafeBuffer(new byte[10]);
        assertCategory(Category.APPEND_FAILED, () -> last.journal().append(1, 200, frame, 5, 6));
        kill(last::abandon);
        assertEquals(1, Process.start(storage()).replayed().size());
    }

    @Test
    void shouldHaltWhenAMappedAccessFaults() {
        final Process process = Process.start(storage());
        process.append("before");
        final UnsafeBuffer faulting = new UnsafeBuffer(new byte[8]) {
            @Override
            public byte[] byteArray() {
                throw new InternalError("a fault occurred in an unsafe memory access operation");
            }
        };
        assertCategory(Category.APPEND_FAILED, () -> process.journal().append(1, 1_000_000, faulting, 0, 8));
        assertCategory(Category.APPEND_FAILED, () -> process.append("no more"));
        assertCategory(Category.APPEND_FAILED, process::forceAll);
        kill(process::abandon);

        final Process next = Process.start(storage());
        assertEquals(process.all(), next.replayed());
        next.close();
    }

    @Test
    void shouldAssertThatOneThreadAppends() throws InterruptedException {
        final Process process = Process.start(storage());
        process.append("this thread does it");
        final Throwable[] thrown = new Throwable[1];
        final Thread other = new Thread(() -> process.append("another one"));
        other.setUncaughtExceptionHandler((thread, throwable) -> thrown[0] = throwable);
        other.start();
        other.join();
        assertEquals(AssertionError.class, thrown[0].getClass());

        process.journal().handOver();
        final Thread next = new Thread(() -> process.append("after a handover"));
        next.start();
        next.join();
        assertEquals(2, process.all().size());
        process.close();
    }

    @Test
    void shouldThrowAndNotFaultWhenItIsUsedAfterItWasClosed() {
        final Process process = Process.start(storage());
        process.close();
        assertCategory(Category.APPEND_FAILED, () -> process.append("too late"));
        assertCategory(Category.APPEND_FAILED, process.journal()::force);
        assertCategory(Category.APPEND_FAILED, process.journal()::prepareSpace);
    }
}
