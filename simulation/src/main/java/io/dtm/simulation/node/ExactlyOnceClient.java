package io.dtm.simulation.node;

import io.dtm.client.Acknowledge;
import io.dtm.client.DtmClient;
import io.dtm.client.ExactlyOnce;
import io.dtm.client.OneShot;
import io.dtm.client.Outcome;
import io.dtm.client.RefusedException;
import io.dtm.client.RequestStore;
import io.dtm.client.TransactionResult;
import io.dtm.session.Reservation;
import io.dtm.session.SessionContext;
import io.dtm.simulation.check.Checker;
import io.dtm.simulation.engine.RandomStream;
import io.dtm.simulation.engine.Schedule;
import io.dtm.simulation.engine.Trace;
import io.dtm.simulation.network.SimulatedNetwork;
import io.dtm.simulation.node.RequestTable.Row;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;

/**
 * A client's process whose requests must be done exactly once (rule 2): the library's {@link ExactlyOnce} keeps ids in
 * a table that survives, and the process that starts after a crash repeats what its predecessor had begun. Now and then
 * it takes a request over on which another process is at work, be that one alive or not. It may die before and after
 * each step in the table.
 */
public final class ExactlyOnceClient extends Peer {
    private static final long REFUSED_RETRY_NS = 10_000_000L;
    private static final long UNKNOWN_RETRY_NS = 100_000_000L;
    private static final long IDLE_NS = 500_000_000L;
    private static final int MAX_RETRIES = 3;
    private static final int TAKES_OVER_ONE_IN = 8;

    private final ClientSettings settings;
    private final Workload workload;
    private final RequestTable table;
    private final Checker checker;
    private final Runnable crashPoint;
    /** On which this process is at work. */
    private final Set<Long> running = new HashSet<>();
    private DtmClient client;
    private ExactlyOnce exactlyOnce;

    /**
     * @param name       of the process.
     * @param schedule   of the simulation.
     * @param random     of this node alone.
     * @param trace      is told of starts and deaths.
     * @param network    to the coordinator.
     * @param settings   of the application.
     * @param workload   gives out requests.
     * @param table      of the requests that must be done exactly once.
     * @param checker    is told what the application hears.
     * @param crashPoint runs at each place where a crash would be worst; may kill the process.
     */
    public ExactlyOnceClient(
        final String name,
        final Schedule schedule,
        final RandomStream random,
        final Trace trace,
        final SimulatedNetwork network,
        final ClientSettings settings,
        final Workload workload,
        final RequestTable table,
        final Checker checker,
        final Runnable crashPoint) {
        super(name, schedule, random, trace, network);
        this.settings = settings;
        this.workload = workload;
        this.table = table;
        this.checker = checker;
        this.crashPoint = crashPoint;
    }

    @Override
    protected SessionContext context(final SessionContext context) {
        return settings.counters(context);
    }

    @Override
    protected void onStart() {
        running.clear();
        final int ofLife = life();
        client = new DtmClient(session());
        exactlyOnce = new ExactlyOnce(client, new StoreOfLife(ofLife), step -> inTheTable(ofLife, step));
        final List<Row> left = table.of(name);
        for (final Row row : left) {
            work(row);
        }
        for (int i = left.size(); i < settings.concurrency(); i++) {
            later(drawThinkNs(), this::next);
        }
    }

    @Override
    protected void onKilled() {
        // what it was at work on is in the table
    }

    private void next() {
        if (random.nextInt(TAKES_OVER_ONE_IN) == 0 && takesOver()) {
            return;
        }
        final long requestId = workload.next();
        if (requestId != 0) {
            final int[] resources = settings.choose(random, workload.resources().size());
            work(table.add(requestId, resources, settings.drawTimeoutMs(random), name));
        } else if (!workload.isDone()) {
            later(IDLE_NS, this::next);
        }
    }

    private boolean takesOver() {
        final List<Row> others = table.ofOthers(name).stream().filter(row -> !running.contains(row.requestId)).toList();
        if (others.isEmpty()) {
            return false;
        }
        final Row row = others.get(random.nextInt(others.size()));
        trace.event(name, "takes request %1 over", row.requestId, 0);
        table.takeOver(row, name);
        work(row);
        return true;
    }

    private void work(final Row row) {
        running.add(row.requestId);
        final boolean isImpatient = random.chance(settings.acceptedPerMillion());
        later(drawThinkNs(), () -> run(row, isImpatient ? Acknowledge.ACCEPTED : Acknowledge.DECIDED, 0, 0));
    }

    /** The first run of a request, its repeat, or, if its last run is known to be aborted, one under a new id. */
    private void run(final Row row, final Acknowledge acknowledge, final long aborted, final int retries) {
        if (!table.isOpen(row)) {
            ended(row);
            return;
        }
        final OneShot oneShot =
            client.oneShot().acknowledge(acknowledge).timeout(Duration.ofMillis(row.timeoutMs));
        for (final int index : row.resources) {
            oneShot.branch(workload.resources().get(index), ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN).putLong(row.requestId).array());
        }
        final var result = aborted == 0
            ? exactlyOnce.run(row.key(), oneShot) : exactlyOnce.runAgain(row.key(), aborted, oneShot);
        final int ofLife = life();
        // apart from the future, which would swallow what goes wrong
        result.whenComplete((told, failed) -> laterIn(ofLife, 1, () -> {
            if (failed == null) {
                onTold(row, told, retries);
            } else {
                onRefused(row, failed, aborted, retries);
            }
        }));
        wakeUp();
    }

    private void onTold(final Row row, final TransactionResult told, final int retries) {
        final long transactionId = told.transactionId();
        final Outcome.Status status = told.outcome().status();
        trace.event(name, "is told " + status + " %T", transactionId, row.requestId);
        if (status == Outcome.Status.ACCEPTED) {
            later(drawThinkNs(), () -> run(row, Acknowledge.DECIDED, 0, retries));
            return;
        }
        final boolean committed = status == Outcome.Status.COMMITTED;
        final boolean aborted = status == Outcome.Status.ABORTED;
        checker.onTold(transactionId, committed, aborted);
        if (aborted && retries < MAX_RETRIES && random.chance(settings.retryPerMillion())) {
            later(drawThinkNs(), () -> run(row, Acknowledge.DECIDED, transactionId, retries + 1));
        } else if (!committed && !aborted && retries < MAX_RETRIES) {
            later(random.skewed(UNKNOWN_RETRY_NS, 50 * UNKNOWN_RETRY_NS),
                () -> run(row, Acknowledge.DECIDED, 0, retries + 1));
        } else {
            close(row, transactionId, committed, aborted, retries);
        }
    }

    private void close(
        final Row row, final long transactionId, final boolean committed, final boolean aborted, final int retries) {
        final int ofLife = life();
        crashPoint.run();
        if (ofLife != life()) {
            return;
        }
        if (table.close(row, transactionId)) {
            workload.attempted();
            workload.finished(committed, aborted);
            checker.onRequestEnded(row.requestId, transactionId, committed, aborted);
        } else if (table.isOpen(row)) {
            run(row, Acknowledge.DECIDED, 0, retries); // another process has run it again meanwhile
            return;
        }
        ended(row);
    }

    private void ended(final Row row) {
        running.remove(row.requestId);
        later(drawThinkNs(), this::next);
    }

    /** Whether anything was begun by an earlier run this doesn't tell: the same is tried again. */
    private void onRefused(final Row row, final Throwable failed, final long aborted, final int retries) {
        final Throwable cause = failed instanceof CompletionException ? failed.getCause() : failed;
        if (!(cause instanceof RefusedException)) {
            throw new IllegalStateException("request " + row.requestId, cause);
        }
        trace.event(name, "is refused " + ((RefusedException) cause).refusal(), row.requestId, 0);
        later(random.skewed(REFUSED_RETRY_NS, 50 * REFUSED_RETRY_NS),
            () -> run(row, Acknowledge.DECIDED, aborted, retries));
    }

    /** What the library hands over while the process dies is lost. */
    private void laterIn(final int ofLife, final long delayNs, final Runnable step) {
        if (ofLife == life()) {
            later(delayNs, step);
        }
    }

    private void inTheTable(final int ofLife, final Runnable step) {
        laterIn(ofLife, settings.drawCallNs(random), () -> {
            step.run();
            wakeUp();
        });
    }

    private long drawThinkNs() {
        return 1 + random.nextLong(settings.maxThinkNs() + 1);
    }

    /** The table as one process sees it: once that is dead, it changes nothing any more. */
    private final class StoreOfLife implements RequestStore {
        private final int ofLife;

        StoreOfLife(final int ofLife) {
            this.ofLife = ofLife;
        }

        @Override
        public Reservation load(final String requestKey) {
            return table.load(requestKey);
        }

        @Override
        public boolean replace(final String requestKey, final Reservation expected, final Reservation next) {
            crashPoint.run();
            final boolean isReplaced = ofLife == life() && table.replace(requestKey, expected, next);
            crashPoint.run();
            return isReplaced;
        }
    }
}
