package io.dtm.server.demo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.dtm.client.RefusedException;
import io.dtm.client.ServedResource;
import io.dtm.client.TransactionContext;
import io.dtm.xa.InteractiveBranch;
import io.dtm.xa.XaParticipant;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
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

    private final ServedResource bank;
    private final XaParticipant participant;
    private final ExecutorService executor = Executors.newFixedThreadPool(THREADS);
    private HttpServer server;

    BankRpc(final ServedResource bank, final XaParticipant participant) {
        this.bank = bank;
        this.participant = participant;
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
            final TransactionContext context =
                TransactionContext.parse(exchange.getRequestHeaders().getFirst(TransactionContext.HEADER));
            refused = perform(context, BankOrder.parse(exchange.getRequestBody().readAllBytes()));
        } catch (final IllegalArgumentException | RefusedException | SQLException failed) {
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
    private String perform(final TransactionContext context, final BankOrder order)
        throws SQLException, InterruptedException {
        final ServedResource.Join join = bank.join(context);
        final InteractiveBranch branch = participant.begin(join.branch());
        String refused = "the work failed";
        try {
            refused = BankDatabase.perform(branch.connection(), order) ? null : BankService.INSUFFICIENT_FUNDS;
            join.confirmed().get(context.timeLeftMs(), TimeUnit.MILLISECONDS);
        } catch (final ExecutionException | TimeoutException unconfirmed) {
            refused = "the join was not confirmed: " + unconfirmed;
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
}
