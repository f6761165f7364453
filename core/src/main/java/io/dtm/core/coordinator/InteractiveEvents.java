package io.dtm.core.coordinator;

import io.dtm.core.coordinator.ProtocolCodes.Reason;
import io.dtm.core.coordinator.ProtocolCodes.Template;

/** Interactive transactions begin and are to end; and clients ask about any. Branches join by {@link JoinEvents}. */
final class InteractiveEvents {
    private final CoordinatorState state;
    private final TwoPhaseCommit protocol;
    private final OutcomeMessages outcomes;
    private final TransactionIds ids;

    /** The commit whose expected branches are being read; null if there is nothing to do. */
    private Transaction committing;

    InteractiveEvents(
        final CoordinatorState state,
        final TwoPhaseCommit protocol,
        final OutcomeMessages outcomes,
        final TransactionIds ids) {
        this.state = state;
        this.protocol = protocol;
        this.outcomes = outcomes;
        this.ids = ids;
    }

    void begin(final long transactionId, final int timeoutMs, final long joinToken) {
        final Session session = ids.ownerOverLink(transactionId, Template.BEGIN);
        if (session == null || !ids.mayBegin(session, transactionId, 0, Template.BEGIN, timeoutMs)) {
            return;
        }
        final Transaction transaction = state.newTransaction(transactionId, session, true);
        transaction.deadlineNs = state.deadlineNs(timeoutMs);
        transaction.joinToken = joinToken;
        state.admit(transaction);
        state.active.append(transaction, state.nextOrdinal());
        state.timers.schedule(transaction, transaction.deadlineNs);
    }

    void commitStart(final long transactionId, final int acknowledge) {
        committing = null;
        final Transaction transaction = known(transactionId, acknowledge, Template.COMMIT);
        if (transaction != null && transaction.state == Transaction.State.ACTIVE && !transaction.commitRequested) {
            committing = transaction;
        }
    }

    void commitExpects(final int branchId) {
        if (committing != null
            && committing.branch(branchId) == null
            // One more than can ever join can't all join: more needn't be remembered.
            && committing.missingCount <= CoordinatorSettings.MAX_BRANCHES) {
            committing.addMissing(branchId);
        }
    }

    void commitEnd() {
        if (committing != null) {
            committing.commitRequested = true;
            prepareIfComplete(committing);
            committing = null;
        }
    }

    /** Prepares, if the commit is asked for and no expected branch is missing. */
    void prepareIfComplete(final Transaction transaction) {
        if (transaction.commitRequested && transaction.missingCount == 0) {
            protocol.prepare(transaction);
        }
    }

    void rollback(final long transactionId, final int acknowledge) {
        final Transaction transaction = known(transactionId, acknowledge, Template.ROLLBACK);
        if (transaction != null && transaction.isUndecided()) {
            protocol.abort(transaction, Reason.CLIENT_REQUEST, ProtocolCodes.NO_BRANCH);
        }
    }

    void inquire(final long transactionId, final int acknowledge) {
        known(transactionId, acknowledge, Template.INQUIRE);
    }

    /** Finds a transaction of the link's, and notes what its client wants to know; if it is absent, answers. */
    private Transaction known(final long transactionId, final int acknowledge, final int template) {
        final Session session = ids.ownerOverLink(transactionId, template);
        if (session == null) {
            return null;
        }
        final Transaction transaction = protocol.find(transactionId);
        if (transaction == null) {
            ids.answerAbsent(session, transactionId, template);
        } else {
            outcomes.want(transaction, acknowledge);
        }
        return transaction;
    }
}
