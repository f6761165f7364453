package io.dtm.simulation.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.core.journal.SegmentedJournal;
import io.dtm.core.journal.SimulatedStorage;
import io.dtm.core.journal.StorageObserver;
import io.dtm.simulation.engine.RandomStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One group commit across a roll, and every subset of the sectors that it has changed. */
final class GroupCommitTest {
    private static final int SECTORS = 12;

    private final RecordedEvents recorded = RecordedEvents.of(1, 400);
    private final History history = new History(recorded.coordinatorId());
    private final SimulatedStorage storage = new SimulatedStorage();
    private SegmentedJournal journal;
    private int durable;

    @ParameterizedTest
    @EnumSource
    void shouldRecoverAPrefixFromEverySubsetOfSectors(final StorageModel model) {
        final CrashStates crashes =
            new CrashStates(model, recorded.records(), history, new RandomStream(1), 0, Long.MAX_VALUE);
        journal = new Restart(model.context(storage, history.coordinatorId()), history).journal();
        while (journal.appendedPosition() < StorageModel.SEGMENT_LENGTH - 1_500) {
            append();
        }
        force();
        durable = history.size();
        while (new Survivals(storage).sectors() < SECTORS) {
            append();
        }
        assertTrue(journal.appendedPosition() > StorageModel.SEGMENT_LENGTH, "no roll");
        crashes.crashInEveryWay(storage, durable, history.size(), () -> "the group is appended");
        assertTrue(crashes.distinct() >= 1 << SECTORS, crashes.summary());
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
        System.out.println(model + ", a group commit: " + crashes.summary());
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
