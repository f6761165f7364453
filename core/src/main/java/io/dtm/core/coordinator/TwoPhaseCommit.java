package io.dtm.core.coordinator;

import io.dtm.core.coordinator.ProtocolCodes.Cause;
import io.dtm.core.coordinator.ProtocolCodes.Decision;
import io.dtm.core.coordinator.ProtocolCodes.Outcome;
import io.dtm.core.coordinator.ProtocolCodes.OutcomeFlag;
import io.dtm.core.coordinator.ProtocolCodes.Reason;
import io.dtm.core.coordinator.ProtocolCodes.Stage;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The protocol proper: how a transaction gets from ACTIVE to its end. Presumed abort two-phase commit (Mohan, Lindsay,
 * Obermarck 1986) with read-only votes and the one-phase optimisation.
 */
final class TwoPhaseCommit {
    private static final UnsafeBuffer NO_TEXT = new UnsafeBuffer(new byte[0]);

    private final CoordinatorState state;
    private final CoordinatorOutput output;
    private final UnsafeBuffer textView = new UnsafeBuffer(new byte[0]);

    TwoPhaseCommit(final CoordinatorState state) {
        this.state = state;
        this.output = state.output;
    }

    /**
     * Finds a transaction, after what time or the end of its session has already done to it: mass effects advance in
     * steps, but their meaning holds at once.
     *
     * @return the transaction, or null if it is not, or no longer, in the state.
     */
    Transaction find(final long transactionId) {
        final Transaction transaction = state.transactionById.get(transactionId);
        return transaction == null || isOverdue(transaction) ? null : transaction;
    }

    /** Applies what is overdue; true if that ended the transaction. */
    private boolean isOverdue(final Transaction transaction) {
        if (!transaction.isUndecided()) {
            return false;
        }
        if (transaction.state == Transaction.State.ACTIVE && transaction.beginEpoch < state.epoch) {
            return abort(transaction, Reason.COORDINATOR_RESTART, ProtocolCodes.NO_BRANCH);
        }
        if (transaction.interactive && transaction.session.ended) {
            return abort(transaction, Reason.CLIENT_LOST, ProtocolCodes.NO_BRANCH);
        }
        return state.nowNs >= transaction.deadlineNs
            && abort(transaction, Reason.DEADLINE, firstWithoutVote(transaction));
    }

    /** All branches are known: ask them for their votes, or let a single one decide. */
    void prepare(final Transaction transaction) {
        if (transaction.branchCount == 1 && canDelegate(transaction.branches[0])) {
            delegate(transaction, transaction.branches[0]);
            return;
        }
        if (transaction.phaseList != null) {
            transaction.phaseList.remove(transaction);
        }
        transaction.state = Transaction.State.PREPARING;
        state.preparing.append(transaction, state.nextOrdinal());
        transaction.votesOutstanding = transaction.branchCount;
        for (int i = 0; i < transaction.branchCount; i++) {
            final Branch branch = transaction.branches[i];
            if (branch.isOfFormerIncarnation()) {
                abort(transaction, Reason.NEW_INCARNATION, branch.branchId);
                return;
            }
            if (transaction.interactive && !branch.instance.isPresent()) {
                abort(transaction, Reason.PARTICIPANT_LOST, branch.branchId);
                return;
            }
        }
        for (int i = 0; i < transaction.branchCount; i++) {
            final Branch branch = transaction.branches[i];
            branch.state = Branch.State.ASKED;
            branch.resource.remove(branch);
            branch.resource.append(branch, state.nextOrdinal());
            sendPrepare(branch, false);
        }
        if (transaction.branchCount == 0) {
            commit(transaction);
        } else {
            scheduleResend(transaction);
        }
    }

    private static boolean canDelegate(final Branch branch) {
        return branch.instance != null
            && !branch.isOfFormerIncarnation()
            && (branch.instance.capabilities & ProtocolCodes.Capability.ONE_PHASE) != 0;
    }

    private void delegate(final Transaction transaction, final Branch branch) {
        if (transaction.phaseList != null) {
            transaction.phaseList.remove(transaction);
        }
        transaction.state = Transaction.State.DELEGATED;
        branch.state = Branch.State.DELEGATED;
        branch.resource.remove(branch);
        branch.resource.append(branch, state.nextOrdinal());
        sendOnePhase(branch, false);
        scheduleResend(transaction);
    }

    /** Binds a branch for which nobody was connected to a process that is now (rule 3). */
    void bindLate(final Branch branch, final Instance instance) {
        branch.instance = instance;
        branch.incarnation = instance.incarnation;
        branch.enlistEpoch = state.epoch;
        branch.boundLate = true;
    }

    /** A branch has voted YES or READ_ONLY. */
    void voted(final Transaction transaction) {
        transaction.votesOutstanding--;
        decideIfPossible(transaction);
    }

    /**
     * Commits if every vote is in, and every YES of an earlier epoch is backed by a connection of its resource in this
     * one (rule 6).
     */
    void decideIfPossible(final Transaction transaction) {
        if (transaction.state != Transaction.State.PREPARING || transaction.votesOutstanding > 0) {
            return;
        }
        for (int i = 0; i < transaction.branchCount; i++) {
            final Branch branch = transaction.branches[i];
            if (branch.state == Branch.State.PREPARED
                && branch.voteEpoch < state.epoch
                && branch.resource.connectedEpoch < state.epoch) {
                return;
            }
        }
        commit(transaction);
    }

    private void commit(final Transaction transaction) {
        state.preparing.remove(transaction);
        transaction.state = Transaction.State.COMMITTING;
        transaction.resends = 0;
        for (int i = 0; i < transaction.branchCount; i++) {
            if (transaction.branches[i].state == Branch.State.PREPARED) {
                transaction.acksOutstanding++;
            }
        }
        transaction.nothingWritten = transaction.acksOutstanding == 0;
        if (transaction.nothingWritten) {
            finish(transaction);
            return;
        }
        for (int i = 0; i < transaction.branchCount; i++) {
            final Branch branch = transaction.branches[i];
            if (branch.state == Branch.State.PREPARED) {
                branch.sentOver = 0;
                sendDecision(branch, Cause.DECIDED);
            }
        }
        tellDecision(transaction);
        scheduleResend(transaction);
    }

    /** Rolls back an undecided transaction. Returns true if that ended it at once. */
    boolean abort(final Transaction transaction, final int reason, final int causeBranchId) {
        return abort(transaction, reason, causeBranchId, NO_TEXT, 0, 0);
    }

    boolean abort(
        final Transaction transaction,
        final int reason,
        final int causeBranchId,
        final DirectBuffer text,
        final int textOffset,
        final int textLength) {
        if (transaction.phaseList != null) {
            transaction.phaseList.remove(transaction);
        }
        transaction.state = Transaction.State.ABORTING;
        transaction.reason = reason;
        transaction.causeBranchId = causeBranchId;
        keepText(transaction, text, textOffset, textLength);
        transaction.resends = 0;
        transaction.giveUpNs = state.nowNs + state.settings.maxTimeoutMs() * CoordinatorState.NANOS_PER_MILLI;
        for (int i = 0; i < transaction.branchCount; i++) {
            rollBack(transaction, transaction.branches[i]);
        }
        tellDecision(transaction);
        if (transaction.acksOutstanding == 0) {
            finish(transaction);
            return true;
        }
        scheduleResend(transaction);
        return false;
    }

    private void rollBack(final Transaction transaction, final Branch branch) {
        state.freePayload(branch);
        final boolean nobodyHasIt = branch.instance == null
            || (branch.hasNotVoted() && branch.isOfFormerIncarnation())
            || (branch.state == Branch.State.ENLISTED && !transaction.interactive);
        if (branch.state == Branch.State.DONE || nobodyHasIt) {
            state.dropBranch(branch);
            return;
        }
        transaction.acksOutstanding++;
        branch.sentOver = 0;
        sendDecision(branch, Cause.DECIDED);
    }

    /** A branch needs to hear nothing more of the decision. */
    void acknowledged(final Branch branch) {
        final Transaction transaction = branch.transaction;
        state.dropBranch(branch);
        transaction.acksOutstanding--;
        if (transaction.acksOutstanding == 0) {
            finish(transaction);
        }
    }

    /** The delegate has answered: that is the decision (rule 9). */
    void delegateAnswered(
        final Branch branch,
        final boolean committed,
        final DirectBuffer text,
        final int textOffset,
        final int textLength) {
        final Transaction transaction = branch.transaction;
        transaction.state = committed ? Transaction.State.COMMITTING : Transaction.State.ABORTING;
        if (!committed) {
            transaction.reason = Reason.ONE_PHASE_ABORTED;
            transaction.causeBranchId = branch.branchId;
            keepText(transaction, text, textOffset, textLength);
        }
        finish(transaction);
    }

    private void finish(final Transaction transaction) {
        if (transaction.wantedStage != 0 && !transaction.told) {
            tell(transaction, Stage.COMPLETED);
        }
        state.retained.add(
            transaction.id,
            RetainedOutcomes.pack(
                outcomeOf(transaction), transaction.reason, flagsOf(transaction), transaction.causeBranchId),
            state.nowNs,
            state.settings.retainedOutcomes(),
            state.settings.retentionMs() * CoordinatorState.NANOS_PER_MILLI);
        final Session session = transaction.session;
        state.release(transaction);
        state.forgetIfEmpty(session);
    }

    private void tellDecision(final Transaction transaction) {
        if (transaction.wantedStage == Stage.DECIDED) {
            tell(transaction, Stage.DECIDED);
        }
    }

    /** The client wants to know: now if that is known already, else when it is. */
    void want(final Transaction transaction, final int stage) {
        if (stage == Stage.ACCEPTED || (stage == Stage.DECIDED && isDecided(transaction))) {
            tell(transaction, stage);
        } else {
            transaction.wantedStage = stage;
            transaction.told = false;
        }
    }

    /** Tells the client where the transaction stands. */
    private void tell(final Transaction transaction, final int stage) {
        transaction.told |= stage >= transaction.wantedStage;
        textView.wrap(transaction.text, 0, transaction.textLength);
        output.outcome(
            transaction.session.id,
            stage == Stage.ACCEPTED || transaction.nothingWritten,
            transaction.id,
            stage,
            stage == Stage.ACCEPTED && !isDecided(transaction) ? Outcome.ACCEPTED : outcomeOf(transaction),
            transaction.reason,
            flagsOf(transaction),
            transaction.causeBranchId,
            textView,
            0,
            transaction.textLength);
    }

    static boolean isDecided(final Transaction transaction) {
        return transaction.state == Transaction.State.COMMITTING || transaction.state == Transaction.State.ABORTING;
    }

    private static int outcomeOf(final Transaction transaction) {
        return transaction.state == Transaction.State.ABORTING ? Outcome.ABORTED : Outcome.COMMITTED;
    }

    private static int flagsOf(final Transaction transaction) {
        return (transaction.nothingWritten ? OutcomeFlag.NOTHING_WRITTEN : 0)
            | (transaction.mixed ? OutcomeFlag.MIXED : 0);
    }

    private static void keepText(
        final Transaction transaction, final DirectBuffer text, final int offset, final int length) {
        if (transaction.text.length < length) {
            transaction.text = new byte[255];
        }
        text.getBytes(offset, transaction.text, 0, length);
        transaction.textLength = length;
    }

    private static int firstWithoutVote(final Transaction transaction) {
        for (int i = 0; i < transaction.branchCount; i++) {
            if (transaction.branches[i].hasNotVoted()) {
                return transaction.branches[i].branchId;
            }
        }
        return ProtocolCodes.NO_BRANCH;
    }

    // sending

    /**
     * Sends PREPARE if its process can be reached. Nothing new goes to a resource while a sweep still sends it old
     * ones (rule 6): the sweep comes to this one too.
     */
    void sendPrepare(final Branch branch, final boolean bySweep) {
        final Instance instance = branch.instance;
        if (instance == null || branch.isOfFormerIncarnation() || !instance.isReady()
            || (!bySweep && branch.resource.pass == Resource.Pass.PREPARES)) {
            return;
        }
        branch.sentOver = state.over(instance.readyLink);
        output.prepare(
            instance.session.id, !branch.boundLate, branch.resource.id, branch.incarnation, branch.transaction.id,
            branch.branchId, branch.enlistEpoch, state.payloads.at(branch.payloadBlock, branch.payloadLength));
    }

    /** Asks the delegate, or whoever serves the resource now: that one finds out by the evidence (rule 9). */
    void sendOnePhase(final Branch branch, final boolean bySweep) {
        final Instance instance = branch.resource.ready(branch.instance);
        if (instance == null || (!bySweep && branch.resource.pass == Resource.Pass.PREPARES)) {
            return;
        }
        branch.sentOver = state.over(instance.readyLink);
        output.commitOnePhase(
            instance.session.id, branch.resource.id, branch.incarnation, branch.transaction.id, branch.branchId,
            branch.enlistEpoch, state.payloads.at(branch.payloadBlock, branch.payloadLength));
    }

    /** Sends COMMIT or ROLLBACK to whatever process serves the resource now; after the PREPAREs of a sweep. */
    void sendDecision(final Branch branch, final int cause) {
        final Instance instance = branch.resource.ready(branch.instance);
        if (instance == null || branch.settledBy != 0 || branch.resource.pass == Resource.Pass.PREPARES) {
            return;
        }
        branch.sentOver = state.over(instance.readyLink);
        output.decision(
            instance.session.id, branch.resource.id, branch.transaction.id, branch.branchId, branch.enlistEpoch,
            decisionOf(branch.transaction), cause);
    }

    static int decisionOf(final Transaction transaction) {
        return transaction.state == Transaction.State.COMMITTING ? Decision.COMMIT : Decision.ROLLBACK;
    }

    // time

    private void scheduleResend(final Transaction transaction) {
        final CoordinatorSettings settings = state.settings;
        final long backoffMs = Math.min(
            (long) settings.resendInitialMs() << Math.min(transaction.resends, 20), settings.resendMaxMs());
        long dueNs = state.nowNs + backoffMs * CoordinatorState.NANOS_PER_MILLI;
        if (transaction.isUndecided()) {
            dueNs = Math.min(dueNs, transaction.deadlineNs);
        }
        state.timers.schedule(transaction, dueNs);
    }

    /** The transaction's time has come: it is overdue, given up, or what was not answered is sent again. */
    void due(final Transaction transaction) {
        if (isOverdue(transaction)) {
            return;
        }
        if (transaction.state == Transaction.State.ABORTING && state.nowNs >= transaction.giveUpNs) {
            finish(transaction);
            return;
        }
        if (transaction.timerNs > state.nowNs) {
            return; // becoming overdue has just started the rollback
        }
        transaction.resends++;
        for (int i = 0; i < transaction.branchCount; i++) {
            resend(transaction.branches[i]);
        }
        scheduleResend(transaction);
    }

    private void resend(final Branch branch) {
        switch (branch.state) {
            case ASKED -> {
                if (branch.transaction.state == Transaction.State.PREPARING) {
                    sendPrepare(branch, false);
                } else {
                    sendDecision(branch, Cause.DECIDED);
                }
            }
            case ENLISTED -> sendDecision(branch, Cause.DECIDED);
            case PREPARED -> {
                if (isDecided(branch.transaction)) {
                    sendDecision(branch, Cause.DECIDED);
                }
            }
            case DELEGATED -> sendOnePhase(branch, false);
            case DONE -> {
            }
            default -> throw new IllegalStateException("no such state: " + branch.state);
        }
    }
}
