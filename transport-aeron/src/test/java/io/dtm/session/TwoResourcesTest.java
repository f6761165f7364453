package io.dtm.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.client.Refusal;
import io.dtm.codec.message.RegisterDecoder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A process that serves two resources: what befalls its link or its coordinator befalls both. */
class TwoResourcesTest extends ParticipantFixture {
    private static final int SECOND = 6;
    private static final long T = FakeCoordinator.transaction(3, 1);

    private final RecordingListeners second = new RecordingListeners();

    @BeforeEach
    void registerTheSecond() {
        session.register(new ResourceRegistration("orders", "a", INCARNATION, participant), second);
        coordinator.run().said();
        coordinator.registered(SECOND).run();
        assertEquals("registered 5 in epoch 1", registration.takeHeard());
        assertEquals("registered 6 in epoch 1", second.takeHeard());
    }

    /** They ask one after the other. */
    private void answerBoth(final int first, final int other) {
        final long ofOther = coordinator.transcript.requestId;
        coordinator.transcript.requestId = ofOther - 1;
        coordinator.registered(first).run();
        coordinator.transcript.requestId = ofOther;
        coordinator.registered(other).run();
    }

    @Test
    void shouldRegisterBothAgainOverEachNewLink() {
        coordinator.loseLink().said();
        assertEquals("unregistered", registration.takeHeard());
        assertEquals("unregistered", second.takeHeard());

        coordinator.resumed(7, 1).expect(REGISTER, REGISTER.replace("stock", "orders"));
        answerBoth(RESOURCE, SECOND);
        assertEquals("registered 5 in epoch 1", registration.takeHeard());
        assertEquals("registered 6 in epoch 1", second.takeHeard());
    }

    @Test
    void shouldJoinForNeitherByAnIdOfBeforeARestore() {
        final RecordingListeners joins = new RecordingListeners();
        coordinator.restore();
        coordinator.resumed(7, 1).run().said();
        session.join("stock", T, 77, coordinator.epoch, 2_000 * FakeCoordinator.MS, joins);
        session.join("orders", T, 77, coordinator.epoch, 2_000 * FakeCoordinator.MS, joins);
        coordinator.run();

        assertEquals("refused NOT_CONNECTED\nrefused NOT_CONNECTED", joins.takeHeard());
        answerBoth(SECOND, RESOURCE);
        session.join("orders", T, 77, coordinator.epoch, 2_000 * FakeCoordinator.MS, joins);
        coordinator.run();
        assertTrue(coordinator.transcript.take().toString().contains("branch " + RESOURCE));
    }

    @Test
    void shouldRefuseOnlyTheOneThatIsRefused() {
        coordinator.loseLink().said();
        coordinator.resumed(7, 1).run().said();
        registration.heard.clear();
        second.heard.clear();
        coordinator.rejected(RegisterDecoder.TEMPLATE_ID, Refusal.TOO_MANY_INSTANCES, "8 are connected").run();

        assertEquals("", registration.takeHeard());
        assertEquals("refused TOO_MANY_INSTANCES", second.takeHeard());
    }

    @Test
    void shouldLeaveWithBoth() {
        session.close();

        assertEquals(2, coordinator.said().stream().filter(line -> line.startsWith("Unregister")).count());
    }
}
