package io.dtm.core.coordinator;

import io.dtm.core.coordinator.CoordinatorOutput.Alarm;
import io.dtm.core.coordinator.ProtocolCodes.Decision;
import io.dtm.core.coordinator.ProtocolCodes.Reason;
import io.dtm.core.coordinator.ProtocolCodes.Reject;

/** What an operator does by hand, within what the protocol allows (rule 13). Every answer leaves on durable. */
final class OperatorEvents {
    private final CoordinatorState state;
    private final CoordinatorOutput output;
    private final TwoPhaseCommit protocol;

    OperatorEvents(final CoordinatorState state, final TwoPhaseCommit protocol) {
        this.state = state;
        this.output = state.output;
        this.protocol = protocol;
    }

    void rollback(final long requestId, final long transactionId) {
        final Transaction transaction = protocol.find(transactionId);
        if (transaction == null) {
            unknown(requestId);
        } else if (!transaction.isUndecided()) {
            refuse(requestId, "only an undecided transaction can be rolled back; this one is "
                + (transaction.state == Transaction.State.DELEGATED ? "delegated: its branch decides" : "decided"));
        } else {
            protocol.abort(transaction, Reason.OPERATOR, ProtocolCodes.NO_BRANCH);
            output.operatorAnswered(requestId, 0, "");
        }
    }

    /** The branch is finished by hand: redelivery stops, but whoever asks is still told COMMIT. */
    void settle(final long requestId, final long transactionId, final int branchId, final int decision) {
        final Branch branch = preparedBranchOfCommitted(requestId, transactionId, branchId);
        if (branch == null) {
            return;
        }
        branch.settledBy = decision;
        if (decision == Decision.ROLLBACK) {
            branch.transaction.mixed = true;
            output.alarm(Alarm.HEURISTIC_MIXED, transactionId, branchId);
        }
        output.operatorAnswered(requestId, 0, "");
    }

    /** A settled branch is forgotten. */
    void purge(final long requestId, final long transactionId, final int branchId) {
        final Branch branch = preparedBranchOfCommitted(requestId, transactionId, branchId);
        if (branch == null) {
            return;
        }
        if (branch.settledBy == 0) {
            refuse(requestId, "settle the branch first: it may still be prepared in its database");
            return;
        }
        protocol.acknowledged(branch);
        output.operatorAnswered(requestId, 0, "");
    }

    void confirmRecovered(final long requestId) {
        state.recoveryConfirmed = true;
        output.operatorAnswered(requestId, 0, "");
    }

    private Branch preparedBranchOfCommitted(final long requestId, final long transactionId, final int branchId) {
        final Transaction transaction = protocol.find(transactionId);
        if (transaction == null) {
            unknown(requestId);
            return null;
        }
        final Branch branch = transaction.branch(branchId);
        if (transaction.state != Transaction.State.COMMITTING
            || branch == null
            || branch.state != Branch.State.PREPARED) {
            refuse(requestId, "only a branch of a committed transaction that voted YES and has not acknowledged can be "
                + "settled");
            return null;
        }
        return branch;
    }

    private void unknown(final long requestId) {
        output.operatorAnswered(requestId, Reject.UNKNOWN_TRANSACTION, "no such transaction is in flight");
    }

    private void refuse(final long requestId, final String text) {
        output.operatorAnswered(requestId, Reject.OPERATION_REFUSED, text);
    }
}
