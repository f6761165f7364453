package io.dtm.core.coordinator;

import io.dtm.core.coordinator.ProtocolCodes.Capability;
import io.dtm.core.coordinator.ProtocolCodes.Stage;
import org.junit.jupiter.api.Test;

/** Transactions that begin, are joined, and end; and joins that are overtaken by the commit (rule 5). */
class InteractiveTest {
    private final CoordinatorScenario scenario = CoordinatorScenario.started();
    private final ScenarioClient client = scenario.client();
    private final ScenarioParticipant a = scenario.participant("A");
    private final ScenarioParticipant b = scenario.participant("B");

    @Test
    void shouldCommitWhatJoined() {
        final long transaction = client.begins();
        scenario.showsState("ACTIVE", transaction);
        a.joins(transaction);
        b.joins(transaction);
        scenario.sends("s2 <- JOINED 1:1/1", "s3 <- JOINED 1:1/2");
        client.commits(transaction);
        scenario.sends("s2 <- PREPARE 1:1/1 i101", "s3 <- PREPARE 1:1/2 i102");
        a.votesYes(transaction);
        b.votesYes(transaction);
        scenario.sends("s2 <- COMMIT 1:1/1", "s3 <- COMMIT 1:1/2", "s1 <- COMMITTED 1:1 decided");
    }

    @Test
    void shouldRollBackWhatJoinedWhenTheClientWantsIt() {
        final long transaction = client.begins();
        a.joins(transaction);
        scenario.quiet();
        client.rollsBack(transaction);
        scenario.sends("s2 <- ROLLBACK 1:1/1", "s1 <- ABORTED 1:1 decided CLIENT_REQUEST");
        a.acknowledgesRollback(transaction);
        scenario.showsState("none", transaction);
    }

    @Test
    void shouldCommitATransactionThatNobodyJoined() {
        final long transaction = client.begins();
        client.commits(transaction);
        scenario.sends("s1 <- COMMITTED 1:1 completed nothing-written (append)");
    }

    @Test
    void shouldRollBackATransactionThatNobodyJoined() {
        final long transaction = client.begins();
        client.rollsBack(transaction);
        scenario.sends("s1 <- ABORTED 1:1 completed CLIENT_REQUEST");
        scenario.showsState("none", transaction);
    }

    @Test
    void shouldRollBackWhilePreparing() {
        final long transaction = client.submits(a, b);
        a.votesYes(transaction);
        scenario.quiet();
        client.rollsBack(transaction);
        scenario.sends("s2 <- ROLLBACK 1:1/0", "s3 <- ROLLBACK 1:1/1", "s1 <- ABORTED 1:1 decided CLIENT_REQUEST");
    }

    @Test
    void shouldNotRollBackWhatIsCommitted() {
        final long transaction = client.submits(a);
        a.votesYes(transaction);
        scenario.quiet();
        client.rollsBack(transaction);
        scenario.sends("s1 <- COMMITTED 1:1 decided");
    }

    @Test
    void shouldPrepareOnlyWhenTheExpectedJoinArrivesThatTheCommitOvertook() {
        final long transaction = client.begins();
        a.joins(transaction);
        scenario.quiet();
        client.commits(transaction, a.resource, b.resource);
        scenario.sendsNothing();
        scenario.showsState("ACTIVE", transaction);
        b.joins(transaction);
        scenario.sends("s3 <- JOINED 1:1/2", "s2 <- PREPARE 1:1/1 i101", "s3 <- PREPARE 1:1/2 i102");
    }

    @Test
    void shouldAbortAtTheDeadlineWhenAnExpectedJoinNeverArrives() {
        final long transaction = client.within(500).begins();
        a.joins(transaction);
        client.commits(transaction, a.resource, b.resource);
        scenario.quiet().passTicking(500);
        scenario.sends("s2 <- ROLLBACK 1:1/1", "s1 <- ABORTED 1:1 decided DEADLINE by 1");
    }

    @Test
    void shouldNotWaitTwiceForABranchThatIsNamedTwice() {
        final long transaction = client.begins();
        client.commits(transaction, b.resource, b.resource);
        b.joins(transaction);
        scenario.sends("s3 <- JOINED 1:1/2", "s3 <- PREPARE 1:1/2 i102");
    }

    @Test
    void shouldNeverCommitWhenMoreBranchesAreExpectedThanCanJoin() {
        final long transaction = client.within(500).begins();
        final int[] expected = new int[102];
        for (int i = 0; i < expected.length; i++) {
            expected[i] = i + 1;
        }
        client.commits(transaction, expected);
        a.joins(transaction);
        scenario.showsState("ACTIVE", transaction);
    }

    @Test
    void shouldRefuseAJoinAfterTheCommit() {
        final long transaction = client.begins();
        a.joins(transaction);
        client.commits(transaction);
        scenario.quiet();
        b.joins(transaction);
        scenario.sends("s3 <- REJECTED ENLIST NOT_ACTIVE 1:1/2");
    }

    @Test
    void shouldAnswerARepeatedJoinOnceMore() {
        final long transaction = client.begins();
        a.joins(transaction);
        a.joins(transaction);
        scenario.sends("s2 <- JOINED 1:1/1", "s2 <- JOINED 1:1/1");
        client.commits(transaction);
        scenario.quiet();
        a.joins(transaction);
        scenario.sends("s2 <- JOINED 1:1/1");
    }

    @Test
    void shouldNotCallARepeatedJoinJoinedWhenItRollsBack() {
        final long transaction = client.begins();
        a.joins(transaction);
        client.rollsBack(transaction);
        scenario.quiet();
        a.joins(transaction);
        scenario.sends("s2 <- REJECTED ENLIST NOT_ACTIVE 1:1/1");
    }

    @Test
    void shouldBringAClientEnlistedBranchItsPayload() {
        final long transaction = client.withPayload("credit 5").begins();
        client.enlists(transaction, a);
        scenario.sends("s1 <- JOINED 1:1/1");
        client.commits(transaction);
        scenario.sends("s2 <- PREPARE 1:1/1 i101 'credit 5'");
    }

    @Test
    void shouldTakeAClientsRepeatedEnlistingForTheSameThoughAnotherInstanceIsThere() {
        final long transaction = client.begins();
        client.enlists(transaction, a);
        scenario.participant("A", "2", 0);
        a.link = scenario.newLink();
        scenario.resume(a.session, a.link);
        scenario.quiet();
        client.enlists(transaction, a);
        scenario.sends("s1 <- JOINED 1:1/1");
    }

    @Test
    void shouldSayThatAJoinMayHaveOvertakenTheBegin() {
        final long transaction = client.id(1);
        a.joins(transaction);
        scenario.sends("s2 <- REJECTED ENLIST UNKNOWN_TRANSACTION 1:1/1");
        client.begins(transaction);
        a.joins(transaction);
        scenario.sends("s2 <- JOINED 1:1/1");
    }

    @Test
    void shouldRefuseAJoinOfWhatHasEnded() {
        final long transaction = client.begins();
        client.rollsBack(transaction);
        scenario.quiet();
        a.joins(transaction);
        scenario.sends("s2 <- REJECTED ENLIST TRANSACTION_FINISHED 1:1/1");
    }

    @Test
    void shouldRefuseAJoinToAOneShotTransaction() {
        final long transaction = client.submits(a);
        scenario.quiet();
        b.joins(transaction);
        scenario.sends("s3 <- REJECTED ENLIST TRANSACTION_FINISHED 1:1/2");
    }

    @Test
    void shouldRefuseAWrongJoinToken() {
        final long transaction = client.begins();
        a.joins(transaction, 13);
        scenario.sends("s2 <- REJECTED ENLIST WRONG_JOIN_TOKEN 1:1/1");
        client.commits(transaction);
        scenario.sends("s1 <- COMMITTED 1:1 completed nothing-written (append)");
    }

    @Test
    void shouldCommitASingleBranchInOnePhaseIfItCan() {
        final ScenarioParticipant c = scenario.participant("C", "1", Capability.ONE_PHASE);
        final long transaction = client.begins();
        c.joins(transaction);
        scenario.quiet();
        client.commits(transaction);
        scenario.sends("s4 <- COMMIT_ONE_PHASE 1:1/3 i103");
        c.committedOnePhase(transaction);
        scenario.sends("s1 <- COMMITTED 1:1 completed", "s4 <- FORGET_EVIDENCE 1:1/3");
    }

    @Test
    void shouldTellTheOutcomeToACommitThatIsRepeated() {
        final long transaction = client.begins();
        a.joins(transaction);
        client.commits(transaction);
        client.commits(transaction);
        a.votesYes(transaction);
        scenario.quiet();
        client.commits(transaction);
        scenario.sends("s1 <- COMMITTED 1:1 decided");
        a.acknowledgesCommit(transaction);
        client.wants(Stage.COMPLETED).commits(transaction);
        scenario.sends("s1 <- COMMITTED 1:1 completed");
    }
}
