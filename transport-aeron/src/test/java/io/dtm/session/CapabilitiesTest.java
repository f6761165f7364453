package io.dtm.session;

import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

/** What a participant says of itself when it is registered. */
class CapabilitiesTest {
    private static final String REGISTER = "Register 'stock' instance 'a' session 7 incarnation 900 onePhase ";

    private final FakeCoordinator coordinator = new FakeCoordinator();
    private final RecordingParticipant participant = new RecordingParticipant();

    private FakeCoordinator register() {
        final CoordinatorSession session =
            new CoordinatorSession(new SessionContext().link(coordinator.link).random(() -> 42));
        coordinator.library = session;
        session.register(registration(), new RecordingListeners());
        return coordinator.connect();
    }

    private ResourceRegistration registration() {
        return new ResourceRegistration("stock", "a", 900, participant);
    }

    @Test
    void shouldDeclareThatItCanCommitInOnePhase() {
        register().expect(REGISTER + "true known 1/101");
    }

    @Test
    void shouldDeclareThatItCannotCommitInOnePhase() {
        participant.onePhaseIsSupported = false;

        register().expect(REGISTER + "false known 1/101");
    }

    @Test
    void shouldDeclareThatItNeverVotesReadOnly() {
        participant.votesReadOnly = false;

        register().expect(REGISTER + "true never read-only known 1/101");
    }

    @Test
    void shouldDeclareThatItCanOnlyBeTheLastAgent() {
        participant.canPrepare = false;

        register().expect(REGISTER + "true last agent known 1/101");
    }

    @Test
    void shouldRefuseALastAgentThatCannotCommitInOnePhase() {
        participant.canPrepare = false;
        participant.onePhaseIsSupported = false;

        assertThrows(IllegalArgumentException.class, this::registration);
    }
}
