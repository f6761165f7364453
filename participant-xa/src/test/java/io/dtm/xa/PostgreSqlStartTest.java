package io.dtm.xa;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.xa.embedded.PostgresServer;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.xa.PGXADataSource;

@ExtendWith(SharedPostgres.class)
class PostgreSqlStartTest {
    private TestDatabase database;

    @BeforeEach
    void create() throws SQLException {
        database = new TestDatabase("start");
    }

    private static String refusal(final XaContext context) {
        return assertThrows(IllegalStateException.class, () -> XaParticipant.launch(context)).getMessage();
    }

    private PGXADataSource with(final String options) {
        final PGXADataSource source = database.server().xaDataSource(database.name());
        source.setOptions(options);
        return source;
    }

    @Test
    void shouldRefuseToStartWhenTheServerDoesNotAllowAsManyPreparedBranches() {
        final String reason = refusal(database.context().maxPreparedBranches(SharedPostgres.MAX_PREPARED + 1));

        assertTrue(reason.contains("max_prepared_transactions is 24")
            && reason.contains("set max_prepared_transactions = 25 in postgresql.conf")
            && reason.contains("restart"), reason);
    }

    @Test
    void shouldRefuseToStartWhenTheServerDoesNotAllowAsManyConnections() {
        final String reason = refusal(database.context().connections(58));

        assertTrue(reason.contains("max_connections leaves 57") && reason.contains("58"), reason);
    }

    @Test
    void shouldRefuseToStartOnReadOnlyConnections() {
        final PGXADataSource readOnly = database.server().xaDataSource(database.name());
        readOnly.setReadOnly(true);

        assertTrue(refusal(database.context().dataSource(readOnly)).contains("read-only"));
        assertTrue(refusal(database.context().dataSource(with("-c default_transaction_read_only=on")))
            .contains("read-only"));
    }

    @Test
    void shouldRefuseOnePhaseWithoutSynchronousCommitUnlessTold() throws SQLException {
        final PGXADataSource asynchronous = with("-c synchronous_commit=off");

        assertTrue(refusal(database.context().dataSource(asynchronous).onePhase(true))
            .contains("synchronous_commit is off"));
        XaParticipant.launch(database.context().dataSource(asynchronous)).close();
        XaParticipant.launch(
            database.context().dataSource(asynchronous).onePhase(true).acceptVolatileDatabase(true)).close();
    }

    @Test
    void shouldRefuseSettingsThatDoNotFitTogether() {
        assertTrue(refusal(database.context().connections(2)).contains("connections must be 3"));
        assertTrue(refusal(database.context().connections(9).workThreads(8)).contains("must be enough for"));
        assertTrue(refusal(database.context().queueLength(0)).contains("queueLength"));
        assertTrue(refusal(database.context().maxPreparedBranches(0)).contains("maxPreparedBranches"));
        assertTrue(refusal(database.context().interactiveTimeoutMs(0)).contains("interactiveTimeoutMs"));
        assertTrue(refusal(database.context().evidenceWaitSeconds(0)).contains("evidenceWaitSeconds"));
    }

    @Test
    void shouldDeriveThreadsFromConnections() {
        final XaContext context = database.context().connections(24).conclude();

        assertEquals(8, context.maxInteractiveBranches());
        assertEquals(5, context.decisionThreads());
        assertEquals(11, context.workThreads());
    }

    @Test
    void shouldFailWhenTheDatabaseIsNotThere() {
        final XaContext context = database.context().dataSource(database.server().xaDataSource("nowhere"));

        assertThrows(SQLException.class, () -> XaParticipant.launch(context));
    }

    @Test
    void shouldRefuseToStartOnAVolatileServerUnlessTold(@TempDir final Path directory) throws Exception {
        final PostgresServer server =
            PostgresServer.launch(directory, 0, Map.of("fsync", "off", "max_prepared_transactions", "5"));
        try {
            final XaContext context = new XaContext().dataSource(server.xaDataSource("postgres"))
                .dialect(new PostgreSqlDialect()).maxPreparedBranches(5);

            assertTrue(refusal(context).contains("fsync is off"));
            XaParticipant.launch(context.acceptVolatileDatabase(true)).close();
        } finally {
            server.kill();
        }
    }
}
