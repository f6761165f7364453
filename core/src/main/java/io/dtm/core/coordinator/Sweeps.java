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
    private int sweepingSessions;
    private int sweepingResources;
    private int messages;
    private int visits;

    Sweeps(final CoordinatorState state, final TwoPhaseCommit protocol) {
        this.state = state;
        this.protocol = protocol;
    }

    /** Its undecided interactive transactions abort. */
    void start(final Session session) {
        session.sweeping = true;
        session.cursor = session.firstTransaction;
        sweepingSessions++;
    }

    /** A participant came or went: its unfinished branches are looked at, in the order of their PREPAREs. */
    void start(final Resource resource) {
        if (resource.pass == Resource.Pass.NONE) {
            sweepingResources++;
        }
        resource.startSweep();
    }

    boolean arePending() {
        return epochIsPending() || sweepingSessions > 0 || state.preparing.isWalking() || sweepingResources > 0;
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
        while (goesOn() && sweepingSessions > 0) {
            sweep(firstSweepingSession());
        }
        while (goesOn() && state.preparing.isWalking()) {
            abortIfUnbound(state.preparing.walk());
        }
        for (int i = 0; goesOn() && sweepingResources > 0 && i < state.resources.size(); i++) {
            sweep(state.resources.get(i));
        }
    }

    private boolean goesOn() {
        return messages < STEP_MESSAGES && visits < STEP_VISITS;
    }

    private void visit(final Transaction transaction) {
        visits++;
        if (transaction.isUndecided()) {
            messages += transaction.branchCount;
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
        while (goesOn() && session.cursor != null) {
            final Transaction transaction = session.cursor;
            session.cursor = transaction.nextOfSession;
            visit(transaction);
        }
        if (session.cursor == null) {
            session.sweeping = false;
            sweepingSessions--;
            state.forgetIfEmpty(session);
        }
    }

    private void abortIfUnbound(final Transaction transaction) {
        visits++;
        if (transaction == null) {
            return;
        }
        for (int i = 0; i < transaction.branchCount; i++) {
            if (transaction.branches[i].instance == null) {
                messages += transaction.branchCount;
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
            sweepingResources--;
        }
    }

    /** First pass: what concerns the vote of a branch, or the delegation to it. */
    private void askAgain(final Branch branch) {
        final Transaction transaction = branch.transaction;
        if (transaction.state == Transaction.State.DELEGATED) {
            if (isUnsent(branch)) {
                messages++;
                protocol.sendOnePhase(branch, true);
            }
        } else if (transaction.isUndecided()) {
            if (protocol.find(transaction.id) == null || !transaction.isUndecided()) {
                messages += transaction.branchCount;
            } else if (branch.hasNotVoted()) {
                askForVote(transaction, branch);
            } else {
                messages += transaction.branchCount;
                protocol.decideIfPossible(transaction);
            }
        }
    }

    private void askForVote(final Transaction transaction, final Branch branch) {
        if (branch.instance == null) {
            final Instance instance = branch.resource.primary();
            if (state.graceOver || instance == null) {
                return; // the walk over all that prepare ends it, or somebody else comes
            }
            protocol.bindLate(branch, instance);
        }
        if (branch.isOfFormerIncarnation()) {
            messages += transaction.branchCount;
            protocol.abort(transaction, Reason.NEW_INCARNATION, branch.branchId);
        } else if (transaction.interactive && !branch.instance.isPresent()) {
            messages += transaction.branchCount;
            protocol.abort(transaction, Reason.PARTICIPANT_LOST, branch.branchId);
        } else if (branch.state == Branch.State.ASKED && isUnsent(branch)) {
            messages++;
            protocol.sendPrepare(branch, true);
        }
    }

    /** Second pass: decisions that were not acknowledged. */
    private void decideAgain(final Branch branch) {
        if (!TwoPhaseCommit.isDecided(branch.transaction)) {
            return;
        }
        if (branch.hasNotVoted() && branch.isOfFormerIncarnation()) {
            protocol.acknowledged(branch);
        } else if (isUnsent(branch)) {
            messages++;
            protocol.sendDecision(branch, Cause.DECIDED);
        }
    }

    /** Over the link that its next message would take, nothing was sent yet. */
    private boolean isUnsent(final Branch branch) {
        final Instance instance = branch.resource.ready(branch.instance);
        return instance != null && branch.sentOver != state.over(instance.readyLink);
    }
}
