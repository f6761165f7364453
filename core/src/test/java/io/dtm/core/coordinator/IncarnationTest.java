package io.dtm.core.coordinator;

import io.dtm.core.coordinator.ProtocolCodes.Capability;
import org.junit.jupiter.api.Test;

/** Rule 3: a branch is bound to one process, and what happens when that one is replaced, lost, or not there yet. */
class IncarnationTest {
    private final CoordinatorScenario scenario = CoordinatorScenario.started();
    private final ScenarioClient client = scenario.client();
    private final ScenarioParticipant a = scenario.participant("A");
    private final ScenarioParticipant b = scenario.participant("B");

    @Test
    void shouldAbortWhenTheProcessWasReplacedBeforeItsVote() {
        final long transaction = client.submits(a, b);
        b.votesYes(transaction);
        scenario.quiet();
        a.restarts();
        scenario.sends("s4 <- OPENED", "s2 <- REJECTED REGISTER STALE_INCARNATION request 0",
            "s4 <- REGISTERED r1", "s3 <- ROLLBACK 1:1/1",
            "s1 <- ABORTED 1:1 decided NEW_INCARNATION by 0");
    }

    @Test
    void shouldCommitWhenTheProcessWasReplacedAfterItsVote() {
        final long transaction = client.submits(a, b);
        a.votesYes(transaction);
        final ScenarioParticipant next = a.restarts();
        scenario.quiet();
        b.votesYes(transaction);
        scenario.sends("s4 <- COMMIT 1:1/0", "s3 <- COMMIT 1:1/1", "s1 <- COMMITTED 1:1 decided");
        next.acknowledgesCommit(transaction);
        b.acknowledgesCommit(transaction);
        scenario.showsState("none", transaction);
    }

    /** FAULTS section 7, rule 3. */
    @Test
    void shouldIgnoreTheVoteOfAFormerProcessBeforeTheStepThatAbortsItsTransaction() {
        final long transaction = client.submits(a, b);
        b.votesYes(transaction);
        final ScenarioParticipant next = scenario.process("A", "1", 0);
        next.link = scenario.newLink();
        next.session = scenario.open(next.link);
        next.registersOnly();
        scenario.quiet();
        a.votesYes(transaction);
        next.branchIds.put(transaction, 0);
        next.votesYes(transaction);
        scenario.sendsNothing();
        scenario.takeAllSteps();
        scenario.sends("s3 <- ROLLBACK 1:1/1", "s1 <- ABORTED 1:1 decided NEW_INCARNATION by 0");
    }

    @Test
    void shouldNotPrepareABranchWhoseProcessWasReplaced() {
        final long transaction = client.begins();
        a.joins(transaction);
        b.joins(transaction);
        final ScenarioParticipant next = scenario.process("A", "1", 0);
        next.link = scenario.newLink();
        next.session = scenario.open(next.link);
        next.registersOnly();
        scenario.quiet();
        client.commits(transaction);
        scenario.sends("s3 <- ROLLBACK 1:1/2", "s1 <- ABORTED 1:1 decided NEW_INCARNATION by 1");
    }

    /** FAULTS section 7, rule 3: P1 does part 1, restarts, does part 2. */
    @Test
    void shouldAbortWhenTwoProcessesJoinOneBranch() {
        final long transaction = client.begins();
        a.joins(transaction);
        final ScenarioParticipant next = scenario.process("A", "1", 0);
        next.link = scenario.newLink();
        next.session = scenario.open(next.link);
        next.registersOnly();
        scenario.quiet();
        next.joins(transaction);
        client.commits(transaction);
        scenario.sends("s4 <- REJECTED ENLIST NOT_ACTIVE 1:1/1",
            "s1 <- ABORTED 1:1 completed TWO_INCARNATIONS by 1");
    }

    @Test
    void shouldAbortWhenTwoInstancesJoinOneBranch() {
        final ScenarioParticipant second = scenario.participant("A", "2", 0);
        final long transaction = client.begins();
        a.joins(transaction);
        scenario.quiet();
        second.joins(transaction);
        scenario.sends("s2 <- ROLLBACK 1:1/1", "s4 <- REJECTED ENLIST NOT_ACTIVE 1:1/1");
    }

    /** Nobody else has joined: it says why it really ends. */
    @Test
    void shouldAbortWhatAClientEnlistsAgainWhenItsProcessWasReplaced() {
        final long transaction = client.begins();
        client.enlists(transaction, a);
        final ScenarioParticipant next = scenario.process("A", "1", 0);
        next.link = scenario.newLink();
        next.session = scenario.open(next.link);
        next.registersOnly();
        scenario.quiet();
        client.enlists(transaction, a);
        client.commits(transaction);
        scenario.sends("s1 <- REJECTED ENLIST NOT_ACTIVE 1:1/1",
            "s1 <- ABORTED 1:1 completed NEW_INCARNATION by 1");
    }

    /** Its work came with PREPARE and is done: what became of its process since doesn't matter. */
    @Test
    void shouldConfirmWhatAClientEnlistedAgainWhenTheBranchHasVoted() {
        final long transaction = client.begins();
        client.enlists(transaction, a);
        b.joins(transaction);
        client.commits(transaction);
        a.votesYes(transaction);
        final ScenarioParticipant next = a.restarts();
        scenario.quiet();
        client.enlists(transaction, a);
        scenario.sends("s1 <- JOINED 1:1/1");
        b.votesYes(transaction);
        scenario.sends("s4 <- COMMIT 1:1/1", "s3 <- COMMIT 1:1/2", "s1 <- COMMITTED 1:1 decided");
        next.acknowledgesCommit(transaction);
    }

    @Test
    void shouldTellAProcessThatRunsWhenAnotherTakesItsPlace() {
        scenario.quiet();
        a.restarts();
        scenario.sends("s4 <- OPENED", "s2 <- REJECTED REGISTER STALE_INCARNATION request 0", "s4 <- REGISTERED r1");
    }

    @Test
    void shouldRefuseAProcessThatWasReplaced() {
        final ScenarioParticipant next = a.restarts();
        scenario.quiet();
        a.connects();
        scenario.sends("s5 <- OPENED", "s5 <- REJECTED REGISTER STALE_INCARNATION request 4");
        final long transaction = client.submits(next);
        scenario.sends("s4 <- PREPARE 1:1/0 i103");
        next.votesYes(transaction);
    }

    @Test
    void shouldIgnoreWhatAReplacedProcessStillSays() {
        a.restarts();
        final long transaction = client.begins();
        scenario.quiet();
        a.joins(transaction);
        a.asksAbout(transaction);
        a.unregisters();
        scenario.sendsNothing();
    }

    @Test
    void shouldBindEachOneShotBranchToTheInstanceThatIsThereLongest() {
        final ScenarioParticipant second = scenario.participant("A", "2", 0);
        client.submits(second);
        scenario.sends("s2 <- PREPARE 1:1/0 i101");
        a.isLost();
        client.submits(second);
        scenario.sendsCounted("CLOSED LOST", 1, "PREPARE 1:2/0 i103", 1);
    }

    @Test
    void shouldNotCountTheVoteOfAnotherInstance() {
        final ScenarioParticipant second = scenario.participant("A", "2", 0);
        final long transaction = client.submits(a);
        second.branchIds.put(transaction, 0);
        scenario.quiet();
        second.votesYes(transaction);
        scenario.sendsNothing();
        scenario.showsState("PREPARING", transaction);
    }

    @Test
    void shouldSendADecisionToAnotherInstanceWhenTheFirstIsGone() {
        final ScenarioParticipant second = scenario.participant("A", "2", 0);
        final long transaction = client.submits(a, b);
        a.votesYes(transaction);
        a.isLost();
        scenario.quiet();
        b.votesYes(transaction);
        scenario.sends("s4 <- COMMIT 1:1/0", "s3 <- COMMIT 1:1/1", "s1 <- COMMITTED 1:1 decided");
        second.branchIds.put(transaction, 0);
        second.acknowledgesCommit(transaction);
        b.acknowledgesCommit(transaction);
        scenario.showsState("none", transaction);
    }

    @Test
    void shouldNotSendTheRollbackOfAnUnpreparedBranchToAnotherInstance() {
        scenario.participant("A", "2", 0);
        final long transaction = client.begins();
        a.joins(transaction);
        a.link = scenario.newLink();
        scenario.resume(a.session, a.link);
        scenario.quiet();
        client.rollsBack(transaction);
        scenario.sends("s1 <- ABORTED 1:1 decided CLIENT_REQUEST");
        a.registers();
        scenario.sends("s2 <- REGISTERED r1", "s2 <- ROLLBACK 1:1/1");
    }

    // one shot, and nobody is there

    @Test
    void shouldAbortAtOnceWhenNobodyServesAResource() {
        b.isLost();
        scenario.quiet();
        client.submits(a, b);
        scenario.sends("s1 <- ABORTED 1:1 completed NO_PARTICIPANT by 1");
    }

    @Test
    void shouldBindASubmitToAProcessThatIsOnlyBetweenTwoLinks() {
        b.link = scenario.newLink();
        scenario.resume(b.session, b.link);
        scenario.quiet();
        client.submits(a, b);
        scenario.sends("s2 <- PREPARE 1:1/0 i101");
        b.registers();
        scenario.sends("s3 <- REGISTERED r2", "s3 <- PREPARE 1:1/1 i102");
    }

    /** The issue: a pause of 15 s doesn't abort what was submitted before its deadline. */
    @Test
    void shouldWaitForTheSameProcessOfASubmittedTransactionAfterItsSessionWasLost() {
        final long transaction = client.submits(a, b);
        b.votesYes(transaction);
        a.isLost();
        scenario.quiet().passTicking(15_000);
        scenario.sends();
        a.connects();
        scenario.sends("s4 <- OPENED", "s4 <- REGISTERED r1", "s4 <- PREPARE 1:1/0 i101");
        a.votesYes(transaction);
        scenario.sends("s4 <- COMMIT 1:1/0", "s3 <- COMMIT 1:1/1", "s1 <- COMMITTED 1:1 decided");
    }

    @Test
    void shouldAbortAnInteractiveTransactionWhenAProcessIsLostBeforeItsVote() {
        final long transaction = client.begins();
        a.joins(transaction);
        b.joins(transaction);
        scenario.quiet();
        a.isLost();
        scenario.sends("s2 <- CLOSED LOST", "s3 <- ROLLBACK 1:1/2");
        client.commits(transaction);
        scenario.sends("s1 <- ABORTED 1:1 decided PARTICIPANT_LOST by 1");
    }

    @Test
    void shouldAbortTheCommitThatComesBeforeTheStepThatLosesItsParticipant() {
        final long transaction = client.begins();
        a.joins(transaction);
        b.joins(transaction);
        scenario.linkIsLost(a.link);
        scenario.quiet();
        client.commits(transaction);
        scenario.sends("s3 <- ROLLBACK 1:1/2", "s1 <- ABORTED 1:1 decided PARTICIPANT_LOST by 1");
    }

    @Test
    void shouldNotDelegateToAProcessThatIsLost() {
        final ScenarioParticipant c = scenario.participant("C", "1", Capability.ONE_PHASE);
        final long transaction = client.begins();
        c.joins(transaction);
        scenario.linkIsLost(c.link);
        scenario.quiet();
        client.commits(transaction);
        scenario.sends("s1 <- ABORTED 1:1 decided PARTICIPANT_LOST by 3");
    }

    @Test
    void shouldTakeLeavingForGoodForTheNoOfEveryBranchWithoutAVote() {
        final long transaction = client.submits(a, b);
        final long voted = client.submits(a);
        a.votesYes(voted);
        scenario.quiet();
        a.unregisters();
        scenario.sends("s3 <- ROLLBACK 1:1/1", "s1 <- ABORTED 1:1 decided NEW_INCARNATION by 0");
        a.registers();
        scenario.sends("s2 <- REJECTED REGISTER STALE_INCARNATION request 4");
        scenario.showsState("COMMITTING", voted);
        scenario.showsState("ABORTING", transaction);
    }

    @Test
    void shouldTakeTheLossOfAnInstancesPlaceForItsReplacement() {
        final CoordinatorScenario small = CoordinatorScenario.started(new SettingsBuilder().maxInstances(1));
        final ScenarioClient its = small.client();
        final ScenarioParticipant first = small.participant("A", "1", 0);
        its.submits(first);
        first.isLost();
        small.quiet();
        small.process("A", "2", 0).connects();
        small.sends("s3 <- OPENED", "s3 <- REGISTERED r1", "s1 <- ABORTED 1:1 completed NEW_INCARNATION by 0");
    }

    // late binding, in the grace period

    @Test
    void shouldBindLateInTheGracePeriodAndPrepareOnlyWhenTheBindingIsForced() {
        scenario.restart();
        final ScenarioClient later = scenario.client();
        b.reconnects();
        scenario.quiet();
        final long transaction = later.submits(a, b);
        scenario.sends("s3 <- PREPARE 4:1/1 i102");
        final ScenarioParticipant next = a.restarts();
        scenario.sends("s5 <- OPENED", "s5 <- REGISTERED r1", "s5 <- PREPARE 4:1/0 i103 (durable)");
        next.votesYes(transaction);
        b.votesYes(transaction);
        scenario.sends("s5 <- COMMIT 4:1/0", "s3 <- COMMIT 4:1/1", "s4 <- COMMITTED 4:1 decided");
    }

    /** FAULTS section 7: the second process must not be bound where the first one's binding may have escaped. */
    @Test
    void shouldAbortWhenASecondProcessComesAfterALateBinding() {
        scenario.restart();
        final ScenarioClient later = scenario.client();
        b.reconnects();
        final long transaction = later.submits(a, b);
        final ScenarioParticipant next = a.restarts();
        scenario.quiet();
        next.restarts();
        scenario.sendsCounted(
            "OPENED", 1, "STALE_INCARNATION", 1, "REGISTERED", 1, "ROLLBACK 4:1/1", 1, "ABORTED 4:1", 1);
        scenario.showsState("ABORTING", transaction);
    }

    @Test
    void shouldSendALateBoundPrepareAgainOnlyWhenForcedToo() {
        scenario.restart();
        final ScenarioClient later = scenario.client();
        later.submits(a);
        a.connects();
        scenario.quiet().passTicking(200);
        scenario.sends("s5 <- PREPARE 4:1/0 i101 (durable)");
    }

    @Test
    void shouldAbortAtTheEndOfTheGracePeriodWhatNobodyCameFor() {
        scenario.restart();
        final ScenarioClient later = scenario.client();
        b.reconnects();
        final long transaction = later.submits(a, b);
        scenario.quiet();
        scenario.graceEnds();
        scenario.sendsNothing();
        a.connects();
        scenario.sends("s5 <- OPENED", "s5 <- REGISTERED r1", "s3 <- ROLLBACK 4:1/1",
            "s4 <- ABORTED 4:1 decided NO_PARTICIPANT by 0");
        scenario.showsState("ABORTING", transaction);
    }

    @Test
    void shouldStartTheGracePeriodAnewInTheNextEpoch() {
        scenario.restart();
        final ScenarioClient later = scenario.client();
        final long transaction = later.submits(a);
        scenario.graceEnds();
        scenario.restart();
        scenario.takeAllSteps();
        scenario.showsState("PREPARING", transaction);
        scenario.graceEnds();
        scenario.takeAllSteps();
        scenario.showsState("none", transaction);
    }

    @Test
    void shouldPrepareALateBoundBranchThoughItCouldCommitInOnePhase() {
        final ScenarioParticipant c = scenario.participant("C", "1", Capability.ONE_PHASE);
        scenario.restart();
        final ScenarioClient later = scenario.client();
        later.submits(c);
        scenario.quiet();
        c.reconnects();
        scenario.sends("s4 <- RESUMED of epoch 1", "s4 <- REGISTERED r3", "s4 <- PREPARE 5:1/0 i103 (durable)");
    }
}
