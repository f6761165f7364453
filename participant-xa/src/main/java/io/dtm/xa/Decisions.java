package io.dtm.xa;

import static io.dtm.xa.SecondPhase.Decision.COMMIT;
import static io.dtm.xa.SecondPhase.Decision.ROLLBACK;

import io.dtm.participant.BranchId;
import io.dtm.participant.DecisionReply;
import io.dtm.participant.ScanReply;
import io.dtm.xa.SecondPhase.Decision;
import java.sql.SQLException;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import javax.transaction.xa.XAException;
import org.agrona.ErrorHandler;

/**
 * Carries out COMMIT and ROLLBACK, for branches of this process in whatever phase and for those of former ones. The
 * public methods may be called on any thread and don't block; what blocks runs on the decision threads. Those run
 * nothing that may wait for a lock of another branch, so a decision is never stuck behind work that waits for it.
 * <p>
 * Rule 3's second defence: COMMIT names the bqual that voted YES, and any other bqual of that branch is rolled back.
 * To look for others in the resource at every commit would cost a round trip; it is done whenever this process didn't
 * itself prepare the named one, has never scanned for the coordinator, or saw another one in the last scan. One that
 * appears after the scan is found by the next: then the library asks about it and is told the same.
 */
final class Decisions {
    private static final int MAX_OPEN_COMMITS = 4096;

    private final SecondPhase secondPhase;
    private final FirstPhase firstPhase;
    private final XaConnections connections;
    private final XaDialect dialect;
    private final Evidence evidence;
    private final BranchTable table;
    private final Executor executor;
    private final ErrorHandler errorHandler;
    /**
     * COMMITs whose answers were lost; of branches of former processes too, which no row is kept for. What is pushed
     * out by others will be reported as absent.
     */
    private final Set<BranchXid> openCommits = Collections.synchronizedSet(Collections.newSetFromMap(
        new LinkedHashMap<>() {
            @Override
            protected boolean removeEldestEntry(final Map.Entry<BranchXid, Boolean> eldest) {
                return size() > MAX_OPEN_COMMITS;
            }
        }));
    /** By coordinator: what the last scan found. */
    private final Map<Long, Map<BranchKey, List<BranchXid>>> scans = new ConcurrentHashMap<>();

    Decisions(
        final XaContext context, final XaConnections connections, final SecondPhase secondPhase,
        final FirstPhase firstPhase, final Evidence evidence, final BranchTable table, final Executor executor) {
        this.secondPhase = secondPhase;
        this.firstPhase = firstPhase;
        this.connections = connections;
        this.dialect = context.dialect();
        this.evidence = evidence;
        this.table = table;
        this.executor = executor;
        this.errorHandler = context::report;
    }

    /** A decision arrived. */
    void decide(final BranchId id, final Decision decision, final DecisionReply reply) {
        while (true) {
            final Branch unknown = new Branch(id, Branch.Phase.DECIDING);
            unknown.decision = decision;
            unknown.await(reply);
            final Branch present = table.putIfAbsent(unknown);
            if (present == null) {
                resolveLater(unknown, false);
                return;
            }
            if (decide(present, id, decision, reply)) {
                return;
            }
        }
    }

    /** @return false if the branch left the table meanwhile. */
    private boolean decide(
        final Branch branch, final BranchId id, final Decision decision, final DecisionReply reply) {
        synchronized (branch) {
            if (branch.gone) {
                return false;
            }
            if (branch.delegated) {
                reply.retry(new IllegalStateException("the branch is committing in one phase"));
                return true;
            }
            if (branch.phase == Branch.Phase.DECIDING) {
                if (branch.decision == decision && !branch.onlyThis
                    && (decision == ROLLBACK || branch.id.equals(id))) {
                    branch.await(reply);
                } else {
                    reply.retry(new IllegalStateException("another decision for the branch is being carried out"));
                }
                return true;
            }
            if (decision == ROLLBACK) {
                branch.await(reply);
                rollBack(branch, false);
            } else if (!branch.id.equals(id)) {
                branch.await(new AfterUndo(id, reply));
                rollBack(branch, true);
            } else if (branch.phase == Branch.Phase.PREPARED) {
                branch.await(reply);
                branch.phase = Branch.Phase.DECIDING;
                branch.decision = COMMIT;
                resolveLater(branch, false);
            } else {
                reply.retry(new IllegalStateException("COMMIT for a branch that has not voted"));
            }
            return true;
        }
    }

    /** The branch's monitor is held. */
    private void rollBack(final Branch branch, final boolean onlyThis) {
        branch.condemned = true;
        branch.onlyThis = onlyThis;
        if (branch.phase == Branch.Phase.RUNNING) {
            branch.undone = true;
            final Lease running = branch.lease;
            if (running != null) {
                execute(() -> running.kill(dialect), rejected -> { });
            }
            return; // its own thread goes on when it sees that
        }
        branch.undone = branch.phase != Branch.Phase.PREPARED;
        branch.phase = Branch.Phase.DECIDING;
        branch.decision = ROLLBACK;
        resolveLater(branch, branch.undone);
    }

    /** The thread that ran a condemned branch is through with it. */
    void resolveCondemned(final Branch branch) {
        resolveLater(branch, false);
    }

    private void resolveLater(final Branch branch, final boolean undoFirst) {
        execute(() -> resolve(branch, undoFirst), rejected -> finish(branch, Resolution.retry(rejected, false)));
    }

    private void execute(final Runnable task, final Consumer<Exception> ifRejected) {
        try {
            executor.execute(task);
        } catch (final RejectedExecutionException closed) {
            ifRejected.accept(closed);
        }
    }

    /** Ends a branch that isn't prepared: kills its connection if its service is at work on it. Blocks. */
    void undo(final Branch branch) {
        final boolean inUse;
        synchronized (branch) {
            inUse = branch.inUse;
        }
        final Lease lease = branch.takeLease();
        if (lease != null) {
            if (inUse) {
                lease.kill(dialect);
            } else {
                firstPhase.rollback(branch.xid, lease);
            }
            lease.close();
        }
        table.releaseSeat(branch);
    }

    /** Whatever is thrown, the branch leaves DECIDING and who waits is answered. */
    private void resolve(final Branch branch, final boolean undoFirst) {
        Resolution resolution;
        try {
            if (undoFirst) {
                undo(branch);
            }
            resolution = branch.decision == COMMIT ? commit(branch) : rollback(branch);
        } catch (final XAException | SQLException | RuntimeException | Error failed) {
            resolution = Resolution.retry(failed, false);
        }
        finish(branch, resolution);
        reportIfError(resolution.cause());
    }

    /** What a driver or a database throws is told in the answer; an Error, out of memory say, is told here too. */
    private void reportIfError(final Throwable cause) {
        if (cause instanceof Error) {
            errorHandler.onError(cause);
        }
    }

    /**
     * When an answer was lost and the branch is gone afterwards, it is reported as done and not as absent, which the
     * coordinator would count as presumed: this process sent COMMIT for this very name while it was prepared. Nobody
     * can have rolled it back. Once COMMIT was decided, ROLLBACK isn't sent for that name until an acknowledgement,
     * and another process acknowledges only what is committed or gone. An administrator could, in that moment, which
     * is documented as indistinguishable.
     */
    private Resolution commit(final Branch branch) throws XAException, SQLException {
        boolean prepared = branch.prepared;
        if (!isAlone(branch)) {
            for (final BranchXid xid : secondPhase.prepared()) {
                if (xid.equals(branch.xid)) {
                    prepared = true;
                } else if (xid.key().equals(branch.key)) {
                    final Resolution other = secondPhase.finish(ROLLBACK, xid, null, true, false);
                    if (!other.isFinal()) {
                        return Resolution.retry(other.cause(), false); // it isn't ours that is in the open
                    }
                }
            }
        }
        final boolean attempted = openCommits.contains(branch.xid);
        final Resolution own =
            secondPhase.finish(COMMIT, branch.xid, branch.takeLease(), prepared, attempted);
        if (own.isFinal()) {
            openCommits.remove(branch.xid);
        } else if (own.inTheOpen()) {
            openCommits.add(branch.xid);
        }
        return own.kind() == Resolution.Kind.ABSENT && isCommittedInOnePhase(branch.id) ? Resolution.DONE : own;
    }

    private Resolution rollback(final Branch branch) throws XAException, SQLException {
        Resolution resolution = branch.undone ? Resolution.DONE : Resolution.ABSENT;
        if (branch.prepared) {
            final Resolution own =
                secondPhase.finish(ROLLBACK, branch.xid, branch.takeLease(), true, branch.rollbackInTheOpen);
            if (!own.isFinal()) {
                return own;
            }
            resolution = resolution.and(own);
        }
        if (branch.onlyThis || isAlone(branch)) {
            return resolution;
        }
        for (final BranchXid xid : secondPhase.prepared()) {
            if (xid.key().equals(branch.key)) {
                resolution = resolution.and(secondPhase.finish(ROLLBACK, xid, null, true, false));
            }
        }
        return resolution;
    }

    private void finish(final Branch branch, final Resolution resolution) {
        final List<DecisionReply> waiting;
        synchronized (branch) {
            if (resolution.isFinal() || !branch.prepared) {
                table.remove(branch);
            } else {
                branch.phase = Branch.Phase.PREPARED;
                branch.rollbackInTheOpen |= branch.decision == ROLLBACK && resolution.inTheOpen();
                branch.onlyThis = false;
                branch.condemned = false;
            }
            waiting = branch.takeWaiting();
        }
        for (final DecisionReply reply : waiting) {
            resolution.answer(reply);
        }
    }

    /** Whether this process prepared the branch and knows of no other name of it in the resource. */
    private boolean isAlone(final Branch branch) {
        final Map<BranchKey, List<BranchXid>> seen = scans.get(branch.id.coordinatorId());
        return branch.prepared && seen != null
            && seen.getOrDefault(branch.key, List.of()).stream().allMatch(branch.xid::equals);
    }

    private boolean isCommittedInOnePhase(final BranchId id) throws SQLException, XAException {
        return evidence != null
            && connections.call(lease -> evidence.isCommitted(lease.connection(), id));
    }

    /** Reports the prepared branches of one coordinator. */
    void scan(final long coordinatorId, final ScanReply reply) {
        execute(() -> {
            try {
                final List<Branch> before = table.prepared();
                final List<BranchXid> prepared = secondPhase.prepared();
                dropFinishedElsewhere(before, prepared);
                final Map<BranchKey, List<BranchXid>> found = prepared.stream()
                    .filter(xid -> xid.branch().coordinatorId() == coordinatorId)
                    .collect(Collectors.groupingBy(BranchXid::key));
                scans.put(coordinatorId, found);
                found.values().forEach(names -> names.forEach(xid -> reply.prepared(xid.branch())));
                reply.complete();
            } catch (final XAException | SQLException | RuntimeException | Error failed) {
                reply.failed(failed);
                reportIfError(failed);
            }
        }, reply::failed);
    }

    /**
     * What was prepared here before the list was read and isn't in it was finished by another process of the resource
     * or by hand: nobody will send a decision here, so the row would keep its promise, one of a limited number. Should
     * a decision come after all, it is treated as for a branch of a former process. Where connections are pinned no
     * other process can have finished it, and the list needn't tell about branches that live.
     */
    private void dropFinishedElsewhere(final List<Branch> before, final List<BranchXid> prepared) {
        if (dialect.pinsConnection()) {
            return;
        }
        final Set<BranchXid> names = new HashSet<>(prepared);
        for (final Branch branch : before) {
            synchronized (branch) {
                if (branch.phase == Branch.Phase.PREPARED && !branch.gone && !names.contains(branch.xid)) {
                    table.remove(branch);
                }
            }
        }
    }

    /** Commits a branch after another name of it was rolled back. */
    private final class AfterUndo implements DecisionReply {
        private final BranchId id;
        private final DecisionReply reply;

        AfterUndo(final BranchId id, final DecisionReply reply) {
            this.id = id;
            this.reply = reply;
        }

        @Override
        public void done() {
            decide(id, COMMIT, reply);
        }

        @Override
        public void absent() {
            decide(id, COMMIT, reply);
        }

        @Override
        public void heuristic(final HeuristicOutcome outcome) {
            reply.heuristic(HeuristicOutcome.MIXED);
        }

        @Override
        public void retry(final Throwable cause) {
            reply.retry(cause);
        }
    }
}
