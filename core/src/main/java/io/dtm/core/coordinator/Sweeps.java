package io.dtm.core.coordinator;

import io.dtm.core.coordinator.ProtocolCodes.Cause;
import io.dtm.core.coordinator.ProtocolCodes.Reason;

/**
 * Effects of one event on many transactions, in steps of bounded output: what a new epoch, the end of a session, the
 * end of the grace period or the arrival of a participant does to each. Which step is next depends on the state alone.
 */
final class Sweeps {
    /** Messages after which a step ends; one transaction more may go beyond it. */
    static final int STEP_MESSAGES = 100;
    /** Transactions or branches looked at after which a step ends. */
    private static final int STEP_VISITS = 1000;

    private final CoordinatorState state;
    private final TwoPhaseCommit protocol;
    private final BranchMessages sender;
    private final ResendTimers timers;
    private int messages;
    private int visits;

    Sweeps(
        final CoordinatorState state,
        final TwoPhaseCommit protocol,
        final BranchMessages sender,
        final ResendTimers timers) {
        this.state = state;
        this.protocol = protocol;
        this.sender = sender;
        this.timers = timers;
    }

    /** Its undecided interactive transactions abort. */
    void start(final Session session) {
        session.sweeping = true;
        session.cursor = session.firstTransaction;
        state.sweepingSessions++;
    }

    /** A participant came or went: its unfinished branches are looked at, in the order of their PREPAREs. */
    void start(final Resource resource) {
        if (resource.pass == Resource.Pass.NONE) {
            state.sweepingResources++;
        }
        resource.startSweep();
    }

    boolean arePending() {
        return epochIsPending() || state.sweepingSessions > 0 || state.preparing.isWalking()
            || state.sweepingResources > 0;
    }

    private boolean epochIsPending() {
        final Transaction oldest = state.active.head();
        return oldest != null && oldest.beginEpoch < state.epoch;
    }

    /** Takes one step. */
    void step() {
        messages = 0;
        visits = 0;
        while (goesOn() && epochIsPending()) {
            visit(state.active.head());
        }
        while (goesOn() && state.sweepingSessions > 0) {
            sweep(firstSweepingSession());
        }
        while (goesOn() && state.preparing.isWalking()) {
            abortIfUnbound(state.preparing.walk());
        }
        for (int i = 0; goesOn() && state.sweepingResources > 0 && i < state.resources.size(); i++) {
            sweep(state.resources.get(i));
        }
    }

    private boolean goesOn() {
        return messages < STEP_MESSAGES && visits < STEP_VISITS;
    }

    private void visit(final Transaction transaction) {
        visits++;
        if (transaction.isUndecided()) {
            messages += 1 + transaction.branchCount;
            protocol.find(transaction.id);
        }
    }

    private Session firstSweepingSession() {
        for (int i = 0; i < state.sessions.size(); i++) {
            if (state.sessions.get(i).sweeping) {
                return state.sessions.get(i);
            }
        }
        throw new IllegalStateException("no session is being swept");
    }

    private void sweep(final Session session) {
        visits++;
        while (goesOn() && session.cursor != null) {
            final Transaction transaction = session.cursor;
            session.cursor = transaction.nextOfSession;
            visit(transaction);
        }
        if (session.cursor == null) {
            session.sweeping = false;
            state.sweepingSessions--;
            state.retireIfEmpty(session);
        }
    }

    private void abortIfUnbound(final Transaction transaction) {
        visits++;
        if (transaction == null) {
            return;
        }
        for (int i = 0; i < transaction.branchCount; i++) {
            if (transaction.branches[i].instance == null) {
                messages += 1 + transaction.branchCount;
                protocol.abort(transaction, Reason.NO_PARTICIPANT, transaction.branches[i].branchId);
                return;
            }
        }
    }

    private void sweep(final Resource resource) {
        while (goesOn() && resource.pass != Resource.Pass.NONE) {
            final Branch branch = resource.sweepNext();
            visits++;
            if (branch == null) {
                endPass(resource);
            } else if (resource.pass == Resource.Pass.PREPARES) {
                askAgain(branch);
            } else {
                decideAgain(branch);
            }
        }
    }

    private void endPass(final Resource resource) {
        if (resource.pass == Resource.Pass.PREPARES) {
            resource.pass = Resource.Pass.DECISIONS;
            resource.cursor = resource.head;
        } else {
            resource.pass = Resource.Pass.NONE;
            state.sweepingResources--;
        }
    }

    /** First pass: what concerns the vote of a branch, or the delegation to it. */
    private void askAgain(final Branch branch) {
        final Transaction transaction = branch.transaction;
        if (branch.state == Branch.State.DELEGATED) {
            if (sender.isUnsent(branch) && sender.commitOnePhase(branch, true)) {
                messages++;
                timers.sentBySweep(transaction);
            }
            return;
        }
        if (!transaction.isUndecided()) {
            return;
        }
        if (protocol.find(transaction.id) != transaction || !transaction.isUndecided()) {
            messages += 1 + transaction.branchCount; // it was overdue
        } else if (branch.state == Branch.State.PREPARED) {
            protocol.decideIfPossible(transaction);
            messages += transaction.isUndecided() ? 0 : 1 + transaction.branchCount;
        } else if (branch.instance == null) {
            bind(branch);
        } else if (protocol.abortedByLoss(branch)) {
            messages += 1 + transaction.branchCount;
        } else {
            ask(branch);
        }
    }

    /** Nobody was connected when it was submitted. After the grace period the walk over all that prepare ends it. */
    private void bind(final Branch branch) {
        final Instance instance = branch.resource.primary(state.epoch);
        if (!state.graceOver && instance != null) {
            messages += 1 + branch.transaction.branchCount;
            protocol.bindLate(branch, instance);
            ask(branch);
        }
    }

    private void ask(final Branch branch) {
        if (branch.state == Branch.State.ASKED
            && branch.transaction.isUndecided()
            && sender.isUnsent(branch)
            && sender.prepare(branch, true)) {
            messages++;
            timers.sentBySweep(branch.transaction);
        }
    }

    /** Second pass: decisions that were not acknowledged. */
    private void decideAgain(final Branch branch) {
        if (!branch.transaction.isDecided()) {
            return;
        }
        if (branch.hasNotVoted() && branch.isOfFormerIncarnation()) {
            messages++;
            protocol.acknowledged(branch);
        } else if (sender.isUnsent(branch) && sender.decision(branch, Cause.DECIDED)) {
            messages++;
            timers.sentBySweep(branch.transaction);
        }
    }
}
