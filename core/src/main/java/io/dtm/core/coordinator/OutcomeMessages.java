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
            tell(transaction, stage);
        } else {
            transaction.wantedStage = stage;
            transaction.told = false;
        }
    }

    /** The transaction was decided just now. */
    void decided(final Transaction transaction) {
        if (transaction.wantedStage == Stage.DECIDED) {
            tell(transaction, Stage.DECIDED);
        }
    }

    /** The transaction has ended. */
    void completed(final Transaction transaction) {
        if (transaction.wantedStage != 0 && !transaction.told) {
            tell(transaction, Stage.COMPLETED);
        }
    }

    private void tell(final Transaction transaction, final int stage) {
        transaction.told |= stage >= transaction.wantedStage;
        textView.wrap(transaction.text, 0, transaction.textLength);
        // What reveals a decision waits for the force; but for one that wrote nothing (rule 10).
        output.outcome(
            transaction.session.id, !transaction.isDecided() || transaction.nothingWritten, transaction.id, stage,
            outcomeOf(transaction), transaction.reason, flagsOf(transaction), transaction.causeBranchId, textView, 0,
            transaction.textLength);
    }

    static int outcomeOf(final Transaction transaction) {
        return switch (transaction.state) {
            case ACTIVE, PREPARING, DELEGATED -> Outcome.ACCEPTED;
            case COMMITTING -> Outcome.COMMITTED;
            case ABORTING -> Outcome.ABORTED;
        };
    }

    static int flagsOf(final Transaction transaction) {
        return (transaction.nothingWritten ? OutcomeFlag.NOTHING_WRITTEN : 0)
            | (transaction.mixed ? OutcomeFlag.MIXED : 0);
    }
}
