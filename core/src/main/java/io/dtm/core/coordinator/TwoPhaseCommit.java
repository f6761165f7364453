package io.dtm.core.coordinator;

import io.dtm.core.coordinator.ProtocolCodes.Capability;
import io.dtm.core.coordinator.ProtocolCodes.Cause;
import io.dtm.core.coordinator.ProtocolCodes.Decision;
import io.dtm.core.coordinator.ProtocolCodes.Reason;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The protocol proper: how a transaction gets from ACTIVE to its end. Presumed abort two-phase commit (Mohan, Lindsay,
 * Obermarck 1986) with read-only votes, the one-phase optimisation and last agents.
 */
final class TwoPhaseCommit {
    private static final UnsafeBuffer NO_TEXT = new UnsafeBuffer(new byte[0]);

    private final CoordinatorState state;
    private final BranchMessages messages;
    private final OutcomeMessages outcomes;
    private final ResendTimers timers;

    TwoPhaseCommit(
        final CoordinatorState state,
        final BranchMessages messages,
        final OutcomeMessages outcomes,
        final ResendTimers timers) {
        this.state = state;
        this.messages = messages;
        this.outcomes = outcomes;
        this.timers = timers;
    }

    /**
     * Finds a transaction, after what time or the end of its session has already done to it: mass effects advance in
     * steps, but their meaning holds at once.
     *
     * @return the transaction, or null if it is not, or no longer, in the state.
     */
    Transaction find(final long transactionId) {
        final Transaction transaction = state.transactionById.get(transactionId);
        return transaction == null || endsOverdue(transaction) ? null : transaction;
    }

    /** Applies what is overdue; true if that ended the transaction. */
    private boolean endsOverdue(final Transaction transaction) {
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

    private static int firstWithoutVote(final Transaction transaction) {
        for (int i = 0; i < transaction.branchCount; i++) {
            if (transaction.branches[i].hasNotVoted()) {
                return transaction.branches[i].branchId;
            }
        }
        return ProtocolCodes.NO_BRANCH;
    }

    // phase one

    /** All branches are known: ask them for their votes, or let a single one decide. */
    void prepare(final Transaction transaction) {
        if (abortedByLoss(transaction)) {
            return;
        }
        leavePhase(transaction);
        transaction.state = Transaction.State.PREPARING;
        state.preparing.append(transaction, state.nextOrdinal());
        final boolean isAlone = transaction.branchCount == 1 && canDelegate(transaction.branches[0]);
        for (int i = 0; i < transaction.branchCount; i++) {
            final Branch branch = transaction.branches[i];
            branch.resource.remove(branch);
            branch.resource.append(branch, state.nextOrdinal());
            if (!isAlone && !isLastAgent(branch)) {
                branch.state = Branch.State.ASKED;
                transaction.votesOutstanding++;
                messages.prepare(branch, false);
            }
        }
        if (transaction.votesOutstanding == 0) {
            decideIfPossible(transaction);
        } else {
            timers.schedule(transaction);
        }
    }

    /** A branch can't vote YES any more: its process has gone, or it is the second that can't prepare. */
    private boolean abortedByLoss(final Transaction transaction) {
        boolean hasLastAgent = false;
        for (int i = 0; i < transaction.branchCount; i++) {
            final Branch branch = transaction.branches[i];
            if (abortedByLoss(branch)) {
                return true;
            }
            if (hasLastAgent && isLastAgent(branch)) {
                abort(transaction, Reason.VOTE_NO, branch.branchId);
                return true;
            }
            hasLastAgent |= isLastAgent(branch);
        }
        return false;
    }

    /** NO is inferred from a new process, and in interactive transactions from the end of a process's session. */
    boolean abortedByLoss(final Branch branch) {
        final Transaction transaction = branch.transaction;
        if (branch.isOfFormerIncarnation()) {
            abort(transaction, Reason.NEW_INCARNATION, branch.branchId);
            return true;
        }
        if (transaction.interactive && !branch.instance.isPresent()) {
            abort(transaction, Reason.PARTICIPANT_LOST, branch.branchId);
            return true;
        }
        return false;
    }

    private static boolean canDelegate(final Branch branch) {
        return branch.instance != null
            && (branch.instance.canDo(Capability.ONE_PHASE) || branch.instance.canDo(Capability.LAST_AGENT));
    }

    /** A branch that can't prepare waits for the votes of all others, and then decides (rule 9). */
    private static boolean isLastAgent(final Branch branch) {
        return branch.instance != null && branch.instance.canDo(Capability.LAST_AGENT);
    }

    private static Branch lastAgentOf(final Transaction transaction) {
        for (int i = 0; i < transaction.branchCount; i++) {
            if (transaction.branches[i].state == Branch.State.ENLISTED) {
                return transaction.branches[i];
            }
        }
        return null;
    }

    private void delegate(final Transaction transaction, final Branch branch) {
        leavePhase(transaction);
        transaction.state = Transaction.State.DELEGATED;
        transaction.resends = 0;
        branch.state = Branch.State.DELEGATED;
        branch.resource.remove(branch);
        branch.resource.append(branch, state.nextOrdinal()); // a sweep that was there comes to it once more
        messages.commitOnePhase(branch, false);
        timers.schedule(transaction);
    }

    /** Binds a branch for which nobody was connected to a process that is now (rule 3). */
    void bindLate(final Branch branch, final Instance instance) {
        final boolean isLastAgent = instance.canDo(Capability.LAST_AGENT);
        if (isLastAgent && lastAgentOf(branch.transaction) != null) {
            abort(branch.transaction, Reason.VOTE_NO, branch.branchId);
            return;
        }
        branch.instance = instance;
        branch.incarnation = instance.incarnation;
        branch.enlistEpoch = state.epoch;
        branch.boundLate = true;
        if (isLastAgent) {
            branch.state = Branch.State.ENLISTED;
            voted(branch.transaction);
        }
    }

    /** A branch has voted YES or READ_ONLY, or can't be asked to. */
    void voted(final Transaction transaction) {
        transaction.votesOutstanding--;
        decideIfPossible(transaction);
    }

    /**
     * Commits if every vote is in, and every YES of an earlier epoch is backed by a connection of its resource in this
     * one (rule 6); or lets the last agent decide.
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
        final Branch lastAgent = lastAgentOf(transaction);
        if (lastAgent == null) {
            commit(transaction, false);
        } else if (!abortedByLoss(lastAgent)) {
            delegate(transaction, lastAgent);
        }
    }

    // phase two

    private void commit(final Transaction transaction, final boolean byDelegate) {
        leavePhase(transaction);
        transaction.state = Transaction.State.COMMITTING;
        for (int i = 0; i < transaction.branchCount; i++) {
            if (transaction.branches[i].state == Branch.State.PREPARED) {
                transaction.acksOutstanding++;
            }
        }
        transaction.nothingWritten = transaction.acksOutstanding == 0 && !byDelegate;
        announce(transaction);
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
        leavePhase(transaction);
        transaction.state = Transaction.State.ABORTING;
        transaction.reason = reason;
        transaction.causeBranchId = causeBranchId;
        transaction.keepText(text, textOffset, textLength);
        transaction.giveUpNs = state.nowNs + state.settings.maxTimeoutMs() * CoordinatorState.NANOS_PER_MILLI;
        for (int i = 0; i < transaction.branchCount; i++) {
            final Branch branch = transaction.branches[i];
            state.freePayload(branch);
            if (branch.state == Branch.State.DONE || nobodyHas(branch)) {
                state.dropBranch(branch);
            } else {
                transaction.acksOutstanding++;
            }
        }
        return announce(transaction);
    }

    private static boolean nobodyHas(final Branch branch) {
        return branch.instance == null
            || (branch.hasNotVoted() && branch.isOfFormerIncarnation())
            || (branch.state == Branch.State.ENLISTED && !branch.transaction.interactive);
    }

    /** The decision goes out. Returns true if nobody has to learn of it, which ends the transaction. */
    private boolean announce(final Transaction transaction) {
        state.output.decided(
            transaction.id, decisionOf(transaction), transaction.reason, transaction.causeBranchId);
        if (transaction.acksOutstanding == 0) {
            finish(transaction);
            return true;
        }
        transaction.resends = 0;
        for (int i = 0; i < transaction.branchCount; i++) {
            transaction.branches[i].sentOver = 0;
            messages.decision(transaction.branches[i], Cause.DECIDED);
        }
        outcomes.decided(transaction);
        timers.schedule(transaction);
        return false;
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
        state.dropBranch(branch);
        if (committed) {
            commit(branch.transaction, true);
        } else {
            abort(branch.transaction, Reason.ONE_PHASE_ABORTED, branch.branchId, text, textOffset, textLength);
        }
    }

    private void finish(final Transaction transaction) {
        outcomes.completed(transaction);
        state.retained.add(
            transaction.id,
            RetainedOutcomes.pack(
                OutcomeMessages.outcomeOf(transaction), transaction.reason, OutcomeMessages.flagsAtEndOf(transaction),
                transaction.causeBranchId),
            state.nowNs,
            state.settings.retainedOutcomes(),
            state.settings.retentionMs() * CoordinatorState.NANOS_PER_MILLI);
        final Session session = transaction.session;
        state.release(transaction);
        state.retireIfEmpty(session);
    }

    /**
     * A directory was put back to an earlier point (rule 12). What was undecided there may have been decided after it,
     * either way: it is told nothing, and nothing is answered, until an operator has looked into the databases. Many at
     * a time, since nothing is sent. What was decided there stays decided.
     */
    void forgetUndecided() {
        for (int i = 0; i < state.sessions.size(); i++) {
            Transaction one = state.sessions.get(i).firstTransaction;
            while (one != null) {
                final Transaction next = one.nextOfSession;
                if (!one.isDecided()) {
                    state.release(one);
                }
                one = next;
            }
        }
        // One that retires may push older ones out of the list.
        for (final Session session : List.copyOf(state.sessions)) {
            if (state.session(session.id) == session) {
                state.retireIfEmpty(session);
            }
        }
    }

    /** What was decided in a restored copy may have been decided otherwise: it is forgotten in silence, too. */
    void forgetDoubted(final long transactionId) {
        state.retained.doubt(transactionId);
        final Transaction transaction = find(transactionId);
        if (transaction != null) {
            final Session session = transaction.session;
            state.release(transaction);
            state.retireIfEmpty(session);
        }
    }

    static int decisionOf(final Transaction transaction) {
        return transaction.state == Transaction.State.COMMITTING ? Decision.COMMIT : Decision.ROLLBACK;
    }

    private static void leavePhase(final Transaction transaction) {
        if (transaction.phaseList != null) {
            transaction.phaseList.remove(transaction);
        }
    }

    /** The transaction's time has come: it is overdue, given up, or what was not answered is sent again. */
    void due(final Transaction transaction) {
        if (endsOverdue(transaction)) {
            return;
        }
        if (transaction.state == Transaction.State.ABORTING && state.nowNs >= transaction.giveUpNs) {
            finish(transaction); // whoever is still in doubt asks, and is answered by presumed abort
            return;
        }
        if (transaction.timerNs <= state.nowNs) { // else becoming overdue has just started the rollback
            timers.sendAgain(transaction);
        }
    }
}
