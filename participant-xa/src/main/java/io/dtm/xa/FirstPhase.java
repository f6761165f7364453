package io.dtm.xa;

import java.sql.SQLException;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import org.agrona.ErrorHandler;

/**
 * Starts a branch on a connection of its own and brings it to its vote. Blocks; the thread that owns the lease.
 */
final class FirstPhase {
    private final XaConnections connections;
    private final XaDialect dialect;
    private final SecondPhase secondPhase;
    private final boolean verifyReadOnly;
    private final ErrorHandler errorHandler;

    FirstPhase(final XaContext context, final XaConnections connections, final SecondPhase secondPhase) {
        this.connections = connections;
        this.dialect = context.dialect();
        this.secondPhase = secondPhase;
        this.verifyReadOnly = context.verifyReadOnly();
        this.errorHandler = context::report;
    }

    /** Borrows a connection and starts the branch on it; once more on a new one if the first was stale. */
    Lease start(final BranchXid xid) throws SQLException, XAException {
        final Lease lease = connections.borrow();
        try {
            start(xid, lease);
            return lease;
        } catch (final SQLException | XAException | RuntimeException | Error failed) {
            lease.spoil();
            lease.close();
            if (lease.isFresh()) {
                throw failed;
            }
        }
        connections.discardIdle();
        final Lease second = connections.borrowFresh();
        try {
            start(xid, second);
            return second;
        } catch (final SQLException | XAException | RuntimeException | Error failed) {
            second.spoil();
            second.close();
            throw failed;
        }
    }

    private static void start(final BranchXid xid, final Lease lease) throws SQLException, XAException {
        lease.connection().setAutoCommit(false);
        lease.resource().start(xid, XAResource.TMNOFLAGS);
    }

    /**
     * Votes according to what the work came to. After any vote but YES nothing is left of the branch, as far as that
     * can be known; what an error left prepared in spite of it is found by the next scan. The lease stays open.
     */
    Vote vote(final BranchXid xid, final Lease lease, final WorkResult result) {
        try {
            if (result.kind() == WorkResult.Kind.REFUSED) {
                rollback(xid, lease);
                return Vote.no(result.reason());
            }
            if (!lease.isUsed()) {
                rollback(xid, lease);
                return Vote.READ_ONLY; // not one statement: nothing can have been written, whatever the work says
            }
            final String reason = dialect.reasonNotToPrepare(lease.connection());
            if (reason != null) {
                rollback(xid, lease);
                return Vote.no(reason);
            }
            if (result.kind() == WorkResult.Kind.READ_ONLY
                && (!verifyReadOnly || dialect.wroteNothing(lease.connection()))) {
                rollback(xid, lease);
                return Vote.READ_ONLY;
            }
        } catch (final SQLException failed) {
            rollback(xid, lease);
            return Vote.no("the database failed: " + failed.getMessage());
        }
        return prepare(xid, lease);
    }

    private Vote prepare(final BranchXid xid, final Lease lease) {
        try {
            lease.resource().end(xid, XAResource.TMSUCCESS);
            if (lease.resource().prepare(xid) == XAResource.XA_OK) {
                return isReallyPrepared(xid, lease) ? Vote.YES
                    : Vote.no("the branch was gone after its PREPARE: a statement that outlived the work failed");
            }
            // Drivers were seen to answer XA_RDONLY and leave the branch prepared.
            return dialect.isPrepared(lease.xaConnection(), xid) ? Vote.YES : Vote.READ_ONLY;
        } catch (final XAException | SQLException | RuntimeException | Error failed) {
            undo(xid, lease, failed);
            return Vote.no("the database refused to prepare: " + message(failed));
        }
    }

    /**
     * After the look at the branch's state, a statement that nobody knows of may still have failed, and drivers say OK
     * to a dead branch. Where the connection is pinned its list isn't asked: it needn't tell about branches that live.
     */
    private boolean isReallyPrepared(final BranchXid xid, final Lease lease) throws XAException, SQLException {
        return !lease.isEscaped() || dialect.pinsConnection() || dialect.isPrepared(lease.xaConnection(), xid);
    }

    /** Rolls back after an error of prepare, which may have been carried out in spite of it. */
    private void undo(final BranchXid xid, final Lease lease, final Throwable cause) {
        try {
            lease.resource().rollback(xid);
            return;
        } catch (final XAException failed) {
            if (failed.errorCode >= XAException.XA_RBBASE && failed.errorCode <= XAException.XA_RBEND) {
                return;
            }
        } catch (final RuntimeException | Error failed) {
            cause.addSuppressed(failed);
        }
        lease.spoil();
        lease.close();
        final Resolution resolution = secondPhase.finish(SecondPhase.Decision.ROLLBACK, xid, null, false, true);
        if (!resolution.isFinal()) {
            cause.addSuppressed(resolution.cause());
            errorHandler.onError(cause);
        }
    }

    /** Rolls a branch back that isn't prepared. If that fails, losing its connection does. */
    void rollback(final BranchXid xid, final Lease lease) {
        try {
            lease.resource().end(xid, XAResource.TMFAIL);
        } catch (final XAException endedAlready) {
            if (endedAlready.errorCode < XAException.XA_RBBASE || endedAlready.errorCode > XAException.XA_RBEND) {
                lease.spoil();
            }
        } catch (final RuntimeException | Error failed) {
            lease.spoil();
        }
        try {
            lease.resource().rollback(xid);
        } catch (final XAException | RuntimeException | Error failed) {
            lease.spoil();
        }
    }

    /** What the driver's exceptions say; XA's own often say nothing. */
    static String message(final Throwable failed) {
        final Throwable cause = failed instanceof XAException && failed.getCause() != null ? failed.getCause() : failed;
        final String state = cause instanceof SQLException error && error.getSQLState() != null
            ? " (SQLSTATE " + error.getSQLState() + ")" : "";
        final String code = cause instanceof XAException error ? " (XA error " + error.errorCode + ")" : "";
        return (cause.getMessage() != null ? cause.getMessage() : cause.getClass().getSimpleName()) + state + code;
    }
}
