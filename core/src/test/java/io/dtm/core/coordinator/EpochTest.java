package io.dtm.core.coordinator;

import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dtm.core.coordinator.ProtocolCodes.Capability;
import org.junit.jupiter.api.Test;

/** Rules 5 and 6: what a restart of the coordinator does to transactions; and time, which goes on over it. */
class EpochTest {
    private final CoordinatorScenario scenario = CoordinatorScenario.started();
    private final ScenarioClient client = scenario.client();
    private final ScenarioParticipant a = scenario.participant("A");
    private final ScenarioParticipant b = scenario.participant("B");

    @Test
    void shouldAbortWhatIsStillActive() {
        final long transaction = client.begins();
        a.joins(transaction);
        scenario.restart();
        a.reconnects();
        client.resumes();
        scenario.quiet();
        client.inquires(transaction);
        scenario.sends("s1 <- ABORTED 1:1 decided COORDINATOR_RESTART");
    }

    /** FAULTS section 7, rule 5: the join that was lost with the tail must not be missing from a commit. */
    @Test
    void shouldAbortWhatIsActiveThoughTheCommitComesBeforeTheStep() {
        final long transaction = client.begins();
        a.joins(transaction);
        scenario.restart();
        client.resumes();
        scenario.quiet();
        client.commits(transaction);
        scenario.sends("s1 <- ABORTED 1:1 decided COORDINATOR_RESTART");
    }

    @Test
    void shouldAbortACommitThatStillWaitsForAJoin() {
        final long transaction = client.begins();
        client.commits(transaction, a.resource);
        scenario.restart();
        scenario.takeAllSteps();
        scenario.showsState("none", transaction);
    }

    @Test
    void shouldRefuseAJoinThatKnowsAnotherEpoch() {
        final long transaction = client.begins();
        scenario.quiet();
        scenario.frame(a.link, () -> scenario.coordinator.enlist(transaction, 1, 1, a.incarnation,
            ScenarioClient.JOIN_TOKEN, 7, ScenarioClient.none(), 0, 0));
        scenario.sends("s2 <- REJECTED ENLIST NOT_ACTIVE 1:1/1");
    }

    @Test
    void shouldSendThePreparesOfEarlierTransactionsFirstInTheirOrderThenDecisions() {
        final long first = client.submits(a, b);
        final long second = client.submits(b, a);
        final long decided = client.submits(a);
        a.votesYes(decided);
        scenario.restart();
        final ScenarioClient later = scenario.client();
        a.link = scenario.newLink();
        scenario.resume(a.session, a.link);
        a.registersOnly();
        scenario.quiet();
        later.submits(a);
        scenario.sendsNothing();
        scenario.takeAllSteps();
        scenario.sends("s2 <- PREPARE 1:1/0 i101", "s2 <- PREPARE 1:2/1 i101", "s2 <- PREPARE 4:1/0 i101",
            "s2 <- COMMIT 1:3/0");
        b.reconnects();
        scenario.sends("s3 <- RESUMED of epoch 1", "s3 <- REGISTERED r2", "s3 <- PREPARE 1:1/1 i102",
            "s3 <- PREPARE 1:2/0 i102");
        scenario.showsState("PREPARING", first);
        scenario.showsState("PREPARING", second);
    }

    @Test
    void shouldBringTheirPayloadsToRepeatedPrepares() {
        client.withPayload("debit 5").submits(a);
        scenario.restart();
        scenario.quiet();
        a.reconnects();
        scenario.sends("s2 <- RESUMED of epoch 1", "s2 <- REGISTERED r1", "s2 <- PREPARE 1:1/0 i101 'debit 5'");
    }

    @Test
    void shouldCountAnEarlierEpochsYesOnlyWhenItsResourceIsConnectedAgain() {
        final long transaction = client.submits(a, b);
        a.votesYes(transaction);
        scenario.restart();
        client.resumes();
        b.reconnects();
        scenario.quiet();
        b.votesYes(transaction);
        scenario.sendsNothing();
        scenario.showsState("PREPARING", transaction);
        a.reconnects();
        scenario.sends("s2 <- RESUMED of epoch 1", "s2 <- REGISTERED r1", "s3 <- COMMIT 1:1/1",
            "s1 <- COMMITTED 1:1 decided", "s2 <- COMMIT 1:1/0");
    }

    @Test
    void shouldNotAskAgainABranchThatHasVoted() {
        final long transaction = client.submits(a, b);
        a.votesYes(transaction);
        scenario.restart();
        scenario.quiet();
        a.reconnects();
        scenario.sends("s2 <- RESUMED of epoch 1", "s2 <- REGISTERED r1");
    }

    @Test
    void shouldNotTakeARestartForTheLossOfSessions() {
        final long transaction = client.begins();
        a.joins(transaction);
        client.commits(transaction);
        scenario.restart();
        scenario.takeAllSteps();
        client.resumes();
        scenario.quiet();
        a.reconnects();
        a.votesYes(transaction);
        scenario.sends("s2 <- RESUMED of epoch 1", "s2 <- REGISTERED r1", "s2 <- PREPARE 1:1/1 i101",
            "s2 <- COMMIT 1:1/1", "s1 <- COMMITTED 1:1 decided");
    }

    @Test
    void shouldLoseSessionsThatDoNotResumeInTheGracePeriod() {
        final long interactive = client.begins();
        a.joins(interactive);
        client.commits(interactive);
        scenario.restart();
        a.reconnects();
        scenario.quiet();
        scenario.graceEnds();
        scenario.takeAllSteps();
        scenario.sends("s2 <- ROLLBACK 1:1/1", "s1 <- ABORTED 1:1 decided CLIENT_LOST");
        scenario.showsState("ABORTING", interactive);
        client.resumes();
        scenario.sends("s1 <- RESUMED of epoch 0");
        client.inquires(interactive);
        scenario.sends("s1 <- ABORTED 1:1 decided CLIENT_LOST");
    }

    @Test
    void shouldNotLoseASessionThatResumedEarlyAndIsBetweenTwoLinks() {
        scenario.restart();
        client.resumes();
        scenario.graceEnds();
        scenario.quiet();
        client.resumes();
        scenario.sends("s1 <- RESUMED of epoch 1");
    }

    @Test
    void shouldHearNothingOverLinksOfAnEarlierEpoch() {
        final long transaction = client.submits(a);
        scenario.restart();
        scenario.quiet();
        a.votesYes(transaction);
        client.rollsBack(transaction);
        scenario.sendsNothing();
        scenario.showsState("PREPARING", transaction);
    }

    @Test
    void shouldIgnoreAVoteOfAnEpochThatHasNotCome() {
        final long transaction = client.submits(a);
        scenario.quiet();
        scenario.frame(a.link, () -> scenario.coordinator.vote(
            1, 2, 1, transaction, 0, ProtocolCodes.Vote.YES, ScenarioClient.none(), 0, 0));
        scenario.showsState("PREPARING", transaction);
    }

    @Test
    void shouldAskTheDelegateAgain() {
        final ScenarioParticipant c = scenario.participant("C", "1", Capability.ONE_PHASE);
        final long transaction = client.submits(c);
        scenario.restart();
        scenario.quiet();
        c.reconnects();
        scenario.sends("s4 <- RESUMED of epoch 1", "s4 <- REGISTERED r3", "s4 <- COMMIT_ONE_PHASE 1:1/0 i103");
        scenario.showsState("DELEGATED", transaction);
    }

    @Test
    void shouldRefuseAnEpochThatDoesNotFollow() {
        assertThrows(IllegalArgumentException.class, () -> scenario.coordinator.epochStarted(77, 3, 0, 1, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> scenario.coordinator.epochStarted(77, 2, 0, 0, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> scenario.coordinator.epochStarted(77, 2, 0, 1, 0, -1));
        assertThrows(IllegalArgumentException.class, () -> scenario.coordinator.epochStarted(77, 2, -1, 1, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> scenario.coordinator.epochStarted(78, 2, 0, 1, 0, 0));
    }

    // time

    @Test
    void shouldRefuseTimeThatGoesBack() {
        scenario.pass(10).tick();
        assertThrows(IllegalStateException.class, () -> scenario.coordinator.startFrame(0, scenario.nowNs - 1));
    }

    @Test
    void shouldBringADeadlineNearerByTheDowntime() {
        final long transaction = client.within(10_000).submits(a, b);
        a.votesYes(transaction);
        scenario.restart(0, 0, 9_000);
        a.reconnects();
        b.reconnects();
        scenario.passTicking(999);
        scenario.showsState("PREPARING", transaction);
        scenario.quiet().passTicking(1);
        scenario.sends("s2 <- ROLLBACK 1:1/0", "s3 <- ROLLBACK 1:1/1", "s1 <- ABORTED 1:1 decided DEADLINE by 1");
    }

    @Test
    void shouldNotRollBackACommittedTransactionHoweverLongTheDowntime() {
        final long transaction = client.within(1_000).submits(a);
        a.votesYes(transaction);
        scenario.restart(0, 0, 3_600_000);
        scenario.quiet();
        a.reconnects();
        scenario.sends("s2 <- RESUMED of epoch 1", "s2 <- REGISTERED r1", "s2 <- COMMIT 1:1/0");
    }
}
