package io.dtm.simulation.storage;

import io.dtm.codec.SegmentDescriptor;
import io.dtm.core.journal.SegmentedJournal;
import io.dtm.core.recovery.CheckpointMaker;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalException.Category;
import io.dtm.core.storage.JournalFile;
import io.dtm.core.storage.simulated.SimulatedStorage;
import io.dtm.core.storage.simulated.StorageObserver;
import io.dtm.core.storage.simulated.Survival;
import io.dtm.simulation.engine.RandomStream;
import io.dtm.simulation.storage.RecordedEvents.Record;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;

/**
 * Journals recorded events once more, in small segments, with forces, checkpoints, restarts, power losses and failing
 * forces between them, and has the system crash at every moment of it: after each append, and before and after each
 * operation of the storage, each store into shared memory that others are to see included. While one stage forces the
 * others go on: before and after each operation of a force records are appended, segments made and closed.
 */
final class RecordedRun {
    private static final int MAX_GROUP = 160;
    private static final int BURST = 560;
    private static final int BURST_ONE_IN = 16;
    private static final int RECORDS_IN_A_LIFE = 330;
    private static final int RECORDS_IN_THE_FIRST_LIFE = 70;
    private static final int MORE_THAN_A_PAGE = 6_000;
    private static final int RECORDS_TO_A_CHECKPOINT = 100;
    private static final int MAX_IN_FORCE = 2;
    /** So many go over a roll. */
    private static final int BURST_IN_FORCE = 50;
    private static final int BURST_IN_FORCE_ONE_IN = 12;

    private final StorageModel model;
    private final List<Record> records;
    private final History history;
    private final CrashStates crashes;
    private final RandomStream random;
    private final SimulatedStorage storage;
    private SegmentedJournal journal;
    /** What was there right after the last store of an append that is under way. */
    private SimulatedStorage stored;
    private boolean isAppending;
    /** What is asked of the storage is asked by the force itself. */
    private boolean isForcing;
    private boolean isFailing;
    private int appended;
    private int durable;
    private int untilCheckpoint = RECORDS_TO_A_CHECKPOINT;
    private int group;
    private int groups;
    private int untilRestart = RECORDS_IN_THE_FIRST_LIFE;
    private int rolls;
    private int checkpoints;
    private int restarts;
    private int appendedInForces;
    private int rollsInForces;

    RecordedRun(
        final StorageModel model,
        final List<Record> records,
        final History history,
        final CrashStates crashes,
        final RandomStream random) {
        this.model = model;
        this.records = records;
        this.history = history;
        this.crashes = crashes;
        this.random = random;
        this.storage = model.storage();
    }

    void run() {
        storage.observer(new Observer());
        start();
        while (appended < records.size()) {
            step();
        }
        force();
        crash("at the end");
    }

    private void step() {
        makeRoom();
        append();
        if (--group <= 0) {
            force();
            group = nextGroup();
        }
        if (random.nextInt(5) == 0) {
            journal.prepareSpace();
        }
        if (random.nextInt(30) == 0) {
            storage.writeBack(Survival.random(random.nextLong()));
            crash("after the system wrote back what it liked");
        }
        if (untilCheckpoint <= 0) {
            untilCheckpoint = RECORDS_TO_A_CHECKPOINT;
            checkpoint();
        }
        if (untilRestart <= 0 && group <= MAX_GROUP) {
            untilRestart = RECORDS_IN_A_LIFE / 2 + random.nextInt(RECORDS_IN_A_LIFE);
            restart();
        }
    }

    /** Staged: also more than the ring takes without a force. */
    private int nextGroup() {
        return model == StorageModel.STAGED && ++groups % BURST_ONE_IN == 3
            ? BURST : 1 + random.nextInt(random.coin() ? MAX_GROUP : 6);
    }

    private void append() {
        untilCheckpoint--;
        untilRestart--;
        final long before = journal.appendedPosition();
        final Record record = records.get(appended);
        isAppending = true;
        final long position = Restart.append(journal, record);
        isAppending = false;
        final long segment = (position - 1) / StorageModel.SEGMENT_LENGTH * StorageModel.SEGMENT_LENGTH;
        if (before < segment) {
            rolls++;
        }
        history.appended(appended + 1, record, position);
        if (storage.isStaged()) {
            kill(stored, appended, appended + 1, "after the last store of an append");
            appended++;
            kill(storage, appended, appended, "after append");
        } else {
            crashInAppend(segment, (int) (Math.max(before, segment + SegmentDescriptor.HEADER_LENGTH) - segment));
            appended++;
            crash("after append");
        }
    }

    /** As the journal stage, which takes nothing before. */
    private void makeRoom() {
        if (!journal.hasRoom()) {
            journal.prepareSpace();
        }
        if (!journal.hasRoom()) {
            force();
        }
    }

    /** The length word is stored last: a process that dies before leaves all but that. */
    private void crashInAppend(final long segment, final int offset) {
        try (JournalFile file = storage.open(String.format(Locale.ROOT, "%020d.segment", segment), true)) {
            final int lengthWord = file.buffer().getInt(offset);
            file.buffer().putInt(offset, 0);
            crash("before the length word is stored");
            file.buffer().putInt(offset, lengthWord);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void force() {
        final int asked = appended;
        journal.requestForce(journal.appendedPosition());
        isForcing = true;
        journal.force();
        isForcing = false;
        reported();
        Expectation.that(durable >= asked, "%d records were to be forced, %d are", asked, durable);
        crash("after the force was reported");
    }

    /** What the other stages do meanwhile: none of it is part of the force that goes on. */
    private void goOnWhileForcing() {
        isForcing = false;
        final int rollsBefore = rolls;
        int count = random.nextInt(BURST_IN_FORCE_ONE_IN) == 0 ? BURST_IN_FORCE : random.nextInt(MAX_IN_FORCE + 1);
        while (count-- > 0 && appended < records.size() && rolls == rollsBefore) {
            if (!isFailing && random.coin()) {
                journal.prepareSpace();
            }
            if (!journal.hasRoom()) {
                break;
            }
            append();
            appendedInForces++;
            if (random.coin()) {
                journal.requestForce(journal.appendedPosition());
            }
        }
        rollsInForces += rolls - rollsBefore;
        isForcing = true;
    }

    /** What the live coordinator would go by. */
    private void reported() {
        while (journal != null && durable < appended && history.positionOf(durable + 1) <= journal.forcedPosition()) {
            durable++;
        }
    }

    private void checkpoint() {
        journal.prepareSpace();
        final CheckpointMaker.Result result = new CheckpointMaker(storage, 0, () -> 1, damage -> {
            throw new AssertionError(damage);
        }).make(journal.closedPosition(), "run");
        if (result instanceof CheckpointMaker.Made made) {
            crash("after a checkpoint is made");
            journal.adoptCheckpoint(made.checkpoint());
            journal.prepareSpace();
            checkpoints++;
            crash("after a checkpoint is adopted");
        }
    }

    private void restart() {
        restarts++;
        switch (restarts % 3) {
            case 0 -> storage.killProcess();
            case 1 -> {
                failForce();
                storage.killProcess();
            }
            default -> losePower();
        }
        storage.staged(model.isStagedAfter(restarts));
        start();
    }

    /** Of more than one page: a start writes the page in which the journal ends in any case. */
    private void failForce() {
        while (journal.appendedPosition() - journal.forcedPosition() < MORE_THAN_A_PAGE && appended < records.size()) {
            makeRoom();
            append();
        }
        storage.failForceAfter(0);
        journal.requestForce(journal.appendedPosition());
        isForcing = true;
        isFailing = true;
        try {
            journal.force();
        } catch (final JournalException e) {
            Expectation.that(e.category() == Category.FORCE_FAILED, "%s", e);
        }
        isForcing = false;
        isFailing = false;
        storage.failForceAfter(Integer.MAX_VALUE);
        reported();
        crash("after a force failed");
    }

    /** From now on all that there is is on the device. */
    private void losePower() {
        storage.losePower(Survival.random(random.nextLong()));
        appended = restartOn(storage.copy()).recovered();
        durable = appended;
        group = 0;
    }

    private void start() {
        final Restart restart = restartOn(storage);
        Expectation.that(restart.recovered() == appended, "%d records are recovered, %d were appended",
            restart.recovered(), appended);
        journal = restart.journal();
        durable = appended;
        crash("after a start");
    }

    private Restart restartOn(final SimulatedStorage image) {
        return new Restart(model.context(image, history.coordinatorId()), history);
    }

    private void crash(final String place) {
        final int number = appended;
        crashes.crash(storage, durable, appended, () -> "record " + number + ", " + place);
    }

    private void kill(
        final SimulatedStorage moment, final int present, final int upTo, final String place) {
        final int number = appended;
        crashes.kill(moment, durable, present, upTo, () -> "record " + number + ", " + place);
    }

    int appended() {
        return appended;
    }

    int rolls() {
        return rolls;
    }

    int rollsInForces() {
        return rollsInForces;
    }

    int checkpoints() {
        return checkpoints;
    }

    int restarts() {
        return restarts;
    }

    String summary() {
        return records.size() + " records, " + rolls + " rolls, " + checkpoints + " checkpoints, " + restarts
            + " restarts, " + appendedInForces + " records and " + rollsInForces + " rolls in the midst of a force"
            + (model == StorageModel.STAGED
            ? ", " + journal.appendedPosition() / StorageModel.TAIL_LENGTH + " times round the ring" : "");
    }

    private final class Observer implements StorageObserver {
        @Override
        public void before(final Operation operation, final String name) {
            happens(operation, "before " + operation + " " + name);
        }

        /** What is in the journal after a store of an append is known when that is done. */
        @Override
        public void after(final Operation operation, final String name) {
            if (isAppending) {
                stored = storage.copy();
            } else {
                happens(operation, "after " + operation + " " + name);
            }
        }

        private void happens(final Operation operation, final String place) {
            reported();
            if (operation == Operation.STORE) {
                kill(storage, appended, appended, place);
            } else {
                crash(place);
                if (isForcing) {
                    goOnWhileForcing();
                }
            }
        }
    }
}
