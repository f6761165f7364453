package io.dtm.core.coordinator;

import io.dtm.core.coordinator.ProtocolCodes.Outcome;
import io.dtm.core.coordinator.ProtocolCodes.Reason;
import io.dtm.core.coordinator.ProtocolCodes.Reject;
import io.dtm.core.coordinator.ProtocolCodes.Stage;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What a transaction's id says: whose it is, whether it may begin something, and what is known of one that isn't in
 * flight (rules 1 and 2).
 */
final class TransactionIds {
    private static final UnsafeBuffer NO_TEXT = new UnsafeBuffer(new byte[0]);

    private final CoordinatorState state;
    private final CoordinatorOutput output;
    private final TwoPhaseCommit protocol;
    private final OutcomeMessages outcomes;

    TransactionIds(
        final CoordinatorState state, final TwoPhaseCommit protocol, final OutcomeMessages outcomes) {
        this.state = state;
        this.output = state.output;
        this.protocol = protocol;
        this.outcomes = outcomes;
    }

    /** @return the session that the id belongs to, if the frame came over its link; null: nothing is to be done. */
    Session ownerOverLink(final long transactionId, final int template) {
        final Session session = state.session(CoordinatorState.sessionIdOf(transactionId));
        if (session == null || (session.ended && session.linkId == 0)) {
            output.linkRejected(state.linkId, transactionId, template, Reject.SESSION_UNKNOWN,
                "the transaction's session has ended: resume it to ask, open a new one to begin");
            return null;
        }
        return session.linkId == state.linkId ? session : null;
    }

    /** Rules 1 and 2; and what the coordinator has room for. Answers, if the id begins nothing. */
    boolean mayBegin(
        final Session session,
        final long transactionId,
        final int acknowledge,
        final int template,
        final int timeoutMs) {
        if (!mayBeginLater(session, transactionId)) {
            final Transaction transaction = protocol.find(transactionId);
            if (transaction == null) {
                answerAbsent(session, transactionId, template);
            } else if (acknowledge != 0) {
                outcomes.want(transaction, acknowledge);
            }
            return false;
        }
        if (timeoutMs < 0 || timeoutMs > state.settings.maxTimeoutMs()) {
            reject(session, transactionId, template, Reject.TIMEOUT_TOO_LONG,
                "the timeout must be 1 to " + state.settings.maxTimeoutMs() + " ms, or 0 for the default");
        } else if (state.storageRefused) {
            reject(session, transactionId, template, Reject.STORAGE_FULL,
                "the coordinator's disk is full: make room; it resumes by itself");
        } else if (state.transactionById.size() >= state.settings.maxTransactions()) {
            reject(session, transactionId, template, Reject.OVERLOADED,
                state.settings.maxTransactions() + " transactions are in flight: try again later");
        } else {
            return true;
        }
        return false;
    }

    /** @return whether the id was never used, and its session may still begin a transaction under it. */
    boolean mayBeginLater(final long transactionId) {
        final Session session = state.session(CoordinatorState.sessionIdOf(transactionId));
        return session != null && mayBeginLater(session, transactionId);
    }

    private boolean mayBeginLater(final Session session, final long transactionId) {
        return !session.ended && session.openedInEpoch == state.epoch
            && CoordinatorState.counterOf(transactionId) > session.highestCounter;
    }

    /** The client asks about an id that isn't in flight. Absence is no outcome, but for rule 2. */
    void answerAbsent(final Session session, final long transactionId, final int template) {
        final long packed = state.retained.find(transactionId);
        if (packed != RetainedOutcomes.MISSING) {
            tell(session, transactionId, RetainedOutcomes.outcome(packed), RetainedOutcomes.reason(packed),
                RetainedOutcomes.flags(packed), RetainedOutcomes.branchId(packed));
        } else if (mayBeginLater(session, transactionId)) {
            reject(session, transactionId, template, Reject.UNKNOWN_TRANSACTION,
                "nothing has been begun under this id: begin or submit it again");
        } else if (CoordinatorState.counterOf(transactionId) > session.highestCounter
            && session.openedInEpoch >= state.generationEpoch) {
            // A session that has ended begins nothing; nor does one of an earlier epoch. But what a restored directory
            // doesn't know may have been begun all the same (rule 12).
            tell(session, transactionId, Outcome.NEVER_BEGUN,
                session.ended ? Reason.CLIENT_LOST : Reason.COORDINATOR_RESTART, 0, ProtocolCodes.NO_BRANCH);
        } else {
            tell(session, transactionId, Outcome.EXPIRED, Reason.NONE, 0, ProtocolCodes.NO_BRANCH);
        }
    }

    private void tell(
        final Session session,
        final long transactionId,
        final int outcome,
        final int reason,
        final int flags,
        final int branchId) {
        output.outcome(
            session.id, false, transactionId, Stage.COMPLETED, outcome, reason, flags, branchId, NO_TEXT, 0, 0);
    }

    private void reject(
        final Session session, final long transactionId, final int template, final int code, final String text) {
        output.rejected(session.id, transactionId, ProtocolCodes.NO_BRANCH, template, code, text);
    }
}
