package io.dtm.xa;

import io.dtm.participant.BranchId;
import io.dtm.participant.DecisionReply;
import java.util.ArrayList;
import java.util.List;

/**
 * One branch in this process: where it is, and who waits for it. All state is guarded by the branch's own monitor,
 * which is held for transitions only, never during a call to the database.
 *
 * <pre>
 *   WAITING --> RUNNING --> PREPARED --> DECIDING --> (gone)
 *   JOINED ----^  |                       ^   |
 *     |  |        +--- rolled back -------+   +--> PREPARED: the database couldn't be asked, or refused
 *     |  +------------ meanwhile ---------+
 *     +--> ABANDONED (rolled back by ourselves; votes NO)      RUNNING --> DOUBTFUL (one-phase commit in the open)
 * </pre>
 */
final class Branch {
    enum Phase { WAITING, JOINED, ABANDONED, RUNNING, DOUBTFUL, PREPARED, DECIDING }

    final BranchId id;
    final BranchXid xid;
    final BranchKey key;

    // Guarded by this.
    Phase phase;
    /** The connection that runs it, or that it is pinned to; null if none. */
    Lease lease;
    /** Rolled back by the coordinator while it was WAITING, RUNNING or in the hands of its service. */
    boolean condemned;
    /** RUNNING or DOUBTFUL in one phase: nothing but its own result touches it. */
    boolean delegated;
    /** This process was told by the database that it is prepared. */
    boolean prepared;
    /** Some work of it was undone here, so that a ROLLBACK isn't for an absent branch. */
    boolean undone;
    /** An attempt to roll it back ended in the open. */
    boolean rollbackInTheOpen;
    SecondPhase.Decision decision;
    /** DECIDING: only this name of the branch is rolled back, since another one is to be committed (rule 3). */
    boolean onlyThis;
    /** It has left the table: who still holds it must look again. */
    boolean gone;
    /** An interactive branch: whether its service holds a handle now. */
    boolean inUse;
    /** An interactive branch: what its service said so far; null if nothing. */
    WorkResult verdict;
    long sinceNs;
    boolean holdsPromise;
    boolean holdsSeat;
    private List<DecisionReply> waiting = new ArrayList<>(1);

    Branch(final BranchId id, final Phase phase) {
        this.id = id;
        this.xid = new BranchXid(id);
        this.key = BranchKey.of(id);
        this.phase = phase;
    }

    /** Guarded by this. */
    void await(final DecisionReply reply) {
        if (reply != null) {
            waiting.add(reply);
        }
    }

    /** Guarded by this. */
    boolean isAwaited() {
        return !waiting.isEmpty();
    }

    synchronized List<DecisionReply> takeWaiting() {
        final List<DecisionReply> taken = waiting;
        waiting = new ArrayList<>(1);
        return taken;
    }

    synchronized Lease takeLease() {
        final Lease taken = lease;
        lease = null;
        return taken;
    }
}
