package io.dtm.session;

import io.dtm.codec.message.DecisionCause;
import io.dtm.codec.message.DecisionType;
import org.junit.jupiter.api.BeforeEach;

/** A participant that is registered as resource 5, over session 7, in epoch 1. */
abstract class ParticipantFixture {
    static final int RESOURCE = 5;
    static final long INCARNATION = 900;
    static final long OTHER_INCARNATION = 899;
    static final String REGISTER =
        "Register 'stock' instance 'a' session 7 incarnation 900 onePhase true known 1/101";

    final FakeCoordinator coordinator = new FakeCoordinator();
    final RecordingListeners events = new RecordingListeners();
    final RecordingListeners registration = new RecordingListeners();
    final RecordingParticipant participant = new RecordingParticipant();
    CoordinatorSession session;

    SessionContext context() {
        return new SessionContext().link(coordinator.link).random(() -> 42).listener(events);
    }

    @BeforeEach
    void register() {
        session = new CoordinatorSession(context());
        coordinator.library = session;
        session.register(new ResourceRegistration("stock", "a", INCARNATION, participant), registration);
        coordinator.connect();
        coordinator.expect(REGISTER);
        coordinator.registered(RESOURCE).run();
    }

    /** The link is lost, and the session resumed over the next one, in whatever epoch the coordinator is. */
    void resumeAndRegister() {
        coordinator.resumed(7, 1).run().said();
        coordinator.registered(RESOURCE).run();
    }

    FakeCoordinator prepare(final long transactionId, final int enlistEpoch) {
        return coordinator.prepare(RESOURCE, INCARNATION, transactionId, 0, enlistEpoch, "work");
    }

    FakeCoordinator commit(final long transactionId) {
        return coordinator.decide(RESOURCE, transactionId, 0, 1, DecisionType.COMMIT, DecisionCause.DECIDED);
    }

    FakeCoordinator rollback(final long transactionId) {
        return coordinator.decide(RESOURCE, transactionId, 0, 1, DecisionType.ROLLBACK, DecisionCause.DECIDED);
    }

    FakeCoordinator presumedRollback(final long transactionId) {
        return coordinator.decide(RESOURCE, transactionId, 0, 1, DecisionType.ROLLBACK, DecisionCause.PRESUMED);
    }
}
