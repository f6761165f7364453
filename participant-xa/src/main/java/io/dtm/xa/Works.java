package io.dtm.xa;

import io.dtm.participant.OnePhaseReply;
import io.dtm.participant.VoteReply;
import java.sql.SQLException;
import javax.transaction.xa.XAException;
import org.agrona.ErrorHandler;

/**
 * Runs branches up to their votes. Blocks: the work threads for one-shot branches, the decision threads for
 * interactive ones, whose work is done (so that their PREPARE isn't stuck behind work that waits for their locks; it
 * may itself wait only for other transactions' keys, where constraints are deferred).
 */
final class Works {
    static final String STILL_RUNNING = "a statement of its work was still running when the work ended";

    private final BranchWork work;
    private final XaDialect dialect;
    private final boolean pinsConnection;
    private final int maxPrepared;
    private final FirstPhase firstPhase;
    private final OnePhase onePhase;
    private final BranchTable table;
    private final Decisions decisions;
    private final ErrorHandler errorHandler;

    Works(
        final XaContext context, final FirstPhase firstPhase, final OnePhase onePhase, final BranchTable table,
        final Decisions decisions) {
        this.work = context.work();
        this.dialect = context.dialect();
        this.pinsConnection = dialect.pinsConnection();
        this.maxPrepared = context.maxPreparedBranches();
        this.firstPhase = firstPhase;
        this.onePhase = onePhase;
        this.table = table;
        this.decisions = decisions;
        this.errorHandler = context::report;
    }

    /** A one-shot branch that waits for its turn. */
    void prepareOneShot(final Branch branch, final byte[] payload, final VoteReply reply) {
        Lease lease = null;
        Vote vote;
        try {
            if (!run(branch)) {
                reply.no("rolled back before its work began");
                return;
            }
            if (table.tryPromise(branch)) {
                lease = start(branch);
                vote = firstPhase.vote(branch.xid, lease, perform(lease, payload));
            } else {
                vote = tooManyPrepared();
            }
        } catch (final SQLException | XAException failed) {
            vote = Vote.no("the database can't be used: " + FirstPhase.message(failed));
        } catch (final RuntimeException | Error unexpected) {
            errorHandler.onError(unexpected);
            vote = Vote.no("the participant failed: " + unexpected);
            spoil(lease);
        }
        voted(branch, lease, vote, reply);
    }

    /** An interactive branch that is RUNNING now. */
    void prepareJoined(final Branch branch, final boolean tooEarly, final VoteReply reply) {
        final Lease lease = branch.lease;
        Vote vote;
        try {
            if (tooEarly) {
                kill(lease);
                vote = Vote.no("its work had not ended when PREPARE came");
            } else if (table.tryPromise(branch)) {
                vote = firstPhase.vote(branch.xid, lease, branch.verdict);
            } else {
                firstPhase.rollback(branch.xid, lease);
                vote = tooManyPrepared();
            }
        } catch (final RuntimeException | Error unexpected) {
            errorHandler.onError(unexpected);
            vote = Vote.no("the participant failed: " + unexpected);
            spoil(lease);
        }
        voted(branch, lease, vote, reply);
    }

    private void voted(final Branch branch, final Lease lease, final Vote vote, final VoteReply reply) {
        final boolean pinned = vote.isYes() && pinsConnection;
        if (lease != null && !pinned) {
            lease.close();
        }
        Vote answer = vote;
        boolean condemned = false;
        synchronized (branch) {
            branch.lease = pinned ? lease : null;
            branch.prepared = vote.isYes();
            table.releaseSeat(branch);
            if (branch.condemned) {
                condemned = true;
                answer = Vote.no("rolled back while its work ran");
                branch.phase = Branch.Phase.DECIDING;
                branch.decision = SecondPhase.Decision.ROLLBACK;
            } else if (vote.isYes()) {
                branch.phase = Branch.Phase.PREPARED;
            } else {
                table.remove(branch);
            }
        }
        answer.answer(reply);
        if (condemned) {
            decisions.resolveCondemned(branch);
        }
    }

    /** A one-shot branch that is to decide by itself. */
    void commitOneShot(final Branch branch, final byte[] payload, final OnePhaseReply reply) {
        Lease lease = null;
        OnePhase.Result result;
        try {
            run(branch);
            lease = start(branch);
            result = onePhase.commit(branch.xid, lease, perform(lease, payload));
        } catch (final SQLException | XAException failed) {
            result = OnePhase.Result.aborted("the database can't be used: " + FirstPhase.message(failed));
        } catch (final RuntimeException | Error unexpected) {
            errorHandler.onError(unexpected);
            result = OnePhase.Result.unknown(unexpected);
            spoil(lease);
        }
        decided(branch, lease, result, reply);
    }

    /** An interactive branch, RUNNING now, that is to decide by itself. */
    void commitJoined(final Branch branch, final boolean tooEarly, final OnePhaseReply reply) {
        final Lease lease = branch.lease;
        OnePhase.Result result;
        try {
            if (tooEarly) {
                kill(lease);
                result = OnePhase.Result.aborted("its work had not ended when COMMIT came");
            } else {
                result = onePhase.commit(branch.xid, lease, branch.verdict);
            }
        } catch (final RuntimeException | Error unexpected) {
            errorHandler.onError(unexpected);
            result = OnePhase.Result.unknown(unexpected);
            spoil(lease);
        }
        decided(branch, lease, result, reply);
    }

    /** A branch of this process whose one-phase commit ended in the open. */
    void findOut(final Branch branch, final OnePhaseReply reply) {
        decided(branch, null, onePhase.findOut(branch.xid), reply);
    }

    private void decided(
        final Branch branch, final Lease lease, final OnePhase.Result result, final OnePhaseReply reply) {
        if (lease != null) {
            lease.close();
        }
        synchronized (branch) {
            branch.lease = null;
            table.releaseSeat(branch);
            if (result.kind() == OnePhase.Result.Kind.UNKNOWN) {
                branch.phase = Branch.Phase.DOUBTFUL;
            } else {
                table.remove(branch);
            }
        }
        result.answer(reply);
    }

    /** @return false if the branch was rolled back while it waited. */
    private static boolean run(final Branch branch) {
        synchronized (branch) {
            if (branch.phase != Branch.Phase.WAITING) {
                return false;
            }
            branch.phase = Branch.Phase.RUNNING;
            return true;
        }
    }

    private Lease start(final Branch branch) throws SQLException, XAException {
        final Lease lease = firstPhase.start(branch.xid);
        synchronized (branch) {
            if (!branch.condemned) {
                branch.lease = lease; // from here on a ROLLBACK can kill it
                return lease;
            }
        }
        firstPhase.rollback(branch.xid, lease);
        lease.close();
        throw new SQLException("rolled back before its work began");
    }

    private WorkResult perform(final Lease lease, final byte[] payload) throws SQLException {
        final GuardedConnection guard = new GuardedConnection(lease);
        WorkResult result;
        boolean quiet = false;
        try {
            result = work.perform(guard.proxy(), payload);
        } catch (final Exception refused) {
            result = WorkResult.refuse(FirstPhase.message(refused));
        } finally {
            quiet = guard.shut();
        }
        if (!quiet) {
            return WorkResult.refuse(STILL_RUNNING);
        }
        return result != null ? result : WorkResult.refuse("the work returned nothing");
    }

    private Vote tooManyPrepared() {
        return Vote.no("overloaded: " + maxPrepared + " branches are prepared here already");
    }

    /** The lease is null if the branch was only about to begin. */
    private void kill(final Lease lease) {
        if (lease != null) {
            lease.kill(dialect);
        }
    }

    private static void spoil(final Lease lease) {
        if (lease != null) {
            lease.spoil();
        }
    }
}
