package io.dtm.server.journal;

import io.dtm.core.coordinator.CommitCoordinator;
import io.dtm.core.coordinator.TransactionCounts;
import io.dtm.core.journal.JournalException;
import io.dtm.core.journal.RecordHandler;
import io.dtm.core.recovery.Recovered;
import io.dtm.core.recovery.Recovery;
import io.dtm.core.recovery.RecoveryOutput;
import java.util.Locale;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;

/**
 * Gives the records of an inspection to the real recovery, as a start would, until one can't be replayed. What a
 * damage leaves out would make everything behind it look wrong, so it ends there too.
 */
final class Replay {
    private final RecoveryOutput output = new RecoveryOutput();
    private final CommitCoordinator coordinator = new CommitCoordinator(output);
    private final Recovery recovery = new Recovery(coordinator, output, Recovered.NOTHING);
    private RecordHandler handler;
    private Recovered recovered;
    private boolean isEnded;
    private long records;

    /** @param inspection calls the other methods, record by record. */
    void run(final Runnable inspection) {
        recovered = recovery.replay(taker -> {
            handler = taker;
            inspection.run();
        });
    }

    /** Takes a record; what is wrong with it goes to a sink. */
    void record(
        final long end,
        final int linkId,
        final long timeNs,
        final DirectBuffer frame,
        final int offset,
        final int length,
        final Consumer<String> refusals) {
        if (!isEnded) {
            try {
                handler.onRecord(end, linkId, timeNs, frame, offset, length);
                records++;
            } catch (final JournalException refused) {
                isEnded = true;
                refusals.accept(refused.getMessage());
            }
        }
    }

    /** Nothing more is replayed. */
    void end() {
        isEnded = true;
    }

    boolean isWhole() {
        return !isEnded;
    }

    /** @return end of the record with an acknowledgement that a start would refuse to take; 0: there is none. */
    long unexplainedAt() {
        return recovered.contradictions().unexplainedAt();
    }

    /** @return why the coordinator halted in its last epoch, or null. */
    String haltReason() {
        return recovered.haltReason();
    }

    int inFlight() {
        return coordinator.transactionsInFlight();
    }

    @Override
    public String toString() {
        final TransactionCounts counts = coordinator.countTransactions();
        return String.format(Locale.ROOT,
            "%d records, epoch %d, %d transactions in flight (ACTIVE %d, PREPARING %d, COMMITTING %d, ABORTING %d)",
            records, recovered.epoch(), counts.inFlight(), counts.active(), counts.preparing() + counts.delegated(),
            counts.committing(), counts.aborting());
    }
}
