package io.dtm.server.demo;

import io.dtm.client.Dtm;
import io.dtm.client.DtmContext;
import io.dtm.client.FileEpochMemory;
import io.dtm.client.ServedResource;
import io.dtm.server.process.OrderlyEnd;
import io.dtm.session.SessionListener;
import io.dtm.xa.PostgreSqlDialect;
import io.dtm.xa.WorkResult;
import io.dtm.xa.XaContext;
import io.dtm.xa.XaParticipant;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.postgresql.xa.PGXADataSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code dtm bank-service}: one bank of the demo, a process of its own. Its branches come by PREPARE, for one-shot
 * transactions, or by calls of a client over HTTP, for interactive ones.
 */
@Command(name = "bank-service", hidden = true, description = "One bank of the demo.")
public final class BankService implements Callable<Integer> {
    /** The line that says that the bank is registered at the coordinator. */
    static final String READY = "bank ready";
    /** A part of the reason with which a bank refuses to overdraw an account. */
    static final String INSUFFICIENT_FUNDS = "insufficient funds";

    private static final int CONNECTIONS = 30;
    private static final int CONNECT_TIMEOUT_S = 5;
    private static final int SOCKET_TIMEOUT_S = 30;
    private static final int STOP_LIMIT_S = 5;

    @Option(names = "--name", required = true)
    private String name;

    @Option(names = "--coordinator", required = true)
    private String coordinator;

    @Option(names = "--database-port", required = true)
    private int databasePort;

    @Option(names = "--rpc-port", required = true)
    private int rpcPort;

    @Option(names = "--directory", required = true)
    private Path directory;

    @Option(names = "--media-driver")
    private String mediaDriver;

    @Override
    public Integer call() throws Exception {
        try (OrderlyEnd end = OrderlyEnd.within(STOP_LIMIT_S);
             XaParticipant participant = XaParticipant.launch(context());
             Dtm dtm = Dtm.connect(new DtmContext()
                 .name(name)
                 .coordinator(coordinator)
                 .driverDirectory(directory.resolve("aeron"))
                 .aeronDirectoryName(mediaDriver)
                 .epochMemory(() -> new FileEpochMemory(directory.resolve("epochs")))
                 .listener(new ConnectionLog()))) {
            final ServedResource bank =
                dtm.client().serve(name, "only", new SecureRandom().nextLong(), participant);
            bank.whenRegistered().thenRun(() -> say(READY));
            final BankRpc rpc = new BankRpc(bank, participant);
            rpc.start(rpcPort);
            end.signal().await();
            rpc.stop();
        }
        return 0;
    }

    private XaContext context() {
        final PGXADataSource source = new PGXADataSource();
        source.setServerNames(new String[] {"127.0.0.1"});
        source.setPortNumbers(new int[] {databasePort});
        source.setDatabaseName(BankDatabase.NAME);
        source.setUser("postgres");
        source.setConnectTimeout(CONNECT_TIMEOUT_S);
        source.setSocketTimeout(SOCKET_TIMEOUT_S);
        return new XaContext()
            .name(name)
            .dataSource(source)
            .dialect(new PostgreSqlDialect())
            .connections(CONNECTIONS)
            .work(this::perform)
            .errorHandler(error -> say("participant: " + error));
    }

    private WorkResult perform(final Connection connection, final byte[] payload) throws SQLException {
        final BankOrder order = BankOrder.parse(payload);
        if (!BankDatabase.perform(connection, order)) {
            return WorkResult.refuse(INSUFFICIENT_FUNDS + " in account " + order.account() + " of " + name);
        }
        return order.kind() == BankOrder.Kind.READ ? WorkResult.readOnly() : WorkResult.done();
    }

    private static void say(final String text) {
        System.out.println(Instant.now() + " " + text);
    }

    private static final class ConnectionLog implements SessionListener {
        @Override
        public void onConnected(final long coordinatorId, final int epoch) {
            say("connected to coordinator " + Long.toHexString(coordinatorId) + ", epoch " + epoch);
        }

        @Override
        public void onDisconnected(final String reason) {
            say("disconnected: " + reason);
        }

        @Override
        public void onEpochRefused(final String text) {
            say("ALARM " + text);
        }

        @Override
        public void onAnomaly(final String text, final Throwable cause) {
            say("anomaly: " + text + (cause == null ? "" : ", " + cause));
        }
    }
}
