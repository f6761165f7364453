package io.dtm.simulation.node;

import io.dtm.core.journal.JournalRecovery;
import io.dtm.core.journal.SegmentedJournal;
import io.dtm.core.recovery.CheckpointMaker;
import io.dtm.core.recovery.CheckpointMaker.Made;
import io.dtm.core.recovery.JournalReplay;
import io.dtm.core.recovery.RestoredCoordinator;
import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.simulated.SimulatedStorage;
import io.dtm.simulation.check.Violations;
import io.dtm.simulation.engine.RandomStream;
import io.dtm.simulation.engine.Trace;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.Consumer;
import org.agrona.concurrent.EpochClock;

/**
 * What makes checkpoints beside the coordinator, as its host's child process does: now and then it dies before its
 * checkpoint is taken in, and leaves a temporary file. Also checks what a start can fall back on.
 */
final class BackgroundCheckpoints {
    private static final int LOST_ONE_IN = 8;

    private final String name;
    private final RandomStream random;
    private final Trace trace;
    private final Violations violations;
    private final EpochClock clock;
    private int makers;

    BackgroundCheckpoints(
        final String name,
        final RandomStream random,
        final Trace trace,
        final Violations violations,
        final EpochClock clock) {
        this.name = name;
        this.random = random;
        this.trace = trace;
        this.violations = violations;
        this.clock = clock;
    }

    /** Makes one if a segment was closed since the last. */
    void work(final SegmentedJournal journal, final SimulatedStorage storage) {
        final long upTo = journal.closedPosition();
        if (journal.isAdopting() || upTo <= journal.checkpointPosition()) {
            return;
        }
        try {
            final CheckpointMaker maker = new CheckpointMaker(storage, 0, clock, damage());
            if (maker.make(upTo, Integer.toString(++makers)) instanceof Made made) {
                if (random.nextInt(LOST_ONE_IN) == 0) {
                    trace.event(name, "makes a checkpoint at %1 that is lost, %2 items", upTo, made.items());
                } else {
                    trace.event(name, "makes a checkpoint at %1, %2 items", upTo, made.items());
                    journal.adoptCheckpoint(made.checkpoint());
                }
            }
        } catch (final UncheckedIOException ex) {
            trace.event(name, "can't write a checkpoint");
        } catch (final JournalException ex) {
            if (ex.category() != JournalException.Category.FORCE_FAILED) {
                violations.add("I12", "no checkpoint can be made: " + ex.getMessage());
            }
        }
    }

    /** Two recoveries of the same journal must come to the same state. */
    void checkNewest(final SimulatedStorage storage, final JournalRecovery recovery, final long digest) {
        if (digestOf(restore(storage, recovery), recovery) != digest) {
            violations.add("I12", "two recoveries of the same journal differ");
        }
    }

    /** A start from the checkpoint before the newest must come to the same state: the newest might be damaged. */
    void checkFallback(final SimulatedStorage storage, final JournalRecovery recovery, final long digest) {
        final List<String> checkpoints = storage.list().stream().filter(FileNames::isCheckpoint).toList();
        if (checkpoints.size() > 1) {
            final RestoredCoordinator older = RestoredCoordinator.of(
                storage, checkpoints.get(checkpoints.size() - 2), recovery.coordinatorId());
            if (digestOf(older, recovery) != digest) {
                violations.add("I12", "a recovery from the older checkpoint differs");
            }
        }
    }

    private static long digestOf(final RestoredCoordinator restored, final JournalRecovery recovery) {
        restored.replay(new JournalReplay(recovery, restored.replayPosition()));
        return restored.coordinator().digest();
    }

    RestoredCoordinator restore(final SimulatedStorage storage, final JournalRecovery recovery) {
        return RestoredCoordinator.newest(storage, recovery.coordinatorId(), damage());
    }

    private Consumer<String> damage() {
        return damage -> violations.add("I12", damage);
    }
}
