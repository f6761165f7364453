package io.dtm.server.demo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.dtm.client.Dtm;
import io.dtm.client.Refusal;
import io.dtm.participant.BranchId;
import io.dtm.session.JoinListener;
import io.dtm.xa.InteractiveBranch;
import io.dtm.xa.XaParticipant;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The bank's own interface for interactive transactions: an order in the body, the transaction's context in a header.
 * The bank joins while it works, and answers only when the coordinator has the join (rule 5).
 */
final class BankRpc {
    static final String PATH = "/order";

    private static final int THREADS = 8;
    private static final int OK = 200;
    private static final int CONFLICT = 409;

    private final String resource;
    private final Dtm dtm;
    private final XaParticipant participant;
    private final ExecutorService executor = Executors.newFixedThreadPool(THREADS);
    private volatile Registration registration;
    private HttpServer server;

    private record Registration(long coordinatorId, int resourceId, int epoch) {
    }

    BankRpc(final String resource, final Dtm dtm, final XaParticipant participant) {
        this.resource = resource;
        this.dtm = dtm;
        this.participant = participant;
    }

    void registered(final long coordinatorId, final int resourceId, final int epoch) {
        registration = new Registration(coordinatorId, resourceId, epoch);
    }

    void unregistered() {
        registration = null;
    }

    void start(final int port) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.setExecutor(executor);
        server.createContext(PATH, this::handle);
        server.start();
    }

    void stop() {
        server.stop(0);
        executor.shutdownNow();
    }

    private void handle(final HttpExchange exchange) throws IOException {
        String refused;
        try {
            final CallContext context = CallContext.parse(exchange.getRequestHeaders().getFirst(CallContext.HEADER));
            refused = perform(context, BankOrder.parse(exchange.getRequestBody().readAllBytes()));
        } catch (final IllegalArgumentException | SQLException failed) {
            refused = failed.toString();
        } catch (final InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            refused = "the bank is stopping";
        }
        final byte[] answer = (refused == null ? "done" : refused).getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(refused == null ? OK : CONFLICT, answer.length);
        exchange.getResponseBody().write(answer);
        exchange.close();
    }

    /** @return why it was refused; null if it is done. */
    private String perform(final CallContext context, final BankOrder order)
        throws SQLException, InterruptedException {
        final Registration current = registration;
        if (current == null || current.coordinatorId() != context.coordinatorId()) {
            return "this bank isn't connected to the transaction's coordinator now";
        }
        final BranchId id = new BranchId(
            context.coordinatorId(), context.transactionId(), current.resourceId(), current.epoch());
        final CompletableFuture<String> joined = join(context, current.epoch());
        final InteractiveBranch branch = participant.begin(id);
        String refused = "the work failed";
        try {
            refused = BankDatabase.perform(branch.connection(), order) ? null : BankService.INSUFFICIENT_FUNDS;
            if (refused == null) {
                refused = joined.get(context.timeLeftMs(), TimeUnit.MILLISECONDS);
            }
        } catch (final ExecutionException | TimeoutException late) {
            refused = "the join was not confirmed: " + late;
        } finally {
            if (refused == null) {
                branch.done();
                branch.close();
            } else {
                branch.abandon(refused);
            }
        }
        return refused;
    }

    private CompletableFuture<String> join(final CallContext context, final int epoch) {
        final CompletableFuture<String> joined = new CompletableFuture<>();
        final boolean taken = dtm.session(0).execute(session -> session.join(
            resource, context.transactionId(), context.joinToken(), epoch,
            TimeUnit.MILLISECONDS.toNanos(context.timeLeftMs()),
            new JoinListener() {
                @Override
                public void onJoined() {
                    joined.complete(null);
                }

                @Override
                public void onRefused(final Refusal refusal, final String text) {
                    joined.complete("join refused: " + refusal + ", " + text);
                }
            }));
        if (!taken) {
            joined.complete("the bank is overloaded");
        }
        return joined;
    }
}
