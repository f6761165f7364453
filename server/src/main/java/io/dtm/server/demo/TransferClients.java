package io.dtm.server.demo;

import io.dtm.client.Dtm;
import io.dtm.client.DtmContext;
import io.dtm.client.OneShot;
import io.dtm.client.Outcome;
import io.dtm.client.Transaction;
import io.dtm.client.TransactionContext;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The clients of the demo: each a thread that makes one transfer after the other over one shared connection, and writes
 * down what it was told. One of them makes only transfers that time out.
 */
final class TransferClients implements AutoCloseable {
    private static final int OK = 200;
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(20);
    private static final long PAUSE_AFTER_REFUSAL_MS = 20;

    private final DemoHouse house;
    private final TransferLog log;
    private final PrintStream warnings;
    private final Dtm dtm;
    private final HttpClient http = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicLong numbers = new AtomicLong();
    private volatile boolean stopping;

    private TransferClients(final DemoHouse house, final TransferLog log, final Path directory) {
        this.house = house;
        this.log = log;
        this.warnings = warnings(directory.resolve("clients.log"));
        this.dtm = Dtm.connect(new DtmContext()
            .name("demo-clients")
            .coordinator(house.coordinatorEndpoint())
            .errorHandler(warnings::println)
            .driverDirectory(directory.resolve("clients/aeron"))
            .aeronDirectoryName(house.mediaDriver()));
    }

    /** What is killed is missed: that is no news for the screen. */
    private static PrintStream warnings(final Path file) {
        try {
            return new PrintStream(Files.newOutputStream(file), true, StandardCharsets.UTF_8);
        } catch (final IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    static TransferClients launch(
        final DemoHouse house, final TransferLog log, final Path directory, final int clients, final long seed) {
        final TransferClients running = new TransferClients(house, log, directory);
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

    private void run(final TransferPlanner planner, final boolean timesOut) {
        try {
            while (!stopping) {
                final long number = numbers.incrementAndGet();
                final Transfer transfer = timesOut ? planner.nextThatTimesOut(number) : planner.next(number);
                log.started(transfer);
                final long startNs = System.nanoTime();
                try {
                    final Outcome outcome =
                        transfer.style() == Transfer.Style.ONE_SHOT ? submit(transfer) : interact(transfer);
                    log.ended(transfer, outcome, System.nanoTime() - startNs);
                } catch (final ExecutionException refused) {
                    log.refused(transfer, refused.getCause());
                    TimeUnit.MILLISECONDS.sleep(PAUSE_AFTER_REFUSAL_MS);
                }
            }
        } catch (final InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private Outcome submit(final Transfer transfer) throws InterruptedException, ExecutionException {
        final OneShot oneShot = dtm.client().oneShot().timeout(Duration.ofMillis(transfer.timeoutMs()));
        transfer.legs().forEach(leg -> oneShot.branch(DemoHouse.name(leg.bank()), leg.order().toPayload()));
        return oneShot.submit().get();
    }

    private Outcome interact(final Transfer transfer) throws InterruptedException, ExecutionException {
        final Transaction transaction = dtm.client().begin(Duration.ofMillis(transfer.timeoutMs())).get();
        boolean good = true;
        for (int i = 0; i < transfer.legs().size() && good; i++) {
            good = call(transaction, transfer.legs().get(i));
        }
        if (!good || transfer.rollBack()) {
            return transaction.rollback().get();
        }
        return transaction.commit(
            transfer.legs().stream().map(leg -> DemoHouse.name(leg.bank())).toArray(String[]::new)).get();
    }

    private boolean call(final Transaction transaction, final Transfer.Leg leg) throws InterruptedException {
        final HttpRequest request = HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + house.rpcPort(leg.bank()) + BankRpc.PATH))
            .timeout(CALL_TIMEOUT)
            .header(TransactionContext.HEADER, transaction.context().toText())
            .POST(HttpRequest.BodyPublishers.ofByteArray(leg.order().toPayload()))
            .build();
        try {
            return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == OK;
        } catch (final IOException unreachable) {
            return false;
        }
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

    /** Breaks off what still runs. */
    @Override
    public void close() {
        stopping = true;
        threads.forEach(Thread::interrupt);
        dtm.close();
        warnings.close();
    }
}
