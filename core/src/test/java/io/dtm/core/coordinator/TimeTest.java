package io.dtm.core.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dtm.core.coordinator.ProtocolCodes.Capability;
import io.dtm.core.coordinator.ProtocolCodes.Stage;
import org.junit.jupiter.api.Test;

/** Deadlines, repetitions and the silence of a coordinator that has nothing to do. */
class TimeTest {
    private final CoordinatorScenario scenario = CoordinatorScenario.started();
    private final ScenarioClient client = scenario.client();
    private final ScenarioParticipant a = scenario.participant("A");
    private final ScenarioParticipant b = scenario.participant("B");

    /** R9: a transaction older than 60 s rolls back by itself. */
    @Test
    void shouldAbortAfterSixtySecondsByDefault() {
        final long transaction = client.begins();
        a.joins(transaction);
        client.commits(transaction);
        scenario.passTicking(59_999);
        scenario.showsState("PREPARING", transaction);
        scenario.quiet().passTicking(1);
        scenario.sends("s2 <- ROLLBACK 1:1/1", "s1 <- ABORTED 1:1 decided DEADLINE by 1");
    }

    @Test
    void shouldNameTheBranchThatDidNotVoteInTime() {
        final long transaction = client.within(1_000).submits(a, b);
        a.votesYes(transaction);
        scenario.passTicking(999).quiet().passTicking(1);
        scenario.sends("s2 <- ROLLBACK 1:1/0", "s3 <- ROLLBACK 1:1/1", "s1 <- ABORTED 1:1 decided DEADLINE by 1");
    }

    @Test
    void shouldNotCountAVoteAfterTheDeadlineThoughNoTickHasCome() {
        final long transaction = client.within(1_000).submits(a);
        scenario.quiet().pass(1_000);
        a.votesYes(transaction);
        scenario.sends("s2 <- ROLLBACK 1:1/0", "s1 <- ABORTED 1:1 decided DEADLINE by 0",
            "s2 <- ROLLBACK 1:1/0 (answer)");
    }

    @Test
    void shouldNotAbortACommittedTransactionAtItsDeadline() {
        final long transaction = client.within(1_000).submits(a);
        a.votesYes(transaction);
        scenario.passTicking(120_000);
        scenario.showsState("COMMITTING", transaction);
    }

    @Test
    void shouldRepeatPrepareWithCappedExponentialBackoff() {
        client.submits(a);
        scenario.quiet();
        final long[] expectedMs = {200, 600, 1_400, 3_000, 6_200, 11_200, 16_200};
        for (final long ms : expectedMs) {
            scenario.passTicking(ms - 1 - scenario.nowNs / CoordinatorScenario.MILLI);
            scenario.sendsNothing();
            scenario.passTicking(1);
            scenario.sends("s2 <- PREPARE 1:1/0 i101");
        }
    }

    @Test
    void shouldRepeatADecisionOnlyToThoseThatDidNotAcknowledge() {
        final long transaction = client.submits(a, b);
        a.votesYes(transaction);
        b.votesYes(transaction);
        a.acknowledgesCommit(transaction);
        scenario.quiet().passTicking(600);
        scenario.sends("s3 <- COMMIT 1:1/1", "s3 <- COMMIT 1:1/1");
    }

    @Test
    void shouldRepeatTheDelegationUntilItIsAnswered() {
        final ScenarioParticipant c = scenario.participant("C", "1", Capability.ONE_PHASE);
        final long transaction = client.within(500).submits(c);
        scenario.quiet().passTicking(60_000);
        scenario.showsState("DELEGATED", transaction);
        scenario.sendsCounted("COMMIT_ONE_PHASE", 15);
    }

    @Test
    void shouldGiveUpARollbackAfterAMinuteAndThenPresumeIt() {
        final long transaction = client.wants(Stage.COMPLETED).submits(a, b);
        a.votesYes(transaction);
        b.votesNo(transaction);
        scenario.passTicking(59_999);
        scenario.showsState("ABORTING", transaction);
        scenario.quiet().passTicking(1);
        scenario.sends("s1 <- ABORTED 1:1 completed VOTE_NO by 1 unacknowledged");
        a.asksAbout(transaction);
        scenario.sends("s2 <- ROLLBACK 1:1/0 (presumed)");
    }

    @Test
    void shouldWantNothingOfTimeWhenIdle() {
        assertEquals(CoordinatorClock.NO_WAKE_UP, scenario.coordinator.nextWakeUpNs());
        final long transaction = client.submits(a);
        a.votesYes(transaction);
        a.acknowledgesCommit(transaction);
        assertEquals(CoordinatorClock.NO_WAKE_UP, scenario.coordinator.nextWakeUpNs());
    }

    @Test
    void shouldWantNothingOfTimeWhileNobodyCanBeReached() {
        final long transaction = client.submits(a);
        a.votesYes(transaction);
        a.isLost();
        scenario.passTicking(10_000);
        assertEquals(CoordinatorClock.NO_WAKE_UP, scenario.coordinator.nextWakeUpNs());
        scenario.quiet();
        a.connects();
        scenario.passTicking(600);
        scenario.sends("s4 <- OPENED", "s4 <- REGISTERED r1", "s4 <- COMMIT 1:1/0", "s4 <- COMMIT 1:1/0",
            "s4 <- COMMIT 1:1/0");
    }

    @Test
    void shouldWakeUpForTheDeadlineOnlyWhileNobodyCanBeReached() {
        client.within(30_000).submits(a);
        a.isLost();
        scenario.passTicking(10_000);
        assertEquals(30_000 * CoordinatorScenario.MILLI, scenario.coordinator.nextWakeUpNs());
    }

    @Test
    void shouldTellTheTimeOfTheNextWakeUpInTheHostsTime() {
        client.within(30_000).begins();
        scenario.restart(0, 0, 10_000);
        assertEquals(20_000 * CoordinatorScenario.MILLI, scenario.coordinator.nextWakeUpNs());
    }
}
