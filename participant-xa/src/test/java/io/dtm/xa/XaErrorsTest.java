package io.dtm.xa;

import static io.dtm.xa.Driver.COORDINATOR;
import static io.dtm.xa.Driver.branch;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.participant.BranchId;
import io.dtm.participant.DecisionReply.HeuristicOutcome;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the errors of any XA resource come to in the words of the protocol. */
class XaErrorsTest {
    private static final BranchId BRANCH = branch(77);

    /** Trusts the driver in everything, as an unknown database's would. */
    private static final class Generic implements XaDialect {
    }

    /** A database that binds a prepared branch to its connection. */
    private static final class Pinning implements XaDialect {
        private final boolean loses;

        Pinning(final boolean loses) {
            this.loses = loses;
        }

        @Override
        public boolean pinsConnection() {
            return true;
        }

        @Override
        public boolean losesPreparedOnDisconnect() {
            return loses;
        }
    }

    private final FakeDatabase database = new FakeDatabase();
    private final List<Throwable> reported = new ArrayList<>();
    private WorkResult result = WorkResult.done();
    private XaParticipant participant;
    private Driver driver;

    @BeforeEach
    void launch() throws SQLException {
        launch(new Generic());
    }

    private void launch(final XaDialect dialect) throws SQLException {
        participant = XaParticipant.launch(new XaContext().dataSource(database).dialect(dialect).connections(6)
            .errorHandler(reported::add).work((connection, payload) -> {
                connection.createStatement(); // there are none here: that it was asked for is enough
                return result;
            }));
        driver = new Driver(participant);
    }

    @AfterEach
    void close() {
        participant.close();
        assertEquals(0, database.open);
    }

    private void prepare() {
        assertEquals("YES", driver.prepare(BRANCH, ""));
        driver.scan(COORDINATOR);
        database.calls.clear();
    }

    @Test
    void shouldTakeTheShortestWayWhenNothingFails() {
        driver.scan(COORDINATOR);
        database.calls.clear();

        assertEquals("YES", driver.prepare(BRANCH, ""));
        assertEquals("DONE", driver.commit(BRANCH));

        assertEquals(List.of("start", "end", "prepare", "commit"), database.calls());
        assertEquals(1, database.open, "all over one connection");
    }

    @Test
    void shouldLookForOtherNamesOfABranchUnlessItHasScanned() {
        driver.prepare(BRANCH, "");
        driver.commit(BRANCH);

        assertEquals(List.of("start", "end", "prepare", "recover", "commit"), database.calls());
    }

    @ParameterizedTest
    @CsvSource({
        XAException.XA_HEURCOM + ",DONE,HEURISTIC COMMITTED",
        XAException.XA_HEURRB + ",HEURISTIC ROLLED_BACK,DONE",
        XAException.XA_HEURMIX + ",HEURISTIC MIXED,HEURISTIC MIXED",
        XAException.XA_HEURHAZ + ",HEURISTIC MIXED,HEURISTIC MIXED",
        XAException.XA_RBROLLBACK + ",HEURISTIC ROLLED_BACK,DONE",
    })
    void shouldReportWhatTheResourceDidByItself(final int error, final String onCommit, final String onRollback) {
        final boolean forgets = error < XAException.XA_RBBASE;
        prepare();
        database.nextError = error;
        assertEquals(onCommit, driver.commit(BRANCH));
        assertEquals(forgets ? List.of("commit", "forget") : List.of("commit"), database.calls());

        database.prepared.clear();
        prepare();
        database.nextError = error;
        assertEquals(onRollback, driver.rollback(BRANCH));
        assertEquals(forgets ? List.of("rollback", "forget") : List.of("rollback"), database.calls());
    }

    @ParameterizedTest
    @ValueSource(ints = {XAException.XAER_RMERR, XAException.XAER_RMFAIL, XAException.XAER_NOTA})
    void shouldTryAgainWhenTheBranchIsStillPreparedWhateverTheError(final int error) {
        prepare();
        database.nextError = error;

        assertEquals("DONE", driver.commit(BRANCH));
        assertEquals(List.of("commit", "recover", "commit"), database.calls());
    }

    @Test
    void shouldTakeALostAnswerForDoneOnceTheListSaysSo() {
        prepare();
        database.nextError = XAException.XAER_RMFAIL;
        database.carriesOut = true;

        assertEquals("DONE", driver.commit(BRANCH));
        assertEquals(List.of("commit", "recover"), database.calls());
    }

    @Test
    void shouldLeaveABranchPreparedWhenItsDecisionFailsTwice() {
        prepare();
        database.everyError = XAException.XAER_RMERR;

        assertTrue(driver.commit(BRANCH).startsWith("RETRY: "));
        assertTrue(driver.rollback(BRANCH).startsWith("RETRY: "));
        assertEquals(1, participant.preparedBranches());

        database.everyError = 0;
        assertEquals("DONE", driver.commit(BRANCH));
    }

    @Test
    void shouldRememberThatAnAttemptEndedInTheOpen() {
        prepare();
        database.nextError = XAException.XAER_RMFAIL;
        database.carriesOut = true;
        database.recoverFails = true;
        assertTrue(driver.commit(BRANCH).startsWith("RETRY: "));

        database.recoverFails = false;
        database.nextError = XAException.XAER_NOTA;
        assertEquals("DONE", driver.commit(BRANCH));
    }

    @Test
    void shouldRememberThatItCommittedABranchOfAFormerProcessWhoseAnswerWasLost() {
        database.prepared.add(new BranchXid(BRANCH));
        loseTheAnswerAndTheList(XAException.XAER_RMFAIL);

        database.nextError = XAException.XAER_NOTA;
        assertEquals("DONE", driver.commit(BRANCH));

        database.nextError = XAException.XAER_NOTA;
        assertEquals("ABSENT", driver.commit(BRANCH), "kept until it was told, and no longer");
    }

    @Test
    void shouldRememberAnAttemptAlsoWhenAScanFindsTheBranchGone() {
        prepare();
        loseTheAnswerAndTheList(XAException.XAER_RMFAIL);
        assertEquals(1, participant.preparedBranches());
        assertEquals(List.of(), driver.scan(COORDINATOR));
        assertEquals(0, participant.preparedBranches());

        database.nextError = XAException.XAER_NOTA;
        assertEquals("DONE", driver.commit(BRANCH));
    }

    @Test
    void shouldRememberAnAttemptWhoseDriverThrewSomethingElse() {
        prepare();
        database.throwsUnchecked = true;
        loseTheAnswerAndTheList(XAException.XAER_RMFAIL);

        database.throwsUnchecked = false;
        database.nextError = XAException.XAER_NOTA;
        assertEquals("DONE", driver.commit(BRANCH));
    }

    @Test
    void shouldNotClaimToHaveCommittedABranchThatWasNotThereWhenItTried() {
        driver.scan(COORDINATOR);
        database.nextError = XAException.XAER_RMFAIL;

        assertEquals("ABSENT", driver.commit(BRANCH));
    }

    @Test
    void shouldNotTakeAnOpenRollbackForACommit() {
        prepare();
        database.nextError = XAException.XAER_RMFAIL;
        database.carriesOut = true;
        database.failsNextRecover = true;
        assertTrue(driver.rollback(BRANCH).startsWith("RETRY: "));

        database.carriesOut = false;
        database.nextError = XAException.XAER_NOTA;
        assertEquals("ABSENT", driver.commit(BRANCH));
    }

    /** COMMIT is carried out, then neither its answer nor the list arrives. */
    private void loseTheAnswerAndTheList(final int error) {
        database.nextError = error;
        database.carriesOut = true;
        database.failsNextRecoverAfterAnError = true;
        assertTrue(driver.commit(BRANCH).startsWith("RETRY: "));
        assertEquals(Set.of(), database.prepared);
        database.carriesOut = false;
    }

    @Test
    void shouldNotRememberAnAttemptThatNeverReachedTheResource() {
        prepare();
        database.down = true;
        database.everyError = XAException.XAER_NOTA;
        assertTrue(driver.commit(BRANCH).startsWith("RETRY: "));

        database.down = false;
        database.prepared.clear();
        assertEquals("ABSENT", driver.commit(BRANCH));
    }

    @Test
    void shouldVoteNoWhenPrepareRollsBack() {
        database.nextError = XAException.XA_RBDEADLOCK;

        assertEquals("NO: the database refused to prepare: XAException (XA error " + XAException.XA_RBDEADLOCK + ")",
            driver.prepare(BRANCH, ""));
        assertEquals(List.of("start", "end", "prepare", "rollback"), database.calls());
    }

    @Test
    void shouldRollBackWhatAFailedPrepareLeftPrepared() {
        database.nextError = XAException.XAER_RMFAIL;
        database.carriesOut = true;

        assertTrue(driver.prepare(BRANCH, "").startsWith("NO: "));
        assertTrue(database.prepared.isEmpty());
    }

    @Test
    void shouldReportAndLeaveToTheScanWhatAFailedPrepareLeftPrepared() {
        database.everyError = XAException.XAER_RMFAIL;
        database.carriesOut = false;
        database.prepared.add(new BranchXid(BRANCH));

        assertTrue(driver.prepare(BRANCH, "").startsWith("NO: "));

        assertEquals(1, reported.size());
        database.everyError = 0;
        assertEquals(List.of(BRANCH), driver.scan(COORDINATOR));
        assertEquals("DONE", driver.rollback(BRANCH));
    }

    @Test
    void shouldVoteReadOnlyWhenTheResourceSaysSoAndYesWhenItLies() {
        database.prepareAnswer = XAResource.XA_RDONLY;
        assertEquals("READ_ONLY", driver.prepare(BRANCH, ""));

        database.leavesReadOnly = true;
        assertEquals("YES", driver.prepare(BRANCH, ""));
    }

    @Test
    void shouldVoteNoWhenTheWorkFailsBadly() throws SQLException {
        participant.close();
        participant = XaParticipant.launch(new XaContext().dataSource(database).dialect(new Generic())
            .connections(6).errorHandler(reported::add).work((connection, payload) -> {
                throw new StackOverflowError("too deep");
            }));
        driver = new Driver(participant);

        assertTrue(driver.prepare(BRANCH, "").contains("too deep"));
        assertEquals(1, reported.size());
        assertEquals("ABSENT", driver.rollback(BRANCH));
    }

    @Test
    void shouldKeepTheConnectionOfAPreparedBranchWhereTheDatabaseBindsThem() throws SQLException {
        participant.close();
        launch(new Pinning(false));
        prepare();
        assertEquals("YES", driver.prepare(branch(78), ""));
        assertEquals(2, database.open);

        assertEquals("DONE", driver.commit(BRANCH));
        assertEquals("DONE", driver.rollback(branch(78)));
        assertEquals("YES", driver.prepare(branch(79), ""));
        assertEquals(2, database.open);
    }

    @Test
    void shouldReportAHazardWhereTheDatabaseLosesABranchWithItsConnection() throws SQLException {
        participant.close();
        launch(new Pinning(true));
        prepare();
        database.prepared.clear();
        database.nextError = XAException.XAER_NOTA;

        assertEquals("HEURISTIC MIXED", driver.commit(BRANCH));
    }

    @Test
    void shouldRefuseAnUnknownBranchsDecisionWhenTheListCannotBeRead() {
        database.recoverFails = true;

        assertTrue(driver.commit(BRANCH).startsWith("RETRY: "));
        assertTrue(driver.rollback(BRANCH).startsWith("RETRY: "));
        assertThrows(AssertionError.class, () -> driver.scan(COORDINATOR));
    }

    @Test
    void shouldAnswerTheWorstOfSeveralNames() {
        final Resolution retry = Resolution.retry(new SQLException(), false);
        final Resolution committed = Resolution.heuristic(HeuristicOutcome.COMMITTED);
        final Resolution rolledBack = Resolution.heuristic(HeuristicOutcome.ROLLED_BACK);

        assertEquals(retry, Resolution.DONE.and(retry));
        assertEquals(retry, retry.and(committed));
        assertEquals(committed, Resolution.DONE.and(committed));
        assertEquals(Resolution.DONE, Resolution.ABSENT.and(Resolution.DONE));
        assertEquals(Resolution.ABSENT, Resolution.ABSENT.and(Resolution.ABSENT));
        assertEquals(committed, committed.and(committed));
        assertEquals(Resolution.heuristic(HeuristicOutcome.MIXED), committed.and(rolledBack));
    }
}
