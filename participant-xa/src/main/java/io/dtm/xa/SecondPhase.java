package io.dtm.xa;

import static io.dtm.participant.DecisionReply.HeuristicOutcome.COMMITTED;
import static io.dtm.participant.DecisionReply.HeuristicOutcome.MIXED;
import static io.dtm.participant.DecisionReply.HeuristicOutcome.ROLLED_BACK;

import java.sql.SQLException;
import java.util.List;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;

/**
 * Carries decisions out in the resource, over any connection. An error is never taken for the last word: the
 * resource's list of prepared branches is, looked up over a new connection. Blocks; any thread, one at a time for a
 * branch.
 */
final class SecondPhase {
    /** Which way. */
    enum Decision { COMMIT, ROLLBACK }

    private static final int MAX_ATTEMPTS = 2;

    private final XaConnections connections;
    private final XaDialect dialect;

    SecondPhase(final XaConnections connections, final XaDialect dialect) {
        this.connections = connections;
        this.dialect = dialect;
    }

    /** Lists our prepared branches in the resource, of all coordinators. */
    List<BranchXid> prepared() throws XAException, SQLException {
        return connections.call(lease -> dialect.prepared(lease.xaConnection()));
    }

    /**
     * @param decision  to carry out.
     * @param xid       of the branch.
     * @param pinned    that the branch is bound to, or null; it is given back here.
     * @param prepared  whether the resource has said that the branch is prepared. Otherwise an attempt whose answer is
     *                  lost proves nothing once the branch isn't there: it never need have been.
     * @param attempted whether an earlier attempt of this process to do the same ended in the open, though the branch
     *                  was prepared.
     */
    Resolution finish(
        final Decision decision, final BranchXid xid, final Lease pinned, final boolean prepared,
        final boolean attempted) {
        Lease lease = pinned;
        boolean wasPrepared = prepared;
        boolean inTheOpen = attempted;
        try {
            if (lease == null) {
                lease = connections.borrow();
            }
            for (int attempt = 1;; attempt++) {
                final XAException error = attempt(decision, xid, lease.resource());
                if (error == null) {
                    return Resolution.DONE;
                }
                final Resolution verdict = verdict(decision, error, xid, lease.resource());
                if (verdict != null) {
                    return verdict;
                }
                inTheOpen |= wasPrepared && !dialect.isUnknownBranch(error);
                lease = replace(lease);
                if (!dialect.isPrepared(lease.xaConnection(), xid)) {
                    return absent(decision, inTheOpen, pinned != null);
                }
                wasPrepared = true;
                if (attempt == MAX_ATTEMPTS) {
                    return Resolution.retry(error, inTheOpen);
                }
            }
        } catch (final XAException | SQLException | RuntimeException | Error failed) {
            spoil(lease);
            return Resolution.retry(failed, inTheOpen);
        } finally {
            if (lease != null) {
                lease.close();
            }
        }
    }

    private static XAException attempt(final Decision decision, final BranchXid xid, final XAResource resource) {
        try {
            if (decision == Decision.COMMIT) {
                resource.commit(xid, false);
            } else {
                resource.rollback(xid);
            }
            return null;
        } catch (final XAException error) {
            return error;
        } catch (final RuntimeException | Error unexpected) {
            final XAException error = new XAException(XAException.XAER_RMFAIL);
            error.initCause(unexpected);
            return error; // sent or not: as open as any lost answer
        }
    }

    /** The errors by which a resource says what it did by itself; null for all others. */
    private static Resolution verdict(
        final Decision decision, final XAException error, final BranchXid xid, final XAResource resource)
        throws XAException {
        final int code = error.errorCode;
        final Resolution verdict;
        if (code == XAException.XA_HEURCOM) {
            verdict = decision == Decision.COMMIT ? Resolution.DONE : Resolution.heuristic(COMMITTED);
        } else if (code == XAException.XA_HEURRB) {
            verdict = decision == Decision.ROLLBACK ? Resolution.DONE : Resolution.heuristic(ROLLED_BACK);
        } else if (code == XAException.XA_HEURMIX || code == XAException.XA_HEURHAZ) {
            verdict = Resolution.heuristic(MIXED);
        } else if (code >= XAException.XA_RBBASE && code <= XAException.XA_RBEND) {
            return decision == Decision.ROLLBACK ? Resolution.DONE : Resolution.heuristic(ROLLED_BACK);
        } else {
            return null;
        }
        resource.forget(xid);
        return verdict;
    }

    /** A branch that isn't there: by our own attempt, or it never was, or somebody else finished it. */
    private Resolution absent(final Decision decision, final boolean inTheOpen, final boolean wasPinned) {
        if (decision == Decision.COMMIT && wasPinned && dialect.losesPreparedOnDisconnect()) {
            return Resolution.heuristic(MIXED);
        }
        return inTheOpen ? Resolution.DONE : Resolution.ABSENT;
    }

    private Lease replace(final Lease lease) throws SQLException {
        final boolean broken = lease.isBroken();
        lease.spoil();
        lease.close();
        if (broken) {
            connections.discardIdle();
        }
        return connections.borrowFresh();
    }

    private static void spoil(final Lease lease) {
        if (lease != null) {
            lease.spoil();
        }
    }
}
