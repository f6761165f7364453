package io.dtm.core.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.core.journal.JournalException.Category;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A start that cuts the journal and ends at any of its operations: nothing is ever cut in silence. */
class CutCrashTest {
    private static final int SEEDS = 3;
    private static final String REASON = "why";

    /** One journal, refused, the same each time. */
    private static final class Damaged {
        private final SimulatedStorage storage = new SimulatedStorage();
        private final List<RecordedRecords.Entry> kept;
        private final long position;

        Damaged() {
            final Process process = Process.start(storage);
            process.appendSome(120, new Random(7));
            process.forceAll();
            process.append("witness of the force, that no power loss takes");
            process.forceAll();
            storage.killProcess();
            kept = process.all().subList(0, 10);
            position = kept.get(9).position();
            storage.flip(StorageSuite.FIRST_SEGMENT, (int) position + 4, 1);
        }

        /** @return what the journal holds, or null: it is refused. */
        List<RecordedRecords.Entry> ordinaryStart() {
            try {
                final Process process = Process.start(storage);
                storage.killProcess();
                return process.replayed();
            } catch (final JournalException refused) {
                assertEquals(Category.CORRUPT, refused.category(), refused.getMessage());
                storage.killProcess();
                return null;
            }
        }

        void cut() {
            Process.cut(storage, position, REASON);
            storage.killProcess();
        }

        void assertCut(final List<RecordedRecords.Entry> entries, final String when) {
            assertNotNull(entries, when);
            assertEquals(kept, entries.subList(0, kept.size()), when);
            assertEquals(kept.size() + 1, entries.size(), when);
        }
    }

    @Test
    void shouldBeRefusedAgainOrDoneWhereverItEnds() {
        int refused = 0;
        int done = 0;
        int operations = 0;
        boolean isComplete = false;
        while (!isComplete) {
            for (int seed = -2; seed < SEEDS; seed++) {
                final Damaged damaged = new Damaged();
                isComplete = stoppedAfter(operations, damaged);
                lose(damaged.storage, seed);
                final String when = "after operation " + operations + ", seed " + seed;

                final List<RecordedRecords.Entry> entries = damaged.ordinaryStart();

                if (entries == null) {
                    refused++;
                    damaged.cut();
                    damaged.assertCut(damaged.ordinaryStart(), when);
                } else {
                    done++;
                    damaged.assertCut(entries, when);
                }
            }
            operations++;
        }
        assertTrue(refused > 10 * SEEDS && done >= SEEDS, refused + " refused, " + done + " done");
    }

    @Test
    void shouldBeRefusedAgainOrDoneAfterAForceThatFailed() {
        for (int forces = 0;; forces++) {
            final Damaged damaged = new Damaged();
            damaged.storage.failForceAfter(forces);
            final boolean isComplete = isDone(() -> Process.cut(damaged.storage, damaged.position, REASON));
            damaged.storage.losePower(Survival.NOTHING);
            damaged.storage.failForceAfter(-1);
            final List<RecordedRecords.Entry> entries = damaged.ordinaryStart();
            if (entries == null) {
                damaged.cut();
                damaged.assertCut(damaged.ordinaryStart(), "force " + forces);
            } else {
                damaged.assertCut(entries, "force " + forces);
            }
            if (isComplete) {
                assertTrue(forces > 5, "forces " + forces);
                return;
            }
        }
    }

    @Test
    void shouldGoOnWithAnInterruptedCutOnlyAtItsPosition() {
        final Damaged damaged = new Damaged();
        int operations = 0;
        while (!damaged.storage.list().contains(FileNames.CUT_ORDER)) {
            assertFalse(stoppedAfter(operations++, damaged), "never ordered");
            damaged.storage.killProcess();
        }

        final JournalException refusal = StorageSuite.assertCategory(
            Category.CORRUPT, () -> Process.start(damaged.storage));
        assertTrue(refusal.getMessage().contains("--cut-at " + damaged.position), refusal.getMessage());
        final JournalException other = StorageSuite.assertCategory(Category.CUT_REFUSED,
            () -> Process.cut(damaged.storage, damaged.kept.get(4).position(), "another"));
        assertTrue(other.getMessage().contains("--cut-at " + damaged.position), other.getMessage());

        damaged.cut();
        damaged.assertCut(damaged.ordinaryStart(), "in the end");
    }

    @Test
    void shouldChangeNothingWithoutSpaceForWhatIsKeptAside() {
        final Damaged damaged = new Damaged();
        final List<String> before = damaged.storage.list();
        damaged.storage.capacityBytes(0);

        final JournalException ex = StorageSuite.assertCategory(
            Category.NO_SPACE, () -> Process.cut(damaged.storage, damaged.position, REASON));

        assertTrue(ex.getMessage().contains("Nothing was changed"), ex.getMessage());
        assertEquals(before, damaged.storage.list());
        damaged.storage.capacityBytes(Long.MAX_VALUE);
        damaged.cut();
        damaged.assertCut(damaged.ordinaryStart(), "with space");
    }

    /** A quota shows only when the copy is written. */
    @Test
    void shouldChangeNothingWhenTheCopyCannotBeWritten() {
        final Damaged damaged = new Damaged();
        final List<String> before = damaged.storage.list();
        damaged.storage.quotaBytes(0);

        StorageSuite.assertCategory(
            Category.NO_SPACE, () -> Process.cut(damaged.storage, damaged.position, REASON));

        assertEquals(before, damaged.storage.list());
    }

    @Test
    void shouldRefuseAnOrderThatIsNone() throws java.io.IOException {
        final Damaged damaged = new Damaged();
        damaged.storage.create(FileNames.CUT_ORDER, 3).close();

        final JournalException ex =
            StorageSuite.assertCategory(Category.CORRUPT, () -> Process.start(damaged.storage));

        assertTrue(ex.getMessage().contains(FileNames.CUT_ORDER), ex.getMessage());
    }

    private static boolean stoppedAfter(final int operations, final Damaged damaged) {
        return isDone(() -> Process.cut(
            new StoppingStorage(damaged.storage, operations), damaged.position, REASON));
    }

    private static boolean isDone(final Runnable start) {
        try {
            start.run();
            return true;
        } catch (final StoppingStorage.Stopped | JournalException ended) {
            return false;
        }
    }

    private static void lose(final SimulatedStorage storage, final int seed) {
        switch (seed) {
            case -2 -> storage.killProcess();
            case -1 -> storage.losePower(Survival.NOTHING);
            default -> storage.losePower(seed);
        }
    }
}
