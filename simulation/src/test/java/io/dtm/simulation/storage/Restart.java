package io.dtm.simulation.storage;

import io.dtm.core.journal.JournalException;
import io.dtm.core.journal.JournalRecovery;
import io.dtm.core.journal.RecordHandler;
import io.dtm.core.journal.SegmentedJournal;
import io.dtm.core.journal.SimulatedStorage;
import io.dtm.core.recovery.RestoredCoordinator;
import io.dtm.simulation.storage.RecordedEvents.Record;
import org.agrona.DirectBuffer;

/**
 * A start on what a crash has left: the newest checkpoint, the replay after it, the journal made live. Every record
 * that is accepted is compared with the one that was appended, and the state with that after the same prefix.
 */
final class Restart {
    private final History history;
    private final int recovered;
    private final SegmentedJournal journal;

    /** @throws AssertionError if the start refuses, or finds what no prefix explains. */
    Restart(final StorageModel model, final SimulatedStorage storage, final History history) {
        this.history = history;
        try {
            final JournalRecovery recovery =
                JournalRecovery.open(model.context(storage, history.coordinatorId(), report -> { }));
            recovered = replay(storage, recovery);
            journal = recovery.start();
        } catch (final JournalException e) {
            throw new AssertionError("the start refuses: " + e.getMessage(), e);
        }
        Expectation.that(journal.forcedPosition() >= history.positionOf(recovered),
            "the start calls only %d forced, and has recovered up to %d", journal.forcedPosition(),
            history.positionOf(recovered));
    }

    private int replay(final SimulatedStorage storage, final JournalRecovery recovery) {
        final RestoredCoordinator restored = RestoredCoordinator.newest(storage, history.coordinatorId(), damage -> {
            throw new AssertionError(damage);
        });
        final int checkpoint = history.prefixUpTo(restored.replayPosition());
        final Comparison comparison = new Comparison(checkpoint);
        recovery.replay(restored.replayPosition(), comparison);
        if (history.wantsState(checkpoint, comparison.last)) {
            Expectation.that(restored.coordinator().digest() == history.digestOf(checkpoint),
                "the checkpoint isn't the state after the %d records that it stands for", checkpoint);
            restored.replay(handler -> recovery.replay(restored.replayPosition(), handler));
            Expectation.that(restored.coordinator().digest() == history.digestOf(comparison.last),
                "the state after the %d records that were recovered isn't the one that they gave", comparison.last);
        }
        return comparison.last;
    }

    /** @return number of records that the state holds. */
    int recovered() {
        return recovered;
    }

    SegmentedJournal journal() {
        return journal;
    }

    private final class Comparison implements RecordHandler {
        private int last;

        Comparison(final int prefix) {
            last = prefix;
        }

        @Override
        public void onRecord(
            final long position,
            final int linkId,
            final long timeNs,
            final DirectBuffer frame,
            final int offset,
            final int length) {
            last++;
            Expectation.that(last <= history.size(),
                "a record is accepted at position %d, and only %d were ever appended", position, history.size());
            Expectation.that(history.isRecord(last, position, linkId, timeNs, frame, offset, length),
                "the record at position %d is accepted in the place of record %d, and isn't that one", position, last);
        }
    }

    static long append(final SegmentedJournal journal, final Record record) {
        return journal.append(record.linkId(), record.timeNs(), record.frame(), 0, record.frame().capacity());
    }
}
