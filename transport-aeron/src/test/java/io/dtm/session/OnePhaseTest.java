package io.dtm.session;

import static io.dtm.session.FakeCoordinator.transaction;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** Rule 9, the participant's part. */
class OnePhaseTest extends ParticipantFixture {
    private static final long T = transaction(3, 1);
    private static final String COMMITTED = "OnePhase COMMITTED 3:1 branch 0 epoch 1";
    private static final String RAN = "commit in one phase 3:1 branch 0 enlisted 1";

    private FakeCoordinator delegate(final long incarnation) {
        return coordinator.commitOnePhase(RESOURCE, incarnation, T, 0, 1);
    }

    @Test
    void shouldCommitInOnePhaseAndSaySo() {
        delegate(INCARNATION).expect(COMMITTED);

        assertEquals(RAN, participant.takeCalls());
    }

    @Test
    void shouldGiveTheSameAnswerWithoutWorkingAgainWhenRepeated() {
        delegate(INCARNATION).expect(COMMITTED);
        delegate(INCARNATION).expect(COMMITTED);

        assertEquals(RAN, participant.takeCalls());
    }

    @Test
    void shouldAnswerAgainOverTheNextLinkUntilItIsToldThatTheEvidenceMayGo() {
        delegate(INCARNATION).expect(COMMITTED);
        coordinator.loseLink();
        resumeAndRegister();
        coordinator.expect(COMMITTED);

        coordinator.forgetEvidence(RESOURCE, T, 0).run();
        coordinator.loseLink();
        resumeAndRegister();
        coordinator.expect();
    }

    @Test
    void shouldAnswerOnceWhenRepeatedWhileItRuns() {
        participant.answersAtOnce = false;
        delegate(INCARNATION).run();
        delegate(INCARNATION).run();
        participant.onePhase.aborted("no stock");

        coordinator.expect("OnePhase ABORTED 3:1 branch 0 epoch 1 'no stock'");
        assertEquals(RAN, participant.takeCalls());
    }

    @Test
    void shouldOnlyFindOutWhenTheDelegationNamesAnotherProcess() {
        delegate(OTHER_INCARNATION).expect(COMMITTED);

        assertEquals("find out 3:1 branch 0 enlisted 1", participant.takeCalls());
    }

    @Test
    void shouldOnlyFindOutWhenItWasTriedBeforeAndCouldNotBeTold() {
        participant.answersAtOnce = false;
        delegate(INCARNATION).run();
        participant.onePhase.retry(new IllegalStateException("connection lost"));
        coordinator.expect();
        delegate(INCARNATION).run();
        participant.onePhase.committed();

        coordinator.expect(COMMITTED);
        assertEquals(RAN + "\nfind out 3:1 branch 0 enlisted 1", participant.takeCalls());
    }

    @Test
    void shouldAnswerNothingWhenTheParticipantThrows() {
        participant.failure = new IllegalStateException("no database");
        delegate(INCARNATION).expect();
        assertEquals(1, events.anomalies.size());
        participant.failure = null;

        delegate(INCARNATION).expect(COMMITTED);
    }

    @Test
    void shouldAnswerInTheEpochOfTheRepeatAfterARestart() {
        participant.answersAtOnce = false;
        delegate(INCARNATION).run();
        coordinator.restart();
        resumeAndRegister();
        participant.onePhase.committed();
        coordinator.expect();

        delegate(INCARNATION).expect("OnePhase COMMITTED 3:1 branch 0 epoch 2");
        assertEquals(RAN, participant.takeCalls());
    }

    @Test
    void shouldLetTheEvidenceGoOnlyWhenTheCoordinatorSaysSo() {
        delegate(INCARNATION).run();
        participant.calls.clear();
        coordinator.forgetEvidence(RESOURCE, T, 0).run();

        assertEquals("forget evidence 3:1 branch 0", participant.takeCalls());
    }

    @Test
    void shouldRepeatItsAnswerInALaterEpochUntilTheEvidenceMayGo() {
        delegate(INCARNATION).run().said();
        coordinator.restart();
        resumeAndRegister();
        coordinator.expect("OnePhase COMMITTED 3:1 branch 0 epoch 2");
        coordinator.forgetEvidence(RESOURCE, T, 0).run();
        coordinator.restart();
        resumeAndRegister();

        coordinator.expect();
        assertEquals(RAN + "\nforget evidence 3:1 branch 0", participant.takeCalls());
    }

    /** The coordinator may have forgotten that it delegated: the evidence is what an operator has. */
    @Test
    void shouldNotRepeatItsAnswerAfterARestoreUntilItIsAsked() {
        delegate(INCARNATION).run().said();
        coordinator.restore();
        resumeAndRegister();
        coordinator.expect();
        delegate(INCARNATION).expect("OnePhase COMMITTED 3:1 branch 0 epoch 1002");
        coordinator.restart();
        resumeAndRegister();

        coordinator.expect("OnePhase COMMITTED 3:1 branch 0 epoch 1003");
    }

    @Test
    void shouldLetTheEvidenceOfAFormerProcessGo() {
        coordinator.forgetEvidence(RESOURCE, T, 0).run();

        assertEquals("forget evidence 3:1 branch 0", participant.takeCalls());
    }

    @Test
    void shouldKeepTheEvidenceOfABranchThatHasNotAnswered() {
        participant.answersAtOnce = false;
        delegate(INCARNATION).run();
        participant.calls.clear();
        coordinator.forgetEvidence(RESOURCE, T, 0).run();

        assertEquals("", participant.takeCalls());
    }

    @Test
    void shouldStillAnswerARepeatAfterTheEvidenceIsGone() {
        delegate(INCARNATION).run();
        coordinator.forgetEvidence(RESOURCE, T, 0).run().said();

        delegate(INCARNATION).expect(COMMITTED);
    }

    @Test
    void shouldNotTouchADelegatedBranchWhenARollbackComes() {
        delegate(INCARNATION).run().said();
        rollback(T).expect();

        assertEquals(RAN, participant.takeCalls());
        assertEquals(1, events.anomalies.size());
    }

    @Test
    void shouldNotPrepareADelegatedBranch() {
        delegate(INCARNATION).run().said();
        prepare(T, 1).expect();

        assertEquals(1, events.anomalies.size());
    }

    @Test
    void shouldNotCommitInOnePhaseWhatWasPrepared() {
        prepare(T, 1).run().said();
        delegate(INCARNATION).expect();

        assertEquals("prepare 3:1 branch 0 enlisted 1 'work'", participant.takeCalls());
    }
}
