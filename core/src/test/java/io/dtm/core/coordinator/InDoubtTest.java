package io.dtm.core.coordinator;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.core.coordinator.ProtocolCodes.Ack;
import io.dtm.core.coordinator.ProtocolCodes.Capability;
import io.dtm.core.coordinator.ProtocolCodes.Decision;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** Rules 8, 11 and 12: who asks about a prepared branch, what is presumed, and copies of a directory. */
class InDoubtTest {
    private final CoordinatorScenario scenario = CoordinatorScenario.started();
    private final ScenarioClient client = scenario.client();
    private final ScenarioParticipant a = scenario.participant("A");
    private final ScenarioParticipant b = scenario.participant("B");

    @Test
    void shouldAnswerByTheDecision() {
        final long committed = client.submits(a, b);
        a.votesYes(committed);
        b.votesYes(committed);
        final long aborted = client.submits(a, b);
        a.votesYes(aborted);
        b.votesNo(aborted);
        scenario.quiet();
        a.asksAbout(committed);
        a.asksAbout(aborted);
        scenario.sends("s2 <- COMMIT 1:1/0 (answer)", "s2 <- ROLLBACK 1:2/0 (answer)");
    }

    @Test
    void shouldAnswerCommitToABranchThatHasAcknowledgedWhileAnotherHasNot() {
        final long transaction = client.submits(a, b);
        a.votesYes(transaction);
        b.votesYes(transaction);
        a.acknowledgesCommit(transaction);
        scenario.quiet();
        a.asksAbout(transaction);
        scenario.sends("s2 <- COMMIT 1:1/0 (answer)");
    }

    @Test
    void shouldNotAnswerYetWhileItIsUndecidedOrDelegated() {
        final ScenarioParticipant c = scenario.participant("C", "1", Capability.ONE_PHASE);
        final long preparing = client.submits(a, b);
        a.votesYes(preparing);
        final long delegated = client.submits(c);
        final long active = client.begins();
        a.joins(active);
        scenario.quiet();
        a.asksAbout(preparing);
        c.asksAbout(delegated);
        a.asksAbout(active);
        scenario.sendsNothing();
    }

    @Test
    void shouldPresumeTheAbortOfAnUnknownTransaction() {
        client.begins(client.id(100));
        a.asksAbout(client.id(99));
        scenario.sends("s2 <- ROLLBACK 1:99/0 (presumed)");
    }

    /** A service may give its work up, and ask, before the begin is here; another process of it may join then. */
    @Test
    void shouldNotAnswerYetOfATransactionThatMayBeginLater() {
        a.branchIds.put(client.id(1), 1);
        a.asksAbout(client.id(1));
        scenario.sendsNothing();
        client.isLost();
        scenario.quiet();
        a.asksAbout(client.id(1));
        scenario.sends("s2 <- ROLLBACK 1:1/1 (presumed)");
    }

    @Test
    void shouldAnswerALateYesOfATransactionThatIsGone() {
        final long transaction = client.submits(a, b);
        b.votesNo(transaction);
        a.acknowledgesRollback(transaction);
        scenario.quiet();
        a.votesYes(transaction);
        a.votesNo(transaction);
        a.votesReadOnly(transaction);
        scenario.sends("s2 <- ROLLBACK 1:1/0 (presumed)");
    }

    @Test
    void shouldRefuseAQuestionForAnotherCoordinatorOrAHigherEpoch() {
        a.asksAbout(78, client.id(1), 1, 0);
        a.asksAbout(client.id(1), 2, 0);
        scenario.sends("s2 <- REJECTED IN_DOUBT FOREIGN_COORDINATOR 1:1/0",
            "s2 <- REJECTED IN_DOUBT FOREIGN_COORDINATOR 1:1/0");
    }

    @Test
    void shouldAnswerOnlyParticipantsAboutTheirOwnBranches() {
        final long transaction = client.submits(a);
        a.votesYes(transaction);
        scenario.quiet();
        b.branchIds.put(transaction, 0);
        b.asksAbout(transaction);
        scenario.frame(client.link, () -> scenario.coordinator.inDoubt(77, 1, transaction, 0, 1, 0));
        scenario.sendsNothing();
    }

    // rule 11

    @Test
    void shouldTakeTheAcknowledgementOfAnAbsentBranchAndRaiseAnAlarmForACommit() {
        final long committed = client.submits(a);
        a.votesYes(committed);
        final long aborted = client.submits(a, b);
        b.votesNo(aborted);
        scenario.quiet();
        a.acknowledges(committed, Decision.COMMIT, Ack.ABSENT);
        a.acknowledges(aborted, Decision.ROLLBACK, Ack.ABSENT);
        scenario.sends("ALARM PRESUMED_COMMITTED 1:1/0");
        scenario.showsState("none", committed);
        scenario.showsState("none", aborted);
    }

    @Test
    void shouldTellMixedWhenADatabaseFinishedABranchAgainstTheDecision() {
        final long committed = client.wants(3).submits(a);
        a.votesYes(committed);
        final long aborted = client.submits(a, b);
        a.votesYes(aborted);
        b.votesNo(aborted);
        scenario.quiet();
        a.acknowledges(committed, Decision.COMMIT, Ack.HEURISTIC_ROLLBACK);
        a.acknowledges(aborted, Decision.ROLLBACK, Ack.HEURISTIC_COMMIT);
        scenario.sends("ALARM HEURISTIC_MIXED 1:1/0", "s1 <- COMMITTED 1:1 completed mixed",
            "ALARM HEURISTIC_MIXED 1:2/0", "s1 <- ABORTED 1:2 completed VOTE_NO by 1 mixed");
        client.inquires(committed);
        scenario.sends("s1 <- COMMITTED 1:1 completed mixed");
    }

    @Test
    void shouldNotCallAHeuristicDecisionMixedThatAgrees() {
        final long committed = client.wants(3).submits(a);
        a.votesYes(committed);
        scenario.quiet();
        a.acknowledges(committed, Decision.COMMIT, Ack.HEURISTIC_COMMIT);
        scenario.sends("s1 <- COMMITTED 1:1 completed");
    }

    // rule 12

    @Test
    void shouldNotPresumeBeyondTheRecoveredEndBeforeAllResourcesAreConnected() {
        scenario.restart(0, 500, 0);
        a.reconnects();
        scenario.quiet();
        a.asksAbout(client.id(9), 1, 501);
        scenario.sendsNothing();
        a.asksAbout(client.id(9), 1, 500);
        a.asksAbout(client.id(9), 1, 0);
        a.asksAbout(client.id(9), 2, 501);
        scenario.sendsCounted("ROLLBACK 1:9/0 (presumed)", 3);
        b.reconnects();
        scenario.quiet();
        a.asksAbout(client.id(9), 1, 501);
        scenario.sends("s2 <- ROLLBACK 1:9/0 (presumed)");
    }

    @Test
    void shouldPresumeBeyondTheRecoveredEndWhenAnOperatorSaysSo() {
        scenario.restart(0, 500, 0);
        a.reconnects();
        scenario.quiet();
        scenario.host(() -> scenario.coordinator.operatorConfirmRecovered(1));
        scenario.sends("operator <- DONE");
        a.asksAbout(client.id(9), 1, 501);
        scenario.sends("s2 <- ROLLBACK 1:9/0 (presumed)");
    }

    /** A vote doesn't say where its PREPARE stood: in a copied directory it may be of a committed transaction. */
    @Test
    void shouldNotPresumeForALateVoteOfAnEarlierEpochBeforeAllResourcesAreConnected() {
        scenario.restart(0, 500, 0);
        a.reconnects();
        scenario.quiet();
        a.branchIds.put(client.id(9), 0);
        a.votes(client.id(9), ProtocolCodes.Vote.YES, "", 1);
        scenario.sendsNothing();
        b.reconnects();
        scenario.quiet();
        a.votes(client.id(9), ProtocolCodes.Vote.YES, "", 1);
        scenario.sends("s2 <- ROLLBACK 1:9/0 (presumed)");
    }

    @Test
    void shouldAnswerForWhatItKnowsToHaveEndedWhereverItsPrepareStood() {
        final long transaction = client.submits(a, b);
        b.votesNo(transaction);
        a.acknowledgesRollback(transaction);
        scenario.restart(0, 500, 0);
        a.reconnects();
        scenario.quiet();
        a.asksAbout(transaction, 1, 501);
        scenario.sends("s2 <- ROLLBACK 1:1/0 (presumed)");
    }

    @Test
    void shouldPresumeNothingForEarlierGenerationsAfterARestore() {
        scenario.restart(1, 500, 0);
        a.reconnects();
        b.reconnects();
        scenario.host(() -> scenario.coordinator.operatorConfirmRecovered(1));
        scenario.restart(1, 900, 0);
        a.reconnects();
        b.reconnects();
        scenario.quiet();
        a.asksAbout(client.id(9), 1, 400);
        scenario.sendsNothing();
        a.asksAbout(client.id(9), 2, 400);
        scenario.sends("s2 <- ROLLBACK 1:9/0 (presumed)");
    }

    @Test
    void shouldHaltWhenAParticipantKnowsAnotherHistory() {
        a.knownEpoch = 1;
        a.knownNonce = CoordinatorScenario.nonce(1) + 1;
        a.registers();
        scenario.sends("HALT");
        assertTrue(scenario.output.haltReason.contains("it has seen epoch 1, this directory is at epoch 1"),
            scenario.output.haltReason);
        a.knownEpoch = 2;
        a.knownNonce = 5;
        a.registers();
        scenario.sends("HALT");
        a.knownEpoch = 1;
        a.knownNonce = CoordinatorScenario.nonce(1);
        a.registers();
        scenario.sends("s2 <- REGISTERED r1");
    }

    /** The directory was put back to a copy of the epoch that ran last: its next epoch is what everybody expects. */
    @Test
    void shouldHaltBeforeItAnswersAPeerThatHasObeyedWhatItsJournalDoesNotHold() {
        scenario.restart(0, 500, 0);
        resumesHavingObeyed(1, 500);
        resumesHavingObeyed(2, 10_000);
        scenario.sendsCounted("RESUMED of epoch 1", 2);
        resumesHavingObeyed(1, 501);
        scenario.sends("HALT");
        assertTrue(scenario.output.haltReason.contains("position 501 of epoch 1")
            && scenario.output.haltReason.contains("ends at position 500"), scenario.output.haltReason);

        scenario.restart(0, 900, 0);
        resumesHavingObeyed(1, 500);
        resumesHavingObeyed(2, 900);
        scenario.sendsCounted("RESUMED of epoch 1", 2);
        resumesHavingObeyed(1, 501);
        resumesHavingObeyed(2, 901);
        scenario.sends("HALT", "HALT");
    }

    @Test
    void shouldHaltWhenAPeerThatHasObeyedMoreOpensASession() {
        scenario.restart(0, 500, 0);
        scenario.frame(9, () -> scenario.coordinator.sessionOpening(
            1, 1, 1, 1, CoordinatorScenario.nonce(1), CoordinatorScenario.COORDINATOR_ID, 1, 501,
            ScenarioClient.none(), 0, 0));
        scenario.sends("HALT");
    }

    /** It has come to the wrong address; its library will find that out. */
    @Test
    void shouldNotMindWhatAPeerHasObeyedOfAnotherCoordinator() {
        scenario.restart(0, 500, 0);
        scenario.resume(client.session, scenario.newLink(), 4711, 1, 501);
        scenario.sendsCounted("RESUMED of epoch 1", 1);
    }

    @Test
    void shouldAskNobodyWhatHeObeyedBeforeAnOperatorsRestore() {
        scenario.restart(1, 500, 0);
        resumesHavingObeyed(1, 501);
        scenario.sendsCounted("RESUMED of epoch 1", 1);
    }

    private void resumesHavingObeyed(final int epoch, final long position) {
        scenario.resume(client.session, scenario.newLink(), CoordinatorScenario.COORDINATOR_ID, epoch, position);
    }

    @Test
    void shouldHaltWhenItsEpochIsRefusedByOneWhoKnowsAnotherHistory() {
        scenario.restart();
        client.resumes();
        scenario.quiet();
        refuses(client.link, 1, CoordinatorScenario.nonce(1), 2, CoordinatorScenario.nonce(2));
        refuses(client.link, 1, 13, 1, CoordinatorScenario.nonce(1));
        refuses(client.link, 1, 13, 2, 14);
        refuses(99, 1, 13, 2, CoordinatorScenario.nonce(2));
        scenario.sendsNothing();
        refuses(client.link, 1, 13, 2, CoordinatorScenario.nonce(2));
        refuses(client.link, 3, 13, 2, CoordinatorScenario.nonce(2));
        scenario.sends("HALT", "HALT");
    }

    private void refuses(
        final int link, final int knownEpoch, final long knownNonce, final int offeredEpoch, final long offered) {
        scenario.frame(link, () -> scenario.coordinator.epochRefused(knownEpoch, knownNonce, offeredEpoch, offered));
    }

    // poison

    @Test
    void shouldNotMindInventedBranches() {
        final UnsafeBuffer none = new UnsafeBuffer(new byte[0]);
        for (int i = 0; i < 1000; i++) {
            final int branchId = i;
            scenario.frame(a.link, () -> scenario.coordinator.inDoubt(77, 1, -5L - branchId, branchId, 0, -1));
            scenario.frame(a.link, () -> scenario.coordinator.vote(1, 1, 1, 99, branchId, 2, none, 0, 0));
            scenario.frame(a.link, () -> scenario.coordinator.acknowledge(1, 1, 99, branchId, 1, 1));
        }
        scenario.sendsNothing();
        scenario.frame(a.link, () -> scenario.coordinator.acknowledge(9, 1, 99, 0, 1, 1));
        scenario.frame(a.link, () -> scenario.coordinator.acknowledge(0, 1, 99, 0, 1, 1));
        scenario.sendsNothing();
    }
}
