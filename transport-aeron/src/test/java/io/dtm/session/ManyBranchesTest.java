package io.dtm.session;

import static io.dtm.session.FakeCoordinator.transaction;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dtm.codec.message.DecisionCause;
import io.dtm.codec.message.DecisionType;
import org.junit.jupiter.api.Test;

class ManyBranchesTest {
    private static final int RESOURCE = 5;
    private static final long INCARNATION = 900;
    private static final int REMEMBERED = 8;
    private static final int BRANCHES = 32;

    private final FakeCoordinator coordinator = new FakeCoordinator();
    private final RecordingParticipant participant = new RecordingParticipant();

    @Test
    void shouldForgetFinishedBranchesWhenAScanFindsOthersResolvedElsewhere() {
        final RecordingListeners events = new RecordingListeners();
        final CoordinatorSession session = new CoordinatorSession(new SessionContext()
            .link(coordinator.link).random(() -> 42).listener(events).maxBranches(BRANCHES, REMEMBERED));
        coordinator.library = session;
        session.register(new ResourceRegistration("stock", "a", INCARNATION, participant), RegistrationListener.NONE);
        coordinator.connect();
        coordinator.registered(RESOURCE).run();
        for (int i = 1; i <= BRANCHES; i++) {
            coordinator.prepare(RESOURCE, INCARNATION, transaction(3, i), 0, 1, "an apple");
        }
        for (int i = 1; i <= REMEMBERED; i++) {
            coordinator.decide(
                RESOURCE, transaction(3, i), 0, 1, DecisionType.COMMIT, DecisionCause.DECIDED);
        }
        coordinator.run();
        final int scansBefore = participant.scans;
        participant.prepared.clear();
        participant.takeCalls();

        session.scan("stock");
        coordinator.run();

        assertEquals(scansBefore + 1, participant.scans);
        coordinator.prepare(RESOURCE, INCARNATION, transaction(3, BRANCHES + 1), 0, 1, "a pear").run();
        assertEquals("prepare 3:" + (BRANCHES + 1) + " branch 0 enlisted 1 'a pear'", participant.takeCalls());
    }
}
