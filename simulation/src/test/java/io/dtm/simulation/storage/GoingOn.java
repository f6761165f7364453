package io.dtm.simulation.storage;

import io.dtm.core.journal.SegmentedJournal;
import io.dtm.core.storage.simulated.SimulatedStorage;
import io.dtm.core.storage.simulated.StorageObserver;
import io.dtm.simulation.storage.RecordedEvents.Record;
import java.util.List;

/** A journal that goes on after a start with what came next in the recorded run; also in the midst of its forces. */
final class GoingOn implements StorageObserver {
    private final List<Record> records;
    private final History history;
    private final SimulatedStorage storage;
    private final SegmentedJournal journal;
    private final int last;
    private int appended;
    private int durable;
    private int inForce;

    /**
     * @param records all that there are.
     * @param journal just started.
     * @param prefix  number of records that it holds.
     * @param last    number of records that it may hold in the end.
     */
    GoingOn(
        final List<Record> records,
        final History history,
        final SimulatedStorage storage,
        final SegmentedJournal journal,
        final int prefix,
        final int last) {
        this.records = records;
        this.history = history;
        this.storage = storage;
        this.journal = journal;
        this.last = last;
        appended = prefix;
        durable = prefix;
    }

    void append() {
        final Record record = records.get(appended);
        appended++;
        history.appended(appended, record, Restart.append(journal, record));
        journal.prepareSpace();
    }

    /** @param count number of records that are appended meanwhile, one at each operation. */
    void force(final int count) {
        durable = appended;
        inForce = count;
        journal.requestForce(journal.appendedPosition());
        storage.observer(this);
        journal.force();
        storage.observer(StorageObserver.NONE);
        durable = Math.max(durable, history.prefixUpTo(journal.forcedPosition()));
    }

    /** @return number of records that were appended. */
    int appended() {
        return appended;
    }

    /** @return number of records that were reported as durable, or had to be. */
    int durable() {
        return durable;
    }

    @Override
    public void before(final Operation operation, final String name) {
        happens(operation);
    }

    @Override
    public void after(final Operation operation, final String name) {
        happens(operation);
    }

    private void happens(final Operation operation) {
        if ((operation == Operation.WRITE || operation == Operation.FORCE) && inForce > 0 && appended < last) {
            final int left = inForce - 1;
            inForce = 0; // What the others do is none of the force's operations.
            append();
            inForce = left;
        }
    }
}
