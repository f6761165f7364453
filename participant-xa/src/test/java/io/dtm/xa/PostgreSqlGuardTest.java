package io.dtm.xa;

import static io.dtm.xa.Driver.branch;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.participant.BranchId;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.sql.Array;
import java.sql.Blob;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.postgresql.PGConnection;
import org.postgresql.PGStatement;

/** What work kept of its branch's connection does nothing in the next branch of the same connection. */
@ExtendWith(SharedPostgres.class)
class PostgreSqlGuardTest {
    private static final BranchId FORMER = branch(77);
    private static final BranchId NEXT = branch(78);
    private static final int SESSIONS = 8;
    private static final String STRAY = "INSERT INTO account VALUES (666, 'stray')";

    private TestDatabase database;
    private XaParticipant participant;
    private Driver driver;

    @BeforeEach
    void launch() throws SQLException {
        database = new TestDatabase("guard");
        database.execute("DROP TABLE IF EXISTS account, dtm_evidence",
            "CREATE TABLE account (id INT PRIMARY KEY, name TEXT)");
        participant = XaParticipant.launch(database.context().onePhase(true));
        driver = new Driver(participant);
    }

    @AfterEach
    void close() throws SQLException {
        participant.close();
        database.rollbackAllPrepared();
    }

    private List<String> ids() throws SQLException {
        return database.query("SELECT id FROM account ORDER BY id");
    }

    /** Something that work does on its connection. */
    @FunctionalInterface
    private interface Work<T> {
        T on(Connection connection) throws SQLException;
    }

    private <T> T work(final BranchId id, final Work<T> work) throws SQLException {
        try (InteractiveBranch branch = participant.begin(id)) {
            final T kept = work.on(branch.connection());
            branch.done();
            return kept;
        }
    }

    private static String insert(final Connection connection, final int id) throws SQLException {
        try (Statement statement = connection.createStatement();
             ResultSet row = statement.executeQuery("INSERT INTO account VALUES (" + id + ", 'work') "
                 + "RETURNING pg_backend_pid()")) {
            row.next();
            return row.getString(1);
        }
    }

    /** Keeps something of a former branch, and uses it while the next one is at work on the same session. */
    private <T> void useInNextBranch(final Work<T> keep, final Use<T> use) throws SQLException {
        final String[] session = new String[1];
        final T kept = work(FORMER, connection -> {
            session[0] = insert(connection, 1);
            return keep.on(connection);
        });
        assertEquals("YES", driver.prepare(FORMER, ""));
        final BranchId next = onSession(session[0], connection -> {
            assertEquals(session[0], insert(connection, 2), "the same session, or nothing is shown");
            assertThrows(SQLException.class, () -> use.of(kept));
            return null;
        });
        assertEquals("YES", driver.prepare(next, ""));
        assertEquals("DONE", driver.rollback(FORMER));
        assertEquals("DONE", driver.commit(next));
        assertEquals(List.of("2"), ids());
    }

    /** Upkeep uses connections too, and gives them back when it likes: branches are begun until one has the session. */
    private BranchId onSession(final String session, final Work<Void> work) throws SQLException {
        final List<InteractiveBranch> begun = new ArrayList<>();
        try {
            for (int i = 0; i < SESSIONS; i++) {
                final BranchId id = branch(NEXT.transactionId() + i);
                final InteractiveBranch branch = participant.begin(id);
                begun.add(branch);
                if (session(branch.connection()).equals(session)) {
                    work.on(branch.connection());
                    branch.done();
                    return id;
                }
            }
            throw new AssertionError("nobody has session " + session);
        } finally {
            begun.forEach(InteractiveBranch::close);
        }
    }

    private static String session(final Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
             ResultSet row = statement.executeQuery("SELECT pg_backend_pid()")) {
            row.next();
            return row.getString(1);
        }
    }

    /** What is done with it. */
    @FunctionalInterface
    private interface Use<T> {
        void of(T kept) throws SQLException;
    }

    @Test
    void shouldNotRunAKeptStatementInTheNextBranch() throws SQLException {
        useInNextBranch(Connection::createStatement, statement -> statement.execute(STRAY));
    }

    @Test
    void shouldNotRunAKeptPreparedStatementInTheNextBranch() throws SQLException {
        useInNextBranch(connection -> {
            final PreparedStatement statement = connection.prepareStatement("INSERT INTO account VALUES (?, 'stray')");
            statement.setInt(1, 3);
            statement.executeUpdate();
            statement.setInt(1, 4);
            return statement;
        }, PreparedStatement::executeUpdate);
    }

    @Test
    void shouldNotUpdateThroughAKeptResultSetInTheNextBranch() throws SQLException {
        database.execute("INSERT INTO account VALUES (0, 'there')");
        useInNextBranch(connection -> {
            final ResultSet rows = connection
                .createStatement(ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_UPDATABLE)
                .executeQuery("SELECT id, name FROM account WHERE id = 0");
            rows.next();
            rows.updateString(2, "stray");
            return rows;
        }, rows -> {
            database.execute("DELETE FROM account");
            rows.updateRow();
        });
    }

    @Test
    void shouldNotLeadBackToTheDriversConnection() throws SQLException {
        work(FORMER, connection -> {
            try (Statement statement = connection.createStatement();
                 ResultSet rows = statement.executeQuery("SELECT 1");
                 ResultSet tables = connection.getMetaData().getTables(null, null, "account", null)) {
                assertSame(connection, statement.getConnection());
                assertSame(connection, connection.getMetaData().getConnection());
                assertSame(statement, rows.getStatement());
                assertSame(connection, tables.getStatement().getConnection());
                assertSame(connection, connection.unwrap(Connection.class));
                assertSame(statement, statement.unwrap(Statement.class));
            }
            return null;
        });
        useInNextBranch(connection -> {
            try (Statement statement = connection.createStatement()) {
                return statement.getConnection();
            }
        }, kept -> kept.createStatement().execute(STRAY));
    }

    @Test
    void shouldNotWriteToAKeptLargeObjectInTheNextBranch() throws SQLException {
        database.execute("CREATE TABLE IF NOT EXISTS document (content OID)", "DELETE FROM document",
            "INSERT INTO document VALUES (lo_from_bytea(0, 'text'))");
        useInNextBranch(connection -> {
            try (Statement statement = connection.createStatement();
                 ResultSet rows = statement.executeQuery("SELECT content FROM document")) {
                rows.next();
                final Blob content = rows.getBlob(1);
                assertEquals("text", new String(content.getBytes(1, 4), StandardCharsets.UTF_8));
                return content;
            }
        }, content -> content.setBytes(1, new byte[1]));
    }

    @Test
    void shouldNotRunAKeptStatementBetweenTheWorkAndItsPrepare() throws SQLException {
        final Statement kept = work(FORMER, connection -> {
            insert(connection, 1);
            return connection.createStatement();
        });
        assertThrows(SQLException.class, () -> kept.execute(STRAY));
        assertTrue(kept.isClosed());
        kept.close();

        assertEquals("YES", driver.prepare(FORMER, ""));
        assertEquals("DONE", driver.commit(FORMER));
        assertEquals(List.of("1"), ids());
    }

    @Test
    void shouldVoteNoAndGiveUpTheConnectionWhenAThreadIsStillInAStatement() throws SQLException {
        final String[] session = new String[1];
        final CompletableFuture<Throwable> failure = work(FORMER, connection -> {
            session[0] = insert(connection, 1);
            final Statement statement = connection.createStatement();
            final CompletableFuture<Throwable> running = CompletableFuture.supplyAsync(
                () -> assertThrows(SQLException.class, () -> statement.execute("SELECT pg_sleep(3600)")));
            Await.until("it runs", () -> !database.query("SELECT pid FROM pg_stat_activity "
                + "WHERE datname = current_database() AND wait_event = 'PgSleep'").isEmpty());
            return running;
        });
        Driver.get(failure);

        assertEquals("NO: " + Works.STILL_RUNNING, driver.prepare(FORMER, ""));
        assertNotEquals(session[0], work(NEXT, connection -> insert(connection, 2)));
        assertEquals("YES", driver.prepare(NEXT, ""));
        assertEquals("DONE", driver.commit(NEXT));
        assertEquals(List.of("2"), ids());
    }

    @Test
    void shouldGiveUpTheConnectionThatTheWorkUnwrapped() throws SQLException {
        final String[] session = new String[1];
        final Statement kept = work(FORMER, connection -> {
            session[0] = insert(connection, 1);
            assertTrue(connection.isWrapperFor(PGConnection.class));
            return ((Connection) connection.unwrap(PGConnection.class)).createStatement();
        });
        assertEquals("YES", driver.prepare(FORMER, ""));
        assertThrows(SQLException.class, () -> kept.execute(STRAY));
        assertNotEquals(session[0], work(NEXT, connection -> insert(connection, 2)));
        assertThrows(SQLException.class, () -> kept.execute(STRAY));
        assertEquals("YES", driver.prepare(NEXT, ""));
        assertEquals("DONE", driver.commit(FORMER));
        assertEquals("DONE", driver.commit(NEXT));
        assertEquals(List.of("1", "2"), ids());
    }

    @Test
    void shouldGiveUpTheConnectionWhoseStatementTheWorkUnwrapped() throws SQLException {
        final String[] session = new String[1];
        work(FORMER, connection -> {
            session[0] = insert(connection, 1);
            try (PreparedStatement statement = connection.prepareStatement("SELECT 1")) {
                statement.unwrap(PGStatement.class).setPrepareThreshold(1);
                statement.executeQuery().close();
            }
            return null;
        });
        assertEquals("COMMITTED", driver.commitOnePhase(FORMER, ""));
        assertNotEquals(session[0], work(NEXT, connection -> insert(connection, 2)));
        assertEquals("DONE", driver.rollback(NEXT));
        assertEquals(List.of("1"), ids());
    }

    @Test
    void shouldCommitWhatWasWrittenByWayOfAnUnwrappedConnectionOnly() throws SQLException {
        work(FORMER, connection -> {
            try {
                return connection.unwrap(PGConnection.class).getCopyAPI()
                    .copyIn("COPY account FROM STDIN", new StringReader("1\tcopied\n"));
            } catch (final IOException impossible) {
                throw new SQLException(impossible);
            }
        });
        assertEquals("YES", driver.prepare(FORMER, ""));
        assertEquals("DONE", driver.commit(FORMER));
        assertEquals(List.of("1"), ids());
    }

    @Test
    void shouldLetWorkDoWhatJdbcOffers() throws SQLException {
        work(FORMER, connection -> {
            final PreparedStatement cached = connection.prepareStatement("INSERT INTO account VALUES (?, ?)");
            for (int i = 0; i < 8; i++) { // beyond the driver's threshold for a statement of the server
                cached.setInt(1, i);
                cached.setString(2, "cached");
                assertEquals(1, cached.executeUpdate());
            }
            for (int i = 8; i < 10; i++) {
                cached.setInt(1, i);
                cached.addBatch();
            }
            assertArrayEquals(new int[] {1, 1}, cached.executeBatch());
            return null;
        });
        work(FORMER, connection -> {
            try (PreparedStatement generating = connection.prepareStatement(
                "INSERT INTO account VALUES (10, 'generated')", Statement.RETURN_GENERATED_KEYS)) {
                generating.executeUpdate();
                try (ResultSet keys = generating.getGeneratedKeys()) {
                    assertTrue(keys.next());
                    assertEquals(10, keys.getInt("id"));
                }
            }
            final Array some = connection.createArrayOf("int", new Object[] {1, 10});
            try (PreparedStatement statement = connection.prepareStatement(
                "SELECT array_agg(name ORDER BY id) FROM account WHERE id = ANY (?)")) {
                statement.setArray(1, some);
                try (ResultSet rows = statement.executeQuery()) {
                    assertTrue(rows.next());
                    assertArrayEquals(new String[] {"cached", "generated"}, (Object[]) rows.getArray(1).getArray());
                    assertEquals(1, rows.getMetaData().getColumnCount());
                    assertFalse(rows.isClosed());
                }
                assertFalse(statement.isClosed());
            }
            some.free();
            return null;
        });
        assertEquals("YES", driver.prepare(FORMER, ""));
        assertEquals("DONE", driver.commit(FORMER));
        assertEquals(11, ids().size());
    }
}
