package io.dtm.server.demo;

import io.dtm.client.AbortReason;
import io.dtm.client.Dtm;
import io.dtm.client.DtmContext;
import io.dtm.client.Outcome;
import io.dtm.client.Refusal;
import io.dtm.session.BeginListener;
import io.dtm.session.ClientTransaction;
import io.dtm.session.CoordinatorSession;
import io.dtm.session.LookupListener;
import io.dtm.session.OutcomeListener;
import io.dtm.session.SubmitRequest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The clients of the demo: each a thread that makes one transfer after the other over one shared connection, and writes
 * down what it was told. One of them makes only transfers that time out.
 */
final class TransferClients implements AutoCloseable {
    private static final long LOOKUP_TIMEOUT_S = 60;
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(20);
    private static final long PAUSE_AFTER_REFUSAL_MS = 20;

    private final DemoHouse house;
    private final TransferLog log;
    private final Dtm dtm;
    private final HttpClient http = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicLong numbers = new AtomicLong();
    private int[] resources;
    private volatile boolean stopping;

    private TransferClients(final DemoHouse house, final TransferLog log, final Path directory) {
        this.house = house;
        this.log = log;
        this.dtm = Dtm.connect(new DtmContext()
            .name("demo-clients")
            .coordinator(house.coordinatorEndpoint())
            .driverDirectory(directory.resolve("clients/aeron")));
    }

    static TransferClients launch(
        final DemoHouse house, final TransferLog log, final Path directory, final int clients, final long seed)
        throws Exception {
        final TransferClients running = new TransferClients(house, log, directory);
        running.lookUpBanks();
        for (int client = 0; client < clients; client++) {
            final TransferPlanner planner = new TransferPlanner(seed, client, house.banks());
            final boolean timesOut = client == 0;
            final Thread thread = new Thread(() -> running.run(planner, timesOut), "client-" + client);
            thread.setDaemon(true);
            running.threads.add(thread);
            thread.start();
        }
        return running;
    }

    private void lookUpBanks() throws Exception {
        resources = new int[house.banks()];
        for (int bank = 0; bank < resources.length; bank++) {
            resources[bank] = lookUp(DemoHouse.name(bank)).get(LOOKUP_TIMEOUT_S, TimeUnit.SECONDS);
        }
    }

    private CompletableFuture<Integer> lookUp(final String name) {
        final CompletableFuture<Integer> found = new CompletableFuture<>();
        dtm.session(0).execute(session -> session.lookup(name, new LookupListener() {
            @Override
            public void onFound(final int resourceId) {
                found.complete(resourceId);
            }

            @Override
            public void onRefused(final Refusal refusal, final String text) {
                found.completeExceptionally(new IOException(name + ": " + refusal + ", " + text));
            }
        }));
        return found;
    }

    private void run(final TransferPlanner planner, final boolean timesOut) {
        try {
            while (!stopping) {
                final long number = numbers.incrementAndGet();
                final Transfer transfer = timesOut ? planner.nextThatTimesOut(number) : planner.next(number);
                log.started(transfer);
                final long startNs = System.nanoTime();
                final Outcome outcome = transfer.style() == Transfer.Style.ONE_SHOT
                    ? submit(transfer).get()
                    : interact(transfer);
                if (outcome == null) {
                    log.refused(transfer);
                    TimeUnit.MILLISECONDS.sleep(PAUSE_AFTER_REFUSAL_MS);
                } else {
                    log.ended(transfer, outcome, System.nanoTime() - startNs);
                }
            }
        } catch (final InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (final ExecutionException failed) {
            throw new IllegalStateException(failed);
        }
    }

    /** @return its outcome; null if it was refused. */
    private CompletableFuture<Outcome> submit(final Transfer transfer) {
        final SubmitRequest request = new SubmitRequest().timeoutMs(transfer.timeoutMs());
        for (final Transfer.Leg leg : transfer.legs()) {
            final UnsafeBuffer payload = new UnsafeBuffer(leg.order().toPayload());
            request.branch(resources[leg.bank()], payload, 0, payload.capacity());
        }
        return ask((session, listener) -> session.submit(request, listener));
    }

    private Outcome interact(final Transfer transfer) throws InterruptedException, ExecutionException {
        final CompletableFuture<ClientTransaction> begun = new CompletableFuture<>();
        dtm.session(0).execute(session -> session.begin(transfer.timeoutMs(), new BeginListener() {
            @Override
            public void onBegun(final ClientTransaction transaction) {
                begun.complete(transaction);
            }

            @Override
            public void onRefused(final Refusal refusal, final String text) {
                begun.complete(null);
            }
        }));
        final ClientTransaction transaction = begun.get();
        if (transaction == null) {
            return null;
        }
        boolean good = true;
        for (int i = 0; i < transfer.legs().size() && good; i++) {
            good = call(transaction, transfer.legs().get(i));
        }
        if (!good || transfer.rollBack()) {
            return ask((session, listener) -> session.rollback(transaction, listener)).get();
        }
        final int[] expected = transfer.legs().stream().mapToInt(leg -> resources[leg.bank()]).toArray();
        return ask((session, listener) -> session.commit(
            transaction, expected, io.dtm.client.Acknowledge.DECIDED, listener)).get();
    }

    private boolean call(final ClientTransaction transaction, final Transfer.Leg leg) throws InterruptedException {
        final CallContext context = new CallContext(
            dtm.session(0).coordinatorId(), transaction.transactionId(), transaction.joinToken(), 8_000);
        final HttpRequest request = HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + house.rpcPort(leg.bank()) + BankRpc.PATH))
            .timeout(CALL_TIMEOUT)
            .header(CallContext.HEADER, context.text())
            .POST(HttpRequest.BodyPublishers.ofByteArray(leg.order().toPayload()))
            .build();
        try {
            return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (final IOException unreachable) {
            return false;
        }
    }

    private interface Request {
        void make(CoordinatorSession session, OutcomeListener listener);
    }

    private CompletableFuture<Outcome> ask(final Request request) {
        final CompletableFuture<Outcome> answer = new CompletableFuture<>();
        final OutcomeListener listener = new OutcomeListener() {
            @Override
            public void onOutcome(final long transactionId, final Outcome outcome) {
                answer.complete(outcome);
            }

            @Override
            public void onRefused(final long transactionId, final Refusal refusal, final String text) {
                answer.complete(refusal == Refusal.NOT_CONNECTED ? null
                    : transactionId == 0 ? null : Outcome.aborted(AbortReason.NONE, text));
            }
        };
        if (!dtm.session(0).execute(session -> request.make(session, listener))) {
            answer.complete(null);
        }
        return answer;
    }

    /** No more transfers; waits for those that run. */
    void finish(final int timeoutSeconds, final Progress progress) throws InterruptedException {
        stopping = true;
        final long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(timeoutSeconds);
        for (final Thread thread : threads) {
            while (thread.isAlive() && System.nanoTime() < deadlineNs) {
                thread.join(1_000);
                if (thread.isAlive()) {
                    progress.print();
                }
            }
        }
    }

    @Override
    public void close() {
        stopping = true;
        dtm.close();
    }
}
