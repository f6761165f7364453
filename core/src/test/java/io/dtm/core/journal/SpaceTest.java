package io.dtm.core.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.codec.MarkDescriptor;
import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalException.Category;
import io.dtm.core.storage.JournalFile;
import io.dtm.core.storage.StorageSuite;
import io.dtm.core.storage.simulated.SimulatedStorage;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** A disk that fills up, and empties again. */
class SpaceTest {
    private static final long OTHER_FILES = 17 + 4096;

    private final SimulatedStorage storage = new SimulatedStorage();
    private long nowNs = 1;

    @Test
    void shouldRefuseNewOnesWhenTheDiskIsFullAndFinishRunningOnes() {
        storage.capacityBytes(OTHER_FILES + 2 * Process.SEGMENT_LENGTH);
        refuseThenFinish(Process.start(storage));
    }

    @Test
    void shouldRefuseNewOnesWhenAQuotaShowsOnlyInTheWriting() {
        storage.quotaBytes(OTHER_FILES + 2 * Process.SEGMENT_LENGTH);
        refuseThenFinish(Process.start(storage));
    }

    @Test
    void shouldTakeNewOnesAgainWhenThereIsSpaceAgain() {
        storage.capacityBytes(OTHER_FILES + 2 * Process.SEGMENT_LENGTH);
        final Process process = fullDisk(Process.start(storage));

        storage.capacityBytes(OTHER_FILES + 3 * Process.SEGMENT_LENGTH);
        process.journal().prepareSpace();

        assertTrue(process.journal().hasSpaceForNew());
        assertEquals(2, process.reports().size());
        assertTrue(process.reports().get(1).contains("space again"));
    }

    @Test
    void shouldTakeNewOnesAgainWhenOldSegmentsWereLetGo() {
        storage.capacityBytes(OTHER_FILES + 2 * Process.SEGMENT_LENGTH);
        final Process process = fullDisk(Process.start(storage));

        process.forceAll();
        process.journal().releaseBefore(process.journal().forcedPosition());
        process.journal().prepareSpace();
        process.journal().prepareSpace();

        assertTrue(process.journal().hasSpaceForNew());
    }

    @Test
    void shouldKeepTheLowSpaceFree() {
        storage.capacityBytes(OTHER_FILES + 3 * Process.SEGMENT_LENGTH + 1000);
        final Process process = Process.start(Process.context(storage).lowSpaceBytes(1001));
        assertTrue(process.journal().hasSpaceForNew());

        fullDisk(process);

        assertTrue(storage.usableBytes() >= 1001);
    }

    @Test
    void shouldKeepTheJournalWithinItsBound() {
        final long bound = 4L * Process.SEGMENT_LENGTH;
        final Process process = fullDisk(Process.start(Process.context(storage).maxJournalLength(bound)));
        assertEquals(OTHER_FILES + bound, Long.MAX_VALUE - storage.usableBytes());
        assertTrue(process.reports().get(0).contains("a checkpoint lets old ones go"), process.reports()::toString);

        process.forceAll();
        process.journal().releaseBefore(process.journal().forcedPosition());
        process.journal().prepareSpace();
        process.journal().prepareSpace();

        assertTrue(process.journal().hasSpaceForNew());
        assertTrue(Long.MAX_VALUE - storage.usableBytes() <= OTHER_FILES + bound);
    }

    @Test
    void shouldRefuseABoundThatLeavesNoRoomToWork() {
        assertThrows(IllegalArgumentException.class, () -> Process.start(
            Process.context(storage).maxJournalLength(3L * Process.SEGMENT_LENGTH - 1)));
    }

    @Test
    void shouldTellToolsOfTheSpaceInTheMarkFile() throws IOException {
        storage.capacityBytes(OTHER_FILES + 2 * Process.SEGMENT_LENGTH + 500);
        final Process process = fullDisk(Process.start(
            Process.context(storage).lowSpaceBytes(300).nanoClock(() -> nowNs).epochClock(() -> 4711)));
        nowNs += 1_000_000_000L;
        process.journal().prepareSpace();

        try (JournalFile mark = storage.open(FileNames.MARK, false)) {
            assertEquals(500, MarkDescriptor.usableBytes(mark.buffer()));
            assertEquals(300, MarkDescriptor.lowSpaceBytes(mark.buffer()));
            assertEquals(4711, MarkDescriptor.refusedSinceMs(mark.buffer()));
            assertEquals(1, MarkDescriptor.refusals(mark.buffer()));

            storage.capacityBytes(OTHER_FILES + 3 * Process.SEGMENT_LENGTH + 500);
            process.journal().prepareSpace();
            nowNs += 1_000_000_000L;
            process.journal().prepareSpace();

            assertEquals(0, MarkDescriptor.refusedSinceMs(mark.buffer()));
            assertEquals(1, MarkDescriptor.refusals(mark.buffer()));
        }
    }

    @Test
    void shouldTryAgainOnlyAfterAWhile() {
        storage.capacityBytes(OTHER_FILES + 2 * Process.SEGMENT_LENGTH);
        final Process process =
            fullDisk(Process.start(Process.context(storage).nanoClock(() -> nowNs).spaceRetryNs(1000)));
        storage.capacityBytes(Long.MAX_VALUE);

        nowNs += 999;
        assertEquals(0, process.journal().prepareSpace());
        assertFalse(process.journal().hasSpaceForNew());
        nowNs += 1;
        assertEquals(1, process.journal().prepareSpace());
        assertTrue(process.journal().hasSpaceForNew());
    }

    @Test
    void shouldStartOnAFullDiskAndRefuseNewOnes() {
        storage.capacityBytes(OTHER_FILES + 2 * Process.SEGMENT_LENGTH);
        final Process process = fullDisk(Process.start(storage));
        storage.killProcess();

        final Process next = Process.start(storage);

        assertEquals(process.all(), next.replayed());
        assertFalse(next.journal().hasSpaceForNew());
        next.append("finishes");
        next.forceAll();
        assertEquals(next.journal().appendedPosition(), next.journal().forcedPosition());
    }

    @Test
    void shouldKeepAReserveForWhenTheDiskIsFullHoweverFastItIsFilled() {
        storage.capacityBytes(OTHER_FILES + 5 * Process.SEGMENT_LENGTH);
        final Process process = Process.start(Process.context(storage).reservedSegments(2));
        while (process.journal().hasSpaceForNew()) {
            while (process.journal().hasRoom()) {
                process.append("faster than segments are made");
            }
            process.journal().prepareSpace();
        }
        assertTrue(process.journal().hasRoom());
        final long refusedAt = process.journal().appendedPosition();

        while (process.journal().appendedPosition() < refusedAt + Process.SEGMENT_LENGTH) {
            process.append("a running one finishes");
            process.journal().prepareSpace();
        }
    }

    @Test
    void shouldNotWaitForASegmentThatCannotBeMade() {
        storage.capacityBytes(OTHER_FILES + 2 * Process.SEGMENT_LENGTH);
        final Process process = fullDisk(Process.start(storage));

        StorageSuite.assertCategory(Category.NO_SPACE, () -> {
            while (process.journal().hasRoom()) {
                process.append("beyond the reserve");
                process.journal().prepareSpace();
            }
        });
    }

    @Test
    void shouldNotStartForTheFirstTimeOnAFullDisk() {
        storage.capacityBytes(100);
        final JournalException ex =
            StorageSuite.assertCategory(Category.NO_SPACE, () -> Process.start(storage));
        assertTrue(ex.getMessage().contains("make space"));
        storage.capacityBytes(Long.MAX_VALUE);
        Process.start(storage).close();
    }

    @Test
    void shouldLeaveNoHalfASegmentBehind() throws IOException {
        storage.quotaBytes(OTHER_FILES + 2 * Process.SEGMENT_LENGTH);
        fullDisk(Process.start(storage));
        assertTrue(storage.list().stream().noneMatch(FileNames::isTemporary));
    }

    /** @return the process, in its last segment, with most of that left. */
    private static Process fullDisk(final Process process) {
        final SegmentedJournal journal = process.journal();
        while (journal.hasSpaceForNew()) {
            process.append("until the disk is full");
            journal.prepareSpace();
        }
        assertEquals(1, process.reports().size());
        assertTrue(process.reports().get(0).contains("no space"), process.reports().get(0));
        return process;
    }

    private static void refuseThenFinish(final Process process) {
        fullDisk(process);
        final long reserved = 3500;
        final long start = process.journal().appendedPosition();
        while (process.journal().appendedPosition() < start + reserved) {
            process.append("a running one finishes");
            process.journal().prepareSpace();
            assertFalse(process.journal().hasSpaceForNew());
        }
        assertEquals(1, process.reports().size(), "said once");
        StorageSuite.assertCategory(Category.NO_SPACE, () -> {
            while (true) {
                process.append("beyond the reserve");
            }
        });
    }
}
