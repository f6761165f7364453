package io.dtm.core.coordinator;

import io.dtm.core.coordinator.ProtocolCodes.Capability;
import io.dtm.core.coordinator.ProtocolCodes.OnePhase;
import org.junit.jupiter.api.Test;

/** Rule 9: one branch decides, the only one or the last agent; and from then on nothing but its answer ends it. */
class OnePhaseTest {
    private final CoordinatorScenario scenario = CoordinatorScenario.started();
    private final ScenarioClient client = scenario.client();
    private final ScenarioParticipant a = scenario.participant("A");
    private final ScenarioParticipant c = scenario.participant("C", "1", Capability.ONE_PHASE);
    private final ScenarioParticipant agent = scenario.participant("L", "1", Capability.LAST_AGENT);

    @Test
    void shouldTellThatTheDelegateRolledBack() {
        final long transaction = client.submits(c);
        scenario.quiet();
        c.answersOnePhase(transaction, OnePhase.ABORTED, "no funds");
        scenario.sends("s1 <- ABORTED 1:1 completed ONE_PHASE_ABORTED by 0 'no funds'",
            "s3 <- FORGET_EVIDENCE 1:1/0");
    }

    @Test
    void shouldPrepareWhenTheOnlyParticipantCannotCommitInOnePhase() {
        client.submits(a);
        scenario.sends("s2 <- PREPARE 1:1/0 i101");
    }

    @Test
    void shouldPrepareWhenThereIsMoreThanOneBranch() {
        client.submits(c, a);
        scenario.sends("s3 <- PREPARE 1:1/0 i102", "s2 <- PREPARE 1:1/1 i101");
    }

    /** FAULTS section 7, rule 9: the answer is lost, and the deadline must not abort what was committed. */
    @Test
    void shouldNotBeTouchedByDeadlineOrRollBackOrTheLossOfSessions() {
        final long transaction = client.within(1_000).submits(c);
        client.rollsBack(transaction);
        scenario.passTicking(10_000);
        client.isLost();
        c.isLost();
        scenario.takeAllSteps();
        scenario.host(() -> scenario.coordinator.operatorRollback(1, transaction));
        scenario.showsState("DELEGATED", transaction);
        scenario.quiet();
        c.connects();
        scenario.sends("s5 <- OPENED", "s5 <- REGISTERED r2", "s5 <- COMMIT_ONE_PHASE 1:1/0 i102");
        c.committedOnePhase(transaction);
        scenario.sends("s1 <- COMMITTED 1:1 completed", "s5 <- FORGET_EVIDENCE 1:1/0");
    }

    @Test
    void shouldAskTheNextProcessNamingTheFirst() {
        final long transaction = client.submits(c);
        scenario.quiet();
        final ScenarioParticipant next = c.restarts();
        scenario.sends("s5 <- OPENED", "s3 <- REJECTED REGISTER STALE_INCARNATION request 0", "s5 <- REGISTERED r2",
            "s5 <- COMMIT_ONE_PHASE 1:1/0 i102");
        next.answersOnePhase(transaction, OnePhase.ABORTED, "");
        scenario.showsState("none", transaction);
    }

    @Test
    void shouldWaitForADelegateBetweenTwoLinksThoughAnotherInstanceIsThere() {
        final ScenarioParticipant second = scenario.participant("C", "2", Capability.ONE_PHASE);
        client.submits(c);
        c.link = scenario.newLink();
        scenario.resume(c.session, c.link);
        scenario.quiet().passTicking(1_000);
        scenario.sendsNothing();
        scenario.linkIsLost(c.link);
        scenario.quiet();
        scenario.takeAllSteps();
        scenario.sends("s" + second.session + " <- COMMIT_ONE_PHASE 1:1/0 i102");
    }

    @Test
    void shouldLetTheEvidenceOfARepeatedAnswerGo() {
        final long transaction = client.submits(c);
        c.committedOnePhase(transaction);
        scenario.quiet();
        c.committedOnePhase(transaction);
        scenario.sends("s3 <- FORGET_EVIDENCE 1:1/0");
    }

    @Test
    void shouldRaiseAnAlarmWhenTheDelegateAnswersOtherwise() {
        final long transaction = client.submits(c);
        c.answersOnePhase(transaction, OnePhase.ABORTED, "");
        scenario.quiet();
        c.committedOnePhase(transaction);
        scenario.sends("ALARM ONE_PHASE_CONTRADICTS 1:1/0");
    }

    /** It was asked when the first one was silent, and looks for the evidence when it has been released. */
    @Test
    void shouldBearWithASecondProcessThatFindsNoEvidenceAnyMore() {
        final long transaction = client.submits(c);
        c.committedOnePhase(transaction);
        scenario.quiet();
        c.answersOnePhase(transaction, OnePhase.ABORTED, "");
        scenario.sends("s3 <- FORGET_EVIDENCE 1:1/0");
    }

    @Test
    void shouldIgnoreAVoteOrAnAnswerThatWasNotAskedFor() {
        final long delegated = client.submits(c);
        final long preparing = client.submits(a, c);
        scenario.quiet();
        c.votesNo(delegated);
        c.committedOnePhase(preparing);
        scenario.sendsNothing();
        scenario.showsState("DELEGATED", delegated);
        scenario.showsState("PREPARING", preparing);
    }

    @Test
    void shouldNotTellOnAppendWhatADelegateHasWritten() {
        final long transaction = client.submits(c);
        scenario.quiet();
        c.committedOnePhase(transaction);
        scenario.sends("s1 <- COMMITTED 1:1 completed", "s3 <- FORGET_EVIDENCE 1:1/0");
    }

    // last agents

    @Test
    void shouldLetTheLastAgentDecideWhenAllOthersHaveVotedYes() {
        final long transaction = client.submits(agent, a, c);
        scenario.sends("s2 <- PREPARE 1:1/1 i101", "s3 <- PREPARE 1:1/2 i102");
        a.votesYes(transaction);
        scenario.sendsNothing();
        c.votesReadOnly(transaction);
        scenario.sends("s4 <- COMMIT_ONE_PHASE 1:1/0 i103");
        scenario.showsState("DELEGATED", transaction);
        agent.committedOnePhase(transaction);
        scenario.sends("s2 <- COMMIT 1:1/1", "s1 <- COMMITTED 1:1 decided", "s4 <- FORGET_EVIDENCE 1:1/0");
        a.acknowledgesCommit(transaction);
        scenario.showsState("none", transaction);
    }

    @Test
    void shouldRaiseAnAlarmWhenALastAgentAnswersOtherwiseBeforeTheEnd() {
        final long transaction = client.submits(agent, a);
        a.votesYes(transaction);
        agent.answersOnePhase(transaction, OnePhase.ABORTED, "");
        scenario.quiet();
        agent.answersOnePhase(transaction, OnePhase.ABORTED, "");
        scenario.sends("s4 <- FORGET_EVIDENCE 1:1/0");
        agent.committedOnePhase(transaction);
        scenario.sends("ALARM ONE_PHASE_CONTRADICTS 1:1/0");
    }

    @Test
    void shouldLetTheEvidenceOfARepeatedAnswerGoWhileOthersHaveNotAcknowledged() {
        final long transaction = client.submits(agent, a);
        a.votesYes(transaction);
        agent.committedOnePhase(transaction);
        scenario.quiet();
        agent.committedOnePhase(transaction);
        scenario.sends("s4 <- FORGET_EVIDENCE 1:1/0");
        scenario.showsState("COMMITTING", transaction);
    }

    @Test
    void shouldRollBackAllOthersWhenTheLastAgentDid() {
        final long transaction = client.submits(a, agent);
        a.votesYes(transaction);
        scenario.quiet();
        agent.answersOnePhase(transaction, OnePhase.ABORTED, "no funds");
        scenario.sends("s2 <- ROLLBACK 1:1/0", "s1 <- ABORTED 1:1 decided ONE_PHASE_ABORTED by 1 'no funds'",
            "s4 <- FORGET_EVIDENCE 1:1/1");
    }

    @Test
    void shouldNeverAskTheLastAgentWhenAnotherVotedNo() {
        final long transaction = client.submits(a, agent);
        scenario.quiet();
        a.votesNo(transaction);
        scenario.sends("s1 <- ABORTED 1:1 completed VOTE_NO by 0");
    }

    @Test
    void shouldRollBackTheWorkOfAJoinedLastAgent() {
        final long transaction = client.begins();
        a.joins(transaction);
        agent.joins(transaction);
        client.commits(transaction);
        scenario.quiet();
        a.votesNo(transaction);
        scenario.sends("s4 <- ROLLBACK 1:1/3", "s1 <- ABORTED 1:1 decided VOTE_NO by 1");
    }

    @Test
    void shouldAbortWhenTwoBranchesCannotPrepare() {
        final ScenarioParticipant second = scenario.participant("M", "1", Capability.LAST_AGENT);
        client.submits(agent, a, second);
        scenario.sends("s1 <- ABORTED 1:1 completed VOTE_NO by 2");
    }

    @Test
    void shouldAbortWhenTheLastAgentsProcessWasReplacedBeforeTheDelegation() {
        final long transaction = client.submits(a, agent);
        final ScenarioParticipant next = scenario.process("L", "1", Capability.LAST_AGENT);
        next.link = scenario.newLink();
        next.session = scenario.open(next.link);
        next.registersOnly();
        scenario.quiet();
        a.votesYes(transaction);
        scenario.sends("s2 <- ROLLBACK 1:1/0", "s1 <- ABORTED 1:1 decided NEW_INCARNATION by 1");
    }

    @Test
    void shouldDelegateToALoneLastAgent() {
        client.submits(agent);
        scenario.sends("s4 <- COMMIT_ONE_PHASE 1:1/0 i103");
    }

    @Test
    void shouldAbortAtTheDeadlineBeforeTheDelegation() {
        final long transaction = client.within(500).submits(a, agent);
        scenario.quiet().passTicking(500);
        scenario.sendsCounted("PREPARE 1:1/0", 1, "ROLLBACK 1:1/0", 1, "ABORTED 1:1", 1);
        scenario.showsState("ABORTING", transaction);
    }

    @Test
    void shouldBindALastAgentLateAndDelegateWhenItIsTheLast() {
        scenario.restart();
        final ScenarioClient later = scenario.client();
        a.reconnects();
        final long transaction = later.submits(a, agent);
        a.votesYes(transaction);
        scenario.showsState("PREPARING", transaction);
        scenario.quiet();
        agent.reconnects();
        scenario.sends("s4 <- RESUMED of epoch 1", "s4 <- REGISTERED r3", "s4 <- COMMIT_ONE_PHASE 5:1/1 i103");
    }

    @Test
    void shouldAbortWhenASecondLastAgentIsBoundLate() {
        final ScenarioParticipant second = scenario.participant("M", "1", Capability.LAST_AGENT);
        scenario.restart();
        final ScenarioClient later = scenario.client();
        agent.reconnects();
        final long transaction = later.submits(agent, second, a);
        scenario.quiet();
        second.reconnects();
        scenario.sends("s5 <- RESUMED of epoch 1", "s5 <- REGISTERED r4", "s6 <- ABORTED 6:1 completed VOTE_NO by 1");
        scenario.showsState("none", transaction);
    }

    @Test
    void shouldWaitForTheConnectionOfAnEarlierEpochsYesBeforeTheDelegation() {
        final long transaction = client.submits(a, c, agent);
        a.votesYes(transaction);
        scenario.restart();
        c.reconnects();
        agent.reconnects();
        c.votesYes(transaction);
        scenario.showsState("PREPARING", transaction);
        scenario.quiet();
        a.reconnects();
        scenario.sends("s2 <- RESUMED of epoch 1", "s2 <- REGISTERED r1", "s4 <- COMMIT_ONE_PHASE 1:1/2 i103");
    }
}
