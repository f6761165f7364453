package io.dtm.simulation.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.codec.SegmentDescriptor;
import io.dtm.core.journal.SegmentedJournal;
import io.dtm.core.storage.simulated.SimulatedStorage;
import io.dtm.core.storage.simulated.StorageObserver;
import io.dtm.simulation.engine.RandomStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One group commit across a roll, and every subset of the sectors that it has changed. */
final class GroupCommitTest {
    private static final int SECTORS = 12;
    private static final int SECTOR_LENGTH = 512;
    private static final int FIRST_RECORD_BEHIND_THE_ROLL =
        StorageModel.SEGMENT_LENGTH + SegmentDescriptor.HEADER_LENGTH;

    private static final int SHORT_OF_THE_ROLL = 1_500;

    private final RecordedEvents recorded = RecordedEvents.of(1, 400);
    private final History history = new History(recorded.coordinatorId());
    private SimulatedStorage storage;
    private SegmentedJournal journal;
    private CrashStates crashes;
    private boolean isInForce;
    private int durable;

    @ParameterizedTest
    @EnumSource
    void shouldRecoverAPrefixFromEverySubsetOfSectors(final StorageModel model) {
        start(model);
        appendUpTo(StorageModel.SEGMENT_LENGTH - SHORT_OF_THE_ROLL);
        force();
        while (sectors() < SECTORS) {
            append();
        }
        assertTrue(journal.appendedPosition() > StorageModel.SEGMENT_LENGTH, "no roll");
        crashInTheForce(journal.appendedPosition());
        assertTrue(crashes.distinct() >= 1 << SECTORS, crashes.summary());
        System.out.println(model + ", a group commit: " + crashes.summary());
    }

    /** One record at each operation of the force, the last up to where asked. */
    @ParameterizedTest
    @EnumSource
    void shouldRecoverAPrefixWhenOthersRollWhileItForces(final StorageModel model) {
        start(model);
        appendUpTo(StorageModel.SEGMENT_LENGTH - 2 * SHORT_OF_THE_ROLL);
        force();
        appendUpTo(StorageModel.SEGMENT_LENGTH - SHORT_OF_THE_ROLL);
        crashInTheForce(FIRST_RECORD_BEHIND_THE_ROLL + 1);
        crashInTheForce(journal.appendedPosition());
        System.out.println(model + ", a group commit beside a roll: " + crashes.summary());
    }

    private void start(final StorageModel model) {
        crashes = new CrashStates(model, recorded.records(), history, new RandomStream(1), 0, Long.MAX_VALUE);
        storage = model.storage();
        journal = new Restart(model.context(storage, history.coordinatorId()), history).journal();
    }

    /** @param position up to which the others append before each operation of the force; at least a record. */
    private void crashInTheForce(final long position) {
        final int asked = history.size();
        crash("the group is appended");
        storage.observer(new StorageObserver() {
            @Override
            public void before(final Operation operation, final String name) {
                happens(operation, "before " + operation + " " + name);
            }

            @Override
            public void after(final Operation operation, final String name) {
                happens(operation, "after " + operation + " " + name);
            }

            private void happens(final Operation operation, final String place) {
                if (isInForce && (operation == Operation.WRITE || operation == Operation.FORCE)) {
                    isInForce = false;
                    crash(place);
                    append();
                    appendUpTo(position);
                    crash(place + ", and others have appended");
                    isInForce = true;
                }
            }
        });
        force();
        storage.observer(StorageObserver.NONE);
        assertEquals(asked, durable);
        assertTrue(history.size() > asked, "nobody appended");
        crash("the group is forced");
    }

    private void crash(final String place) {
        crashes.crashInEveryWay(storage, durable, history.size(), () -> place);
    }

    /** Staged: those that one segment gets by one write. */
    private int sectors() {
        return storage.isStaged()
            ? (int) (journal.appendedPosition() - FIRST_RECORD_BEHIND_THE_ROLL) / SECTOR_LENGTH + 1
            : new Survivals(storage).sectors();
    }

    private void appendUpTo(final long position) {
        while (journal.appendedPosition() < position) {
            append();
        }
    }

    private void append() {
        final RecordedEvents.Record record = recorded.records().get(history.size());
        history.appended(history.size() + 1, record, Restart.append(journal, record));
        journal.prepareSpace();
    }

    private void force() {
        journal.requestForce(journal.appendedPosition());
        isInForce = true;
        journal.force();
        isInForce = false;
        durable = history.prefixUpTo(journal.forcedPosition());
    }
}
