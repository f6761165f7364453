package io.dtm.simulation.node;

import io.dtm.client.Acknowledge;
import io.dtm.client.Outcome;
import io.dtm.client.Refusal;
import io.dtm.session.CoordinatorSession;
import io.dtm.session.LookupListener;
import io.dtm.session.OutcomeListener;
import io.dtm.session.SessionContext;
import io.dtm.session.SubmitRequest;
import io.dtm.simulation.check.Checker;
import io.dtm.simulation.engine.RandomStream;
import io.dtm.simulation.engine.Schedule;
import io.dtm.simulation.engine.Trace;
import io.dtm.simulation.network.SimulatedNetwork;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.Consumer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A client's process with an application in it that carries out business requests, several at a time: some as one-shot
 * transactions, some as interactive ones. A request is tried again under a new id only after ABORTED (rule 2). What the
 * process was doing when it died is given up.
 */
public final class ClientNode extends Peer {
    private static final long LOOKUP_RETRY_NS = 20_000_000L;
    private static final long REFUSED_RETRY_NS = 10_000_000L;
    private static final int MAX_RETRIES = 3;

    private final ClientSettings settings;
    private final Workload workload;
    private final List<ParticipantNode> services;
    private final Checker checker;
    private final boolean[] found;
    private final UnsafeBuffer payload = new UnsafeBuffer(new byte[Long.BYTES]);
    private int busy;

    /**
     * @param name     of the process.
     * @param schedule of the simulation.
     * @param random   of this node alone.
     * @param trace    is told of starts and deaths.
     * @param network  to the coordinator.
     * @param settings of the application.
     * @param workload gives out requests.
     * @param services that it may call.
     * @param checker  is told what the application hears.
     */
    public ClientNode(
        final String name,
        final Schedule schedule,
        final RandomStream random,
        final Trace trace,
        final SimulatedNetwork network,
        final ClientSettings settings,
        final Workload workload,
        final List<ParticipantNode> services,
        final Checker checker) {
        super(name, schedule, random, trace, network);
        this.settings = settings;
        this.workload = workload;
        this.services = services;
        this.checker = checker;
        this.found = new boolean[workload.resources().size()];
    }

    @Override
    protected SessionContext context(final SessionContext context) {
        return settings.counters(context);
    }

    @Override
    protected void onStart() {
        busy = 0;
        for (int i = 0; i < found.length; i++) {
            awaitRegistration(i);
        }
        for (int i = 0; i < settings.concurrency(); i++) {
            later(1 + random.nextLong(settings.maxThinkNs() + 1), this::next);
        }
    }

    @Override
    protected void onKilled() {
        checker.onClientDied(name);
        for (; busy > 0; busy--) {
            workload.finished(false, false);
        }
    }

    /** Nothing is begun before every resource was registered once. */
    private void awaitRegistration(final int index) {
        lookUp(new int[] {index}, handles -> found[index] = true, () -> {
            if (!found[index]) {
                later(LOOKUP_RETRY_NS, () -> awaitRegistration(index));
            }
        });
    }

    /**
     * Looks resources up one by one: those that the library knows are there at once.
     *
     * @param indexes     of them.
     * @param whenFound   takes their handles, in that order.
     * @param whenRefused is called instead when one isn't found.
     */
    void lookUp(final int[] indexes, final Consumer<int[]> whenFound, final Runnable whenRefused) {
        lookUp(indexes, new int[indexes.length], 0, whenFound, whenRefused);
    }

    private void lookUp(
        final int[] indexes,
        final int[] handles,
        final int count,
        final Consumer<int[]> whenFound,
        final Runnable whenRefused) {
        if (count == indexes.length) {
            whenFound.accept(handles);
            return;
        }
        session().lookup(workload.resources().get(indexes[count]), new LookupListener() {
            private final int ofLife = life();

            @Override
            public void onFound(final int resource) {
                if (ofLife == life()) {
                    handles[count] = resource;
                    lookUp(indexes, handles, count + 1, whenFound, whenRefused);
                }
            }

            @Override
            public void onRefused(final Refusal refusal, final String text) {
                if (ofLife == life()) {
                    whenRefused.run();
                }
            }
        });
    }

    private void next() {
        if (!hasAllResources()) {
            later(LOOKUP_RETRY_NS, this::next);
            return;
        }
        final long requestId = workload.next();
        if (requestId != 0) {
            busy++;
            attempt(requestId, 0);
        }
    }

    private boolean hasAllResources() {
        for (final boolean isFound : found) {
            if (!isFound) {
                return false;
            }
        }
        return true;
    }

    private void attempt(final long requestId, final int retries) {
        if (random.chance(settings.interactivePerMillion())) {
            new InteractiveRequest(this, requestId, retries).start();
        } else {
            submit(requestId, retries);
        }
        wakeUp();
    }

    private void submit(final long requestId, final int retries) {
        final SubmitRequest request = new SubmitRequest()
            .timeoutMs(drawTimeoutMs())
            .acknowledge(drawAcknowledge());
        lookUp(choose(), handles -> {
            payload.putLong(0, requestId, ByteOrder.LITTLE_ENDIAN);
            for (final int resource : handles) {
                request.branch(resource, payload, 0, Long.BYTES);
            }
            session().submit(request, new End(requestId, retries));
        }, () -> refused(requestId, retries));
    }

    /** Resources for one transaction, by index, in drawn order. */
    int[] choose() {
        return settings.choose(random, found.length);
    }

    private Acknowledge drawAcknowledge() {
        if (random.chance(settings.acceptedPerMillion())) {
            return Acknowledge.ACCEPTED;
        }
        return random.nextInt(4) == 0 ? Acknowledge.COMPLETED : Acknowledge.DECIDED;
    }

    int drawTimeoutMs() {
        return settings.drawTimeoutMs(random);
    }

    long drawCallNs() {
        return settings.drawCallNs(random);
    }

    ClientSettings settings() {
        return settings;
    }

    Workload workload() {
        return workload;
    }

    /** Those of them that run and serve a resource. */
    List<ParticipantNode> running(final String resource) {
        return services.stream().filter(node -> node.isUp() && node.serves(resource)).toList();
    }

    Checker checker() {
        return checker;
    }

    CoordinatorSession library() {
        return session();
    }

    OutcomeListener end(final long requestId, final int retries) {
        return new End(requestId, retries);
    }

    /** The application has heard the last of an attempt. */
    void ended(final long requestId, final int retries, final boolean committed, final boolean aborted) {
        if (aborted && retries < MAX_RETRIES && random.chance(settings.retryPerMillion())) {
            later(random.nextLong(settings.maxThinkNs() + 1), () -> attempt(requestId, retries + 1));
            return;
        }
        busy--;
        workload.finished(committed, aborted);
        later(random.nextLong(settings.maxThinkNs() + 1), this::next);
    }

    /** Nothing was begun: the request is tried again later. */
    void refused(final long requestId, final int retries) {
        later(random.skewed(REFUSED_RETRY_NS, 50 * REFUSED_RETRY_NS), () -> attempt(requestId, retries));
    }

    /** Hears how a transaction ended. */
    private final class End implements OutcomeListener {
        private final int ofLife = life();
        private final long requestId;
        private final int retries;

        End(final long requestId, final int retries) {
            this.requestId = requestId;
            this.retries = retries;
        }

        @Override
        public void onOutcome(final long transactionId, final Outcome outcome) {
            if (ofLife != life()) {
                return;
            }
            final boolean committed = outcome.status() == Outcome.Status.COMMITTED;
            final boolean aborted = outcome.status() == Outcome.Status.ABORTED;
            trace.event(name, "is told " + outcome.status() + " %T", transactionId, requestId);
            if (outcome.status() == Outcome.Status.ACCEPTED) {
                later(drawCallNs(), () -> session().inquire(transactionId, Acknowledge.DECIDED, this));
                return;
            }
            workload.attempted();
            checker.onTold(transactionId, committed, aborted);
            ended(requestId, retries, committed, aborted);
        }

        @Override
        public void onRefused(final long transactionId, final Refusal refusal, final String text) {
            if (ofLife != life()) {
                return;
            }
            trace.event(name, "is refused %T " + refusal, transactionId, requestId);
            if (transactionId != 0) {
                checker.onTold(transactionId, false, true);
            }
            refused(requestId, retries);
        }
    }
}
