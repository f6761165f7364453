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
import java.util.concurrent.CountDownLatch;
import org.postgresql.xa.PGXADataSource;

/** A participant: a service with a PostgreSQL of its own. */
public final class StockService {
    private StockService() {
    }

    /**
     * @param arguments the URL of the database.
     * @throws Exception if it can't start.
     */
    // README: participant
    public static void main(final String[] arguments) throws Exception {
        final PGXADataSource database = new PGXADataSource();
        database.setUrl(arguments[0]);
        final XaContext context = new XaContext()
            .name("stock").dataSource(database).dialect(new PostgreSqlDialect())
            .work((connection, payload) -> {
                try (PreparedStatement take = connection.prepareStatement(
                    "UPDATE stock SET count = count - 1 WHERE item = ? AND count > 0")) {
                    take.setString(1, new String(payload, UTF_8));
                    return take.executeUpdate() == 1 ? WorkResult.done() : WorkResult.refuse("sold out");
                }
            });
        try (XaParticipant stock = XaParticipant.launch(context);
             Dtm dtm = Dtm.connect(new DtmContext().name("stock").coordinator("localhost:6801"))) {
            dtm.client().serve("stock", "stock-1", new SecureRandom().nextLong(), stock)
                .whenRegistered().join(); // fails with RefusedException if the name is somebody else's, say
            new CountDownLatch(1).await(); // until the process is stopped
        }
    }
    // README: end
}
