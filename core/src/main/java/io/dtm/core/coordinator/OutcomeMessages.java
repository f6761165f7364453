package io.dtm.core.coordinator;

import io.dtm.core.coordinator.ProtocolCodes.Outcome;
import io.dtm.core.coordinator.ProtocolCodes.OutcomeFlag;
import io.dtm.core.coordinator.ProtocolCodes.Stage;
import org.agrona.concurrent.UnsafeBuffer;

/** What clients are told of a transaction in flight: one message, the one that they asked for. */
final class OutcomeMessages {
    private final CoordinatorOutput output;
    private final UnsafeBuffer textView = new UnsafeBuffer(new byte[0]);

    OutcomeMessages(final CoordinatorOutput output) {
        this.output = output;
    }

    /** The client wants to know: now if that is known already, else when it is. */
    void want(final Transaction transaction, final int stage) {
        if (stage == Stage.ACCEPTED || (stage == Stage.DECIDED && transaction.isDecided())) {
            tell(transaction, stage, flagsOf(transaction));
        } else {
            transaction.wantedStage = stage;
            transaction.told = false;
        }
    }

    /** The transaction was decided just now. */
    void decided(final Transaction transaction) {
        if (transaction.wantedStage == Stage.DECIDED) {
            tell(transaction, Stage.DECIDED, flagsOf(transaction));
        }
    }

    /** The transaction has ended. */
    void completed(final Transaction transaction) {
        if (transaction.wantedStage != 0 && !transaction.told) {
            tell(transaction, Stage.COMPLETED, flagsAtEndOf(transaction));
        }
    }

    private void tell(final Transaction transaction, final int stage, final int flags) {
        transaction.told |= stage >= transaction.wantedStage;
        textView.wrap(transaction.text, 0, transaction.textLength);
        // What reveals a decision waits for the force; but for one that wrote nothing (rule 10).
        output.outcome(
            transaction.session.id, !transaction.isDecided() || transaction.nothingWritten, transaction.id, stage,
            outcomeOf(transaction), transaction.reason, flags, transaction.causeBranchId, textView, 0,
            transaction.textLength);
    }

    static int outcomeOf(final Transaction transaction) {
        return switch (transaction.state) {
            case ACTIVE, PREPARING, DELEGATED -> Outcome.ACCEPTED;
            case COMMITTING -> Outcome.COMMITTED;
            case ABORTING -> Outcome.ABORTED;
        };
    }

    /** Of one that has ended: a rollback is given up at last, and a branch may still be prepared until it asks. */
    static int flagsAtEndOf(final Transaction transaction) {
        return flagsOf(transaction) | (transaction.acksOutstanding > 0 ? OutcomeFlag.UNACKNOWLEDGED : 0);
    }

    private static int flagsOf(final Transaction transaction) {
        return (transaction.nothingWritten ? OutcomeFlag.NOTHING_WRITTEN : 0)
            | (transaction.mixed ? OutcomeFlag.MIXED : 0);
    }
}
