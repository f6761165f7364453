package io.dtm.xa;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * A service's hold on its branch of an interactive transaction, from {@link XaParticipant#begin}. Use it in a
 * try-with-resources block and say how the work went before it closes; the branch stays open until its transaction
 * ends, and may be begun again by later calls of the same transaction. One thread at a time.
 *
 * <pre>{@code
 *   try (InteractiveBranch branch = participant.begin(id)) {
 *       ... work on branch.connection() ...
 *       branch.done();
 *   }
 * }</pre>
 */
public final class InteractiveBranch implements AutoCloseable {
    private final Joins joins;
    private final Branch branch;
    private final GuardedConnection guard;
    private WorkResult verdict;
    private boolean closed;

    InteractiveBranch(final Joins joins, final Branch branch, final Lease lease) throws SQLException {
        this.joins = joins;
        this.branch = branch;
        this.guard = new GuardedConnection(lease);
    }

    /**
     * @return the connection to work on, until this closes. Commit, rollback and the like are refused: the
     *         transaction's outcome decides.
     */
    public Connection connection() {
        return guard.proxy();
    }

    /**
     * The work wrote something and is complete as far as this call goes. If no call made a statement, the branch votes
     * READ_ONLY all the same.
     */
    public void done() {
        verdict = WorkResult.done();
    }

    /** The work of this call wrote nothing. If that holds for all calls, the branch votes READ_ONLY. */
    public void readOnly() {
        verdict = WorkResult.readOnly();
    }

    /**
     * The branch will vote NO, whatever later calls say.
     *
     * @param reason for the client.
     */
    public void refuse(final String reason) {
        verdict = WorkResult.refuse(reason);
    }

    /**
     * The transaction can't go on here, for instance because the join was refused: rolls the branch back now instead
     * of when the coordinator says so, or never if it doesn't know of the branch. It will vote NO. Blocks.
     *
     * @param reason for the client.
     */
    public void abandon(final String reason) {
        refuse(reason);
        close();
        joins.abandon(branch, reason);
    }

    /** Ends this call's work. Without a word about how it went, the branch will vote NO. A second time does nothing. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (!guard.shut()) {
            verdict = WorkResult.refuse(Works.STILL_RUNNING);
        }
        final WorkResult said = verdict != null ? verdict : WorkResult.refuse("its work ended without a result");
        synchronized (branch) {
            branch.inUse = false;
            if (branch.phase == Branch.Phase.JOINED) {
                branch.verdict = join(branch.verdict, said);
            }
        }
    }

    private static WorkResult join(final WorkResult before, final WorkResult now) {
        if (before == null || now.kind() == WorkResult.Kind.REFUSED && before.kind() != WorkResult.Kind.REFUSED) {
            return now;
        }
        return before.kind() == WorkResult.Kind.READ_ONLY ? now : before;
    }
}
