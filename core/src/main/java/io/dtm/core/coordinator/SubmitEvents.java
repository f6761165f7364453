package io.dtm.core.coordinator;

import io.dtm.core.coordinator.ProtocolCodes.Reason;
import io.dtm.core.coordinator.ProtocolCodes.Reject;
import io.dtm.core.coordinator.ProtocolCodes.Template;
import org.agrona.DirectBuffer;

/** One-shot transactions: all branches come in one message, and so in one event. */
final class SubmitEvents {
    private final CoordinatorState state;
    private final CoordinatorOutput output;
    private final TwoPhaseCommit protocol;
    private final OutcomeMessages outcomes;
    private final TransactionIds ids;
    private final BranchRoom room;

    /** The submit whose branches are being read; null if it is refused, answered or to be ignored. */
    private Transaction submitted;
    private int acknowledge;
    private long submitStamp;

    SubmitEvents(
        final CoordinatorState state,
        final TwoPhaseCommit protocol,
        final OutcomeMessages outcomes,
        final TransactionIds ids,
        final BranchRoom room) {
        this.state = state;
        this.output = state.output;
        this.protocol = protocol;
        this.outcomes = outcomes;
        this.ids = ids;
        this.room = room;
    }

    void start(
        final long transactionId, final int timeoutMs, final int wantedAcknowledge, final int branchCount) {
        submitted = null;
        final Session session = ids.ownerOverLink(transactionId, Template.SUBMIT);
        if (session == null
            || !ids.mayBegin(session, transactionId, wantedAcknowledge, Template.SUBMIT, timeoutMs)) {
            return;
        }
        submitted = state.newTransaction(transactionId, session, false);
        submitted.deadlineNs = state.deadlineNs(timeoutMs);
        acknowledge = wantedAcknowledge;
        submitStamp++;
        if (branchCount == 0) {
            refuse(ProtocolCodes.NO_BRANCH, Reject.NO_BRANCHES, "a submit needs at least one branch");
        } else if (branchCount > state.settings.maxBranches()) {
            refuse(ProtocolCodes.NO_BRANCH, Reject.TOO_MANY_BRANCHES, room.tooManyBranches());
        }
    }

    void branch(
        final int branchId, final int resourceId, final DirectBuffer payload, final int offset, final int length) {
        if (submitted == null) {
            return;
        }
        final Resource resource = state.resource(resourceId);
        if (resource == null) {
            refuse(branchId, Reject.UNKNOWN_PARTICIPANT, "no participant has this id: look its name up again");
        } else if (resource.submitStamp == submitStamp) {
            refuse(branchId, Reject.DUPLICATE_PARTICIPANT, "one branch for each participant: put both together");
        } else if (submitted.branch(branchId) != null) {
            refuse(branchId, Reject.DUPLICATE_BRANCH, "branch ids must differ");
        } else {
            final int code = room.refusal(submitted, length);
            if (code == BranchRoom.THERE_IS_ROOM) {
                resource.submitStamp = submitStamp;
                room.add(submitted, branchId, resource, resource.primary(state.epoch), payload, offset, length);
            } else {
                refuse(branchId, code, room.sentence(code));
            }
        }
    }

    private void refuse(final int branchId, final int code, final String text) {
        output.rejected(submitted.session.id, submitted.id, branchId, Template.SUBMIT, code, text);
        state.recycle(submitted);
        submitted = null;
    }

    void end() {
        if (submitted == null) {
            return;
        }
        final Transaction transaction = submitted;
        submitted = null;
        state.admit(transaction);
        outcomes.want(transaction, acknowledge);
        for (int i = 0; i < transaction.branchCount; i++) {
            if (transaction.branches[i].instance == null && state.graceOver) {
                protocol.abort(transaction, Reason.NO_PARTICIPANT, transaction.branches[i].branchId);
                return;
            }
        }
        protocol.prepare(transaction);
    }
}
