package io.dtm.xa;

import static io.dtm.xa.Driver.branch;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.participant.BranchId;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.jdbc.PgConnection;

@ExtendWith(SharedPostgres.class)
class PostgreSqlOneShotTest {
    private static final BranchId BRANCH = branch(77);
    private static final String INSERT = "INSERT INTO account VALUES (1, 100)";

    private TestDatabase database;
    private XaParticipant participant;
    private Driver driver;

    @BeforeEach
    void launch() throws SQLException {
        database = new TestDatabase("one_shot");
        database.execute(
            "DROP TABLE IF EXISTS account",
            "CREATE TABLE account (id INT PRIMARY KEY, balance INT CHECK (balance >= 0), "
                + "owner INT UNIQUE DEFERRABLE INITIALLY DEFERRED)");
        use(database.context());
    }

    private void use(final XaContext context) throws SQLException {
        if (participant != null) {
            participant.close();
        }
        participant = XaParticipant.launch(context.work() != null ? context : context.work(new SqlWork()));
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

    @Test
    void shouldShowTheWorkOnlyWhenItIsCommitted() throws SQLException {
        assertEquals("YES", driver.prepare(BRANCH, INSERT));
        assertEquals(List.of(), ids());
        assertEquals(List.of(PostgreSqlDialect.gid(new BranchXid(BRANCH))), database.prepared());

        assertEquals("DONE", driver.commit(BRANCH));

        assertEquals(List.of("1"), ids());
        assertEquals(List.of(), database.prepared());
    }

    @Test
    void shouldLeaveNothingWhenAPreparedBranchIsRolledBack() throws SQLException {
        assertEquals("YES", driver.prepare(BRANCH, INSERT));

        assertEquals("DONE", driver.rollback(BRANCH));

        assertEquals(List.of(), ids());
        assertEquals(List.of(), database.prepared());
        assertEquals(0, participant.preparedBranches());
    }

    @Test
    void shouldUseItsConnectionsAgainForManyBranches() throws SQLException {
        for (int i = 0; i < 50; i++) {
            assertEquals("YES", driver.prepare(branch(i), "INSERT INTO account VALUES (" + i + ", 1)"));
            assertEquals("DONE", i % 2 == 0 ? driver.commit(branch(i)) : driver.rollback(branch(i)));
        }
        assertEquals(25, ids().size());
    }

    @Test
    void shouldVoteNoWhenAConstraintIsViolated() throws SQLException {
        final String vote = driver.prepare(BRANCH, "INSERT INTO account VALUES (1, -5)");

        assertTrue(vote.startsWith("NO: ") && vote.contains("SQLSTATE 23514"), vote);
        assertEquals(List.of(), database.prepared());
    }

    @Test
    void shouldVoteNoWhenADeferredConstraintIsViolated() throws SQLException {
        final String vote = driver.prepare(BRANCH,
            "INSERT INTO account VALUES (1, 5, 7); INSERT INTO account VALUES (2, 5, 7)");

        assertTrue(vote.startsWith("NO: the database refused to prepare") && vote.contains("23505"), vote);
        assertEquals(List.of(), database.prepared());
        assertEquals(List.of(), ids());
    }

    @Test
    void shouldVoteNoWhenTheWorkSwallowedAnSqlError() throws SQLException {
        assertEquals("NO: an SQL statement of the work failed, and the work went on",
            driver.prepare(BRANCH, INSERT + "; try INSERT INTO nowhere VALUES (1)"));
        assertEquals(List.of(), ids());
    }

    @Test
    void shouldVoteNoWhenReadOnlyWorkSwallowedAnSqlError() {
        assertEquals("NO: an SQL statement of the work failed, and the work went on",
            driver.prepare(BRANCH, "try SELECT * FROM nowhere; read-only"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"done", "read-only"})
    void shouldVoteReadOnlyWhenTheWorkMadeNoStatement(final String said) throws SQLException {
        use(database.context().work((connection, payload) ->
            said.equals("done") ? WorkResult.done() : WorkResult.readOnly()));

        assertEquals("READ_ONLY", driver.prepare(BRANCH, ""));
        assertEquals(List.of(), database.prepared());
        assertEquals(0, participant.preparedBranches());
    }

    @Test
    void shouldVoteReadOnlyWhenTheWorkOnlyLookedAtItsConnection() throws SQLException {
        use(database.context().work((connection, payload) -> {
            return connection.isClosed() || connection.isReadOnly() || connection.getAutoCommit()
                ? WorkResult.refuse("not as it should be") : WorkResult.done();
        }));

        assertEquals("READ_ONLY", driver.prepare(BRANCH, ""));
    }

    @Test
    void shouldNotTakeItOnTrustThatNothingWasWrittenWhenAStatementWasMade() throws SQLException {
        use(database.context().work((connection, payload) -> {
            connection.createStatement().close();
            return WorkResult.done();
        }));

        assertEquals("YES", driver.prepare(BRANCH, ""));
    }

    @Test
    void shouldVoteNoWhenTheWorkWentRoundTheGuardAndEndedItsTransaction() throws SQLException {
        use(database.context().work((connection, payload) -> {
            connection.unwrap(PgConnection.class).rollback();
            return WorkResult.readOnly();
        }));

        assertTrue(driver.prepare(BRANCH, "").startsWith("NO: no transaction is open"));
    }

    @Test
    void shouldVoteNoWhenTheWorkEndedItsTransactionItself() {
        assertEquals("NO: no transaction is open: the work ended it by itself, or made a statement and executed none",
            driver.prepare(BRANCH, "ROLLBACK"));
    }

    @Test
    void shouldVoteNoWithTheReasonWhenTheWorkRefuses() throws SQLException {
        assertEquals("NO: no stock", driver.prepare(BRANCH, INSERT + "; refuse no stock"));
        assertEquals(List.of(), ids());
    }

    @Test
    void shouldVoteNoWhenTheWorkReturnsNothing() {
        assertEquals("NO: the work returned nothing", driver.prepare(BRANCH, "nothing"));
    }

    @Test
    void shouldVoteNoWhenThereIsNoWork() throws SQLException {
        participant.close();
        participant = XaParticipant.launch(database.context());
        driver = new Driver(participant);

        assertEquals("NO: no work was done for this branch here", driver.prepare(BRANCH, INSERT));
    }

    @Test
    void shouldVoteReadOnlyAndHoldNothingWhenTheWorkOnlyRead() throws SQLException {
        assertEquals("READ_ONLY", driver.prepare(BRANCH, "SELECT * FROM account; read-only"));
        assertEquals(List.of(), database.prepared());
        assertEquals(List.of(), database.query("SELECT pid FROM pg_stat_activity "
            + "WHERE datname = current_database() AND state LIKE 'idle in transaction%'"));
    }

    @Test
    void shouldPrepareWhenTheWorkSaysThatItOnlyReadButItWrote() throws SQLException {
        assertEquals("YES", driver.prepare(BRANCH, INSERT + "; read-only"));
        assertEquals("DONE", driver.commit(BRANCH));
        assertEquals(List.of("1"), ids());
    }

    @Test
    void shouldTakeReadOnlyOnTrustWhenToldTo() throws SQLException {
        use(database.context().verifyReadOnly(false));

        assertEquals("READ_ONLY", driver.prepare(BRANCH, INSERT + "; read-only"));
        assertEquals(List.of(), ids());
    }

    @Test
    void shouldVoteNoWhenTheServerHasNoRoomForAnotherPreparedBranch() throws SQLException {
        final TestDatabase other = new TestDatabase("other_program");
        try {
            for (int i = 0; i < SharedPostgres.MAX_PREPARED; i++) {
                other.prepareByHand("other-" + i, "SELECT pg_current_xact_id()");
            }
            final String vote = driver.prepare(BRANCH, INSERT);

            assertTrue(vote.startsWith("NO: ") && vote.contains("53200"), vote);
        } finally {
            other.rollbackAllPrepared();
        }
        assertEquals("YES", driver.prepare(branch(78), INSERT));
    }

    @Test
    void shouldVoteNoBeyondItsOwnLimitOfPreparedBranches() throws SQLException {
        use(database.context().maxPreparedBranches(2));
        driver.prepare(branch(1), INSERT);
        driver.prepare(branch(2), "INSERT INTO account VALUES (2, 1)");

        assertEquals("NO: overloaded: 2 branches are prepared here already",
            driver.prepare(branch(3), "INSERT INTO account VALUES (3, 1)"));

        assertEquals("DONE", driver.commit(branch(1)));
        assertEquals("YES", driver.prepare(branch(4), "INSERT INTO account VALUES (4, 1)"));
    }

    @Test
    void shouldVoteNoWhenTheSameBranchIsThereInAnotherEpoch() {
        driver.prepare(BRANCH, INSERT);

        assertEquals("NO: the branch is here already, enlisted in epoch 3",
            driver.prepare(new BranchId(BRANCH.coordinatorId(), BRANCH.transactionId(), 0, 4), INSERT));
    }

    @Test
    void shouldStartBranchesInTheOrderOfTheirPreparesAndVoteNoBeyondTheQueue() throws Exception {
        use(database.context().workThreads(1).queueLength(3));
        database.execute("DROP SEQUENCE IF EXISTS started", "CREATE SEQUENCE started");
        try (Connection holder = database.server().dataSource(database.name()).getConnection();
             Statement statement = holder.createStatement()) {
            holder.setAutoCommit(false);
            statement.execute("LOCK TABLE account");
            final CompletableFuture<String> first = driver.startPrepare(branch(1), "LOCK TABLE account");
            Await.until("the first waits", database::isSessionWaitingForLock);
            final List<CompletableFuture<String>> waiting = List.of(queue(2), queue(3), queue(4));
            assertEquals(3, participant.waitingBranches());

            assertEquals("NO: overloaded: 1 branches run and 3 wait here already", Driver.get(queue(5)));

            holder.rollback();
            assertEquals("YES", Driver.get(first));
            driver.rollback(branch(1));
            for (final CompletableFuture<String> vote : waiting) {
                assertEquals("YES", Driver.get(vote));
            }
        }
        for (int i = 2; i <= 4; i++) {
            driver.commit(branch(i));
        }
        assertEquals(List.of("2", "3", "4"), database.query("SELECT id FROM account ORDER BY balance"));
    }

    private CompletableFuture<String> queue(final int id) {
        return driver.startPrepare(branch(id), "INSERT INTO account VALUES (" + id + ", nextval('started'))");
    }

    @Test
    void shouldCarryOutTheDecisionThatAllItsWorkThreadsWaitFor() throws SQLException {
        use(database.context().workThreads(2));
        database.execute(INSERT);
        assertEquals("YES", driver.prepare(branch(1), "UPDATE account SET balance = 1"));
        final CompletableFuture<String> second = driver.startPrepare(branch(2), "UPDATE account SET balance = 2");
        final CompletableFuture<String> third = driver.startPrepare(branch(3), "UPDATE account SET balance = 3");
        Await.until("both wait", () -> participant.runningBranches() == 2 && database.isSessionWaitingForLock());

        assertEquals("DONE", driver.commit(branch(1)));

        CompletableFuture.anyOf(second, third).join();
        assertEquals("DONE", driver.rollback(second.isDone() ? branch(2) : branch(3)));
        assertEquals("YES", Driver.get(second));
        assertEquals("YES", Driver.get(third));
    }

    @Test
    void shouldKillTheWorkWhenItsBranchIsRolledBackMeanwhile() throws SQLException {
        final CompletableFuture<String> vote = driver.startPrepare(BRANCH, INSERT + "; SELECT pg_sleep(3600)");
        Await.until("it sleeps", () -> !database.query("SELECT pid FROM pg_stat_activity "
            + "WHERE datname = current_database() AND wait_event = 'PgSleep'").isEmpty());

        assertEquals("DONE", driver.rollback(BRANCH));

        assertEquals("NO: rolled back while its work ran", Driver.get(vote));
        Await.until("the session is gone", () -> database.query("SELECT pid FROM pg_stat_activity "
            + "WHERE datname = current_database() AND wait_event = 'PgSleep'").isEmpty());
        assertEquals(0, participant.runningBranches());
        assertEquals("YES", driver.prepare(branch(78), INSERT));
    }

    @Test
    void shouldVoteNoWhenRolledBackBeforeItsWorkBegan() throws SQLException {
        use(database.context().workThreads(1));
        database.execute(INSERT);
        driver.prepare(branch(1), "UPDATE account SET balance = 1");
        final CompletableFuture<String> running = driver.startPrepare(branch(2), "UPDATE account SET balance = 2");
        Await.until("it waits for the lock", database::isSessionWaitingForLock);
        final CompletableFuture<String> queued = driver.startPrepare(branch(3), "UPDATE account SET balance = 3");

        assertEquals("DONE", driver.rollback(branch(3)));

        driver.commit(branch(1));
        assertEquals("YES", Driver.get(running));
        assertEquals("NO: rolled back before its work began", Driver.get(queued));
    }

    @Test
    void shouldVoteNoWhenItsBackendIsKilledAtWork() throws SQLException {
        final CompletableFuture<String> vote = driver.startPrepare(BRANCH, INSERT + "; SELECT pg_sleep(3600)");
        Await.until("it sleeps", () -> !database.query("SELECT pid FROM pg_stat_activity "
            + "WHERE datname = current_database() AND wait_event = 'PgSleep'").isEmpty());

        database.killSessions();

        assertTrue(Driver.get(vote).startsWith("NO: "), Driver.get(vote));
        assertEquals("YES", driver.prepare(branch(78), INSERT));
    }

    @Test
    void shouldNoticeAStaleConnectionBeforeTheWorkBegins() throws SQLException {
        driver.prepare(branch(1), INSERT);
        driver.rollback(branch(1));
        database.killSessions();

        assertEquals("YES", driver.prepare(branch(2), INSERT));
    }

    @Test
    void shouldLetWorkInFlightEndWhenItIsClosed() throws SQLException {
        final CompletableFuture<String> vote = driver.startPrepare(BRANCH, "SELECT pg_sleep(0.2); " + INSERT);
        Await.until("it runs", () -> participant.runningBranches() == 1);

        participant.close();

        assertEquals("YES", Driver.get(vote));
        assertEquals("NO: the participant is closed", driver.prepare(branch(2), INSERT));
        assertTrue(driver.commit(BRANCH).startsWith("RETRY: "));
        assertEquals(1, database.prepared().size());
    }
}
