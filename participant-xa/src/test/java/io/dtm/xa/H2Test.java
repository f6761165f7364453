package io.dtm.xa;

import static io.dtm.xa.Driver.branch;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.participant.BranchId;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.h2.jdbc.JdbcConnection;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class H2Test {
    private static final BranchId BRANCH = branch(77);
    private static final String INSERT = "INSERT INTO account VALUES (1)";

    private final JdbcDataSource source = new JdbcDataSource();
    private Connection observer;
    private XaParticipant participant;
    private Driver driver;

    @BeforeEach
    void launch() throws SQLException {
        source.setURL("jdbc:h2:mem:h2test");
        observer = source.getConnection();
        try (Statement statement = observer.createStatement()) {
            statement.execute("CREATE TABLE account (id INT PRIMARY KEY)");
        }
        participant = XaParticipant.launch(new XaContext().dataSource(source).dialect(new H2Dialect())
            .connections(6).onePhase(true).work(new SqlWork()));
        driver = new Driver(participant);
    }

    @AfterEach
    void close() throws SQLException {
        participant.close();
        observer.close();
    }

    private long rows() throws SQLException {
        try (Statement statement = observer.createStatement();
             ResultSet rows = statement.executeQuery("SELECT count(*) FROM account")) {
            rows.next();
            return rows.getLong(1);
        }
    }

    @Test
    void shouldCommitAndRollBackOverThePinnedConnection() throws SQLException {
        assertEquals("YES", driver.prepare(BRANCH, INSERT));
        assertEquals(0, rows());
        assertEquals("DONE", driver.commit(BRANCH));
        assertEquals(1, rows());

        assertEquals("YES", driver.prepare(branch(78), "INSERT INTO account VALUES (2)"));
        assertEquals("DONE", driver.rollback(branch(78)));
        assertEquals(1, rows());
    }

    @Test
    void shouldVoteNoWhenAConstraintIsViolated() throws SQLException {
        final String vote = driver.prepare(BRANCH, INSERT + ";" + INSERT);

        assertTrue(vote.startsWith("NO: ") && vote.contains("23505"), vote);
        assertEquals(0, rows());
    }

    @Test
    void shouldVoteReadOnlyWhenTheWorkMadeNoStatement() throws SQLException {
        participant.close();
        participant = XaParticipant.launch(new XaContext().dataSource(source).dialect(new H2Dialect())
            .connections(6).onePhase(true).work((connection, payload) -> WorkResult.done()));
        driver = new Driver(participant);

        assertEquals("READ_ONLY", driver.prepare(BRANCH, ""));
        assertEquals(0, participant.preparedBranches());
        assertEquals("COMMITTED", driver.commitOnePhase(branch(78), ""));
    }

    @Test
    void shouldCommitInOnePhaseWithEvidence() throws SQLException {
        assertEquals("COMMITTED", driver.commitOnePhase(BRANCH, INSERT));
        assertEquals("COMMITTED", driver.findOut(BRANCH));
        assertTrue(driver.findOut(branch(78)).startsWith("ABORTED: "));
        assertTrue(driver.commitOnePhase(branch(78), "INSERT INTO account VALUES (2)").startsWith("ABORTED: "));
        assertEquals(1, rows());
    }

    /** Closed at the vote, it would take the promise with it; so it stays until the decision, and is closed then. */
    @Test
    void shouldKeepAnUnwrappedConnectionForItsBranchOnly() throws SQLException {
        participant.close();
        final List<Statement> kept = new ArrayList<>();
        participant = XaParticipant.launch(new XaContext().dataSource(source).dialect(new H2Dialect())
            .connections(6).work((connection, payload) -> {
                final Statement statement = connection.unwrap(JdbcConnection.class).createStatement();
                statement.execute(new String(payload, StandardCharsets.UTF_8));
                kept.add(statement);
                return WorkResult.done();
            }));
        driver = new Driver(participant);

        assertEquals("YES", driver.prepare(BRANCH, INSERT));
        assertEquals("DONE", driver.commit(BRANCH));
        assertEquals(1, rows());
        assertThrows(SQLException.class, () -> kept.get(0).execute("INSERT INTO account VALUES (3)"));
        assertEquals("YES", driver.prepare(branch(78), "INSERT INTO account VALUES (2)"));
        assertEquals("DONE", driver.commit(branch(78)));
        assertEquals(2, rows());
    }

    /** The documented limit: here a YES doesn't survive the end of its process while the database lives on. */
    @Test
    void shouldLoseAPreparedBranchWithItsConnection() throws SQLException {
        driver.prepare(BRANCH, INSERT);

        participant.close();

        assertEquals(0, rows());
    }
}
