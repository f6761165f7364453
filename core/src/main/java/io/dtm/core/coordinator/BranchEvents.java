package io.dtm.core.coordinator;

import io.dtm.core.coordinator.CoordinatorOutput.Alarm;
import io.dtm.core.coordinator.ProtocolCodes.Ack;
import io.dtm.core.coordinator.ProtocolCodes.Cause;
import io.dtm.core.coordinator.ProtocolCodes.Decision;
import io.dtm.core.coordinator.ProtocolCodes.OnePhase;
import io.dtm.core.coordinator.ProtocolCodes.Reason;
import io.dtm.core.coordinator.ProtocolCodes.Reject;
import io.dtm.core.coordinator.ProtocolCodes.Template;
import io.dtm.core.coordinator.ProtocolCodes.Vote;
import org.agrona.DirectBuffer;

/**
 * What participants answer and ask. Everything is checked against the link: only a process that registered for the
 * resource over the frame's link is heard.
 */
final class BranchEvents {
    /** Whoever doesn't know at which position it was asked may have been asked beyond the recovered end. */
    private static final long UNKNOWN_POSITION = Long.MAX_VALUE;

    private final CoordinatorState state;
    private final CoordinatorOutput output;
    private final TwoPhaseCommit protocol;
    private final TransactionIds ids;
    private final BranchMessages messages;

    BranchEvents(
        final CoordinatorState state,
        final TwoPhaseCommit protocol,
        final TransactionIds ids,
        final BranchMessages messages) {
        this.state = state;
        this.output = state.output;
        this.protocol = protocol;
        this.ids = ids;
        this.messages = messages;
    }

    /** @param epoch of the PREPARE that it answers. */
    void vote(
        final int resourceId,
        final int epoch,
        final int enlistEpoch,
        final long transactionId,
        final int branchId,
        final int vote,
        final DirectBuffer text,
        final int textOffset,
        final int textLength) {
        final Instance voter = sender(resourceId);
        if (voter == null || epoch > state.epoch || enlistEpoch > state.epoch) {
            return;
        }
        final Transaction transaction = protocol.find(transactionId);
        if (transaction == null) {
            // Late: it was aborted and forgotten, or committed and forgotten; then nobody is prepared any more.
            if (vote == Vote.YES && mayPresumeAbort(transactionId, enlistEpoch, UNKNOWN_POSITION)) {
                answer(voter, transactionId, branchId, enlistEpoch, Decision.ROLLBACK, Cause.PRESUMED);
            }
            return;
        }
        final Branch branch = transaction.branch(branchId);
        if (branch == null || branch.resource != voter.resource || branch.enlistEpoch != enlistEpoch) {
            return;
        }
        if (branch.state == Branch.State.ASKED && branch.incarnation == voter.incarnation) {
            firstVote(transaction, branch, vote, text, textOffset, textLength);
            return;
        }
        if (branch.vote != 0 && branch.vote != vote) {
            output.alarm(Alarm.VOTE_CONTRADICTS, transactionId, branchId);
        }
        if (vote == Vote.YES && transaction.isDecided()) {
            answer(voter, transactionId, branchId, enlistEpoch, TwoPhaseCommit.decisionOf(transaction), Cause.ANSWER);
        }
    }

    private void firstVote(
        final Transaction transaction,
        final Branch branch,
        final int vote,
        final DirectBuffer text,
        final int textOffset,
        final int textLength) {
        state.freePayload(branch);
        branch.vote = vote;
        final boolean undecided = transaction.isUndecided();
        if (vote == Vote.YES) {
            branch.state = Branch.State.PREPARED;
            branch.voteEpoch = state.epoch;
            if (undecided) {
                protocol.voted(transaction);
            } else {
                messages.decision(branch, Cause.ANSWER);
            }
        } else if (!undecided) {
            protocol.acknowledged(branch);
        } else {
            state.dropBranch(branch);
            if (vote == Vote.READ_ONLY) {
                protocol.voted(transaction);
            } else {
                protocol.abort(transaction, Reason.VOTE_NO, branch.branchId, text, textOffset, textLength);
            }
        }
    }

    void acknowledge(
        final int resourceId, final long transactionId, final int branchId, final int decision, final int result) {
        final Instance sender = sender(resourceId);
        final Transaction transaction = sender == null ? null : protocol.find(transactionId);
        final Branch branch = transaction == null ? null : transaction.branch(branchId);
        if (branch == null || branch.resource != sender.resource || branch.state == Branch.State.DONE) {
            return;
        }
        if (!transaction.isDecided() || decision != TwoPhaseCommit.decisionOf(transaction)) {
            output.alarm(Alarm.ACKNOWLEDGEMENT_CONTRADICTS, transactionId, branchId);
            return;
        }
        if (isAgainst(decision, result)) {
            transaction.mixed = true;
            output.alarm(Alarm.HEURISTIC_MIXED, transactionId, branchId);
        } else if (decision == Decision.COMMIT && result == Ack.ABSENT) {
            output.alarm(Alarm.PRESUMED_COMMITTED, transactionId, branchId);
        }
        protocol.acknowledged(branch);
    }

    private static boolean isAgainst(final int decision, final int result) {
        return result == Ack.HEURISTIC_MIXED
            || (decision == Decision.COMMIT && result == Ack.HEURISTIC_ROLLBACK)
            || (decision == Decision.ROLLBACK && result == Ack.HEURISTIC_COMMIT);
    }

    void onePhaseResult(
        final int resourceId,
        final long transactionId,
        final int branchId,
        final int result,
        final DirectBuffer text,
        final int textOffset,
        final int textLength) {
        final Instance sender = sender(resourceId);
        if (sender == null) {
            return;
        }
        final Transaction transaction = state.transactionById.get(transactionId);
        if (transaction == null) {
            final long packed = state.retained.find(transactionId);
            repeatedResult(sender, transactionId, branchId, result == OnePhase.COMMITTED
                && packed != RetainedOutcomes.MISSING
                && RetainedOutcomes.outcome(packed) == ProtocolCodes.Outcome.ABORTED);
            return;
        }
        final Branch branch = transaction.branch(branchId);
        if (branch == null || branch.resource != sender.resource) {
            return;
        }
        if (branch.state != Branch.State.DELEGATED) {
            if (branch.state == Branch.State.DONE && branch.vote == 0) {
                repeatedResult(sender, transactionId, branchId,
                    result == OnePhase.COMMITTED && transaction.state == Transaction.State.ABORTING);
            }
            return;
        }
        protocol.delegateAnswered(branch, result == OnePhase.COMMITTED, text, textOffset, textLength);
        // On durable, as all that tells the result (rule 9).
        output.forgetEvidence(sender.session.id, resourceId, transactionId, branchId);
    }

    /**
     * The result is in the journal already: the evidence may go, and that may have been said before and lost. ABORTED
     * behind COMMITTED contradicts nothing: another process that was asked too may come to look for the evidence when
     * it is gone (rule 9).
     */
    private void repeatedResult(
        final Instance sender, final long transactionId, final int branchId, final boolean contradicts) {
        if (contradicts) {
            output.alarm(Alarm.ONE_PHASE_CONTRADICTS, transactionId, branchId);
        } else {
            output.forgetEvidence(sender.session.id, sender.resource.id, transactionId, branchId);
        }
    }

    void inDoubt(
        final long coordinatorId,
        final int resourceId,
        final long transactionId,
        final int branchId,
        final int enlistEpoch,
        final long position) {
        final Instance asker = sender(resourceId);
        if (asker == null) {
            return;
        }
        if (coordinatorId != state.coordinatorId || enlistEpoch > state.epoch) {
            output.rejected(asker.session.id, transactionId, branchId, Template.IN_DOUBT, Reject.FOREIGN_COORDINATOR,
                "the branch is another coordinator's, or of an epoch that this one has not reached: not answered");
            return;
        }
        final Transaction transaction = protocol.find(transactionId);
        if (transaction == null) {
            // One that may begin later isn't absent: a service may be called before the begin is here.
            if (!ids.mayBeginLater(transactionId) && mayPresumeAbort(transactionId, enlistEpoch, position)) {
                answer(asker, transactionId, branchId, enlistEpoch, Decision.ROLLBACK, Cause.PRESUMED);
            }
            return;
        }
        final Branch branch = transaction.branch(branchId);
        if (branch != null && branch.resource == asker.resource && transaction.isDecided()) {
            answer(asker, transactionId, branchId, branch.enlistEpoch,
                TwoPhaseCommit.decisionOf(transaction), Cause.ANSWER);
        }
    }

    /**
     * Rule 12: a PREPARE that came from beyond the recovered end may be a lost tail, or a sign that this directory is a
     * copy. Only the handshakes of all resources tell. After an operator's restore nothing tells.
     */
    private boolean mayPresumeAbort(final long transactionId, final int enlistEpoch, final long position) {
        if (state.retained.find(transactionId) != RetainedOutcomes.MISSING) {
            return true; // it isn't unknown: it has ended
        }
        if (enlistEpoch < state.generationEpoch) {
            return false;
        }
        if (enlistEpoch == state.epoch || position <= state.recoveredEnd || state.recoveryConfirmed) {
            return true;
        }
        for (int i = 0; i < state.resources.size(); i++) {
            if (state.resources.get(i).connectedEpoch < state.epoch) {
                return false;
            }
        }
        return true;
    }

    private Instance sender(final int resourceId) {
        final Resource resource = state.resource(resourceId);
        return resource == null ? null : resource.over(state.linkId);
    }

    private void answer(
        final Instance asker,
        final long transactionId,
        final int branchId,
        final int enlistEpoch,
        final int decision,
        final int cause) {
        output.decision(
            asker.session.id, asker.resource.id, transactionId, branchId, enlistEpoch, decision, cause);
    }
}
