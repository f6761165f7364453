package io.dtm.session;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.codec.message.DurabilityLevel;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rule 12: a participant tells a coordinator's next epoch up to where the journal held what it has obeyed. */
class WitnessTest extends ParticipantFixture {
    private static final long T = FakeCoordinator.transaction(3, 1);

    @Test
    void shouldNameTheHighestPositionOfWhatItObeyed() {
        atPosition(200).prepare(T, 1);
        atPosition(500).commit(T);
        atPosition(400).rollback(T + 1);
        registersWitnessing("1/500");
    }

    @Test
    void shouldNotCountAPrepareWhichLeavesBeforeItIsForced() {
        atPosition(500).prepare(T, 1);
        registersWitnessing("");
    }

    @Test
    void shouldCountWhatIsAskedToCommitInOnePhaseAndEvidenceThatMayGo() {
        atPosition(300);
        coordinator.commitOnePhase(RESOURCE, INCARNATION, T, 0, 1).run();
        registersWitnessing("1/300");
        atPosition(400);
        coordinator.forgetEvidence(RESOURCE, T, 0).run();
        registersWitnessing("2/400");
    }

    @Test
    void shouldKeepItsWordUntilItHasObeyedSomethingLater() {
        atPosition(500).commit(T);
        registersWitnessing("1/500");
        registersWitnessing("1/500");
        atPosition(700).commit(T + 1);
        registersWitnessing("3/700");
    }

    @Test
    void shouldNotWitnessWhatACoordinatorThatForcesNothingHasSaid() {
        coordinator.durability = DurabilityLevel.APPEND;
        registersWitnessing("");
        atPosition(500).commit(T);
        registersWitnessing("");
    }

    @Test
    void shouldForgetItWhenAnOperatorHasRestoredTheDirectory() {
        atPosition(500).commit(T);
        coordinator.restore();
        registersWith("");
    }

    private WitnessTest atPosition(final long position) {
        coordinator.position = position;
        return this;
    }

    private void registersWitnessing(final String expected) {
        coordinator.run().said();
        coordinator.restart();
        registersWith(expected);
    }

    private void registersWith(final String expected) {
        coordinator.said();
        coordinator.resumed(7, 1);
        final List<String> said = coordinator.said();
        assertTrue(said.stream().anyMatch(line -> line.startsWith("Register 'stock'")
            && line.endsWith("known " + coordinator.epoch + "/" + coordinator.nonce
                + (expected.isEmpty() ? "" : " witnessed " + expected))), () -> String.join("\n", said));
        coordinator.registered(RESOURCE).run();
    }
}
