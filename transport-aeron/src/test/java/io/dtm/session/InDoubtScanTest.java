package io.dtm.session;

import static io.dtm.session.FakeCoordinator.transaction;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.codec.message.DecisionCause;
import io.dtm.codec.message.DecisionType;
import io.dtm.participant.BranchId;
import io.dtm.participant.ScanReply;
import org.junit.jupiter.api.Test;

/** Rule 8: branches in doubt are found, asked about and resolved. */
class InDoubtScanTest extends ParticipantFixture {
    private static final long T = transaction(3, 1);
    private static final BranchId BRANCH = new BranchId(FakeCoordinator.ID, T, 0, 1);
    private static final String ASKED = "InDoubt 3:1 branch 0 enlisted 1 position 9223372036854775807";
    private static final String ASKED_WITH_POSITION = "InDoubt 3:1 branch 0 enlisted 1 position 4096";
    private static final String ONE_PHASE = "OnePhase COMMITTED 3:1 branch 0 epoch 1";

    @Test
    void shouldScanWhenItIsRegistered() {
        assertEquals(1, participant.scans);
    }

    @Test
    void shouldScanAgainOverEachNewLink() {
        coordinator.loseLink();
        resumeAndRegister();

        assertEquals(2, participant.scans);
    }

    @Test
    void shouldScanPeriodically() {
        coordinator.after(10_001);
        assertEquals(2, participant.scans);
        coordinator.after(10_001);
        assertEquals(3, participant.scans);
    }

    @Test
    void shouldScanWhenTold() {
        session.scan("stock");
        coordinator.run();

        assertEquals(2, participant.scans);
    }

    @Test
    void shouldNotScanWhileItIsNotRegistered() {
        coordinator.link.statusAfterReconnect = CoordinatorLink.Status.LOST;
        coordinator.loseLink();
        coordinator.after(30_000);

        assertEquals(1, participant.scans);
    }

    @Test
    void shouldAskForABranchOfAFormerProcessAndObeyTheAnswer() {
        participant.prepared.add(BRANCH);
        scanNow();
        coordinator.expect(ASKED);
        coordinator.decide(RESOURCE, T, 0, 1, DecisionType.COMMIT, DecisionCause.ANSWER)
            .expect("Ack COMMIT DONE 3:1 branch 0 epoch 1");

        assertEquals("commit 3:1 branch 0 enlisted 1", participant.takeCalls());
    }

    @Test
    void shouldRollBackWhatIsPresumedAborted() {
        participant.prepared.add(BRANCH);
        scanNow();
        coordinator.run().said();
        presumedRollback(T).expect("Ack ROLLBACK DONE 3:1 branch 0 epoch 1");

        assertTrue(participant.prepared.isEmpty());
    }

    @Test
    void shouldAskAgainWhenThereIsNoAnswerYet() {
        participant.prepared.add(BRANCH);
        scanNow();
        coordinator.expect(ASKED);
        scanNow();

        coordinator.expect(ASKED);
    }

    @Test
    void shouldNotAskForABranchThatHasJustVoted() {
        prepare(T, 1).run().said();
        scanNow();

        coordinator.expect();
    }

    @Test
    void shouldAskForABranchThatIsStillUndecidedAtTheScanAfterTheNext() {
        prepare(T, 1).run().said();
        scanNow();
        coordinator.run();
        scanNow();

        coordinator.expect(ASKED_WITH_POSITION);
    }

    @Test
    void shouldAskAtOnceForABranchThatVotedInAnEarlierEpoch() {
        prepare(T, 1).run();
        coordinator.restart();
        resumeAndRegister();

        coordinator.expect(ASKED_WITH_POSITION);
    }

    @Test
    void shouldNotAskForABranchThatIsBeingPreparedOrCommitted() {
        participant.answersAtOnce = false;
        prepare(T, 1).run();
        participant.prepared.add(BRANCH);
        scanNow();
        coordinator.expect();
        participant.vote.yes();
        commit(T).run().said();
        scanNow();

        coordinator.expect();
    }

    @Test
    void shouldIgnoreWhatAScanSawBeforeTheBranchWasFinished() {
        prepare(T, 1).run();
        participant.scansAtOnce = false;
        scanNow();
        coordinator.run();
        participant.scan.prepared(BRANCH);
        commit(T).run().said();
        participant.scan.complete();

        coordinator.expect();
    }

    @Test
    void shouldResolveAPrepareThatReachedTheDatabaseAfterItsRollback() {
        rollback(T).run().said();
        participant.calls.clear();
        participant.prepared.add(BRANCH);
        scanNow();
        coordinator.expect(ASKED);
        presumedRollback(T).expect("Ack ROLLBACK DONE 3:1 branch 0 epoch 1");

        assertEquals("rollback 3:1 branch 0 enlisted 1", participant.takeCalls());
    }

    @Test
    void shouldAskForABranchThatVotedReadOnlyAndIsPreparedAllTheSame() {
        participant.answersAtOnce = false;
        prepare(T, 1).run();
        participant.vote.readOnly();
        coordinator.run().said();
        participant.answersAtOnce = true;
        participant.prepared.add(BRANCH);
        scanNow();
        coordinator.expect(ASKED_WITH_POSITION);
        presumedRollback(T).expect("Ack ROLLBACK DONE 3:1 branch 0 epoch 1");
    }

    @Test
    void shouldRollBackAgainWhatWasFoundPreparedWhenTheFirstAttemptFails() {
        participant.answersAtOnce = false;
        prepare(T, 1).run();
        participant.vote.no("no stock");
        coordinator.run().said();
        participant.answersAtOnce = true;
        participant.prepared.add(BRANCH);
        scanNow();
        coordinator.expect(ASKED_WITH_POSITION);
        participant.failure = new IllegalStateException("no database");
        presumedRollback(T).expect();
        participant.failure = null;

        presumedRollback(T).expect("Ack ROLLBACK DONE 3:1 branch 0 epoch 1");
        assertTrue(participant.prepared.isEmpty(), "it would stay prepared until a later scan");
    }

    @Test
    void shouldRollBackAgainAnUnvotedBranchThatWasFoundPreparedWhenTheFirstAttemptFails() {
        rollback(T).run().said();
        participant.prepared.add(BRANCH);
        scanNow();
        coordinator.expect(ASKED);
        participant.failure = new IllegalStateException("no database");
        presumedRollback(T).expect();
        participant.failure = null;
        scanNow();
        coordinator.expect(ASKED);

        presumedRollback(T).expect("Ack ROLLBACK DONE 3:1 branch 0 epoch 1");
        assertTrue(participant.prepared.isEmpty());
    }

    @Test
    void shouldStillAnswerAOnePhaseCommitWhenWhatWasFoundPreparedCannotBeRolledBack() {
        coordinator.commitOnePhase(RESOURCE, INCARNATION, T, 0, 1).expect(ONE_PHASE);
        participant.prepared.add(BRANCH);
        scanNow();
        coordinator.expect(ASKED_WITH_POSITION);
        participant.failure = new IllegalStateException("no database");
        presumedRollback(T).expect();
        participant.failure = null;
        coordinator.commitOnePhase(RESOURCE, INCARNATION, T, 0, 1).expect(ONE_PHASE);

        presumedRollback(T).expect("Ack ROLLBACK DONE 3:1 branch 0 epoch 1");
        assertTrue(participant.prepared.isEmpty());
        coordinator.commitOnePhase(RESOURCE, INCARNATION, T, 0, 1).expect(ONE_PHASE);
    }

    @Test
    void shouldKeepTheVoteOfABranchThatAnotherProcessHasResolved() {
        prepare(T, 1).run().said();
        participant.prepared.clear();
        scanNow();
        coordinator.run();

        prepare(T, 1).expect("Vote YES 3:1 branch 0 epoch 1 enlisted 1");
        presumedRollback(T).expect("Ack ROLLBACK ABSENT 3:1 branch 0 epoch 1");
    }

    @Test
    void shouldNotTouchBranchesOfAnotherCoordinator() {
        participant.prepared.add(new BranchId(0xBEEF, T, 0, 1));
        scanNow();

        coordinator.expect();
        assertEquals(1, events.anomalies.size());
    }

    @Test
    void shouldScanAgainWhenAScanFails() {
        participant.scansAtOnce = false;
        scanNow();
        coordinator.run();
        participant.scan.failed(new IllegalStateException("no database"));
        coordinator.run();
        assertEquals(1, events.anomalies.size());
        coordinator.after(10_001);

        assertEquals(3, participant.scans);
    }

    @Test
    void shouldGiveUpAScanThatIsNeverCompletedAndIgnoreItThen() {
        participant.scansAtOnce = false;
        scanNow();
        coordinator.run();
        final ScanReply never = participant.scan;
        coordinator.after(60_001).said();
        assertEquals(3, participant.scans);
        never.prepared(BRANCH);
        never.complete();
        coordinator.expect();
    }

    @Test
    void shouldTakeOnlySoManyBranchesOfAScan() {
        session = new CoordinatorSession(context().maxBranches(2, 10));
        coordinator.library = session;
        for (int i = 1; i <= 5; i++) {
            participant.prepared.add(new BranchId(FakeCoordinator.ID, transaction(3, i), 0, 1));
        }
        session.register(new ResourceRegistration("stock", "a", INCARNATION, participant), registration);
        coordinator.connect().said();
        coordinator.registered(RESOURCE).run();

        assertEquals(2, coordinator.said().size());
        assertFalse(events.anomalies.isEmpty());
    }

    private void scanNow() {
        session.scan("stock");
        coordinator.run();
    }
}
