package io.dtm.session;

import static io.dtm.session.FakeCoordinator.transaction;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dtm.codec.message.DecisionCause;
import io.dtm.codec.message.DecisionType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ParticipantTest {
    private static final int RESOURCE = 5;
    private static final long INCARNATION = 900;
    private static final long T = transaction(3, 1);

    private final FakeCoordinator coordinator = new FakeCoordinator();
    private final RecordingListeners events = new RecordingListeners();
    private final RecordingParticipant participant = new RecordingParticipant();
    private CoordinatorSession session;

    @BeforeEach
    void register() {
        session = new CoordinatorSession(
            new SessionContext().link(coordinator.link).random(() -> 42).listener(events));
        coordinator.library = session;
        session.register(
            new ResourceRegistration("stock", "a", INCARNATION, participant), RegistrationListener.NONE);
        coordinator.connect();
        coordinator.expect(
            "Register 'stock' instance 'a' session 7 incarnation 900 onePhase true known 1/101");
        coordinator.registered(RESOURCE).run();
    }

    @Test
    void shouldVoteAndAcknowledgeWhenAllGoesWell() {
        coordinator.prepare(RESOURCE, INCARNATION, T, 0, 1, "two apples")
            .expect("Vote YES 3:1 branch 0 epoch 1 enlisted 1");
        coordinator.decide(RESOURCE, T, 0, 1, DecisionType.COMMIT, DecisionCause.DECIDED)
            .expect("Ack COMMIT DONE 3:1 branch 0 epoch 1");

        assertEquals("prepare 3:1 branch 0 enlisted 1 'two apples'\ncommit 3:1 branch 0 enlisted 1",
            participant.takeCalls());
    }
}
