package io.dtm.core.coordinator;

import io.dtm.core.coordinator.ProtocolCodes.Stage;
import org.junit.jupiter.api.Test;

/** Rules 1 and 2: no id begins twice, and a session's ids begin in its epoch only. */
class TransactionIdTest {
    private final CoordinatorScenario scenario = CoordinatorScenario.started();
    private final ScenarioClient client = scenario.client();
    private final ScenarioParticipant a = scenario.participant("A");

    @Test
    void shouldAnswerARepeatedSubmitByTheLiveState() {
        final long transaction = client.submits(a);
        scenario.quiet();
        client.submits(transaction, a);
        scenario.sendsNothing();
        a.votesYes(transaction);
        scenario.sends("s2 <- COMMIT 1:1/0", "s1 <- COMMITTED 1:1 decided");
        client.submits(transaction, a);
        scenario.sends("s1 <- COMMITTED 1:1 decided");
    }

    @Test
    void shouldAnswerARepeatedSubmitByTheRetainedOutcome() {
        final long transaction = client.submits(a);
        a.votesNo(transaction);
        scenario.quiet();
        client.submits(transaction, a);
        scenario.sends("s1 <- ABORTED 1:1 completed VOTE_NO by 0");
    }

    /** FAULTS section 7, rule 1: without the mark, the old YES would count in the transaction that begins again. */
    @Test
    void shouldNotResurrectATransactionWhoseOutcomeWasForgotten() {
        final CoordinatorScenario forgetful = CoordinatorScenario.started(new SettingsBuilder().retained(0, 0));
        final ScenarioClient its = forgetful.client();
        final ScenarioParticipant p = forgetful.participant("A");
        final long transaction = its.submits(p);
        p.votesNo(transaction);
        forgetful.quiet();
        its.submits(transaction, p);
        its.begins(transaction);
        its.inquires(transaction);
        forgetful.sends("s1 <- EXPIRED 1:1 completed", "s1 <- EXPIRED 1:1 completed", "s1 <- EXPIRED 1:1 completed");
    }

    @Test
    void shouldBeginNothingBelowTheHighestId() {
        client.submits(client.id(10), a);
        scenario.quiet();
        client.submits(client.id(9), a);
        client.begins(client.id(3));
        client.commits(client.id(4));
        client.rollsBack(client.id(5));
        scenario.sends("s1 <- EXPIRED 1:9 completed", "s1 <- EXPIRED 1:3 completed", "s1 <- EXPIRED 1:4 completed",
            "s1 <- EXPIRED 1:5 completed");
    }

    @Test
    void shouldTakeCountersAsUnsigned() {
        client.submits(client.id(0x8000_0000L), a);
        client.submits(client.id(0xFFFF_FFFFL), a);
        scenario.quiet();
        client.submits(client.id(1), a);
        client.submits(client.id(0xFFFF_FFFFL), a);
        a.branchIds.put(client.id(0xFFFF_FFFFL), 0);
        a.votesYes(client.id(0xFFFF_FFFFL));
        scenario.sends("s1 <- EXPIRED 1:1 completed", "s2 <- COMMIT 1:4294967295/0",
            "s1 <- COMMITTED 1:4294967295 decided");
    }

    @Test
    void shouldNotCallNeverBegunWhatMayStillArriveInItsOwnEpoch() {
        client.inquires(client.id(1));
        client.commits(client.id(1));
        client.rollsBack(client.id(1));
        scenario.sends("s1 <- REJECTED INQUIRE UNKNOWN_TRANSACTION 1:1",
            "s1 <- REJECTED COMMIT UNKNOWN_TRANSACTION 1:1", "s1 <- REJECTED ROLLBACK UNKNOWN_TRANSACTION 1:1");
    }

    /** FAULTS section 7, rule 2. */
    @Test
    void shouldBeginNothingUnderAnEarlierEpochsSession() {
        client.submits(client.id(5), a);
        scenario.restart();
        client.resumes();
        a.reconnects();
        scenario.quiet();
        client.submits(client.id(6), a);
        client.begins(client.id(7));
        client.inquires(client.id(8));
        client.submits(client.id(4), a);
        scenario.sends("s1 <- NEVER_BEGUN 1:6 completed COORDINATOR_RESTART",
            "s1 <- NEVER_BEGUN 1:7 completed COORDINATOR_RESTART",
            "s1 <- NEVER_BEGUN 1:8 completed COORDINATOR_RESTART", "s1 <- EXPIRED 1:4 completed");
    }

    @Test
    void shouldGoOnWithWhatAnEarlierEpochsSessionHasBegun() {
        final long transaction = client.submits(a);
        scenario.restart();
        client.resumes();
        a.reconnects();
        scenario.quiet();
        client.submits(transaction, a);
        a.votesYes(transaction);
        scenario.sends("s2 <- COMMIT 1:1/0", "s1 <- COMMITTED 1:1 decided");
    }

    @Test
    void shouldNotCallNeverBegunWhatARestoredDirectoryDoesNotKnow() {
        client.submits(client.id(1), a);
        scenario.restart(1, 0, 0);
        client.resumes();
        scenario.quiet();
        client.inquires(client.id(2));
        scenario.sends("s1 <- EXPIRED 1:2 completed");
    }

    @Test
    void shouldBeginNothingAfterTheSessionHasEndedButSayWhatItDid() {
        final long ended = client.submits(a);
        a.votesYes(ended);
        final long running = client.submits(a);
        client.isLost();
        scenario.takeAllSteps();
        scenario.quiet();
        client.resumes();
        client.submits(client.id(3), a);
        client.inquires(ended);
        client.inquires(running);
        a.votesYes(running);
        scenario.sends("s1 <- RESUMED of epoch 0", "s1 <- NEVER_BEGUN 1:3 completed CLIENT_LOST",
            "s1 <- COMMITTED 1:1 decided", "s2 <- COMMIT 1:2/0", "s1 <- COMMITTED 1:2 decided");
    }

    @Test
    void shouldRefuseTheIdsOfAnEndedSessionOverItsOldLink() {
        client.submits(a);
        client.closes();
        scenario.quiet();
        client.submits(client.id(2), a);
        client.inquires(client.id(1));
        scenario.sends("l1 <- REJECTED SUBMIT SESSION_UNKNOWN", "l1 <- REJECTED INQUIRE SESSION_UNKNOWN");
    }

    @Test
    void shouldDropWhatNamesAnotherSessionsIds() {
        final ScenarioClient other = scenario.client();
        final long transaction = client.begins();
        scenario.quiet();
        other.session = client.session;
        other.commits(transaction);
        other.rollsBack(transaction);
        other.inquires(transaction);
        other.submits(client.id(9), a);
        other.enlists(transaction, a);
        scenario.sendsNothing();
        scenario.showsState("ACTIVE", transaction);
    }

    @Test
    void shouldKeepOutcomesByCount() {
        final CoordinatorScenario small = CoordinatorScenario.started(new SettingsBuilder().retained(2, 600_000));
        final ScenarioClient its = small.client();
        final ScenarioParticipant p = small.participant("A");
        for (int i = 1; i <= 3; i++) {
            p.votesNo(its.submits(p));
        }
        small.quiet();
        its.inquires(its.id(1));
        its.inquires(its.id(2));
        its.inquires(its.id(3));
        small.sends("s1 <- EXPIRED 1:1 completed", "s1 <- ABORTED 1:2 completed VOTE_NO by 0",
            "s1 <- ABORTED 1:3 completed VOTE_NO by 0");
    }

    @Test
    void shouldKeepOutcomesByAge() {
        final CoordinatorScenario brief = CoordinatorScenario.started(new SettingsBuilder().retained(1000, 5_000));
        final ScenarioClient its = brief.client();
        final ScenarioParticipant p = brief.participant("A");
        final long old = its.submits(p);
        p.votesNo(old);
        brief.pass(5_001);
        final long young = its.submits(p);
        p.votesNo(young);
        brief.quiet();
        its.wants(Stage.COMPLETED).inquires(old);
        its.inquires(young);
        brief.sends("s1 <- EXPIRED 1:1 completed", "s1 <- ABORTED 1:2 completed VOTE_NO by 0");
    }
}
