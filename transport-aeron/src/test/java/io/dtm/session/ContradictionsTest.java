package io.dtm.session;

import static io.dtm.session.FakeCoordinator.transaction;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.codec.message.DecisionCause;
import io.dtm.codec.message.DecisionType;
import org.junit.jupiter.api.Test;

/** What no coordinator says: it is reported as an anomaly, and nothing is done to the database. */
class ContradictionsTest extends ParticipantFixture {
    private static final long T = transaction(3, 1);
    private static final long JOINED = transaction(3, 2);

    private void assertAnomaly(final String text) {
        assertEquals(1, events.anomalies.size(), events.anomalies.toString());
        assertTrue(events.anomalies.get(0).startsWith(text), events.anomalies.get(0));
        assertEquals("", participant.takeCalls());
    }

    private FakeCoordinator delegate(final long incarnation) {
        return coordinator.commitOnePhase(RESOURCE, incarnation, T, 0, 1);
    }

    private void join() {
        session.join("stock", JOINED, 77, 1, 2_000 * FakeCoordinator.MS, registration);
        coordinator.run();
        coordinator.joined(JOINED, RESOURCE).run().said();
    }

    /** Prepared, and its commit has been begun. */
    private void prepareAndCommitWithoutAnAnswer() {
        prepare(T, 1).run().said();
        participant.answersAtOnce = false;
        commit(T).run();
        participant.takeCalls();
    }

    /** What a former process prepared. */
    private void failToCommit() {
        participant.answersAtOnce = false;
        commit(T).run();
        participant.takeCalls();
        participant.decision.retry(new IllegalStateException("connection lost"));
        coordinator.run();
        events.anomalies.clear();
    }

    @Test
    void shouldNotCommitWhatJoinedAndWasNotPrepared() {
        join();
        coordinator.decide(RESOURCE, JOINED, RESOURCE, 1, DecisionType.COMMIT, DecisionCause.DECIDED).expect();

        assertAnomaly("COMMIT for a branch that was not prepared");
    }

    @Test
    void shouldNotPrepareWhatIsBeingCommitted() {
        participant.answersAtOnce = false;
        commit(T).run();
        participant.takeCalls();
        prepare(T, 1).expect();

        assertAnomaly("PREPARE after COMMIT");
    }

    @Test
    void shouldNotRollBackWhatIsBeingCommitted() {
        prepareAndCommitWithoutAnAnswer();
        rollback(T).expect();

        assertAnomaly("ROLLBACK while COMMIT is carried out");
    }

    @Test
    void shouldNotRollBackWhatCouldNotBeCommittedYet() {
        failToCommit();
        rollback(T).expect();

        assertAnomaly("ROLLBACK contradicts what was asked before");
    }

    @Test
    void shouldNotCommitInOnePhaseWhatCouldNotBeCommittedYet() {
        failToCommit();
        delegate(INCARNATION).expect();

        assertAnomaly("one-phase COMMIT for a branch whose COMMIT did not work");
    }

    @Test
    void shouldNotCommitInOnePhaseWhatIsBeingCommitted() {
        prepareAndCommitWithoutAnAnswer();
        delegate(INCARNATION).expect();

        assertAnomaly("one-phase COMMIT for a branch that is being decided");
    }

    @Test
    void shouldNotCommitInOnePhaseWhatIsCommitted() {
        prepare(T, 1).run().said();
        commit(T).run().said();
        participant.takeCalls();
        delegate(INCARNATION).expect();

        assertAnomaly("one-phase COMMIT for a decided branch");
    }

    @Test
    void shouldNotCommitInOnePhaseForAnotherProcessWhatRunsHere() {
        join();
        coordinator.commitOnePhase(RESOURCE, OTHER_INCARNATION, JOINED, RESOURCE, 1).expect();

        assertAnomaly("one-phase COMMIT names another process for a branch that runs in this one");
    }
}
