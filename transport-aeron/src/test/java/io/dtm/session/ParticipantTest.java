package io.dtm.session;

import static io.dtm.session.FakeCoordinator.transaction;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.client.Refusal;
import io.dtm.codec.message.CloseReason;
import io.dtm.codec.message.DecisionCause;
import io.dtm.codec.message.DecisionType;
import io.dtm.codec.message.RegisterDecoder;
import io.dtm.participant.BranchId;
import io.dtm.participant.DecisionReply.HeuristicOutcome;
import org.junit.jupiter.api.Test;

/** PREPARE, COMMIT and ROLLBACK: first copies, repeats, and all that can go wrong between them. */
class ParticipantTest extends ParticipantFixture {
    private static final long T = transaction(3, 1);
    private static final String YES = "Vote YES 3:1 branch 0 epoch 1 enlisted 1";
    private static final String COMMIT_DONE = "Ack COMMIT DONE 3:1 branch 0 epoch 1";
    private static final String ROLLBACK_DONE = "Ack ROLLBACK DONE 3:1 branch 0 epoch 1";
    private static final String PREPARED = "prepare 3:1 branch 0 enlisted 1 'work'";
    private static final String COMMITTED = "commit 3:1 branch 0 enlisted 1";
    private static final String ROLLED_BACK = "rollback 3:1 branch 0 enlisted 1";

    @Test
    void shouldVoteAndAcknowledgeWhenAllGoesWell() {
        prepare(T, 1).expect(YES);
        commit(T).expect(COMMIT_DONE);

        assertEquals(PREPARED + "\n" + COMMITTED, participant.takeCalls());
    }

    @Test
    void shouldSendManyVotesInOneFrame() {
        for (int i = 1; i <= 20; i++) {
            prepare(transaction(3, i), 1);
        }
        // Frames are taken in one turn, the votes go out at its end.
        session.doWork(coordinator.nowNs + 1);
        session.doWork(coordinator.nowNs + 2);

        assertTrue(coordinator.link.fromLibrary.size() <= 2, "frames: " + coordinator.link.fromLibrary.size());
        assertEquals(20, coordinator.said().size());
    }

    @Test
    void shouldRegisterAnotherResourceWhileTheSessionIsOpen() {
        session.register(new ResourceRegistration("orders", "a", INCARNATION, participant), registration);

        coordinator.expect(REGISTER.replace("stock", "orders"));
        assertThrows(IllegalArgumentException.class, () -> session.register(
            new ResourceRegistration("orders", "b", INCARNATION, participant), registration));
    }

    // repeats

    @Test
    void shouldGiveTheSameVoteWhenPrepareIsRepeated() {
        prepare(T, 1).expect(YES);
        prepare(T, 1).expect(YES);

        assertEquals(PREPARED, participant.takeCalls());
    }

    @Test
    void shouldVoteOnceWhenPrepareIsRepeatedWhileItRuns() {
        participant.answersAtOnce = false;
        prepare(T, 1).expect();
        prepare(T, 1).expect();
        participant.vote.yes();

        coordinator.expect(YES);
        assertEquals(PREPARED, participant.takeCalls());
    }

    @Test
    void shouldRepeatNoWithItsReason() {
        participant.answersAtOnce = false;
        prepare(T, 1).run();
        participant.vote.no("no stock");
        coordinator.expect("Vote NO 3:1 branch 0 epoch 1 enlisted 1 'no stock'");

        prepare(T, 1).expect("Vote NO 3:1 branch 0 epoch 1 enlisted 1 'no stock'");
    }

    @Test
    void shouldRepeatReadOnly() {
        participant.answersAtOnce = false;
        prepare(T, 1).run();
        participant.vote.readOnly();
        coordinator.expect("Vote READ_ONLY 3:1 branch 0 epoch 1 enlisted 1");

        prepare(T, 1).expect("Vote READ_ONLY 3:1 branch 0 epoch 1 enlisted 1");
    }

    @Test
    void shouldIgnoreASecondAnswerOfTheParticipant() {
        participant.answersAtOnce = false;
        prepare(T, 1).run();
        participant.vote.yes();
        participant.vote.no("too late");

        coordinator.expect(YES);
    }

    @Test
    void shouldCutAReasonThatIsTooLongAtACharacter() {
        participant.answersAtOnce = false;
        prepare(T, 1).run();
        participant.vote.no("x".repeat(253) + "ä");

        coordinator.expect("Vote NO 3:1 branch 0 epoch 1 enlisted 1 '" + "x".repeat(253) + "'");
    }

    @Test
    void shouldAcknowledgeAgainWithoutCommittingAgainWhenCommitIsRepeated() {
        prepare(T, 1).run();
        commit(T).run().said();
        participant.calls.clear();

        commit(T).expect(COMMIT_DONE);
        assertEquals("", participant.takeCalls());
    }

    @Test
    void shouldAcknowledgeAgainWhenRollbackIsRepeated() {
        prepare(T, 1).run();
        rollback(T).run().said();
        participant.calls.clear();

        rollback(T).expect(ROLLBACK_DONE);
        assertEquals("", participant.takeCalls());
    }

    @Test
    void shouldAcknowledgeOnceWhenCommitIsRepeatedWhileItRuns() {
        prepare(T, 1).run().said();
        participant.answersAtOnce = false;
        commit(T).run();
        commit(T).run();
        participant.decision.done();

        coordinator.expect(COMMIT_DONE);
        assertEquals(PREPARED + "\n" + COMMITTED, participant.takeCalls());
    }

    @Test
    void shouldGiveTheSameVoteWhenACopyOfPrepareComesAfterTheDecision() {
        prepare(T, 1).run();
        commit(T).run().said();

        prepare(T, 1).expect(YES);
        assertEquals(PREPARED + "\n" + COMMITTED, participant.takeCalls());
    }

    // order

    @Test
    void shouldRollBackAfterTheVoteWhenRollbackOvertakesARunningPrepare() {
        participant.answersAtOnce = false;
        prepare(T, 1).run();
        rollback(T).expect();
        rollback(T).expect();
        assertEquals(PREPARED + "\nabandon 3:1 branch 0 enlisted 1", participant.takeCalls());

        participant.answersAtOnce = true;
        participant.prepared.add(new BranchId(FakeCoordinator.ID, T, 0, 1));
        participant.vote.yes();
        coordinator.expect(ROLLBACK_DONE);
        assertEquals(ROLLED_BACK, participant.takeCalls());
    }

    @Test
    void shouldAcknowledgeTheRollbackThatOvertookAPrepareThatEndsInNo() {
        participant.answersAtOnce = false;
        prepare(T, 1).run();
        rollback(T).run();
        participant.vote.no("");

        coordinator.expect(ROLLBACK_DONE);
        assertEquals(PREPARED + "\nabandon 3:1 branch 0 enlisted 1", participant.takeCalls());
    }

    @Test
    void shouldRefuseAPrepareThatComesAfterItsRollback() {
        rollback(T).expect("Ack ROLLBACK ABSENT 3:1 branch 0 epoch 1");
        prepare(T, 1).expect("Vote NO 3:1 branch 0 epoch 1 enlisted 1 'rolled back before'");

        assertEquals(ROLLED_BACK, participant.takeCalls());
    }

    @Test
    void shouldAcknowledgeTheRollbackOfABranchThatVotedNoWithoutAskingTheParticipant() {
        participant.answersAtOnce = false;
        prepare(T, 1).run();
        participant.vote.no("");
        coordinator.run().said();

        rollback(T).expect(ROLLBACK_DONE);
        assertEquals(PREPARED, participant.takeCalls());
    }

    // incarnations

    @Test
    void shouldRefuseAPrepareThatNamesAnotherProcess() {
        coordinator.prepare(RESOURCE, OTHER_INCARNATION, T, 0, 1, "work").expect();

        assertEquals("", participant.takeCalls());
        assertEquals(1, events.anomalies.size());
    }

    @Test
    void shouldIgnoreAMessageForAResourceThatIsNotServedHere() {
        coordinator.prepare(RESOURCE + 1, INCARNATION, T, 0, 1, "work").expect();

        assertEquals(1, events.anomalies.size());
    }

    // what the participant can't do

    @Test
    void shouldVoteNoWhenThePrepareThrows() {
        participant.failure = new IllegalStateException("no database");
        prepare(T, 1).expect(
            "Vote NO 3:1 branch 0 epoch 1 enlisted 1 'java.lang.IllegalStateException: no database'");
    }

    @Test
    void shouldTryTheCommitAgainWhenItIsSentAgainAfterItDidNotWork() {
        prepare(T, 1).run().said();
        participant.failure = new IllegalStateException("no database");
        commit(T).expect();
        assertEquals(1, events.anomalies.size());
        participant.failure = null;

        commit(T).expect(COMMIT_DONE);
    }

    @Test
    void shouldTryTheCommitAgainWhenTheParticipantAsksForIt() {
        prepare(T, 1).run().said();
        participant.answersAtOnce = false;
        commit(T).run();
        participant.decision.retry(new IllegalStateException("no connection"));
        coordinator.expect();
        commit(T).run();
        participant.decision.done();

        coordinator.expect(COMMIT_DONE);
    }

    @Test
    void shouldReportHeuristicOutcomes() {
        prepare(T, 1).run().said();
        participant.answersAtOnce = false;
        commit(T).run();
        participant.decision.heuristic(HeuristicOutcome.ROLLED_BACK);

        coordinator.expect("Ack COMMIT HEURISTIC_ROLLBACK 3:1 branch 0 epoch 1");
        commit(T).expect("Ack COMMIT HEURISTIC_ROLLBACK 3:1 branch 0 epoch 1");
    }

    // branches that this process doesn't know

    @Test
    void shouldAskTheResourceWhenACommitNamesABranchOfAFormerProcess() {
        participant.prepared.add(new BranchId(FakeCoordinator.ID, T, 0, 1));

        commit(T).expect(COMMIT_DONE);
        assertEquals(COMMITTED, participant.takeCalls());
    }

    @Test
    void shouldAcknowledgeAsAbsentWhenTheResourceKnowsNothingOfACommittedBranch() {
        commit(T).expect("Ack COMMIT ABSENT 3:1 branch 0 epoch 1");
    }

    @Test
    void shouldNotAcknowledgeWhenTheResourceCouldNotBeAskedAndAskItAgain() {
        participant.failure = new IllegalStateException("no database");
        commit(T).expect();
        participant.failure = null;

        commit(T).expect("Ack COMMIT ABSENT 3:1 branch 0 epoch 1");
        assertEquals(COMMITTED + "\n" + COMMITTED, participant.takeCalls());
    }

    // contradictions

    @Test
    void shouldSayWhatItObeyedWhenTheDecisionIsReversed() {
        prepare(T, 1).run();
        commit(T).run().said();

        rollback(T).expect(COMMIT_DONE);
        assertEquals(1, events.anomalies.size());
        assertEquals(PREPARED + "\n" + COMMITTED, participant.takeCalls());
    }

    @Test
    void shouldAcknowledgeInSilenceThatAForgottenTransactionIsToBeRolledBackAfterItsCommit() {
        prepare(T, 1).run();
        commit(T).run().said();

        presumedRollback(T).expect("Ack ROLLBACK ABSENT 3:1 branch 0 epoch 1");
        assertEquals(0, events.anomalies.size());
        assertEquals(PREPARED + "\n" + COMMITTED, participant.takeCalls());
    }

    /** Another process had committed it, and the coordinator forgotten it; the backup has it undelivered. */
    @Test
    void shouldAskTheResourceAfterARestoreAboutWhatWasPresumedAbortedAndAbsent() {
        presumedRollback(T).expect("Ack ROLLBACK ABSENT 3:1 branch 0 epoch 1");
        coordinator.restore();
        resumeAndRegister();
        participant.takeCalls();

        coordinator.decide(RESOURCE, T, 0, 1, DecisionType.COMMIT, DecisionCause.DECIDED)
            .expect("Ack COMMIT ABSENT 3:1 branch 0 epoch 1002");
        assertEquals(0, events.anomalies.size());
    }

    @Test
    void shouldAskTheResourceAfterARestoreAboutWhatItVotedForAndAnotherProcessCommitted() {
        prepare(T, 1).run();
        participant.prepared.clear();
        presumedRollback(T).run().said();
        coordinator.restore();
        resumeAndRegister();
        coordinator.said();

        coordinator.decide(RESOURCE, T, 0, 1, DecisionType.COMMIT, DecisionCause.DECIDED)
            .expect("Ack COMMIT ABSENT 3:1 branch 0 epoch 1002");
        assertEquals(0, events.anomalies.size());
    }

    @Test
    void shouldNotCommitWhatHasNotVoted() {
        participant.answersAtOnce = false;
        prepare(T, 1).run();
        commit(T).expect();

        assertEquals(PREPARED, participant.takeCalls());
        assertEquals(1, events.anomalies.size());
    }

    @Test
    void shouldPassOnWhichQualifierIsToBeCommitted() {
        prepare(T, 1).run();
        coordinator.decide(RESOURCE, T, 0, 2, DecisionType.COMMIT, DecisionCause.DECIDED).run();

        assertEquals(PREPARED + "\ncommit 3:1 branch 0 enlisted 2", participant.takeCalls());
    }

    // links and epochs

    @Test
    void shouldRegisterAgainOverEachNewLink() {
        coordinator.loseLink().expect("SessionResume 7 token 70/71 known 1/101");
        coordinator.resumed(7, 1).expect(REGISTER);
        coordinator.registered(RESOURCE).run();

        assertEquals("registered 5 in epoch 1\nunregistered\nregistered 5 in epoch 1", registration.takeHeard());
    }

    @Test
    void shouldRegisterUnderItsOldSessionWhenTheEpochIsANewOneAndOpenNone() {
        coordinator.restart().expect("SessionResume 7 token 70/71 known 1/101");
        coordinator.resumed(7, 1)
            .expect("Register 'stock' instance 'a' session 7 incarnation 900 onePhase true known 2/102");
        coordinator.registered(RESOURCE).run();
        coordinator.after(1_000).expect();

        assertEquals("registered 5 in epoch 1\nunregistered\nregistered 5 in epoch 2", registration.takeHeard());
    }

    @Test
    void shouldRegisterUnderTheNewSessionWhenTheOldOneIsLost() {
        coordinator.closed(7, CloseReason.LOST).run();
        coordinator.after(1_000).expect("SessionOpen known 1/101 name '' credentials ''");
        coordinator.opened(8)
            .expect("Register 'stock' instance 'a' session 8 incarnation 900 onePhase true known 1/101");
    }

    @Test
    void shouldTryToRegisterAgainWhenItIsRefused() {
        coordinator.loseLink();
        coordinator.resumed(7, 1).run().said();
        registration.heard.clear();
        coordinator.rejected(RegisterDecoder.TEMPLATE_ID, Refusal.TOO_MANY_INSTANCES, "8 are connected").run();
        assertEquals("refused TOO_MANY_INSTANCES", registration.takeHeard());

        coordinator.after(2_400).expect();
        coordinator.after(2_601);
        assertTrue(coordinator.said().contains(REGISTER));
    }

    @Test
    void shouldGiveTheSameVoteInTheEpochOfTheRepeatWhenTheCoordinatorWasRestarted() {
        prepare(T, 1).expect(YES);
        coordinator.restart();
        resumeAndRegister();

        prepare(T, 1).expect("InDoubt 3:1 branch 0 enlisted 1 position 4096",
            "Vote YES 3:1 branch 0 epoch 2 enlisted 1");
        assertEquals(PREPARED, participant.takeCalls());
    }

    @Test
    void shouldAnswerOnlyTheRepeatWhenTheVoteOfAnEarlierEpochIsReadyAfterTheRestart() {
        participant.answersAtOnce = false;
        prepare(T, 1).run();
        coordinator.restart();
        resumeAndRegister();
        participant.vote.yes();
        coordinator.expect();

        prepare(T, 1).expect("Vote YES 3:1 branch 0 epoch 2 enlisted 1");
    }

    @Test
    void shouldVoteInTheEpochOfTheRepeatWhenItComesBeforeTheVote() {
        participant.answersAtOnce = false;
        prepare(T, 1).run();
        coordinator.restart();
        resumeAndRegister();
        prepare(T, 1).expect();
        participant.vote.yes();

        coordinator.expect("Vote YES 3:1 branch 0 epoch 2 enlisted 1");
        assertEquals(PREPARED, participant.takeCalls());
    }

    @Test
    void shouldDropWhatALowerEpochAsksFor() {
        coordinator.restart();
        resumeAndRegister();
        coordinator.epoch = 1;
        prepare(T, 1).expect();
        commit(T).expect();

        assertEquals("", participant.takeCalls());
        assertEquals(2, events.anomalies.size());
    }

    @Test
    void shouldDropWhatAHigherEpochAsksForThatNoHandshakeHasShown() {
        coordinator.epoch = 2;
        commit(T).expect();

        assertEquals("", participant.takeCalls());
    }

    @Test
    void shouldSendAVoteAgainOverTheNextLinkWhenTheFirstCopyMayBeLost() {
        prepare(T, 1).expect(YES);
        coordinator.loseLink();
        coordinator.resumed(7, 1).run().said();
        coordinator.registered(RESOURCE);

        coordinator.expect(YES);
    }

    @Test
    void shouldSendAVoteThatWasReadyWhileTheLinkWasDown() {
        participant.answersAtOnce = false;
        prepare(T, 1).run();
        coordinator.link.lose();
        coordinator.run();
        participant.vote.yes();
        coordinator.expect();
        coordinator.after(1_000);
        resumeAndRegister();

        coordinator.expect(YES);
    }

    @Test
    void shouldAcknowledgeInTheEpochOfTheRepeatWhenTheAcknowledgementWasLost() {
        prepare(T, 1).run();
        commit(T).run().said();
        coordinator.restart();
        resumeAndRegister();

        commit(T).expect("Ack COMMIT DONE 3:1 branch 0 epoch 2");
        assertEquals(PREPARED + "\n" + COMMITTED, participant.takeCalls());
    }

    @Test
    void shouldRefuseANameThatIsServedAlready() {
        final ResourceRegistration again = new ResourceRegistration("stock", "b", 901, participant);
        assertThrows(IllegalArgumentException.class, () -> session.register(again, RegistrationListener.NONE));
    }

    @Test
    void shouldStartAnewWhenTheRegistrationIsAnsweredInAnotherEpoch() {
        coordinator.loseLink();
        coordinator.resumed(7, 1).run().said();
        coordinator.epoch = 2;
        coordinator.registered(RESOURCE).run();

        coordinator.after(1_000).expect("SessionResume 7 token 70/71 known 1/101");
    }

    @Test
    void shouldSayThatItLeavesForGoodWhenClosed() {
        session.close();

        coordinator.expect("Unregister 5", "SessionClose 7");
    }

    @Test
    void shouldSayThatItIsNoLongerRegisteredWhenAnotherProcessTakesItsPlace() {
        coordinator.rejected(0, RESOURCE, RegisterDecoder.TEMPLATE_ID, Refusal.STALE_INCARNATION, "another one").run();

        assertEquals("registered 5 in epoch 1\nunregistered\nrefused STALE_INCARNATION", registration.takeHeard());
        prepare(transaction(3, 1), 1).run();
        assertTrue(coordinator.said().stream().noneMatch(said -> said.startsWith("Vote")));
    }
}
