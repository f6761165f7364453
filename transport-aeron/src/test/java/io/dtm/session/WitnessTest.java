package io.dtm.session;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dtm.codec.message.CloseReason;
import io.dtm.codec.message.DurabilityLevel;
import org.junit.jupiter.api.Test;

/** Rule 12: a participant tells a coordinator's next epoch up to where the journal held what it has obeyed. */
class WitnessTest extends ParticipantFixture {
    private static final long T = FakeCoordinator.transaction(3, 1);

    @Test
    void shouldNameTheHighestPositionOfWhatItObeyed() {
        atPosition(200).prepare(T, 1);
        atPosition(500).commit(T);
        atPosition(400).rollback(T + 1);
        namesAfterARestart("1/500");
    }

    @Test
    void shouldNotCountAPrepareWhichLeavesBeforeItIsForced() {
        atPosition(500).prepare(T, 1);
        namesAfterARestart("0/0");
    }

    @Test
    void shouldCountWhatIsAskedToCommitInOnePhaseAndEvidenceThatMayGo() {
        atPosition(300);
        coordinator.commitOnePhase(RESOURCE, INCARNATION, T, 0, 1).run();
        namesAfterARestart("1/300");
        atPosition(400);
        coordinator.forgetEvidence(RESOURCE, T, 0).run();
        namesAfterARestart("2/400");
    }

    @Test
    void shouldKeepItsWordUntilItHasObeyedSomethingLater() {
        atPosition(500).commit(T);
        namesAfterARestart("1/500");
        namesAfterARestart("1/500");
        atPosition(700).commit(T + 1);
        namesAfterARestart("3/700");
    }

    @Test
    void shouldNotWitnessWhatACoordinatorThatForcesNothingHasSaid() {
        coordinator.durability = DurabilityLevel.APPEND;
        namesAfterARestart("0/0");
        atPosition(500).commit(T);
        namesAfterARestart("0/0");
    }

    @Test
    void shouldNameItAlsoWhenItOpensASession() {
        atPosition(500).commit(T);
        coordinator.closed(7, CloseReason.LOST).run();
        coordinator.after(1_000).expect("SessionOpen known 1/101 name '' credentials ''");
        assertEquals("c0ffee: 1/500", coordinator.transcript.witnessed);
    }

    @Test
    void shouldForgetItWhenAnOperatorHasRestoredTheDirectory() {
        atPosition(500).commit(T);
        coordinator.run().said();
        coordinator.restore();
        assertNamed("1/500");
        namesAfterARestart("0/0");
    }

    private WitnessTest atPosition(final long position) {
        coordinator.position = position;
        return this;
    }

    /** The coordinator starts anew; the library resumes its session and opens another one. */
    private void namesAfterARestart(final String expected) {
        coordinator.run().said();
        coordinator.restart();
        assertNamed(expected);
    }

    private void assertNamed(final String expected) {
        coordinator.run();
        assertEquals("c0ffee: " + expected, coordinator.transcript.witnessed);
        resumeAndRegister();
    }
}
