package io.dtm.xa;

import io.dtm.participant.OnePhaseReply;
import java.sql.SQLException;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;

/**
 * Commits a branch in one phase with evidence in the same local transaction, and finds out by the evidence what became
 * of one that is in the open. Blocks; the thread that owns the branch.
 */
final class OnePhase {
    /** What became of it. */
    record Result(Kind kind, String reason, Throwable cause) {
        static final Result COMMITTED = new Result(Kind.COMMITTED, "", null);

        enum Kind { COMMITTED, ABORTED, UNKNOWN }

        static Result aborted(final String reason) {
            return new Result(Kind.ABORTED, reason, null);
        }

        static Result unknown(final Throwable cause) {
            return new Result(Kind.UNKNOWN, "", cause);
        }

        void answer(final OnePhaseReply reply) {
            switch (kind) {
                case COMMITTED -> reply.committed();
                case ABORTED -> reply.aborted(reason);
                case UNKNOWN -> reply.retry(cause);
                default -> throw new AssertionError(kind);
            }
        }
    }

    private final XaConnections connections;
    private final XaDialect dialect;
    private final FirstPhase firstPhase;
    private final Evidence evidence;

    OnePhase(
        final XaConnections connections, final XaDialect dialect, final FirstPhase firstPhase,
        final Evidence evidence) {
        this.connections = connections;
        this.dialect = dialect;
        this.firstPhase = firstPhase;
        this.evidence = evidence;
    }

    /**
     * Commits work that is done, or rolls it back. Work that only read commits too: the row is all that it writes.
     * The evidence is the last statement, so that whoever must wait for it waits for a commit and not for the work.
     */
    Result commit(final BranchXid xid, final Lease lease, final WorkResult work) {
        if (work.kind() == WorkResult.Kind.REFUSED) {
            firstPhase.rollback(xid, lease);
            return Result.aborted(work.reason());
        }
        try {
            // Without a statement of the work no transaction is open yet: the row is the first.
            String reason = lease.isUsed() ? dialect.reasonNotToPrepare(lease.connection()) : null;
            if (reason == null) {
                evidence.writeCommitted(lease.connection(), xid.branch());
                reason = dialect.reasonNotToPrepare(lease.connection());
            }
            if (reason != null) {
                firstPhase.rollback(xid, lease);
                return Result.aborted(reason);
            }
        } catch (final SQLException failed) {
            firstPhase.rollback(xid, lease);
            lease.close();
            return dialect.isDuplicateKey(failed)
                ? findOut(xid) : Result.aborted("the database failed: " + FirstPhase.message(failed));
        }
        try {
            lease.resource().end(xid, XAResource.TMSUCCESS);
            lease.resource().commit(xid, true);
            if (!lease.isEscaped()) {
                return Result.COMMITTED;
            }
            // A statement that nobody knows of may have failed at the last moment: drivers say OK to a dead branch.
            lease.close();
            return findOut(xid);
        } catch (final XAException failed) {
            // Maybe it was committed and only the answer was lost; the connection is given up either way.
            lease.spoil();
            lease.close();
            final Result result = findOut(xid);
            return result.kind() == Result.Kind.ABORTED
                ? Result.aborted("the database refused to commit: " + FirstPhase.message(failed)) : result;
        }
    }

    /** Settles by the evidence, over another connection. */
    Result findOut(final BranchXid xid) {
        try {
            final boolean committed = connections.call(lease -> evidence.settle(lease.connection(), xid.branch()));
            return committed
                ? Result.COMMITTED : Result.aborted("the participant's process ended before it committed");
        } catch (final SQLException | XAException | RuntimeException | Error failed) {
            return Result.unknown(failed);
        }
    }
}
