package io.dtm.xa;

import static io.dtm.xa.Driver.branch;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.participant.BranchId;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(SharedPostgres.class)
class PostgreSqlOnePhaseTest {
    private static final BranchId BRANCH = branch(77);
    private static final String INSERT = "INSERT INTO account VALUES (1)";

    private TestDatabase database;
    private XaParticipant participant;
    private Driver driver;

    @BeforeEach
    void launch() throws SQLException {
        database = new TestDatabase("one_phase");
        database.execute("DROP TABLE IF EXISTS account, dtm_evidence",
            "CREATE TABLE account (id INT UNIQUE DEFERRABLE INITIALLY DEFERRED)");
        use(database.context());
    }

    private void use(final XaContext context) throws SQLException {
        if (participant != null) {
            participant.close();
        }
        participant = XaParticipant.launch(
            (context.work() != null ? context : context.work(new SqlWork())).onePhase(true));
        driver = new Driver(participant);
    }

    @AfterEach
    void close() throws SQLException {
        participant.close();
        database.rollbackAllPrepared();
    }

    private List<String> ids() throws SQLException {
        return database.query("SELECT id FROM account");
    }

    private List<String> evidence() throws SQLException {
        return database.query("SELECT transaction_id || outcome FROM dtm_evidence ORDER BY 1");
    }

    /** The statement of a branch's own transaction that is its evidence. */
    private static String evidenceOf(final BranchId branch, final char outcome) {
        return "INSERT INTO dtm_evidence VALUES (" + branch.coordinatorId() + ", " + branch.transactionId() + ", "
            + branch.branchId() + ", '" + outcome + "')";
    }

    @Test
    void shouldCommitWithEvidenceAndForgetItWhenToldTo() throws SQLException {
        assertTrue(participant.supportsOnePhase());
        assertEquals("COMMITTED", driver.commitOnePhase(BRANCH, INSERT));
        assertEquals(List.of("1"), ids());
        assertEquals(List.of("77C"), evidence());
        assertEquals("COMMITTED", driver.findOut(BRANCH));

        participant.forgetEvidence(BRANCH);
        Await.until("it is forgotten", () -> evidence().isEmpty());
    }

    @Test
    void shouldNotOfferOnePhaseUnlessConfigured() throws SQLException {
        try (XaParticipant without = XaParticipant.launch(database.context().work(new SqlWork()))) {
            assertFalse(without.supportsOnePhase());
            assertThrows(IllegalStateException.class, () -> new Driver(without).commitOnePhase(BRANCH, INSERT));
        }
    }

    @Test
    void shouldAbortWithoutEvidenceWhenTheWorkRefuses() throws SQLException {
        assertEquals("ABORTED: no stock", driver.commitOnePhase(BRANCH, INSERT + "; refuse no stock"));
        assertEquals(List.of(), ids());
        assertEquals(List.of(), evidence());
    }

    @Test
    void shouldAbortWhenTheWorkSwallowedAnSqlError() throws SQLException {
        assertEquals("ABORTED: an SQL statement of the work failed, and the work went on",
            driver.commitOnePhase(BRANCH, INSERT + "; try INSERT INTO nowhere VALUES (1)"));
        assertEquals(List.of(), ids());
        assertEquals(List.of(), evidence());
    }

    @Test
    void shouldSettleByEvidenceWhenTheCommitItselfFails() throws SQLException {
        final String result = driver.commitOnePhase(BRANCH, INSERT + ";" + INSERT);

        assertTrue(result.startsWith("ABORTED: the database refused to commit") && result.contains("23505"), result);
        assertEquals(List.of(), ids());
        assertEquals(List.of("77A"), evidence());
    }

    @Test
    void shouldCommitWithEvidenceWhenTheWorkOnlyRead() throws SQLException {
        assertEquals("COMMITTED", driver.commitOnePhase(BRANCH, "read-only"));
        assertEquals(List.of("77C"), evidence());
    }

    @Test
    void shouldCommitWithEvidenceWhenTheWorkMadeNoStatement() throws SQLException {
        use(database.context().work((connection, payload) -> WorkResult.done()));

        assertEquals("COMMITTED", driver.commitOnePhase(BRANCH, ""));
        assertEquals(List.of("77C"), evidence());
        assertEquals("COMMITTED", driver.findOut(BRANCH));
    }

    @Test
    void shouldAbortWithoutEvidenceWhenTheWorkEndedItsTransactionItself() throws SQLException {
        assertTrue(driver.commitOnePhase(BRANCH, INSERT + "; ROLLBACK").startsWith("ABORTED: no transaction is open"));
        assertEquals(List.of(), evidence());
    }

    @Test
    void shouldNeverCommitWhatAnotherProcessHasAnsweredAborted() throws SQLException {
        assertTrue(driver.findOut(BRANCH).startsWith("ABORTED: "));
        assertEquals(List.of("77A"), evidence());

        assertTrue(driver.commitOnePhase(BRANCH, INSERT).startsWith("ABORTED: "));
        assertEquals(List.of(), ids());
    }

    @Test
    void shouldNeverCommitTwiceWhatWasCommitted() throws SQLException {
        driver.commitOnePhase(BRANCH, INSERT);

        assertEquals("COMMITTED", driver.commitOnePhase(BRANCH, "INSERT INTO account VALUES (2)"));
        assertEquals(List.of("1"), ids());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldWaitForALocalCommitInFlightBeforeItAnswersForAFormerProcess(final boolean commits)
        throws SQLException {
        try (Connection former = database.server().dataSource(database.name()).getConnection();
             Statement statement = former.createStatement()) {
            former.setAutoCommit(false);
            statement.execute(INSERT);
            statement.execute(evidenceOf(BRANCH, 'C'));
            final CompletableFuture<String> answer = driver.startOnePhase(BRANCH, "", true);
            Await.until("it waits", database::isSessionWaitingForLock);
            assertFalse(answer.isDone());

            if (commits) {
                former.commit();
                assertEquals("COMMITTED", Driver.get(answer));
            } else {
                former.rollback();
                assertTrue(Driver.get(answer).startsWith("ABORTED: "));
            }
        }
        assertEquals(commits ? List.of("77C") : List.of("77A"), evidence());
    }

    @Test
    void shouldAskToBeAskedAgainWhenALocalCommitStaysInFlight() throws SQLException {
        use(database.context().evidenceWaitSeconds(1));
        try (Connection former = database.server().dataSource(database.name()).getConnection();
             Statement statement = former.createStatement()) {
            former.setAutoCommit(false);
            statement.execute(evidenceOf(BRANCH, 'C'));

            final String answer = driver.findOut(BRANCH);

            assertTrue(answer.startsWith("RETRY: "), answer);
            former.commit();
        }
        assertEquals("COMMITTED", driver.findOut(BRANCH));
    }

    @Test
    void shouldLoseAgainstAnAbortedRowThatIsWrittenWhileItsWorkRuns() throws SQLException {
        database.execute("INSERT INTO account VALUES (9)");
        try (Connection holder = database.server().dataSource(database.name()).getConnection();
             Statement statement = holder.createStatement();
             XaParticipant next = XaParticipant.launch(database.context().onePhase(true))) {
            holder.setAutoCommit(false);
            statement.execute("LOCK TABLE account");
            final CompletableFuture<String> former = driver.startOnePhase(BRANCH, INSERT, false);
            Await.until("its work waits", database::isSessionWaitingForLock);

            assertTrue(new Driver(next).findOut(BRANCH).startsWith("ABORTED: "));

            holder.rollback();
            assertTrue(Driver.get(former).startsWith("ABORTED: "), Driver.get(former));
        }
        assertEquals(List.of("9"), ids());
    }

    @Test
    void shouldKnowTheResultAfterItsBackendWasKilledDuringTheCommit() throws SQLException {
        database.execute(
            "CREATE OR REPLACE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS "
                + "'BEGIN PERFORM pg_sleep(3600); RETURN NULL; END'",
            "CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON account DEFERRABLE INITIALLY DEFERRED "
                + "FOR EACH ROW EXECUTE FUNCTION slow()");
        final CompletableFuture<String> result = driver.startOnePhase(BRANCH, INSERT, false);
        Await.until("the commit hangs", () -> !database.query("SELECT pid FROM pg_stat_activity "
            + "WHERE datname = current_database() AND wait_event = 'PgSleep' AND query = 'COMMIT'").isEmpty());

        database.killSessions();

        assertTrue(Driver.get(result).startsWith("ABORTED: the database refused to commit"), Driver.get(result));
        assertEquals(List.of("77A"), evidence());
        assertEquals(List.of(), ids());
    }

    @Test
    void shouldFindOutLaterWhenTheDatabaseDiedDuringTheCommit() throws Exception {
        database.execute(
            "CREATE OR REPLACE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS "
                + "'BEGIN PERFORM pg_sleep(3600); RETURN NULL; END'",
            "CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON account DEFERRABLE INITIALLY DEFERRED "
                + "FOR EACH ROW EXECUTE FUNCTION slow()");
        final CompletableFuture<String> result = driver.startOnePhase(BRANCH, INSERT, false);
        Await.until("the commit hangs", () -> !database.query("SELECT pid FROM pg_stat_activity "
            + "WHERE datname = current_database() AND wait_event = 'PgSleep' AND query = 'COMMIT'").isEmpty());

        database.server().kill();
        assertTrue(Driver.get(result).startsWith("RETRY: "), Driver.get(result));
        assertTrue(driver.rollback(BRANCH).startsWith("RETRY: "), "nothing else touches a delegated branch");

        database.server().start();
        assertTrue(driver.commitOnePhase(BRANCH, INSERT).startsWith("ABORTED: "));
        assertEquals(List.of("77A"), evidence());
    }

    @Test
    void shouldCommitAnAbsentBranchByItsEvidence() {
        driver.commitOnePhase(BRANCH, INSERT);

        assertEquals("DONE", driver.commit(BRANCH));
        assertEquals("ABSENT", driver.commit(branch(78)));
    }

    @Test
    void shouldKeepAnAbortedRowUntilItsRetentionIsOver() throws SQLException {
        driver.findOut(BRANCH);
        driver.commitOnePhase(branch(78), INSERT);
        participant.forgetEvidence(BRANCH);
        participant.forgetEvidence(branch(78));
        Await.until("one is forgotten", () -> evidence().equals(List.of("77A")));
        use(database.context());
        assertTrue(driver.findOut(BRANCH).startsWith("ABORTED: "));

        database.execute("UPDATE dtm_evidence SET forgotten_at = now() - interval '8 days'");
        use(database.context());

        Await.until("it is gone", () -> evidence().isEmpty());
    }

    @Test
    void shouldForgetLaterWhatItCouldNotForgetWhileTheDatabaseWasAway() throws SQLException {
        driver.commitOnePhase(BRANCH, INSERT);
        driver.commitOnePhase(branch(78), "SELECT 1");
        database.killSessions();
        participant.forgetEvidence(BRANCH);
        participant.forgetEvidence(branch(78));

        Await.until("both are forgotten", () -> {
            participant.forgetEvidence(branch(1));
            return evidence().isEmpty();
        });
    }

    @Test
    void shouldForgetByItselfWhatItCouldNotForgetAtFirst() throws SQLException {
        final List<Throwable> reported = new CopyOnWriteArrayList<>();
        use(database.context().errorHandler(reported::add));
        driver.commitOnePhase(BRANCH, INSERT);
        database.execute("ALTER TABLE dtm_evidence RENAME TO hidden");
        participant.forgetEvidence(BRANCH);
        Await.until("it has failed", () -> !reported.isEmpty());

        database.execute("ALTER TABLE hidden RENAME TO dtm_evidence");

        Await.until("it is forgotten", () -> evidence().isEmpty());
    }

    @Test
    void shouldIgnoreForgottenEvidenceWhenOnePhaseIsNoLongerOffered() throws SQLException {
        driver.commitOnePhase(BRANCH, INSERT);
        final List<Throwable> reported = new CopyOnWriteArrayList<>();
        final XaParticipant without = XaParticipant.launch(
            database.context().work(new SqlWork()).errorHandler(reported::add));
        without.forgetEvidence(BRANCH);
        without.close(); // waits for what was begun

        assertEquals(List.of(), reported);
        assertEquals(List.of("77C"), evidence());
    }

    /** The statements of docs/databases.md. */
    @Test
    void shouldLetAnAdministratorRemoveWhatADeadProcessLeft() throws SQLException {
        driver.commitOnePhase(BRANCH, INSERT);
        driver.findOut(branch(78));
        database.execute("DROP TABLE IF EXISTS dtm_evidence_old", "CREATE TABLE dtm_evidence_old AS "
            + "SELECT coordinator_id, transaction_id, branch_id FROM dtm_evidence WHERE outcome = 'C'");
        driver.commitOnePhase(branch(79), "SELECT 1");

        database.execute("DELETE FROM dtm_evidence e USING dtm_evidence_old o WHERE e.outcome = 'C' "
            + "AND (e.coordinator_id, e.transaction_id, e.branch_id) "
            + "= (o.coordinator_id, o.transaction_id, o.branch_id)", "DROP TABLE dtm_evidence_old");

        assertEquals(List.of("78A", "79C"), evidence());
    }

    @Test
    void shouldRefuseAnEvidenceTableThatIsNoPlainName() {
        assertThrows(IllegalStateException.class, () -> XaParticipant.launch(
            database.context().onePhase(true).evidenceTable("evidence; DROP TABLE account")));
    }
}
