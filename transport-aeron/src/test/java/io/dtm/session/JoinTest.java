package io.dtm.session;

import static io.dtm.session.FakeCoordinator.transaction;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.client.Refusal;
import io.dtm.codec.message.DecisionCause;
import io.dtm.codec.message.DecisionType;
import io.dtm.codec.message.EnlistDecoder;
import org.junit.jupiter.api.Test;

/** Rule 5: joining interactive transactions. */
class JoinTest extends ParticipantFixture {
    private static final long T = transaction(3, 1);
    private static final String ENLIST =
        "Enlist 3:1 branch 5 resource 5 incarnation 900 token 77 epoch 1 payload 0";
    private static final String YES = "Vote YES 3:1 branch 5 epoch 1 enlisted 1";

    private final RecordingListeners listener = new RecordingListeners();

    private void join() {
        session.join("stock", T, 77, 1, 2_000 * FakeCoordinator.MS, listener);
    }

    private FakeCoordinator prepareJoined() {
        return coordinator.prepare(RESOURCE, INCARNATION, T, RESOURCE, 1, "");
    }

    @Test
    void shouldConfirmAJoinOnlyWhenTheCoordinatorHasIt() {
        join();
        coordinator.expect(ENLIST);
        assertEquals("", listener.takeHeard());
        coordinator.joined(T, RESOURCE).run();

        assertEquals("joined", listener.takeHeard());
    }

    /** Branches are called by the resource's id, which may be another's after a restore (rule 12). */
    @Test
    void shouldNotJoinByAnIdOfBeforeARestore() {
        coordinator.restore();
        coordinator.resumed(7, 1).run().said();
        session.join("stock", T, 77, coordinator.epoch, 2_000 * FakeCoordinator.MS, listener);
        coordinator.run();
        assertTrue(listener.takeHeard().contains("NOT_CONNECTED"));
        coordinator.registered(RESOURCE + 1).run().said();
        session.join("stock", T, 77, coordinator.epoch, 2_000 * FakeCoordinator.MS, listener);
        coordinator.run();
        assertTrue(coordinator.transcript.take().toString().contains("branch " + (RESOURCE + 1)));
    }

    @Test
    void shouldPrepareAndCommitAJoinedBranch() {
        join();
        coordinator.joined(T, RESOURCE).run().said();
        prepareJoined().expect(YES);
        coordinator.decide(RESOURCE, T, RESOURCE, 1, DecisionType.COMMIT, DecisionCause.DECIDED)
            .expect("Ack COMMIT DONE 3:1 branch 5 epoch 1");

        assertEquals("prepare 3:1 branch 5 enlisted 1 ''\ncommit 3:1 branch 5 enlisted 1",
            participant.takeCalls());
    }

    @Test
    void shouldCommitAJoinedBranchInOnePhase() {
        join();
        coordinator.joined(T, RESOURCE).run().said();
        coordinator.commitOnePhase(RESOURCE, INCARNATION, T, RESOURCE, 1)
            .expect("OnePhase COMMITTED 3:1 branch 5 epoch 1");
    }

    @Test
    void shouldRollBackAJoinedBranchThatWasNotPrepared() {
        join();
        coordinator.joined(T, RESOURCE).run().said();
        coordinator.decide(RESOURCE, T, RESOURCE, 1, DecisionType.ROLLBACK, DecisionCause.DECIDED)
            .expect("Ack ROLLBACK ABSENT 3:1 branch 5 epoch 1");

        assertEquals("rollback 3:1 branch 5 enlisted 1", participant.takeCalls());
    }

    @Test
    void shouldLeaveTheResourceAloneWhenTheJoinIsRefusedSinceAnotherProcessMayHaveTheBranch() {
        join();
        coordinator.run();
        coordinator.rejected(T, RESOURCE, EnlistDecoder.TEMPLATE_ID, Refusal.NOT_ACTIVE, "").run();

        assertEquals("refused NOT_ACTIVE", listener.takeHeard());
        assertEquals("", participant.takeCalls());
        prepareJoined().said();
    }

    @Test
    void shouldCarryOutADecisionForABranchWhoseJoinWasRefusedHereSinceAnotherProcessPreparedIt() {
        join();
        coordinator.run();
        coordinator.rejected(T, RESOURCE, EnlistDecoder.TEMPLATE_ID, Refusal.DUPLICATE_BRANCH, "").run();
        coordinator.decide(RESOURCE, T, RESOURCE, 1, DecisionType.COMMIT, DecisionCause.DECIDED).run();

        assertEquals("commit 3:1 branch 5 enlisted 1", participant.takeCalls());
    }

    @Test
    void shouldJoinAgainWhenTheJoinOvertookTheBegin() {
        join();
        coordinator.run();
        final String first = String.join("", coordinator.said());
        coordinator.rejected(T, RESOURCE, EnlistDecoder.TEMPLATE_ID, Refusal.UNKNOWN_TRANSACTION, "").run();
        assertEquals("", listener.takeHeard());

        coordinator.after(300);
        assertEquals(first, String.join("", coordinator.said()));
        coordinator.joined(T, RESOURCE).run();

        assertEquals("joined", listener.takeHeard());
    }

    @Test
    void shouldVoteNoWhenABranchIsPreparedWhoseJoinFailed() {
        join();
        coordinator.run().said();
        coordinator.rejected(T, RESOURCE, EnlistDecoder.TEMPLATE_ID, Refusal.WRONG_JOIN_TOKEN, "").run();

        prepareJoined().expect("Vote NO 3:1 branch 5 epoch 1 enlisted 1 'rolled back before'");
    }

    @Test
    void shouldSendTheJoinOnceForTwoCallersAndConfirmItToBoth() {
        join();
        join();
        coordinator.expect(ENLIST);
        coordinator.joined(T, RESOURCE).run();
        join();

        coordinator.expect();
        assertEquals("joined\njoined\njoined", listener.takeHeard());
    }

    @Test
    void shouldRefuseAJoinOnceTheBranchIsBeingFinished() {
        join();
        coordinator.joined(T, RESOURCE).run();
        prepareJoined().run();
        listener.heard.clear();
        join();

        assertEquals("refused NOT_ACTIVE", listener.takeHeard());
    }

    @Test
    void shouldSendAnUnconfirmedJoinAgainOverTheNextLinkOfTheSameEpoch() {
        join();
        coordinator.run();
        coordinator.loseLink();
        coordinator.resumed(7, 1).run().said();
        coordinator.registered(RESOURCE).expect(ENLIST);
        coordinator.joined(T, RESOURCE).run();

        assertEquals("joined", listener.takeHeard());
    }

    @Test
    void shouldNotSendAConfirmedJoinAgain() {
        join();
        coordinator.joined(T, RESOURCE).run();
        coordinator.loseLink();
        coordinator.resumed(7, 1).run().said();

        coordinator.registered(RESOURCE).expect();
    }

    @Test
    void shouldFailAnUnconfirmedJoinWhenTheCoordinatorWasRestarted() {
        join();
        coordinator.run();
        coordinator.restart();
        resumeAndRegister();

        assertEquals("refused NOT_ACTIVE", listener.takeHeard());
        assertEquals("", participant.takeCalls());
    }

    @Test
    void shouldKeepAConfirmedBranchWhenTheCoordinatorWasRestartedAndPrepareIt() {
        join();
        coordinator.joined(T, RESOURCE).run();
        coordinator.restart();
        resumeAndRegister();
        coordinator.said();

        prepareJoined().expect("Vote YES 3:1 branch 5 epoch 2 enlisted 1");
    }

    @Test
    void shouldRollBackABranchThatNobodyAsksToPrepareUntilItsDeadline() {
        join();
        coordinator.joined(T, RESOURCE).run();
        coordinator.after(6_900);
        assertEquals("", participant.takeCalls());
        coordinator.after(400);

        assertEquals("rollback 3:1 branch 5 enlisted 1", participant.takeCalls());
    }

    @Test
    void shouldTryThatRollbackAgainUntilItWorks() {
        join();
        coordinator.joined(T, RESOURCE).run();
        participant.failure = new IllegalStateException("no database");
        coordinator.after(7_200);
        assertEquals("rollback 3:1 branch 5 enlisted 1", participant.takeCalls());
        participant.failure = null;
        coordinator.after(300);

        assertEquals("rollback 3:1 branch 5 enlisted 1", participant.takeCalls());
        coordinator.after(1_000);
        assertEquals("", participant.takeCalls());
    }

    @Test
    void shouldAnswerAbortedWhenABranchIsDelegatedWhoseRollBackAtItsDeadlineDidNotWork() {
        join();
        coordinator.joined(T, RESOURCE).run();
        participant.failure = new IllegalStateException("no connection");
        coordinator.after(7_200).said();
        participant.failure = null;

        coordinator.commitOnePhase(RESOURCE, INCARNATION, T, RESOURCE, 1)
            .expect("OnePhase ABORTED 3:1 branch 5 epoch 1 'rolled back before, at its deadline'");
        assertTrue(participant.takeCalls().endsWith("rollback 3:1 branch 5 enlisted 1"));
        coordinator.commitOnePhase(RESOURCE, INCARNATION, T, RESOURCE, 1)
            .expect("OnePhase ABORTED 3:1 branch 5 epoch 1 'rolled back before, at its deadline'");
    }

    @Test
    void shouldAnswerAbortedWhenABranchIsDelegatedWhileItIsRolledBackAtItsDeadline() {
        join();
        coordinator.joined(T, RESOURCE).run();
        participant.answersAtOnce = false;
        coordinator.after(7_200).said();
        coordinator.commitOnePhase(RESOURCE, INCARNATION, T, RESOURCE, 1).expect();
        participant.decision.retry(new IllegalStateException("no connection"));
        coordinator.after(300).expect();
        participant.decision.done();

        coordinator.expect("OnePhase ABORTED 3:1 branch 5 epoch 1 'rolled back before, at its deadline'");
    }

    @Test
    void shouldAnswerAbortedWhenABranchIsDelegatedThatWasRolledBackAtItsDeadline() {
        join();
        coordinator.joined(T, RESOURCE).run();
        coordinator.after(7_200).said();

        coordinator.commitOnePhase(RESOURCE, INCARNATION, T, RESOURCE, 1)
            .expect("OnePhase ABORTED 3:1 branch 5 epoch 1 'rolled back before, at its deadline'");
    }

    @Test
    void shouldIgnoreAConfirmationOfAnotherEpoch() {
        join();
        coordinator.run();
        coordinator.epoch = 2;
        coordinator.joined(T, RESOURCE).run();

        assertEquals("", listener.takeHeard());
    }

    @Test
    void shouldRefuseAJoinOfAnEarlierEpoch() {
        coordinator.restart();
        resumeAndRegister();
        join();

        assertEquals("refused NOT_ACTIVE", listener.takeHeard());
    }

    @Test
    void shouldRefuseAJoinForAResourceThatIsNotRegistered() {
        session.join("billing", T, 77, 1, 0, listener);

        assertEquals("refused NOT_CONNECTED", listener.takeHeard());
    }

    @Test
    void shouldFailUnconfirmedJoinsWhenClosed() {
        join();
        coordinator.run();
        session.close();

        assertEquals("refused CLOSED", listener.takeHeard());
    }
}
