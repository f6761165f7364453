package io.dtm.xa;

import static io.dtm.xa.Driver.branch;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
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

@ExtendWith(SharedPostgres.class)
class PostgreSqlInteractiveTest {
    private static final BranchId BRANCH = branch(77);

    private TestDatabase database;
    private XaParticipant participant;
    private Driver driver;

    @BeforeEach
    void launch() throws SQLException {
        database = new TestDatabase("interactive");
        database.execute("DROP TABLE IF EXISTS account", "CREATE TABLE account (id INT UNIQUE)");
        use(database.context());
    }

    private void use(final XaContext context) throws SQLException {
        if (participant != null) {
            participant.close();
        }
        participant = XaParticipant.launch(context);
        driver = new Driver(participant);
    }

    @AfterEach
    void close() throws SQLException {
        participant.close();
        database.rollbackAllPrepared();
    }

    private static void insert(final InteractiveBranch branch, final int id) throws SQLException {
        try (Statement statement = branch.connection().createStatement()) {
            statement.execute("INSERT INTO account VALUES (" + id + ")");
        }
    }

    private void work(final BranchId id, final int... values) throws SQLException {
        try (InteractiveBranch branch = participant.begin(id)) {
            for (final int value : values) {
                insert(branch, value);
            }
            branch.done();
        }
    }

    private List<String> ids() throws SQLException {
        return database.query("SELECT id FROM account ORDER BY id");
    }

    private void awaitNoOpenTransaction() {
        Await.until("no transaction is open", () -> database.query("SELECT pid FROM pg_stat_activity WHERE "
            + "datname = current_database() AND xact_start IS NOT NULL AND pid <> pg_backend_pid()").isEmpty());
    }

    @Test
    void shouldPrepareTheWorkOfSeveralCallsAsOneBranch() throws SQLException {
        work(BRANCH, 1);
        work(BRANCH, 2, 3);
        assertEquals(1, participant.joinedBranches());

        assertEquals("YES", driver.prepare(BRANCH, ""));
        assertEquals("DONE", driver.commit(BRANCH));

        assertEquals(List.of("1", "2", "3"), ids());
    }

    @Test
    void shouldRollBackWorkThatWasNotPrepared() throws SQLException {
        work(BRANCH, 1);

        assertEquals("DONE", driver.rollback(BRANCH));

        assertEquals(List.of(), ids());
        assertEquals(0, participant.joinedBranches());
        awaitNoOpenTransaction();
    }

    @Test
    void shouldVoteReadOnlyWhenNoCallWrote() throws SQLException {
        for (int i = 0; i < 2; i++) {
            try (InteractiveBranch branch = participant.begin(BRANCH);
                 Statement statement = branch.connection().createStatement()) {
                statement.executeQuery("SELECT * FROM account").close();
                branch.readOnly();
            }
        }
        assertEquals("READ_ONLY", driver.prepare(BRANCH, ""));
    }

    @Test
    void shouldVoteReadOnlyWhenNoCallMadeAStatement() throws SQLException {
        for (int i = 0; i < 2; i++) {
            try (InteractiveBranch branch = participant.begin(BRANCH)) {
                branch.done();
            }
        }
        assertEquals("READ_ONLY", driver.prepare(BRANCH, ""));
        assertEquals(List.of(), database.prepared());
        assertEquals(0, participant.joinedBranches());
    }

    @Test
    void shouldPrepareWhenOnlyAnEarlierCallMadeAStatement() throws SQLException {
        work(BRANCH, 1);
        try (InteractiveBranch branch = participant.begin(BRANCH)) {
            branch.done();
        }
        assertEquals("YES", driver.prepare(BRANCH, ""));
        assertEquals("DONE", driver.commit(BRANCH));
        assertEquals(List.of("1"), ids());
    }

    @Test
    void shouldPrepareWhenALaterCallWrote() throws SQLException {
        try (InteractiveBranch branch = participant.begin(BRANCH)) {
            branch.readOnly();
        }
        work(BRANCH, 1);

        assertEquals("YES", driver.prepare(BRANCH, ""));
    }

    @Test
    void shouldVoteNoWhenOneCallRefusedWhateverLaterOnesSay() throws SQLException {
        try (InteractiveBranch branch = participant.begin(BRANCH)) {
            branch.refuse("no stock");
        }
        work(BRANCH, 1);

        assertEquals("NO: no stock", driver.prepare(BRANCH, ""));
        assertEquals(List.of(), ids());
    }

    @Test
    void shouldVoteNoWhenTheWorkThrewOutOfItsBlock() {
        assertThrows(SQLException.class, () -> {
            try (InteractiveBranch branch = participant.begin(BRANCH)) {
                insert(branch, 1);
                insert(branch, 1);
                branch.done();
            }
        });

        assertEquals("NO: its work ended without a result", driver.prepare(BRANCH, ""));
    }

    @Test
    void shouldVoteNoWhenTheWorkSwallowedAnSqlError() throws SQLException {
        try (InteractiveBranch branch = participant.begin(BRANCH)) {
            insert(branch, 1);
            assertThrows(SQLException.class, () -> insert(branch, 1));
            branch.done();
        }
        assertEquals("NO: an SQL statement of the work failed, and the work went on", driver.prepare(BRANCH, ""));
    }

    @Test
    void shouldVoteNoWhenPrepareComesBeforeTheWorkHasEnded() throws SQLException {
        try (InteractiveBranch branch = participant.begin(BRANCH)) {
            insert(branch, 1);
            assertEquals("NO: its work had not ended when PREPARE came", driver.prepare(BRANCH, ""));
            branch.done();
            assertThrows(SQLException.class, () -> insert(branch, 2));
        }
        awaitNoOpenTransaction();
        assertEquals(List.of(), ids());
    }

    @Test
    void shouldKillTheWorkThatWaitsWhenItIsRolledBack() throws Exception {
        try (Connection holder = database.server().dataSource(database.name()).getConnection();
             Statement statement = holder.createStatement();
             InteractiveBranch branch = participant.begin(BRANCH)) {
            holder.setAutoCommit(false);
            statement.execute("LOCK TABLE account");
            final CompletableFuture<Throwable> failure = CompletableFuture.supplyAsync(
                () -> assertThrows(SQLException.class, () -> insert(branch, 1)));
            Await.until("it waits", database::isSessionWaitingForLock);

            assertEquals("DONE", driver.rollback(BRANCH));

            Driver.get(failure);
            holder.rollback();
            assertThrows(SQLException.class, () -> insert(branch, 2));
        }
        awaitNoOpenTransaction();
        assertEquals(List.of(), ids());
    }

    @Test
    void shouldRefuseASecondCallAtTheSameTime() throws SQLException {
        try (InteractiveBranch branch = participant.begin(BRANCH)) {
            assertThrows(IllegalStateException.class, () -> participant.begin(BRANCH));
            branch.done();
        }
    }

    @Test
    void shouldRefuseMoreWorkAfterPrepareAndInAnotherEpoch() throws SQLException {
        work(BRANCH, 1);
        final BranchId other = new BranchId(BRANCH.coordinatorId(), 77, 0, BRANCH.enlistEpoch() + 1);
        assertThrows(SQLException.class, () -> participant.begin(other));
        assertEquals("YES", driver.prepare(BRANCH, ""));

        final SQLException refused = assertThrows(SQLException.class, () -> participant.begin(BRANCH));
        assertTrue(refused.getMessage().contains("PREPARED"), refused.getMessage());
    }

    @Test
    void shouldVoteNoWhenThereWasNoSeat() throws SQLException {
        use(database.context().maxInteractiveBranches(1));
        work(branch(1), 1);

        final SQLException refused = assertThrows(SQLException.class, () -> participant.begin(branch(2)));
        assertEquals("overloaded: 1 interactive branches are open already", refused.getMessage());
        assertTrue(driver.prepare(branch(2), "").startsWith("NO: overloaded"));

        assertEquals("YES", driver.prepare(branch(1), ""));
        work(branch(3), 3);
        assertEquals("DONE", driver.rollback(branch(3)));
        work(branch(4), 4);
    }

    @Test
    void shouldRollBackAtOnceWhatItsServiceAbandons() throws SQLException {
        try (InteractiveBranch branch = participant.begin(BRANCH)) {
            insert(branch, 1);
            branch.abandon("the join was refused");
        }
        awaitNoOpenTransaction();

        assertEquals("NO: the join was refused", driver.prepare(BRANCH, ""));
    }

    @Test
    void shouldRollBackWhatNobodyDecidesAboutInTime() throws SQLException {
        use(database.context().interactiveTimeoutMs(3_000));
        work(BRANCH, 1);
        try (InteractiveBranch stuck = participant.begin(branch(78))) {
            awaitNoOpenTransaction();
            assertThrows(SQLException.class, () -> insert(stuck, 2));
        }
        Await.until("both are forgotten", () -> driver.prepare(BRANCH, "").startsWith("NO: no work"));
        assertEquals(0, participant.joinedBranches());
    }

    @Test
    void shouldPrepareWhileAllWorkThreadsWaitForItsLocks() throws SQLException {
        use(database.context().workThreads(1).work(new SqlWork()));
        work(BRANCH, 1);
        final CompletableFuture<String> waiting = driver.startPrepare(branch(2), "INSERT INTO account VALUES (1)");
        Await.until("it waits", database::isSessionWaitingForLock);

        assertEquals("YES", driver.prepare(BRANCH, ""));
        assertEquals("DONE", driver.rollback(BRANCH));
        assertEquals("YES", Driver.get(waiting));
    }

    @Test
    void shouldCommitInOnePhaseWithEvidence() throws SQLException {
        database.execute("DROP TABLE IF EXISTS dtm_evidence");
        use(database.context().onePhase(true));
        work(BRANCH, 1);

        assertEquals("COMMITTED", driver.commitOnePhase(BRANCH, ""));

        assertEquals(List.of("1"), ids());
        assertEquals(List.of("77"), database.query("SELECT transaction_id FROM dtm_evidence"));
    }

    @Test
    void shouldAbortInOnePhaseWhatWasRefusedOrAbandonedOrNotEnded() throws SQLException {
        use(database.context().onePhase(true));
        try (InteractiveBranch branch = participant.begin(branch(1))) {
            branch.refuse("no stock");
        }
        try (InteractiveBranch branch = participant.begin(branch(2))) {
            branch.abandon("gave up");
        }
        try (InteractiveBranch branch = participant.begin(branch(3))) {
            assertEquals("ABORTED: its work had not ended when COMMIT came", driver.commitOnePhase(branch(3), ""));
            branch.done();
        }
        assertEquals("ABORTED: no stock", driver.commitOnePhase(branch(1), ""));
        assertEquals("ABORTED: gave up", driver.commitOnePhase(branch(2), ""));
        assertEquals("ABORTED: no work was done for this branch here", driver.commitOnePhase(branch(4), ""));
    }

    @Test
    void shouldRollBackOpenWorkWhenItIsClosed() throws SQLException {
        work(BRANCH, 1);

        participant.close();

        awaitNoOpenTransaction();
        assertThrows(SQLException.class, () -> participant.begin(branch(2)));
    }

    @Test
    void shouldRefuseWhatWouldEndTheTransactionOrOutlastIt() throws SQLException {
        try (InteractiveBranch branch = participant.begin(BRANCH)) {
            final Connection connection = branch.connection();
            assertThrows(SQLException.class, connection::commit);
            assertThrows(SQLException.class, connection::rollback);
            assertThrows(SQLException.class, () -> connection.setAutoCommit(true));
            assertThrows(SQLException.class, () -> connection.abort(Runnable::run));
            assertThrows(SQLException.class, () -> connection.setReadOnly(true));
            assertEquals(false, connection.getAutoCommit());
            assertEquals(connection, branch.connection());
            connection.setSchema("pg_catalog");
            branch.done();
        }
        assertEquals("YES", driver.prepare(BRANCH, ""));
        assertEquals("DONE", driver.commit(BRANCH));
        try (InteractiveBranch next = participant.begin(branch(78))) {
            assertEquals("public", next.connection().getSchema());
            final Connection connection = next.connection();
            connection.close();
            assertTrue(connection.isClosed());
            assertThrows(SQLException.class, connection::createStatement);
            next.readOnly();
        }
    }
}
