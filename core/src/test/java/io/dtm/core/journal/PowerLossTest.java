package io.dtm.core.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.core.journal.reading.RecordedRecords.Entry;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalException.Category;
import io.dtm.core.storage.StorageSuite;
import io.dtm.core.storage.simulated.SimulatedStorage;
import io.dtm.core.storage.simulated.Survival;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What survives which fault, over many seeds. */
class PowerLossTest {
    private static final int SEEDS = 1_500;
    private static final int LIVES = 6;
    private static final int SMALL_TAIL_LENGTH = 32 * 1024;

    @Test
    void shouldKeepEveryForcedRecordAndNothingBeyondAGap() {
        for (int seed = 0; seed < SEEDS; seed++) {
            new Run(seed, 0).liveManyLives();
        }
    }

    @Test
    void shouldKeepEveryForcedRecordOfAStagedJournal() {
        for (int seed = 0; seed < SEEDS; seed++) {
            new Run(seed, 100).liveManyLives();
        }
    }

    @Test
    void shouldKeepEveryForcedRecordWhenStoragesAlternate() {
        for (int seed = 0; seed < SEEDS; seed++) {
            new Run(seed, 50).liveManyLives();
        }
    }

    @Test
    void shouldWriteAgainWhatAFailedForceMarkedClean() {
        final SimulatedStorage storage = new SimulatedStorage();
        final Process process = Process.start(storage);
        process.append("stored, and in the page cache");
        storage.failForceAfter(0);
        JournalContract.assertCategory(Category.FORCE_FAILED, process::forceAll);
        storage.killProcess();

        final Process next = Process.start(storage);
        assertEquals(process.all(), next.replayed());
        storage.losePower(Survival.NOTHING);

        assertEquals(process.all(), Process.start(storage).replayed());
    }

    @Test
    void shouldNeverTryAFailedForceAgain() {
        final SimulatedStorage storage = new SimulatedStorage();
        final Process process = Process.start(storage);
        final long forced = process.append("forced");
        process.forceAll();
        process.append("not forced");
        storage.failForceAfter(0);

        JournalContract.assertCategory(Category.FORCE_FAILED, process::forceAll);

        assertEquals(forced, process.journal().forcedPosition());
        JournalContract.assertCategory(Category.FORCE_FAILED, process.journal()::force);
        JournalContract.assertCategory(Category.FORCE_FAILED, process.journal()::prepareSpace);
        JournalContract.assertCategory(Category.FORCE_FAILED, () -> process.append("no more"));
        assertEquals(forced, process.journal().forcedPosition());
        assertTrue(!process.journal().hasSpaceForNew());
    }

    @Test
    void shouldHaltWhenANewSegmentCannotBeForced() {
        final SimulatedStorage storage = new SimulatedStorage();
        final Process process = Process.start(storage);
        while (process.journal().appendedPosition() < Process.SEGMENT_LENGTH) {
            process.append("until the spare is in use");
        }
        storage.failForceAfter(0);
        JournalContract.assertCategory(Category.FORCE_FAILED, process.journal()::prepareSpace);
        JournalContract.assertCategory(Category.FORCE_FAILED, () -> process.append("no more"));
        storage.killProcess();
        assertEquals(process.all(), Process.start(storage).replayed());
    }

    @Test
    void shouldStartAgainWhereverAForceOfTheStartFails() {
        for (int forces = 0; forces < 12; forces++) {
            final SimulatedStorage storage = new SimulatedStorage();
            final Process process = Process.start(storage);
            process.appendSome(60, new Random(forces));
            process.forceAll();
            process.appendSome(60, new Random(forces));
            storage.losePower(forces);
            storage.failForceAfter(forces);
            List<Entry> replayed = null;
            try {
                replayed = Process.start(storage).replayed();
                storage.losePower(Survival.NOTHING);
            } catch (final JournalException ex) {
                assertEquals(Category.FORCE_FAILED, ex.category());
                storage.killProcess();
            }
            storage.failForceAfter(Integer.MAX_VALUE);
            final Process next = Process.start(storage);
            assertTrue(replayed == null || replayed.equals(next.replayed()));
            storage.losePower(Survival.NOTHING);
            assertEquals(next.replayed(), Process.start(storage).replayed());
        }
    }

    @Test
    void shouldStartAtAnyPointOfAFirstStart() {
        for (int forces = 0; forces < 8; forces++) {
            for (int seed = 0; seed < 20; seed++) {
                final SimulatedStorage storage = new SimulatedStorage();
                storage.failForceAfter(forces);
                try {
                    Process.start(storage);
                } catch (final JournalException ex) {
                    assertEquals(Category.FORCE_FAILED, ex.category());
                }
                storage.losePower(seed);
                storage.failForceAfter(Integer.MAX_VALUE);
                final Process process = Process.start(storage);
                process.append("works");
                process.forceAll();
                storage.losePower(Survival.NOTHING);
                assertEquals(process.all(), Process.start(storage).replayed());
            }
        }
    }

    @Test
    void shouldRefuseToStartWhenTheDeviceLostWhatItHadForced() {
        final SimulatedStorage storage = new SimulatedStorage();
        final Process process = Process.start(storage);
        final long start = process.append("forced");
        process.append("forced, and rots");
        process.forceAll();
        process.append("closing mark");
        process.forceAll();
        storage.losePower(Survival.NOTHING);
        storage.flip(StorageSuite.FIRST_SEGMENT, (int) start + 30, 4);

        final JournalException ex = assertThrows(JournalException.class, () -> Process.start(storage));

        assertEquals(Category.CORRUPT, ex.category());
    }

    /** One storage, and the processes that use it one after another, each ended by another fault. */
    private static final class Run {
        private final SimulatedStorage storage = new SimulatedStorage();
        private final Random random;
        private final String name;
        /** All records that may be there now; how many of them must be; how many must be after a power loss. */
        private List<Entry> records = new ArrayList<>();
        private int sure;
        private int forced;
        private final int stagedPercent;

        Run(final long seed, final int stagedPercent) {
            random = new Random(seed);
            name = "seed " + seed + ", staged " + stagedPercent;
            this.stagedPercent = stagedPercent;
        }

        void liveManyLives() {
            for (int life = 0; life < LIVES; life++) {
                if (random.nextInt(4) == 0) {
                    storage.failForceAfter(random.nextInt(20));
                }
                storage.staged(random.nextInt(100) < stagedPercent);
                Process process = null;
                try {
                    process = Process.start(Process.context(storage).tailLength(SMALL_TAIL_LENGTH));
                    check(process);
                    work(process);
                } catch (final JournalException ex) {
                    assertEquals(Category.FORCE_FAILED, ex.category(), name + ": " + ex);
                }
                if (process != null) {
                    records = process.all();
                    forced = countUpTo(process.journal().forcedPosition());
                }
                die(process);
            }
        }

        private void check(final Process process) {
            final List<Entry> replayed = process.replayed();
            assertTrue(replayed.size() >= sure, name + ": " + replayed.size() + " of " + sure);
            assertEquals(records.subList(0, replayed.size()), replayed, name);
            records = new ArrayList<>(replayed);
        }

        private void work(final Process process) {
            final int steps = random.nextInt(30);
            for (int i = 0; i < steps; i++) {
                switch (random.nextInt(4)) {
                    case 0 -> process.forceAll();
                    case 1 -> storage.writeBack(Survival.random(random.nextLong()));
                    default -> process.appendSome(random.nextInt(8), random);
                }
            }
        }

        private void die(final Process process) {
            switch (random.nextInt(4)) {
                case 0 -> {
                    storage.killProcess();
                    sure = process != null ? records.size() : sure;
                }
                case 1 -> {
                    storage.losePower(Survival.NOTHING);
                    sure = forced;
                }
                default -> {
                    storage.losePower(random.nextLong());
                    sure = forced;
                }
            }
        }

        private int countUpTo(final long position) {
            return (int) records.stream().filter(record -> record.position() <= position).count();
        }
    }
}
