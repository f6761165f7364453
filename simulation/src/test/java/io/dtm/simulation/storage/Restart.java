package io.dtm.simulation.storage;

import io.dtm.core.journal.JournalContext;
import io.dtm.core.journal.JournalRecovery;
import io.dtm.core.journal.SegmentedJournal;
import io.dtm.core.journal.reading.RecordHandler;
import io.dtm.core.recovery.RestoredCoordinator;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalStorage;
import io.dtm.simulation.storage.RecordedEvents.Record;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;

/**
 * A start on what a crash has left: the newest checkpoint, the replay after it, the journal made live. Every record
 * that is accepted is compared with the one that was appended, and the state with that after the same prefix.
 */
final class Restart {
    private final History history;
    private final int recovered;
    private final SegmentedJournal journal;

    /** It refuses: the journal changes nothing. */
    static final class Refused extends AssertionError {
        private static final long serialVersionUID = 1;

        Refused(final JournalException cause) {
            super("the start refuses: " + cause.getMessage(), cause);
        }
    }

    /**
     * Where no checkpoint can be damaged.
     *
     * @throws AssertionError if the start refuses, or finds what no prefix explains.
     */
    Restart(final JournalContext context, final History history) {
        this(context, history, damage -> {
            throw new AssertionError(damage);
        });
    }

    /** @param onDamage is told of a damaged checkpoint. */
    Restart(final JournalContext context, final History history, final Consumer<String> onDamage) {
        this.history = history;
        try {
            final JournalRecovery recovery = JournalRecovery.open(context);
            recovered = replay(context.storage(), recovery, onDamage);
            journal = recovery.start();
        } catch (final JournalException e) {
            throw new Refused(e);
        }
        Expectation.that(journal.forcedPosition() >= history.positionOf(recovered),
            "the start calls only %d forced, and has recovered up to %d", journal.forcedPosition(),
            history.positionOf(recovered));
    }

    private int replay(
        final JournalStorage storage, final JournalRecovery recovery, final Consumer<String> onDamage) {
        final RestoredCoordinator restored =
            RestoredCoordinator.newest(storage, recovery.coordinatorId(), onDamage);
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
