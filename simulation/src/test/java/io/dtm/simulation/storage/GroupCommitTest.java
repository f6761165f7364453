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

    private final RecordedEvents recorded = RecordedEvents.of(1, 400);
    private final History history = new History(recorded.coordinatorId());
    private SimulatedStorage storage;
    private SegmentedJournal journal;
    private int durable;

    @ParameterizedTest
    @EnumSource
    void shouldRecoverAPrefixFromEverySubsetOfSectors(final StorageModel model) {
        final CrashStates crashes =
            new CrashStates(model, recorded.records(), history, new RandomStream(1), 0, Long.MAX_VALUE);
        storage = model.storage();
        journal = new Restart(model.context(storage, history.coordinatorId()), history).journal();
        while (journal.appendedPosition() < StorageModel.SEGMENT_LENGTH - 1_500) {
            append();
        }
        force();
        durable = history.size();
        while (sectors() < SECTORS) {
            append();
        }
        assertTrue(journal.appendedPosition() > StorageModel.SEGMENT_LENGTH, "no roll");
        crashes.crashInEveryWay(storage, durable, history.size(), () -> "the group is appended");
        storage.observer(new StorageObserver() {
            @Override
            public void before(final Operation operation, final String name) {
                crashes.crashInEveryWay(storage, durable, history.size(), () -> "before " + operation + " " + name);
            }

            @Override
            public void after(final Operation operation, final String name) {
                crashes.crashInEveryWay(storage, durable, history.size(), () -> "after " + operation + " " + name);
            }
        });
        force();
        storage.observer(StorageObserver.NONE);
        durable = history.size();
        crashes.crashInEveryWay(storage, durable, history.size(), () -> "the group is forced");
        assertEquals(journal.appendedPosition(), journal.forcedPosition());
        assertTrue(crashes.distinct() >= 1 << SECTORS, crashes.summary());
        System.out.println(model + ", a group commit: " + crashes.summary());
    }

    /** Staged: those that one segment gets by one write. */
    private int sectors() {
        return storage.isStaged()
            ? (int) (journal.appendedPosition() - FIRST_RECORD_BEHIND_THE_ROLL) / SECTOR_LENGTH + 1
            : new Survivals(storage).sectors();
    }

    private void append() {
        final RecordedEvents.Record record = recorded.records().get(history.size());
        history.appended(history.size() + 1, record, Restart.append(journal, record));
        journal.prepareSpace();
    }

    private void force() {
        journal.requestForce(journal.appendedPosition());
        journal.force();
    }
}
