package io.dtm.core.coordinator;

import io.dtm.core.coordinator.ProtocolCodes.Outcome;
import io.dtm.core.coordinator.ProtocolCodes.Reason;
import io.dtm.core.coordinator.ProtocolCodes.Reject;
import io.dtm.core.coordinator.ProtocolCodes.Stage;
import io.dtm.core.coordinator.ProtocolCodes.Template;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** What clients, and joining participants, ask for: transactions begin, gain branches, and are to end. */
final class TransactionEvents {
    private static final UnsafeBuffer NO_TEXT = new UnsafeBuffer(new byte[0]);

    private final CoordinatorState state;
    private final CoordinatorOutput output;
    private final TwoPhaseCommit protocol;

    /** The submit whose branches are being read; null if it is refused, answered or to be ignored. */
    private Transaction submitted;
    private int submittedAcknowledge;
    private int submittedPayloadBytes;
    private long submitStamp;
    /** The commit whose expected branches are being read; null if there is nothing to do. */
    private Transaction committing;

    TransactionEvents(final CoordinatorState state, final TwoPhaseCommit protocol) {
        this.state = state;
        this.output = state.output;
        this.protocol = protocol;
    }

    // one shot

    void submitStart(
        final long transactionId, final int timeoutMs, final int acknowledge, final int branchCount) {
        submitted = null;
        final Session session = sessionOfLink(transactionId, Template.SUBMIT);
        if (session == null || !mayBegin(session, transactionId, acknowledge, Template.SUBMIT, timeoutMs)) {
            return;
        }
        if (branchCount == 0) {
            reject(session, transactionId, Template.SUBMIT, Reject.NO_BRANCHES, "a submit needs at least one branch");
        } else if (branchCount > state.settings.maxBranches()) {
            reject(session, transactionId, Template.SUBMIT, Reject.TOO_MANY_BRANCHES, tooManyBranches());
        } else {
            submitted = state.newTransaction(transactionId, session, false);
            submitted.deadlineNs = deadline(timeoutMs);
            submittedAcknowledge = acknowledge;
            submittedPayloadBytes = 0;
            submitStamp++;
        }
    }

    void submitBranch(
        final int branchId, final int resourceId, final DirectBuffer payload, final int offset, final int length) {
        if (submitted == null) {
            return;
        }
        final Resource resource = state.resource(resourceId);
        submittedPayloadBytes += length;
        if (resource == null) {
            refuseSubmit(branchId, Reject.UNKNOWN_PARTICIPANT, "no participant has this id: look its name up again");
        } else if (resource.submitStamp == submitStamp) {
            refuseSubmit(branchId, Reject.DUPLICATE_PARTICIPANT, "one branch for each participant: put both together");
        } else if (submitted.branch(branchId) != null) {
            refuseSubmit(branchId, Reject.DUPLICATE_BRANCH, "branch ids must differ");
        } else if (length > state.settings.maxBranchPayloadBytes()
            || submittedPayloadBytes > state.settings.maxTransactionPayloadBytes()) {
            refuseSubmit(branchId, Reject.PAYLOAD_TOO_LARGE, payloadTooLarge());
        } else if (state.payloads.heldBytes() + length > state.settings.maxPayloadTotalBytes()) {
            refuseSubmit(branchId, Reject.OVERLOADED, "payloads of running transactions fill the store: try later");
        } else {
            resource.submitStamp = submitStamp;
            addBranch(submitted, branchId, resource, resource.primary(), payload, offset, length);
        }
    }

    private void refuseSubmit(final int branchId, final int code, final String text) {
        output.rejected(submitted.session.id, submitted.id, branchId, Template.SUBMIT, code, text);
        state.recycle(submitted);
        submitted = null;
    }

    void submitEnd() {
        if (submitted == null) {
            return;
        }
        final Transaction transaction = submitted;
        submitted = null;
        state.admit(transaction);
        protocol.want(transaction, submittedAcknowledge);
        for (int i = 0; i < transaction.branchCount; i++) {
            final Branch branch = transaction.branches[i];
            if (branch.instance == null && state.graceOver) {
                protocol.abort(transaction, Reason.NO_PARTICIPANT, branch.branchId);
                return;
            }
        }
        protocol.prepare(transaction);
    }

    // interactive

    void begin(final long transactionId, final int timeoutMs, final long joinToken) {
        final Session session = sessionOfLink(transactionId, Template.BEGIN);
        if (session == null || !mayBegin(session, transactionId, 0, Template.BEGIN, timeoutMs)) {
            return;
        }
        final Transaction transaction = state.newTransaction(transactionId, session, true);
        transaction.deadlineNs = deadline(timeoutMs);
        transaction.joinToken = joinToken;
        state.admit(transaction);
        state.active.append(transaction, state.nextOrdinal());
        state.timers.schedule(transaction, transaction.deadlineNs);
    }

    void enlist(
        final long transactionId,
        final int branchId,
        final int resourceId,
        final long incarnation,
        final long joinToken,
        final int epoch,
        final DirectBuffer payload,
        final int offset,
        final int length) {
        final Resource resource = state.resource(resourceId);
        final Session session = enlister(transactionId, resource, incarnation);
        if (session == null) {
            return;
        }
        final Transaction transaction = protocol.find(transactionId);
        if (transaction == null || !transaction.interactive) {
            refuseAbsent(session, transactionId, branchId);
        } else if (incarnation != 0 && transaction.joinToken != joinToken) {
            refuseEnlist(session, transactionId, branchId, Reject.WRONG_JOIN_TOKEN,
                "the join token is not this transaction's: pass the context on unchanged");
        } else if (epoch != state.epoch) {
            refuseEnlist(session, transactionId, branchId, Reject.NOT_ACTIVE,
                "the coordinator is in epoch " + state.epoch + " now: this transaction rolls back");
        } else {
            enlist(session, transaction, branchId, resource, incarnation, payload, offset, length);
        }
    }

    /** A join may overtake the begin, which comes over another stream. */
    private void refuseAbsent(final Session session, final long transactionId, final int branchId) {
        if (isAboveMark(transactionId)) {
            refuseEnlist(session, transactionId, branchId, Reject.UNKNOWN_TRANSACTION,
                "not begun, or not yet: try again until its time is over");
        } else {
            refuseEnlist(session, transactionId, branchId, Reject.TRANSACTION_FINISHED, "it has ended");
        }
    }

    private void enlist(
        final Session session,
        final Transaction transaction,
        final int branchId,
        final Resource resource,
        final long incarnation,
        final DirectBuffer payload,
        final int offset,
        final int length) {
        final Branch known = transaction.branch(branchId);
        final Instance instance = incarnation == 0 ? resource.primary() : resource.over(state.linkId);
        if (known != null && known.resource == resource) {
            if (instance != null && known.instance == instance && known.incarnation == instance.incarnation) {
                output.joined(session.id, transaction.id, branchId);
            } else if (transaction.isUndecided()) {
                protocol.abort(transaction, Reason.TWO_INCARNATIONS, branchId);
            }
        } else if (transaction.state != Transaction.State.ACTIVE) {
            refuseEnlist(session, transaction.id, branchId, Reject.NOT_ACTIVE, "it is already being ended");
        } else if (known != null || transaction.branchAt(resource) != null) {
            refuseEnlist(session, transaction.id, branchId, Reject.DUPLICATE_BRANCH,
                "this participant or this branch id is already part of it");
        } else if (transaction.branchCount >= state.settings.maxBranches()) {
            refuseEnlist(session, transaction.id, branchId, Reject.TOO_MANY_BRANCHES, tooManyBranches());
        } else if (length > state.settings.maxBranchPayloadBytes()
            || payloadOf(transaction) + length > state.settings.maxTransactionPayloadBytes()) {
            refuseEnlist(session, transaction.id, branchId, Reject.PAYLOAD_TOO_LARGE, payloadTooLarge());
        } else if (state.payloads.heldBytes() + length > state.settings.maxPayloadTotalBytes()) {
            refuseEnlist(session, transaction.id, branchId, Reject.OVERLOADED, "payloads fill the store: try later");
        } else if (instance == null) {
            refuseEnlist(session, transaction.id, branchId, Reject.UNKNOWN_PARTICIPANT,
                "this participant is not connected now: try later");
        } else {
            join(session, transaction, addBranch(transaction, branchId, resource, instance, payload, offset, length));
        }
    }

    private void join(final Session session, final Transaction transaction, final Branch branch) {
        branch.resource.append(branch, state.nextOrdinal());
        output.joined(session.id, transaction.id, branch.branchId);
        transaction.removeMissing(branch.branchId);
        prepareIfComplete(transaction);
    }

    /** @return the session that an enlistment's answer goes to; null if the sender has no business with it. */
    private Session enlister(final long transactionId, final Resource resource, final long incarnation) {
        if (incarnation == 0) {
            final Session owner = sessionOfLink(transactionId, Template.ENLIST);
            if (owner != null && resource == null) {
                refuseEnlist(owner, transactionId, ProtocolCodes.NO_BRANCH, Reject.UNKNOWN_PARTICIPANT,
                    "no participant has this id: look its name up again");
                return null;
            }
            return owner;
        }
        final Instance instance = resource == null ? null : resource.over(state.linkId);
        return instance != null && instance.incarnation == incarnation ? instance.session : null;
    }

    void commitStart(final long transactionId, final int acknowledge) {
        committing = null;
        final Session session = sessionOfLink(transactionId, Template.COMMIT);
        if (session == null) {
            return;
        }
        final Transaction transaction = protocol.find(transactionId);
        if (transaction == null) {
            answerAbsent(session, transactionId, acknowledge, Template.COMMIT);
        } else {
            final boolean first = transaction.state == Transaction.State.ACTIVE && !transaction.commitRequested;
            protocol.want(transaction, acknowledge);
            committing = first ? transaction : null;
        }
    }

    void commitExpects(final int branchId) {
        if (committing != null
            && committing.branch(branchId) == null
            && committing.missingCount < ProtocolCodes.NO_BRANCH) {
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

    private void prepareIfComplete(final Transaction transaction) {
        if (transaction.commitRequested && transaction.missingCount == 0) {
            protocol.prepare(transaction);
        }
    }

    void rollback(final long transactionId, final int acknowledge) {
        final Session session = sessionOfLink(transactionId, Template.ROLLBACK);
        if (session == null) {
            return;
        }
        final Transaction transaction = protocol.find(transactionId);
        if (transaction == null) {
            answerAbsent(session, transactionId, acknowledge, Template.ROLLBACK);
            return;
        }
        protocol.want(transaction, acknowledge);
        if (transaction.isUndecided()) {
            protocol.abort(transaction, Reason.CLIENT_REQUEST, ProtocolCodes.NO_BRANCH);
        }
    }

    void inquire(final long transactionId, final int acknowledge) {
        final Session session = sessionOfLink(transactionId, Template.INQUIRE);
        if (session == null) {
            return;
        }
        final Transaction transaction = protocol.find(transactionId);
        if (transaction == null) {
            answerAbsent(session, transactionId, acknowledge, Template.INQUIRE);
        } else {
            protocol.want(transaction, acknowledge);
        }
    }

    // shared

    /** Rules 1 and 2; and what the coordinator has room for. Answers, if the id begins nothing. */
    private boolean mayBegin(
        final Session session,
        final long transactionId,
        final int acknowledge,
        final int template,
        final int timeoutMs) {
        if (!isAboveMark(transactionId) || session.openedInEpoch < state.epoch) {
            final Transaction transaction = protocol.find(transactionId);
            if (transaction == null) {
                answerAbsent(session, transactionId, acknowledge, template);
            } else if (acknowledge != 0) {
                protocol.want(transaction, acknowledge);
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

    /** Absence is no outcome, but for rule 2. */
    private void answerAbsent(
        final Session session, final long transactionId, final int acknowledge, final int template) {
        final long packed = state.retained.find(transactionId);
        if (packed != RetainedOutcomes.MISSING) {
            tell(session, transactionId, RetainedOutcomes.outcome(packed), RetainedOutcomes.reason(packed),
                RetainedOutcomes.flags(packed), RetainedOutcomes.branchId(packed));
        } else if (!isAboveMark(transactionId)) {
            tell(session, transactionId, Outcome.EXPIRED, Reason.NONE, 0, ProtocolCodes.NO_BRANCH);
        } else if (session.openedInEpoch < state.epoch) {
            tell(session, transactionId, Outcome.NEVER_BEGUN, Reason.COORDINATOR_RESTART, 0, ProtocolCodes.NO_BRANCH);
        } else {
            reject(session, transactionId, template, Reject.UNKNOWN_TRANSACTION,
                "nothing has been begun under this id: begin or submit it again");
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

    private Branch addBranch(
        final Transaction transaction,
        final int branchId,
        final Resource resource,
        final Instance instance,
        final DirectBuffer payload,
        final int offset,
        final int length) {
        final Branch branch = transaction.addBranch();
        branch.state = Branch.State.ENLISTED;
        branch.branchId = branchId;
        branch.resource = resource;
        branch.instance = instance;
        branch.incarnation = instance == null ? 0 : instance.incarnation;
        branch.enlistEpoch = state.epoch;
        branch.payloadBlock = state.payloads.put(payload, offset, length);
        branch.payloadLength = length;
        return branch;
    }

    private boolean isAboveMark(final long transactionId) {
        final Session session = state.session(CoordinatorState.sessionIdOf(transactionId));
        return session != null && CoordinatorState.counterOf(transactionId) > session.highestCounter;
    }

    private Session sessionOfLink(final long transactionId, final int template) {
        final Session session = state.session(CoordinatorState.sessionIdOf(transactionId));
        if (session == null || session.ended) {
            output.linkRejected(state.linkId, transactionId, template, Reject.SESSION_UNKNOWN,
                "the transaction's session has ended: open a new one");
            return null;
        }
        return session.linkId == state.linkId ? session : null;
    }

    private long deadline(final int timeoutMs) {
        final int effectiveMs = timeoutMs == 0 ? state.settings.defaultTimeoutMs() : timeoutMs;
        return state.nowNs + effectiveMs * CoordinatorState.NANOS_PER_MILLI;
    }

    private static int payloadOf(final Transaction transaction) {
        int bytes = 0;
        for (int i = 0; i < transaction.branchCount; i++) {
            bytes += transaction.branches[i].payloadLength;
        }
        return bytes;
    }

    private String tooManyBranches() {
        return "a transaction has at most " + state.settings.maxBranches() + " branches";
    }

    private String payloadTooLarge() {
        return "a payload has at most " + state.settings.maxBranchPayloadBytes() + " bytes, all of a transaction "
            + state.settings.maxTransactionPayloadBytes();
    }

    private void refuseEnlist(
        final Session session, final long transactionId, final int branchId, final int code, final String text) {
        output.rejected(session.id, transactionId, branchId, Template.ENLIST, code, text);
    }

    private void reject(
        final Session session, final long transactionId, final int template, final int code, final String text) {
        output.rejected(session.id, transactionId, ProtocolCodes.NO_BRANCH, template, code, text);
    }
}
