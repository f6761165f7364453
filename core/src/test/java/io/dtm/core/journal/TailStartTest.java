package io.dtm.core.journal;

import static io.dtm.core.storage.StorageSuite.assertCategory;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.codec.RecordDescriptor;
import io.dtm.codec.SegmentDescriptor;
import io.dtm.codec.TailDescriptor;
import io.dtm.core.journal.reading.JournalReader;
import io.dtm.core.journal.reading.RecordChecksum;
import io.dtm.core.journal.reading.RecordedRecords;
import io.dtm.core.journal.reading.RecordedRecords.Entry;
import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalException.Category;
import io.dtm.core.storage.JournalFile;
import io.dtm.core.storage.StorageSuite;
import io.dtm.core.storage.simulated.SimulatedStorage;
import io.dtm.core.storage.simulated.Survival;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** What a start makes of the tail that it finds: the rules of docs/journal-format.md, each made to apply. */
class TailStartTest {
    private static final String TAIL = "memory/dtm-123456789abcdef0.tail";
    private static final int SMALL_TAIL_LENGTH = 32 * 1024;

    private final SimulatedStorage storage = new SimulatedStorage().staged(true);

    @Test
    void shouldDrainWhatAKilledProcessHadOnlyInItsTail() {
        final Process process = killedAfter(200);

        final Process next = Process.start(storage);

        assertEquals(process.all(), next.replayed());
        assertFalse(next.tail().isTorn());
        assertEquals(1, next.reports().size(), next.reports().toString());
        assertTrue(next.reports().get(0).contains(TAIL), next.reports().toString());
        assertTrue(next.reports().get(0).contains("bytes in tail"), next.reports().toString());
    }

    @Test
    void shouldForceWhatItDrains() {
        final Process process = killedAfter(200);
        Process.start(storage);
        storage.losePower(Survival.NOTHING);
        assertEquals(process.all(), Process.start(storage).replayed());
    }

    @Test
    void shouldDrainTheTailOfAStagedJournalWhenItStartsWithoutOne() {
        final Process process = killedAfter(200);

        final Process next = Process.start(storage.staged(false));

        assertEquals(process.all(), next.replayed());
        assertEquals(List.of(), storage.sharedMemory().list());
        assertFalse(storage.list().contains(FileNames.TAIL_POINTER));
        next.append("goes on without a tail");
        storage.killProcess();
        assertEquals(next.all(), Process.start(storage.staged(true)).replayed());
    }

    @Test
    void shouldFindTheTailWhereverItWas() {
        final Process process = killedAfter(50);
        storage.sharedMemory().directory("elsewhere/");

        final Process next = Process.start(storage);

        assertEquals(process.all(), next.replayed());
        assertEquals(List.of("elsewhere/dtm-123456789abcdef0.tail"), storage.sharedMemory().list());
        next.appendSome(50, new Random(3));
        storage.killProcess();
        storage.sharedMemory().directory("memory/");
        assertEquals(next.all(), Process.start(storage).replayed());
    }

    @Test
    void shouldTakeAMissingTailForAReboot() throws IOException {
        final Process process = Process.start(storage);
        process.appendSome(10, new Random(1));
        process.forceAll();
        final List<Entry> forced = process.all();
        process.append("only in the tail");
        storage.killProcess();
        storage.sharedMemory().delete(TAIL);

        final Process next = Process.start(storage);

        assertEquals(forced, next.replayed());
        assertTrue(next.reports().get(0).contains("is gone, though this machine wasn't started again: somebody"
            + " deleted it"), next.reports().toString());
        assertFalse(next.tail().isTorn());
    }

    @Test
    void shouldTellOnceThatItsTailWasDeletedWhileItRan() throws IOException {
        final AtomicLong nowNs = new AtomicLong(1);
        final Process process = Process.start(Process.context(storage).nanoClock(nowNs::get));
        process.append("only in the tail");
        storage.sharedMemory().delete(TAIL);
        for (int second = 0; second < 3; second++) {
            nowNs.addAndGet(1_000_000_000L);
            process.journal().prepareSpace();
        }
        assertEquals(1, process.reports().size(), process.reports().toString());
        assertTrue(process.reports().get(0).contains("somebody deleted the tail"), process.reports().toString());

        process.close();

        assertEquals(process.all(), Process.start(storage).replayed());
    }

    @Test
    void shouldDiscardATailThatLiesInTheSegments() {
        final Process process = killedAfter(20);
        Process.start(storage);
        storage.killProcess();

        final Process next = Process.start(storage);

        assertEquals(process.all(), next.replayed());
        assertEquals(List.of(), next.reports());
    }

    @Test
    void shouldLeaveNothingInSharedMemoryWhenItEndsWell() {
        final Process process = Process.start(storage);
        process.appendSome(50, new Random(1));
        process.close();

        assertEquals(List.of(), storage.sharedMemory().list());
        storage.losePower(Survival.NOTHING);
        final Process next = Process.start(storage);
        assertEquals(process.all(), next.replayed());
        assertEquals(List.of(), next.reports(), "nothing is said of a tail that nobody needs");
    }

    @Test
    void shouldKeepTheTailWhenTheForceAtTheEndFails() {
        final Process process = Process.start(storage);
        process.append("only in the tail");
        storage.failForceAfter(0);

        assertCategory(Category.FORCE_FAILED, process::close);

        assertEquals(List.of(TAIL), storage.sharedMemory().list());
        storage.killProcess();
        assertEquals(process.all(), Process.start(storage).replayed());
    }

    @Test
    void shouldRefuseATailOfAnotherCoordinator() {
        killedAfter(10);
        change(tail -> {
            final int margin = TailDescriptor.margin(Process.MAX_FRAME_LENGTH);
            TailDescriptor.header(tail, Process.TAIL_LENGTH, margin, 99, 4096, 0);
            TailDescriptor.crc(tail, RecordChecksum.header(ByteBuffer.wrap(tail.byteArray())));
        });
        assertTrue(refused(Category.FOREIGN).contains("coordinator 0000000000000063"));
    }

    @Test
    void shouldRefuseATailOfAnUnknownVersion() {
        killedAfter(10);
        change(tail -> tail.putByte(8, (byte) 2));
        assertTrue(refused(Category.FOREIGN).contains("format version 2"));
    }

    @Test
    void shouldRefuseATailWhosePositionsNoRecordCanHave() {
        killedAfter(10);
        for (int bit = 0; bit < 3; bit++) {
            final int mask = 1 << bit;
            change(tail -> TailDescriptor.appendedPosition(tail, TailDescriptor.appendedPosition(tail) ^ mask));
            assertTrue(refused(Category.CORRUPT).contains("contradict one another"));
            change(tail -> TailDescriptor.appendedPosition(tail, TailDescriptor.appendedPosition(tail) ^ mask));
        }
    }

    @Test
    void shouldRefuseATailOfADirectoryThatNoPathLeadsTo() {
        killedAfter(10);
        change(tail -> {
            TailDescriptor.directory(tail, 1, 1, "da\0ta".getBytes());
            TailDescriptor.directoryCrc(tail, RecordChecksum.directory(ByteBuffer.wrap(tail.byteArray())));
            TailDescriptor.crc(tail, RecordChecksum.header(ByteBuffer.wrap(tail.byteArray())));
        });
        assertTrue(refused(Category.CORRUPT).contains("its directory's path has a zero byte"));
    }

    @Test
    void shouldDetectEveryFlippedBitOfTheHeader() {
        killedAfter(10);
        for (int bit = 0; bit < 8 * TailDescriptor.HEADER_LENGTH; bit++) {
            final int offset = bit / 8;
            final int mask = 1 << bit % 8;
            if (offset >= TailDescriptor.CRC_OFFSET + 4 && offset < TailDescriptor.DIRECTORY_OFFSET) {
                continue;
            }
            change(tail -> tail.putByte(offset, (byte) (tail.getByte(offset) ^ mask)));
            final JournalException ex =
                assertThrows(JournalException.class, () -> Process.start(storage));
            assertTrue(ex.category() == Category.CORRUPT || ex.category() == Category.FOREIGN);
            assertTrue(ex.getMessage().contains(TAIL), ex.getMessage());
            change(tail -> tail.putByte(offset, (byte) (tail.getByte(offset) ^ mask)));
        }
        assertEquals(10, Process.start(storage).replayed().size());
    }

    @Test
    void shouldRefusePositionsThatContradictOneAnother() {
        final Process process = killedAfter(10);
        change(tail -> TailDescriptor.forcedPosition(tail, process.journal().appendedPosition() + 8));
        assertTrue(refused(Category.CORRUPT).contains("contradict"));
    }

    @Test
    void shouldRefuseATailThatIsNone() throws IOException {
        killedAfter(10);
        storage.sharedMemory().delete(TAIL);
        storage.sharedMemory().create(TAIL, 100).close();
        assertTrue(refused(Category.CORRUPT).contains("too short"));
        storage.sharedMemory().delete(TAIL);
        storage.sharedMemory().create(TAIL, 5000).close();
        assertTrue(refused(Category.CORRUPT).contains("doesn't start as a tail"));
    }

    @Test
    void shouldDetectEveryFlippedBitOfWhatIsOnlyInTheTail() {
        final Process process = Process.start(storage);
        final long start = process.append("before");
        final long end = process.append("a frame");
        storage.killProcess();
        final int alignment = (int) (end - start) - RecordDescriptor.HEADER_LENGTH - "a frame".length();
        for (int bit = 0; bit < 8 * ((int) (end - start) - alignment); bit++) {
            final int offset = TailDescriptor.HEADER_LENGTH + (int) start + bit / 8;
            final int mask = 1 << bit % 8;
            change(tail -> tail.putByte(offset, (byte) (tail.getByte(offset) ^ mask)));
            assertTrue(refused(Category.CORRUPT).contains("position " + start), "bit " + bit);
            change(tail -> tail.putByte(offset, (byte) (tail.getByte(offset) ^ mask)));
        }
        assertEquals(process.all(), Process.start(storage).replayed());
    }

    @Test
    void shouldRefuseATailThatStartsBehindTheSegmentsEnd() throws IOException {
        final Process first = Process.start(Process.context(storage).tailLength(SMALL_TAIL_LENGTH));
        forceSome(first);
        final SimulatedStorage older = CopiedStorage.copyOf(storage);
        for (int i = 0; i < 20; i++) {
            forceSome(first);
        }
        storage.killProcess();
        moveTail(storage, older);

        final JournalException ex = assertCategory(Category.CORRUPT, () -> Process.start(older));

        assertTrue(ex.getMessage().contains("starts at position"), ex.getMessage());
        assertTrue(ex.getMessage().contains("delete the tail"), ex.getMessage());
        older.sharedMemory().delete(TAIL);
        assertEquals(first.all().subList(0, 50), Process.start(older).replayed());
    }

    /** The directory was put back to an earlier state, and went its own way for the same number of bytes. */
    @Test
    void shouldRefuseATailOfAnotherHistory() throws IOException {
        final Process first = Process.start(storage);
        first.append("common");
        first.forceAll();
        final SimulatedStorage other = CopiedStorage.copyOf(storage);
        first.append("one thing ");
        first.forceAll();
        first.append("and what follows");
        storage.killProcess();
        final Process second = Process.start(other.staged(false));
        second.append("other thing");
        second.forceAll();
        other.killProcess();
        moveTail(storage, other.staged(true));

        final JournalException ex = assertCategory(Category.FOREIGN, () -> Process.start(other));

        assertTrue(ex.getMessage().contains("different histories"), ex.getMessage());
        try (JournalReader reader = JournalReader.open(other)) {
            assertCategory(Category.FOREIGN, () -> reader.replay(0, new RecordedRecords()));
        }
    }

    /** So early that the new process has appended nothing: the ring was filled with what lies before its start. */
    @Test
    void shouldKnowAnotherHistoryByWhatLiesBeforeTheTailsStart() throws IOException {
        final Process first = Process.start(storage);
        first.append("common");
        first.forceAll();
        final SimulatedStorage other = CopiedStorage.copyOf(storage);
        first.append("one thing ");
        storage.killProcess();
        final Process again = Process.start(storage);
        again.append("only in the tail");
        storage.killProcess();
        final Process second = Process.start(other.staged(false));
        second.append("other thing");
        other.killProcess();
        moveTail(storage, other.staged(true));

        assertCategory(Category.FOREIGN, () -> Process.start(other));
    }

    @Test
    void shouldRefuseATailThatSomebodyElseOwns() throws IOException {
        final Process process = Process.start(storage);
        process.append("goes on");
        final SimulatedStorage copy = CopiedStorage.copyOf(storage);
        storage.killProcess();
        moveTail(storage, copy);
        final JournalFile owned = copy.sharedMemory().own(TAIL);

        assertCategory(Category.OWNED, () -> Process.start(copy));

        owned.close();
        assertEquals(1, Process.start(copy).replayed().size());
    }

    @Test
    void shouldNotStartWithoutMemoryForItsTail() {
        storage.sharedMemory().capacityBytes(1000);
        final JournalException ex = assertCategory(Category.NO_SPACE, () -> Process.start(storage));
        assertTrue(ex.getMessage().contains(TAIL), ex.getMessage());
        assertTrue(ex.getMessage().contains("shorter tail"), ex.getMessage());
        assertEquals(0, Process.start(storage.staged(false)).replayed().size());
    }

    @Test
    void shouldRefuseATailWhoseNextSegmentIsMissing() throws IOException {
        killedAfter(200);
        final List<String> names = storage.list();
        names.removeIf(name -> !FileNames.isSegment(name));
        for (final String name : names.subList(1, names.size())) {
            storage.delete(name);
        }
        assertTrue(refused(Category.CORRUPT).contains(StorageSuite.SECOND_SEGMENT));
    }

    @Test
    void shouldMendWhatIsDamagedInTheSegmentsWhereTheTailHasIt() throws IOException {
        final Process process = Process.start(storage);
        final long start = process.append("forced, and rots");
        process.append("forced too");
        process.forceAll();
        storage.killProcess();
        storage.flip(StorageSuite.FIRST_SEGMENT, (int) start + RecordDescriptor.HEADER_LENGTH, 1);

        final Process next = Process.start(storage);

        assertEquals(process.all(), next.replayed());
        assertTrue(next.reports().get(1).contains("had been forced into the segments"), next.reports().toString());
    }

    /** In a segment before the last, which nothing else of a start writes or forces: it was forced long ago. */
    @Test
    void shouldForceWhatItMendsInAnEarlierSegment() {
        final Process process = Process.start(storage);
        final long start = process.append("forced, and rots");
        while (process.journal().appendedPosition() < 2 * Process.SEGMENT_LENGTH) {
            process.appendSome(1, new Random(1));
            process.forceAll();
        }
        storage.killProcess();
        storage.flip(StorageSuite.FIRST_SEGMENT, (int) start + RecordDescriptor.HEADER_LENGTH, 1);
        assertEquals(process.all(), Process.start(storage).replayed());

        storage.losePower(Survival.NOTHING);

        assertEquals(process.all(), Process.start(storage).replayed());
    }

    /** Whoever read of the tail first would delete it, for damage that isn't its own. */
    @Test
    void shouldNameTheDamageOfTheSegmentsBeforeThatOfTheTail() {
        final Process process = Process.start(storage);
        final long early = process.append("forced long ago, and rots");
        while (process.journal().appendedPosition() < 2 * Process.TAIL_LENGTH) {
            process.appendSome(10, new Random(5));
            process.forceAll();
        }
        storage.killProcess();
        storage.flip(StorageSuite.FIRST_SEGMENT, (int) early - 1, 1);

        final JournalException refusal =
            StorageSuite.assertCategory(Category.CORRUPT, () -> Process.start(storage));

        assertEquals(Process.FIRST_POSITION, refusal.cutPosition());
        assertTrue(refusal.getMessage().contains(StorageSuite.FIRST_SEGMENT), refusal.getMessage());
        assertFalse(refusal.getMessage().contains("delete the tail"), refusal.getMessage());
    }

    @Test
    void shouldFillSegmentsToTheirLastByte() {
        final int room = Process.SEGMENT_LENGTH - SegmentDescriptor.HEADER_LENGTH;
        final Process process = Process.start(storage);
        for (int segment = 0; segment < 4; segment++) {
            process.append(1, segment, new byte[room / 4 - RecordDescriptor.EXTENDED_HEADER_LENGTH]);
            for (int i = 1; i < 4; i++) {
                process.append(1, segment, new byte[room / 4 - RecordDescriptor.HEADER_LENGTH]);
            }
            process.journal().prepareSpace();
            assertEquals((segment + 1L) * Process.SEGMENT_LENGTH, process.journal().appendedPosition());
            storage.killProcess();
            assertEquals(process.all(), CopiedStorage.replay(storage));
            final SimulatedStorage copy = CopiedStorage.copyWithMemory(storage);
            assertEquals(process.all(), Process.start(copy).replayed());
        }
    }

    @Test
    void shouldStartWhereverAnOperationOnSharedMemoryFails() {
        for (final boolean isStaged : new boolean[] {true, false}) {
            for (int successes = 0; successes < 12; successes++) {
                final SimulatedStorage one = new SimulatedStorage().staged(true);
                final Process process = Process.start(one);
                process.appendSome(40, new Random(successes));
                one.killProcess();
                one.staged(isStaged).sharedMemory().directory(successes % 2 == 0 ? "elsewhere/" : "memory/");
                one.sharedMemory().failAfter(successes);
                try {
                    Process.start(one);
                } catch (final JournalException ex) {
                    assertTrue(ex.category() == Category.NO_SPACE || ex.category() == Category.FOREIGN, ex.toString());
                }
                one.sharedMemory().failAfter(-1);
                one.killProcess();
                final Process next = Process.start(one);
                assertEquals(process.all(), next.replayed());
                next.append("goes on");
                one.killProcess();
                assertEquals(next.all(), Process.start(one).replayed());
            }
        }
    }

    @Test
    void shouldStartWhereverAForceOfTheStartFails() {
        for (final boolean isStaged : new boolean[] {true, false}) {
            for (int forces = 0; forces < 20; forces++) {
                final SimulatedStorage one = new SimulatedStorage().staged(true);
                final Process process = Process.start(one);
                process.appendSome(60, new Random(forces));
                process.forceAll();
                final List<Entry> forced = process.all();
                process.appendSome(60, new Random(forces));
                one.killProcess();
                one.staged(isStaged).failForceAfter(forces);
                try {
                    Process.start(one);
                } catch (final JournalException ex) {
                    assertEquals(Category.FORCE_FAILED, ex.category());
                }
                one.failForceAfter(Integer.MAX_VALUE);
                final SimulatedStorage rebooted = CopiedStorage.copyWithMemory(one);
                one.killProcess();
                assertEquals(process.all(), Process.start(one).replayed());
                one.losePower(Survival.NOTHING);
                assertEquals(process.all(), Process.start(one).replayed());
                rebooted.losePower(Survival.NOTHING);
                final List<Entry> kept = Process.start(rebooted).replayed();
                assertTrue(kept.size() >= forced.size());
                assertEquals(process.all().subList(0, kept.size()), kept);
            }
        }
    }

    /** @return a process that forced nothing of what it appended, dead. */
    private Process killedAfter(final int records) {
        final Process process = Process.start(storage);
        process.appendSome(records, new Random(1));
        storage.killProcess();
        return process;
    }

    private static void forceSome(final Process process) {
        process.appendSome(50, new Random(2));
        process.forceAll();
    }

    private String refused(final Category category) {
        return assertCategory(category, () -> Process.start(storage)).getMessage();
    }

    private void change(final Consumer<UnsafeBuffer> change) {
        try (JournalFile tail = storage.sharedMemory().open(TAIL)) {
            change.accept(tail.buffer());
        } catch (final IOException ex) {
            throw new AssertionError(ex);
        }
    }

    private static void moveTail(final SimulatedStorage from, final SimulatedStorage to) {
        CopiedStorage.moveTail(from, to, TAIL);
    }
}
