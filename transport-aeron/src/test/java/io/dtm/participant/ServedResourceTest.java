package io.dtm.participant;

import static io.dtm.session.FakeCoordinator.transaction;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.client.Refusal;
import io.dtm.client.RefusedException;
import io.dtm.client.TransactionContext;
import io.dtm.codec.message.DecisionCause;
import io.dtm.codec.message.DecisionType;
import io.dtm.codec.message.EnlistDecoder;
import io.dtm.session.CoordinatorSession;
import io.dtm.session.FakeCoordinator;
import io.dtm.session.RecordingParticipant;
import io.dtm.session.ResourceRegistration;
import io.dtm.session.SessionContext;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One resource at two coordinators at once. */
class ServedResourceTest {
    private static final long T = transaction(3, 1);
    private static final long OTHER_ID = 0xBEEF;

    private final FakeCoordinator first = start(FakeCoordinator.ID);
    private final FakeCoordinator second = start(OTHER_ID);
    private final RecordingParticipant participant = new RecordingParticipant();
    private ServedResource served;

    private static FakeCoordinator start(final long coordinatorId) {
        final FakeCoordinator coordinator = new FakeCoordinator();
        coordinator.coordinatorId = coordinatorId;
        coordinator.library = new CoordinatorSession(
            new SessionContext().link(coordinator.link).random(() -> 42).commandCapacity(4));
        return coordinator;
    }

    @BeforeEach
    void serve() {
        served = ServedResource.serve(
            new ResourceRegistration("stock", "a", 900, participant), List.of(first.library, second.library));
        first.connect().said();
        first.registered(5).run();
        second.connect().said();
    }

    private void registerAtTheSecond() {
        second.registered(8).run();
    }

    @Test
    void shouldTellWhenItIsRegisteredEverywhere() {
        assertTrue(served.isRegistered(FakeCoordinator.ID));
        assertFalse(served.isRegistered(OTHER_ID));
        assertFalse(served.registered().toCompletableFuture().isDone());
        registerAtTheSecond();

        assertTrue(served.registered().toCompletableFuture().isDone());
        first.link.lose();
        first.run();
        assertFalse(served.isRegistered(FakeCoordinator.ID));
    }

    @Test
    void shouldJoinAtTheCoordinatorThatTheContextNames() {
        registerAtTheSecond();
        final Branch branch = served.join(new TransactionContext(OTHER_ID, T, 77, 1_000));
        assertEquals(new BranchId(OTHER_ID, T, 8, 1), branch.id());
        second.expect("Enlist 3:1 branch 8 resource 8 incarnation 900 token 77 epoch 1 payload 0");
        first.expect();
        assertFalse(branch.joined().toCompletableFuture().isDone());
        second.joined(T, 8).run();

        assertTrue(branch.joined().toCompletableFuture().isDone());
    }

    @Test
    void shouldKeepTransactionsOfTheSameIdAtTwoCoordinatorsApart() {
        registerAtTheSecond();
        first.prepare(5, 900, T, 0, 1, "x").expect("Vote YES 3:1 branch 0 epoch 1 enlisted 1");
        second.decide(8, T, 0, 1, DecisionType.COMMIT, DecisionCause.DECIDED)
            .expect("Ack COMMIT DONE 3:1 branch 0 epoch 1");
        first.decide(5, T, 0, 1, DecisionType.ROLLBACK, DecisionCause.DECIDED).run();

        assertEquals("prepare 3:1 branch 0 enlisted 1 'x'\ncommit 3:1 branch 0 enlisted 1\n"
            + "rollback 3:1 branch 0 enlisted 1", participant.takeCalls());
    }

    @Test
    void shouldRefuseAJoinAtACoordinatorThatItDoesNotServe() {
        final RefusedException ex = assertThrows(RefusedException.class,
            () -> served.join(new TransactionContext(0xABCD, T, 77, 1_000)));
        assertEquals(Refusal.NOT_CONNECTED, ex.refusal());
    }

    @Test
    void shouldFailTheStageWhenTheJoinIsRefused() {
        final Branch branch = served.join(new TransactionContext(FakeCoordinator.ID, T, 77, 1_000));
        first.run();
        first.rejected(T, 5, EnlistDecoder.TEMPLATE_ID, Refusal.WRONG_JOIN_TOKEN, "").run();

        assertTrue(branch.joined().toCompletableFuture().isCompletedExceptionally());
        assertEquals("rollback 3:1 branch 5 enlisted 1", participant.takeCalls());
    }

    @Test
    void shouldRollBackWhatWasJoinedInAnEpochThatIsOver() {
        final Branch branch = served.join(new TransactionContext(FakeCoordinator.ID, T, 77, 1_000));
        first.epoch = 2;
        first.nonce = 102;
        first.nonceAtKnownEpoch = 101;
        first.link.lose();
        first.loseLink();
        first.resumed(7, 1).run().said();
        first.registered(5).run();

        assertTrue(branch.joined().toCompletableFuture().isCompletedExceptionally());
        assertEquals("rollback 3:1 branch 5 enlisted 1", participant.takeCalls());
    }

    @Test
    void shouldRefuseAJoinWhenTheQueueToTheDutyCycleIsFull() {
        final TransactionContext context = new TransactionContext(FakeCoordinator.ID, T, 77, 1_000);
        for (int i = 0; i < 4; i++) {
            served.join(context);
        }

        assertEquals(Refusal.LIBRARY_OVERLOADED,
            assertThrows(RefusedException.class, () -> served.join(context)).refusal());
    }

    @Test
    void shouldServeNoMoreWhenClosed() {
        served.close();

        first.expect("Unregister 5");
    }
}
