package io.dtm.client;

import static io.dtm.session.FakeCoordinator.transaction;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.codec.message.DecisionCause;
import io.dtm.codec.message.DecisionType;
import io.dtm.codec.message.EnlistDecoder;
import io.dtm.codec.message.RegisterDecoder;
import io.dtm.codec.message.SessionOpenDecoder;
import io.dtm.participant.BranchId;
import io.dtm.session.CoordinatorSession;
import io.dtm.session.FakeCoordinator;
import io.dtm.session.RecordingParticipant;
import io.dtm.session.SessionContext;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One resource at two coordinators at once. */
class ServedResourceTest {
    private static final long T = transaction(3, 1);
    private static final long OTHER_ID = 0xBEEF;

    private final FakeCoordinator first = start(FakeCoordinator.ID);
    private final FakeCoordinator second = start(OTHER_ID);
    private final RecordingParticipant participant = new RecordingParticipant();
    private ServedResource atFirst;
    private ServedResource atSecond;

    private static FakeCoordinator start(final long coordinatorId) {
        final FakeCoordinator coordinator = new FakeCoordinator();
        coordinator.coordinatorId = coordinatorId;
        coordinator.library = new CoordinatorSession(
            new SessionContext().link(coordinator.link).random(() -> 42).commandCapacity(4));
        return coordinator;
    }

    @BeforeEach
    void serve() {
        atFirst = new DtmClient(first.library).serve("stock", "a", 900, participant);
        atSecond = new DtmClient(second.library).serve("stock", "a", 900, participant);
        first.connect().said();
        first.registered(5).run();
        second.connect().said();
    }

    private void registerAtTheSecond() {
        second.registered(8).run();
    }

    @Test
    void shouldTellWhereItIsRegistered() {
        assertTrue(atFirst.isRegistered());
        assertFalse(atSecond.isRegistered());
        assertFalse(atSecond.whenRegistered().isDone());
        registerAtTheSecond();

        assertTrue(atSecond.whenRegistered().isDone());
        first.link.lose();
        first.run();
        assertFalse(atFirst.isRegistered());
        assertTrue(atSecond.isRegistered());
    }

    @Test
    void shouldFailToRegisterWhenItIsRefusedForGoodAndBeRegisteredWhenSomebodyHasMendedThat() {
        second.rejected(RegisterDecoder.TEMPLATE_ID, Refusal.NAME_TAKEN, "another principal holds it").run();

        final CompletionException ex =
            assertThrows(CompletionException.class, () -> atSecond.whenRegistered().getNow(null));
        assertEquals("NAME_TAKEN: 'stock': another principal holds it", ex.getCause().getMessage());
        second.after(5_001);
        registerAtTheSecond();
        assertTrue(atSecond.isRegistered());
    }

    @Test
    void shouldWaitForItsRegistrationWhenItIsRefusedForNow() {
        second.rejected(RegisterDecoder.TEMPLATE_ID, Refusal.TOO_MANY_INSTANCES, "one may go").run();
        assertFalse(atSecond.whenRegistered().isDone());
        second.after(5_001);
        registerAtTheSecond();

        assertFalse(atSecond.whenRegistered().isCompletedExceptionally());
    }

    @Test
    void shouldFailToRegisterWhenTheCredentialsAreRefused() {
        final FakeCoordinator third = start(FakeCoordinator.ID);
        final ServedResource served = new DtmClient(third.library).serve("stock", "a", 900, participant);
        third.run();
        third.rejected(SessionOpenDecoder.TEMPLATE_ID, Refusal.NOT_AUTHENTICATED, "who are you").run();

        assertTrue(served.whenRegistered().isCompletedExceptionally());
    }

    @Test
    void shouldFailToRegisterWhenTheLibraryIsClosed() {
        second.library.close();

        assertTrue(atSecond.whenRegistered().isCompletedExceptionally());
    }

    @Test
    void shouldConfirmAJoinWhenTheCoordinatorHasIt() {
        registerAtTheSecond();
        final ServedResource.Join join = atSecond.join(new TransactionContext(OTHER_ID, T, 77, 1_000));
        assertEquals(new BranchId(OTHER_ID, T, 8, 1), join.branch());
        second.expect("Enlist 3:1 branch 8 resource 8 incarnation 900 token 77 epoch 1 payload 0");
        first.expect();
        assertFalse(join.confirmed().isDone());
        second.joined(T, 8).run();

        assertTrue(join.confirmed().isDone());
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
    void shouldRefuseAJoinOfATransactionOfAnotherCoordinator() {
        assertEquals(Refusal.FOREIGN_COORDINATOR, assertThrows(RefusedException.class,
            () -> atFirst.join(new TransactionContext(OTHER_ID, T, 77, 1_000))).refusal());
    }

    @Test
    void shouldRefuseAJoinWhileItIsNotRegistered() {
        assertEquals(Refusal.NOT_CONNECTED, assertThrows(RefusedException.class,
            () -> atSecond.join(new TransactionContext(OTHER_ID, T, 77, 1_000))).refusal());
    }

    @Test
    void shouldFailWhenTheJoinIsRefused() {
        final ServedResource.Join join = atFirst.join(new TransactionContext(FakeCoordinator.ID, T, 77, 1_000));
        first.run();
        first.rejected(T, 5, EnlistDecoder.TEMPLATE_ID, Refusal.WRONG_JOIN_TOKEN, "").run();

        assertTrue(join.confirmed().isCompletedExceptionally());
    }

    @Test
    void shouldFailAJoinInAnEpochThatIsOver() {
        final ServedResource.Join join = atFirst.join(new TransactionContext(FakeCoordinator.ID, T, 77, 1_000));
        first.restart();
        first.resumed(7, 1).run().said();
        first.registered(5).run();

        assertTrue(join.confirmed().isCompletedExceptionally());
    }

    @Test
    void shouldFailWhenTheQueueToTheDutyCycleIsFull() {
        final TransactionContext context = new TransactionContext(FakeCoordinator.ID, T, 77, 1_000);
        for (int i = 0; i < 4; i++) {
            assertFalse(atFirst.join(context).confirmed().isDone());
        }

        assertTrue(atFirst.join(context).confirmed().isCompletedExceptionally());
    }
}
