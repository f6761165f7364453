package io.dtm.xa;

import io.dtm.participant.BranchId;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.util.concurrent.TimeUnit;
import javax.transaction.xa.XAException;

/** Begins, takes up again and gives up interactive branches. Blocks; any thread. */
final class Joins {
    private static final int ABANDONED_LIFETIMES = 2;

    private final int maxBranches;
    private final long timeoutMs;
    private final FirstPhase firstPhase;
    private final BranchTable table;
    private final Decisions decisions;

    Joins(
        final XaContext context, final FirstPhase firstPhase, final BranchTable table, final Decisions decisions) {
        this.maxBranches = context.maxInteractiveBranches();
        this.timeoutMs = context.interactiveTimeoutMs();
        this.firstPhase = firstPhase;
        this.table = table;
        this.decisions = decisions;
    }

    InteractiveBranch begin(final BranchId id) throws SQLException {
        while (true) {
            final Branch branch = new Branch(id, Branch.Phase.JOINED);
            branch.inUse = true;
            branch.sinceNs = System.nanoTime();
            final Branch present = table.putIfAbsent(branch);
            if (present == null) {
                return open(branch);
            }
            synchronized (present) {
                if (!present.gone) {
                    return reopen(present, id);
                }
            }
        }
    }

    private InteractiveBranch open(final Branch branch) throws SQLException {
        try {
            if (!table.trySeat(branch)) {
                throw new SQLTransientException("overloaded: " + maxBranches
                    + " interactive branches are open already");
            }
            final Lease lease = firstPhase.start(branch.xid);
            synchronized (branch) {
                if (branch.phase == Branch.Phase.JOINED) {
                    final InteractiveBranch handle = new InteractiveBranch(this, branch, lease);
                    branch.lease = lease;
                    return handle;
                }
            }
            lease.spoil();
            lease.close();
            throw new SQLException("the branch was rolled back while it began");
        } catch (final SQLException | RuntimeException | Error failed) {
            fail(branch, failed);
            throw failed;
        } catch (final XAException failed) {
            fail(branch, failed);
            throw new SQLException("the branch can't begin: " + FirstPhase.message(failed), failed);
        }
    }

    private void fail(final Branch branch, final Throwable cause) {
        abandon(branch, FirstPhase.message(cause));
        table.releaseSeat(branch); // also if a ROLLBACK took it out of the table before it had one
    }

    private InteractiveBranch reopen(final Branch branch, final BranchId id) throws SQLException {
        if (branch.phase != Branch.Phase.JOINED || !branch.id.equals(id)) {
            throw new SQLException("the branch is " + branch.phase + ", enlisted in epoch "
                + branch.id.enlistEpoch() + ": no work can be added");
        }
        if (branch.inUse || branch.lease == null) {
            throw new IllegalStateException("another call works for this branch: one at a time");
        }
        final InteractiveBranch handle = new InteractiveBranch(this, branch, branch.lease);
        branch.inUse = true;
        return handle;
    }

    /** Rolls an interactive branch back by our own will. It stays in the table for a while, to vote NO. */
    void abandon(final Branch branch, final String reason) {
        synchronized (branch) {
            if (branch.gone || branch.phase != Branch.Phase.JOINED) {
                return;
            }
            branch.phase = Branch.Phase.ABANDONED;
            branch.verdict = WorkResult.refuse(reason);
            branch.sinceNs = System.nanoTime();
        }
        decisions.undo(branch);
    }

    /** Gives up branches whose transaction has sent no word for too long, and forgets those given up long ago. */
    void reap() {
        final long timeoutNs = TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        for (final Branch branch : table.all()) {
            final boolean isOld;
            synchronized (branch) {
                final long ageNs = System.nanoTime() - branch.sinceNs;
                isOld = branch.phase == Branch.Phase.JOINED && ageNs > timeoutNs;
                if (branch.phase == Branch.Phase.ABANDONED && ageNs > ABANDONED_LIFETIMES * timeoutNs) {
                    table.remove(branch);
                }
            }
            if (isOld) {
                abandon(branch, "rolled back: no decision within " + timeoutMs + " ms");
            }
        }
    }
}
