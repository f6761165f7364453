package io.dtm.xa;

import static io.dtm.xa.Driver.COORDINATOR;
import static io.dtm.xa.Driver.EPOCH;
import static io.dtm.xa.Driver.branch;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.participant.BranchId;
import io.dtm.xa.embedded.PostgresServer;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.xa.PGXADataSource;

@ExtendWith(SharedPostgres.class)
class PostgreSqlDecisionTest {
    private static final BranchId BRANCH = branch(77);
    private static final BranchId OTHER_EPOCH = new BranchId(COORDINATOR, 77, 0, EPOCH + 1);
    private static final String INSERT = "INSERT INTO account VALUES (1, 100)";

    private TestDatabase database;
    private XaParticipant participant;
    private Driver driver;

    @BeforeEach
    void launch() throws SQLException {
        database = new TestDatabase("decision");
        database.execute("DROP TABLE IF EXISTS account", "CREATE TABLE account (id INT, balance INT)",
            "GRANT ALL ON account TO PUBLIC");
        use(database.context());
    }

    private void use(final XaContext context) throws SQLException {
        if (participant != null) {
            participant.close();
        }
        participant = XaParticipant.launch(context.work(new SqlWork()));
        driver = new Driver(participant);
    }

    @AfterEach
    void close() throws SQLException {
        participant.close();
        database.rollbackAllPrepared();
    }

    private long rows() throws SQLException {
        return Long.parseLong(database.query("SELECT count(*) FROM account").get(0));
    }

    /** As a former process would have left it. */
    private void leavePrepared(final BranchId branch, final String work) throws SQLException {
        database.prepareByHand(PostgreSqlDialect.gid(new BranchXid(branch)), work);
    }

    @Test
    void shouldFreeThePromiseOfABranchThatAnotherProcessFinished() throws SQLException {
        use(database.context().maxPreparedBranches(2));
        assertEquals("YES", driver.prepare(branch(1), INSERT));
        assertEquals("YES", driver.prepare(branch(2), INSERT));
        assertTrue(driver.prepare(branch(3), INSERT).startsWith("NO: overloaded"));
        try (XaParticipant other = XaParticipant.launch(database.context())) {
            assertEquals("DONE", new Driver(other).commit(branch(1)));
        }
        assertEquals(2, participant.preparedBranches());

        assertEquals(List.of(branch(2)), driver.scan(COORDINATOR));

        assertEquals(1, participant.preparedBranches());
        assertEquals("YES", driver.prepare(branch(4), INSERT));
        assertEquals("ABSENT", driver.commit(branch(1)));
        assertEquals("DONE", driver.commit(branch(2)));
        assertEquals("DONE", driver.commit(branch(4)));
        assertEquals(3, rows());
    }

    @Test
    void shouldSayThatTheResourceKnowsNothingWhenADecisionIsRepeatedOrForNothing() {
        assertEquals("ABSENT", driver.commit(BRANCH));
        assertEquals("ABSENT", driver.rollback(BRANCH));

        driver.prepare(branch(1), INSERT);
        assertEquals("DONE", driver.commit(branch(1)));
        assertEquals("ABSENT", driver.commit(branch(1)));

        driver.prepare(branch(2), INSERT);
        assertEquals("DONE", driver.rollback(branch(2)));
        assertEquals("ABSENT", driver.rollback(branch(2)));
    }

    @Test
    void shouldAnswerADecisionThatIsRepeatedWhileItIsCarriedOut() {
        driver.prepare(BRANCH, INSERT);

        final List<CompletableFuture<String>> replies =
            List.of(driver.startCommit(BRANCH), driver.startCommit(BRANCH), driver.startCommit(BRANCH));

        assertEquals("DONE", Driver.get(replies.get(0)));
        for (final CompletableFuture<String> reply : replies) {
            assertTrue(Set.of("DONE", "ABSENT").contains(Driver.get(reply)), Driver.get(reply));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldCommitWhenTheBackendsAreKilledAfterPrepare(final boolean scanned) throws SQLException {
        driver.prepare(BRANCH, INSERT);
        if (scanned) {
            driver.scan(COORDINATOR);
        }
        database.killSessions();

        assertEquals("DONE", driver.commit(BRANCH));
        assertEquals(1, rows());
    }

    @Test
    void shouldRollBackWhenTheBackendsAreKilledAfterPrepare() throws SQLException {
        driver.prepare(BRANCH, INSERT);
        driver.scan(COORDINATOR);
        database.killSessions();

        assertEquals("DONE", driver.rollback(BRANCH));
        assertEquals(List.of(), database.prepared());
        assertEquals(0, rows());
    }

    @Test
    void shouldCommitAfterTheServerWasKilledAndStartedAgain() throws SQLException, IOException {
        final PostgresServer server = database.server();
        driver.prepare(BRANCH, INSERT);
        driver.scan(COORDINATOR);
        server.kill();

        final String whileDown = driver.commit(BRANCH);
        assertTrue(whileDown.startsWith("RETRY: "), whileDown);
        assertEquals(1, participant.preparedBranches());

        server.start();
        assertEquals("DONE", driver.commit(BRANCH));
        assertEquals(1, rows());
    }

    @Test
    void shouldReportAFailedScanAndVoteNoWhileTheServerIsDown() throws SQLException, IOException {
        final PostgresServer server = database.server();
        server.kill();
        try {
            assertTrue(driver.prepare(BRANCH, INSERT).startsWith("NO: the database can't be used"));
            final AssertionError failed =
                assertThrows(AssertionError.class, () -> driver.scan(COORDINATOR));
            assertTrue(failed.getCause().getCause() instanceof SQLException, "" + failed.getCause());
        } finally {
            server.start();
        }
        assertEquals(List.of(), driver.scan(COORDINATOR));
    }

    @Test
    void shouldNotClaimToHaveCommittedWhatAnAdministratorFinishedByHand() throws SQLException {
        driver.prepare(BRANCH, INSERT);
        driver.scan(COORDINATOR);
        database.rollbackAllPrepared();

        assertEquals("ABSENT", driver.commit(BRANCH));
    }

    @Test
    void shouldFinishBranchesOfAFormerProcess() throws SQLException {
        leavePrepared(branch(1), INSERT);
        leavePrepared(branch(2), INSERT);

        assertEquals(Set.of(branch(1), branch(2)), Set.copyOf(driver.scan(COORDINATOR)));
        assertEquals("DONE", driver.commit(branch(1)));
        assertEquals("DONE", driver.rollback(branch(2)));

        assertEquals(1, rows());
        assertEquals(List.of(), driver.scan(COORDINATOR));
    }

    @Test
    void shouldRollBackTheOtherNameOfABranchWhenAFormerProcessLeftIt() throws SQLException {
        leavePrepared(BRANCH, INSERT);
        driver.scan(COORDINATOR);
        driver.prepare(OTHER_EPOCH, INSERT);

        assertEquals("DONE", driver.commit(OTHER_EPOCH));

        assertEquals(List.of(), database.prepared());
        assertEquals(1, rows());
    }

    @Test
    void shouldRollBackItsOwnNameOfABranchWhenCommitNamesThatOfAFormerProcess() throws SQLException {
        leavePrepared(BRANCH, "INSERT INTO account VALUES (5, 5)");
        driver.prepare(OTHER_EPOCH, INSERT);
        driver.scan(COORDINATOR);

        assertEquals("DONE", driver.commit(BRANCH));

        assertEquals(List.of(), database.prepared());
        assertEquals(List.of("5"), database.query("SELECT id FROM account"));
    }

    @Test
    void shouldRollBackRunningWorkWhenCommitNamesTheBranchOfAFormerProcess() throws SQLException {
        leavePrepared(BRANCH, "INSERT INTO account VALUES (5, 5)");
        final CompletableFuture<String> vote = driver.startPrepare(OTHER_EPOCH, "SELECT pg_sleep(3600)");
        Await.until("it sleeps", () -> !database.query("SELECT pid FROM pg_stat_activity "
            + "WHERE datname = current_database() AND wait_event = 'PgSleep'").isEmpty());

        assertEquals("DONE", driver.commit(BRANCH));

        assertEquals("NO: rolled back while its work ran", Driver.get(vote));
        assertEquals(List.of("5"), database.query("SELECT id FROM account"));
    }

    @Test
    void shouldRollBackABranchUnderAllItsNames() throws SQLException {
        leavePrepared(BRANCH, INSERT);
        driver.prepare(OTHER_EPOCH, INSERT);

        assertEquals("DONE", driver.rollback(BRANCH));

        assertEquals(List.of(), database.prepared());
        assertEquals(0, rows());
    }

    @Test
    void shouldScanForItsCoordinatorOnlyAndLeaveForeignNamesAlone() throws SQLException {
        final BranchId foreign = new BranchId(COORDINATOR + 1, 77, 0, EPOCH);
        final String ours = PostgreSqlDialect.gid(new BranchXid(BRANCH));
        final String formatId = Integer.toString(BranchXid.FORMAT_ID);
        final List<String> garbage = List.of(
            "it's a '' quote\\", "x_y_z", formatId + "_a'b_c", formatId + "__", formatId + "_*_*_*",
            "4711_" + ours.substring(ours.indexOf('_') + 1), ours + "\n", ours.replace("=", ""),
            ours.replace("_", "_ "), ours + "'--",
            formatId + "_" + Base64.getEncoder().encodeToString(new byte[16]) + "_"
                + Base64.getEncoder().encodeToString(new byte[] {-1, 0, 0, 0, 0, 0, 0, 1}));
        leavePrepared(BRANCH, INSERT);
        leavePrepared(foreign, INSERT);
        for (final String gid : garbage) {
            database.prepareByHand(gid, INSERT);
        }

        assertEquals(List.of(BRANCH), driver.scan(COORDINATOR));
        assertEquals(List.of(foreign), driver.scan(COORDINATOR + 1));
        assertEquals("DONE", driver.rollback(BRANCH));

        assertEquals(garbage.size() + 1, database.prepared().size());
        assertEquals(List.of(), driver.scan(COORDINATOR));
    }

    @Test
    void shouldNotTakeABranchInAnotherDatabaseForAbsent() throws SQLException {
        final TestDatabase elsewhere = new TestDatabase("elsewhere");
        elsewhere.prepareByHand(PostgreSqlDialect.gid(new BranchXid(BRANCH)), "SELECT pg_current_xact_id()");
        try {
            final String reply = driver.commit(BRANCH);

            assertTrue(reply.startsWith("RETRY: ") && reply.contains("prepared in database elsewhere"), reply);
            assertEquals(List.of(), driver.scan(COORDINATOR));
        } finally {
            elsewhere.rollbackAllPrepared();
        }
    }

    @Test
    void shouldNotTakeABranchOfAnotherRoleForAbsent() throws SQLException {
        database.execute("DROP ROLE IF EXISTS clerk", "CREATE ROLE clerk LOGIN");
        leavePrepared(BRANCH, INSERT);
        final PGXADataSource asClerk = database.server().xaDataSource(database.name());
        asClerk.setUser("clerk");
        use(database.context().dataSource(asClerk));

        final String reply = driver.commit(BRANCH);

        assertTrue(reply.startsWith("RETRY: ") && reply.contains("42501"), reply);
        assertEquals(1, database.prepared().size());
    }

    @Test
    void shouldRefuseADecisionAgainstTheOneThatIsCarriedOut() {
        driver.prepare(BRANCH, INSERT);

        final CompletableFuture<String> first = driver.startCommit(BRANCH);
        final CompletableFuture<String> second = driver.startRollback(BRANCH);

        assertEquals("DONE", Driver.get(first));
        final String answer = Driver.get(second);
        assertTrue(answer.startsWith("RETRY: ") || answer.equals("ABSENT"), answer);
    }

    @Test
    void shouldRefuseToCommitABranchThatHasNotVoted() throws SQLException {
        final CompletableFuture<String> vote = driver.startPrepare(BRANCH, "SELECT pg_sleep(3600)");
        Await.until("it runs", () -> participant.runningBranches() == 1);

        final String reply = driver.commit(BRANCH);

        assertTrue(reply.startsWith("RETRY: COMMIT for a branch that has not voted"), reply);
        assertEquals("DONE", driver.rollback(BRANCH));
        assertEquals("NO: rolled back while its work ran", Driver.get(vote).replace(
            "NO: the database can't be used: rolled back before its work began",
            "NO: rolled back while its work ran"));
    }
}
