package io.dtm.core.journal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.dtm.core.journal.reading.RecordedRecords;
import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalException.Category;
import io.dtm.core.storage.JournalFile;
import io.dtm.core.storage.StoppingStorage;
import io.dtm.core.storage.StorageSuite;
import io.dtm.core.storage.simulated.SimulatedStorage;
import io.dtm.core.storage.simulated.Survival;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A start that cuts the journal and ends at any of its operations: nothing is ever cut in silence. */
class CutCrashTest {
    private static final int SEEDS = 3;
    private static final int KILLED = -2;
    private static final String REASON = "why";

    /** One journal, refused, the same each time. Staged, its tail holds what is given up. */
    private static final class Damaged {
        private final SimulatedStorage storage;
        private final List<RecordedRecords.Entry> kept;
        private final long position;
        /** Null: there is none. */
        private final DamagedBehindTail tail;

        Damaged(final boolean isStaged) {
            storage = new SimulatedStorage().staged(isStaged);
            final Process process =
                Process.start(Process.context(storage).tailLength(DamagedBehindTail.TAIL_LENGTH));
            if (isStaged) {
                tail = behindTail(process);
                kept = tail.kept();
                position = tail.cutPosition();
                return;
            }
            tail = null;
            process.appendSome(120, new Random(7));
            process.forceAll();
            process.append("witness of the force, that no power loss takes");
            process.forceAll();
            storage.killProcess();
            kept = process.all().subList(0, 10);
            position = kept.get(9).position();
            storage.flip(StorageSuite.FIRST_SEGMENT, (int) position + 4, 1);
        }

        private DamagedBehindTail behindTail(final Process process) {
            try {
                return DamagedBehindTail.make(storage, process, storage::killProcess);
            } catch (final IOException ex) {
                throw new UncheckedIOException(ex);
            }
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

        /** Unless it was lost with the power, before anything was cut. */
        void assertTailIsKept(final String when) {
            if (tail != null) {
                try (JournalFile file = storage.open(tail.tailName() + FileNames.KEPT_SUFFIX, false)) {
                    final byte[] bytes = new byte[file.length()];
                    file.buffer().getBytes(0, bytes);
                    assertArrayEquals(tail.tail(), bytes, when);
                } catch (final IOException ex) {
                    fail(when, ex);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldBeRefusedAgainOrDoneWhereverItEnds(final boolean isStaged) {
        int refused = 0;
        int done = 0;
        int operations = 0;
        boolean isComplete = false;
        while (!isComplete) {
            for (int seed = KILLED; seed < SEEDS; seed++) {
                final Damaged damaged = new Damaged(isStaged);
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
                if (entries != null || seed == KILLED) {
                    damaged.assertTailIsKept(when);
                }
            }
            operations++;
        }
        assertTrue(refused > 10 * SEEDS && done >= SEEDS, refused + " refused, " + done + " done");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldBeRefusedAgainOrDoneAfterAForceThatFailed(final boolean isStaged) {
        for (int forces = 0;; forces++) {
            final Damaged damaged = new Damaged(isStaged);
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

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldGoOnWithAnInterruptedCutOnlyAtItsPosition(final boolean isStaged) {
        final Damaged damaged = new Damaged(isStaged);
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

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldChangeNothingWithoutSpaceForWhatIsKeptAside(final boolean isStaged) {
        final Damaged damaged = new Damaged(isStaged);
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
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldChangeNothingWhenTheCopyCannotBeWritten(final boolean isStaged) {
        final Damaged damaged = new Damaged(isStaged);
        final List<String> before = damaged.storage.list();
        damaged.storage.quotaBytes(0);

        StorageSuite.assertCategory(
            Category.NO_SPACE, () -> Process.cut(damaged.storage, damaged.position, REASON));

        assertEquals(before, damaged.storage.list());
    }

    @Test
    void shouldRefuseAnOrderThatIsNone() throws IOException {
        final Damaged damaged = new Damaged(false);
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
            case KILLED -> storage.killProcess();
            case -1 -> storage.losePower(Survival.NOTHING);
            default -> storage.losePower(seed);
        }
    }
}
