package io.dtm.xa;

import io.dtm.participant.BranchId;
import io.dtm.participant.DecisionReply;
import io.dtm.participant.OnePhaseReply;
import io.dtm.participant.Participant;
import io.dtm.participant.ScanReply;
import io.dtm.participant.VoteReply;
import java.sql.SQLException;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.transaction.xa.XAException;
import org.agrona.DirectBuffer;

/**
 * A participant whose branches are XA branches of one database. The methods of {@link Participant} don't block: they
 * hand over to the threads of this class (drawn in the package's description), which answer. {@link #begin} blocks its
 * caller, a thread of the service.
 */
public final class XaParticipant implements Participant, AutoCloseable {
    private static final long CLOSE_TIMEOUT_S = 5;
    private static final long PURGE_INTERVAL_H = 1;
    private static final long FORGET_INTERVAL_S = 5;

    private final XaContext context;
    private final XaConnections connections;
    private final Evidence evidence;
    private final OnePhase onePhase;
    private final BranchTable table;
    private final Decisions decisions;
    private final Works works;
    private final Joins joins;
    private final ThreadPoolExecutor workers;
    private final ThreadPoolExecutor deciders;
    private final ScheduledExecutorService reaper;
    private final Queue<BranchId> forgotten = new ConcurrentLinkedQueue<>();

    /**
     * Connects to the database, checks that it can keep promises, and is ready.
     *
     * @param context its settings; concluded here.
     * @return the participant.
     * @throws SQLException          if the database can't be reached.
     * @throws IllegalStateException if a setting here or of the database doesn't do; the message says how to mend it.
     */
    public static XaParticipant launch(final XaContext context) throws SQLException {
        context.conclude();
        final XaConnections connections =
            new XaConnections(context.dataSource(), context.connectionLimit(), context::report);
        try {
            final Evidence evidence = context.onePhase() ? new Evidence(context) : null;
            try (Lease lease = connections.borrow()) {
                context.dialect().verify(lease.connection(), context);
                if (evidence != null) {
                    evidence.create(lease.connection());
                }
            }
            return new XaParticipant(context, connections, evidence);
        } catch (final SQLException | RuntimeException | Error failed) {
            connections.close();
            throw failed;
        }
    }

    private XaParticipant(final XaContext context, final XaConnections connections, final Evidence evidence) {
        this.context = context;
        this.connections = connections;
        this.evidence = evidence;
        final SecondPhase secondPhase = new SecondPhase(connections, context.dialect());
        final FirstPhase firstPhase = new FirstPhase(context, connections, secondPhase);
        onePhase = new OnePhase(connections, context.dialect(), firstPhase, evidence);
        table = new BranchTable(context.maxPreparedBranches(), context.maxInteractiveBranches());
        workers = pool("work", context.workThreads(), new ArrayBlockingQueue<>(context.queueLength()));
        // Not bounded by itself: there is one task for each branch that the table or the database holds.
        deciders = pool("decision", context.decisionThreads(), new LinkedBlockingQueue<>());
        decisions = new Decisions(context, connections, secondPhase, firstPhase, evidence, table, deciders);
        works = new Works(context, firstPhase, onePhase, table, decisions);
        joins = new Joins(context, firstPhase, table, decisions);
        reaper = Executors.newSingleThreadScheduledExecutor(threads("reaper"));
        final long periodMs = Math.max(1, context.interactiveTimeoutMs() / 4);
        reaper.scheduleWithFixedDelay(this::reap, periodMs, periodMs, TimeUnit.MILLISECONDS);
        if (evidence != null) {
            reaper.scheduleWithFixedDelay(() -> toDeciders(this::purge), 0, PURGE_INTERVAL_H, TimeUnit.HOURS);
            reaper.scheduleWithFixedDelay(
                this::forgetAgain, FORGET_INTERVAL_S, FORGET_INTERVAL_S, TimeUnit.SECONDS);
        }
    }

    @Override
    public void prepare(
        final BranchId id, final DirectBuffer payload, final int offset, final int length, final VoteReply reply) {
        while (true) {
            final Branch branch = new Branch(id, Branch.Phase.WAITING);
            final Branch present = table.putIfAbsent(branch);
            if (present != null) {
                if (prepareJoined(present, id, reply)) {
                    return;
                }
                continue;
            }
            if (context.work() == null) {
                remove(branch);
                reply.no("no work was done for this branch here");
                return;
            }
            final byte[] copy = copy(payload, offset, length);
            if (!toWorkers(() -> works.prepareOneShot(branch, copy, reply))) {
                remove(branch);
                reply.no(overloaded());
            }
            return;
        }
    }

    /** @return false if the branch left the table meanwhile. */
    private boolean prepareJoined(final Branch branch, final BranchId id, final VoteReply reply) {
        synchronized (branch) {
            if (branch.gone) {
                return false;
            }
            if (branch.phase == Branch.Phase.ABANDONED && branch.id.equals(id)) {
                table.remove(branch);
                reply.no(branch.verdict.reason());
            } else if (branch.phase == Branch.Phase.JOINED && branch.id.equals(id)) {
                final boolean tooEarly = branch.inUse;
                branch.phase = Branch.Phase.RUNNING;
                toDeciders(() -> works.prepareJoined(branch, tooEarly, reply));
            } else {
                reply.no("the branch is here already, enlisted in epoch " + branch.id.enlistEpoch());
            }
            return true;
        }
    }

    @Override
    public void commit(final BranchId id, final DecisionReply reply) {
        decisions.decide(id, SecondPhase.Decision.COMMIT, reply);
    }

    @Override
    public void rollback(final BranchId id, final DecisionReply reply) {
        decisions.decide(id, SecondPhase.Decision.ROLLBACK, reply);
    }

    @Override
    public void scan(final long coordinatorId, final ScanReply reply) {
        decisions.scan(coordinatorId, reply);
    }

    @Override
    public boolean supportsOnePhase() {
        return evidence != null;
    }

    @Override
    public void commitOnePhase(
        final BranchId id, final DirectBuffer payload, final int offset, final int length,
        final boolean namedIsOther, final OnePhaseReply reply) {
        if (evidence == null) {
            throw new IllegalStateException("one phase was not declared");
        }
        if (namedIsOther) {
            // The database's unique key sorts out who is first, also against a branch of this process.
            if (!toWorkers(() -> onePhase.findOut(new BranchXid(id)).answer(reply))) {
                reply.retry(new RejectedExecutionException(overloaded()));
            }
            return;
        }
        while (true) {
            final Branch branch = new Branch(id, Branch.Phase.WAITING);
            branch.delegated = true;
            final Branch present = table.putIfAbsent(branch);
            if (present != null) {
                if (commitPresent(present, id, reply)) {
                    return;
                }
                continue;
            }
            final byte[] copy = copy(payload, offset, length);
            if (context.work() == null) {
                remove(branch);
                reply.aborted("no work was done for this branch here");
            } else if (!toWorkers(() -> works.commitOneShot(branch, copy, reply))) {
                remove(branch);
                reply.aborted(overloaded());
            }
            return;
        }
    }

    private boolean commitPresent(final Branch branch, final BranchId id, final OnePhaseReply reply) {
        synchronized (branch) {
            if (branch.gone) {
                return false;
            }
            if (branch.phase == Branch.Phase.ABANDONED && branch.id.equals(id)) {
                table.remove(branch);
                reply.aborted(branch.verdict.reason());
            } else if (branch.phase == Branch.Phase.JOINED && branch.id.equals(id)) {
                final boolean tooEarly = branch.inUse;
                branch.phase = Branch.Phase.RUNNING;
                branch.delegated = true;
                toDeciders(() -> works.commitJoined(branch, tooEarly, reply));
            } else if (branch.phase == Branch.Phase.DOUBTFUL) {
                if (toWorkers(() -> works.findOut(branch, reply))) { // may wait, so not on a decision thread
                    branch.phase = Branch.Phase.RUNNING;
                } else {
                    reply.retry(new RejectedExecutionException(overloaded()));
                }
            } else {
                reply.retry(new IllegalStateException("the branch is " + branch.phase));
            }
            return true;
        }
    }

    @Override
    public void forgetEvidence(final BranchId id) {
        final Branch branch = table.get(BranchKey.of(id));
        if (branch != null) {
            synchronized (branch) {
                if (branch.phase == Branch.Phase.DOUBTFUL) {
                    table.remove(branch); // another process was asked, and knew
                }
            }
        }
        if (evidence == null) {
            return; // written while one phase was offered; docs/databases.md says how such rows go
        }
        forgotten.add(id);
        toDeciders(this::forget);
    }

    private void forgetAgain() {
        if (!forgotten.isEmpty()) {
            toDeciders(this::forget);
        }
    }

    /** One that fails stays for the next time, which comes by itself: the coordinator says it once. */
    private void forget() {
        BranchId id = forgotten.poll();
        try {
            while (id != null) {
                final BranchId next = id;
                connections.call(lease -> {
                    evidence.forget(lease.connection(), next);
                    return null;
                });
                id = forgotten.poll();
            }
        } catch (final SQLException | XAException | RuntimeException | Error failed) {
            forgotten.add(id);
            context.report(failed);
        }
    }

    /**
     * Begins the branch of an interactive transaction, or takes it up again for another call of the same transaction.
     * Blocks while the database starts the branch.
     *
     * @param id of the branch, as it is (or is being) enlisted.
     * @return the hold on it; close it when the call's work is done.
     * @throws SQLException          if there is no room or the database can't be used; the branch then votes NO.
     * @throws IllegalStateException if another call uses the branch right now.
     */
    public InteractiveBranch begin(final BranchId id) throws SQLException {
        return joins.begin(id);
    }

    /** One that throws would be the last. */
    private void reap() {
        try {
            joins.reap();
        } catch (final RuntimeException | Error failed) {
            context.report(failed);
        }
    }

    private void purge() {
        try {
            connections.call(lease -> evidence.purge(lease.connection(), context.evidenceRetentionMs()));
        } catch (final SQLException | XAException | RuntimeException | Error failed) {
            context.report(failed);
        }
    }

    /** @return how many one-shot branches wait for a thread. */
    public int waitingBranches() {
        return table.count(Branch.Phase.WAITING);
    }

    /** @return how many interactive branches are open. */
    public int joinedBranches() {
        return table.count(Branch.Phase.JOINED);
    }

    /** @return how many branches run now. */
    public int runningBranches() {
        return table.count(Branch.Phase.RUNNING);
    }

    /** @return how many branches this process prepared that have no decision yet. */
    public int preparedBranches() {
        return table.count(Branch.Phase.PREPARED);
    }

    /** Ends what runs, rolls back what isn't prepared, and leaves prepared branches to the next process. */
    @Override
    public void close() {
        reaper.shutdownNow();
        workers.shutdown();
        for (final Branch branch : table.all()) {
            joins.abandon(branch, "the participant is closed");
        }
        try {
            if (!workers.awaitTermination(CLOSE_TIMEOUT_S, TimeUnit.SECONDS)) {
                killRunning();
                workers.awaitTermination(CLOSE_TIMEOUT_S, TimeUnit.SECONDS);
            }
            deciders.shutdown();
            deciders.awaitTermination(CLOSE_TIMEOUT_S, TimeUnit.SECONDS);
        } catch (final InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        workers.shutdownNow();
        deciders.shutdownNow();
        for (final Branch branch : table.all()) {
            final Lease lease = branch.takeLease();
            if (lease != null) {
                lease.spoil();
                lease.close();
            }
        }
        connections.close();
    }

    private void killRunning() {
        for (final Branch branch : table.all()) {
            final Lease lease;
            synchronized (branch) {
                lease = branch.phase == Branch.Phase.RUNNING ? branch.lease : null;
            }
            if (lease != null) {
                lease.kill(context.dialect());
            }
        }
    }

    private boolean toWorkers(final Runnable task) {
        try {
            workers.execute(task);
            return true;
        } catch (final RejectedExecutionException full) {
            return false;
        }
    }

    private void toDeciders(final Runnable task) {
        try {
            deciders.execute(task);
        } catch (final RejectedExecutionException closed) {
            context.report(closed); // the coordinator asks the next process
        }
    }

    private void remove(final Branch branch) {
        synchronized (branch) {
            table.remove(branch);
        }
    }

    private String overloaded() {
        return workers.isShutdown() ? "the participant is closed" : "overloaded: " + context.workThreads()
            + " branches run and " + context.queueLength() + " wait here already";
    }

    private static byte[] copy(final DirectBuffer payload, final int offset, final int length) {
        final byte[] copy = new byte[length];
        if (length > 0) {
            payload.getBytes(offset, copy);
        }
        return copy;
    }

    private ThreadPoolExecutor pool(final String role, final int size, final BlockingQueue<Runnable> queue) {
        return new ThreadPoolExecutor(size, size, 0, TimeUnit.SECONDS, queue, threads(role));
    }

    private ThreadFactory threads(final String role) {
        final AtomicInteger count = new AtomicInteger();
        return task -> {
            final Thread thread = new Thread(task, context.name() + "-" + role + "-" + count.getAndIncrement());
            thread.setDaemon(true);
            return thread;
        };
    }
}
