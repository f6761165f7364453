package io.dtm.server.sample;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.dtm.client.Dtm;
import io.dtm.client.DtmContext;
import io.dtm.xa.PostgreSqlDialect;
import io.dtm.xa.WorkResult;
import io.dtm.xa.XaContext;
import io.dtm.xa.XaParticipant;
import java.security.SecureRandom;
import java.sql.PreparedStatement;
import org.agrona.concurrent.ShutdownSignalBarrier;
import org.postgresql.xa.PGXADataSource;

/** A participant: a warehouse with a PostgreSQL of its own. */
public final class StockService {
    private StockService() {
    }

    /**
     * @param arguments the warehouse's name, the URL of its database, host and port of the coordinator.
     * @throws Exception if it can't start.
     */
    // README: participant
    public static void main(final String[] arguments) throws Exception {
        final String name = arguments[0];
        final PGXADataSource database = new PGXADataSource();
        database.setUrl(arguments[1]);
        final XaContext context = new XaContext()
            .name(name).dataSource(database).dialect(new PostgreSqlDialect())
            .work((connection, payload) -> {
                try (PreparedStatement take = connection.prepareStatement(
                    "UPDATE stock SET count = count - 1 WHERE item = ? AND count > 0")) {
                    take.setString(1, new String(payload, UTF_8));
                    return take.executeUpdate() == 1 ? WorkResult.done() : WorkResult.refuse("sold out at " + name);
                }
            });
        try (ShutdownSignalBarrier stop = new ShutdownSignalBarrier();
             XaParticipant stock = XaParticipant.launch(context);
             Dtm dtm = Dtm.connect(new DtmContext().name(name).coordinator(arguments[2]))) {
            dtm.client().serve(name, name + "-1", new SecureRandom().nextLong(), stock)
                .whenRegistered().join(); // fails with RefusedException if the name is somebody else's, say
            System.out.println(name + " is open");
            stop.await(); // until SIGTERM or Ctrl-C; then everything is closed before the JVM ends
        }
    }
    // README: end
}
