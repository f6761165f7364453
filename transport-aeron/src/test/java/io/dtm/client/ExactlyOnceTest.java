package io.dtm.client;

import static io.dtm.session.FakeCoordinator.transaction;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.codec.message.OutcomeStage;
import io.dtm.codec.message.OutcomeType;
import io.dtm.session.CoordinatorSession;
import io.dtm.session.FakeCoordinator;
import io.dtm.session.Reservation;
import io.dtm.session.SessionContext;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rule 2's hook. */
class ExactlyOnceTest {
    private static final String KEY = "order 17";
    private static final long T = transaction(7, 1);

    private final FakeCoordinator coordinator = new FakeCoordinator();
    private final InMemoryStore store = new InMemoryStore();
    private DtmClient client;
    private ExactlyOnce exactlyOnce;

    private static final class InMemoryStore implements RequestStore {
        private final Map<String, Reservation> kept = new HashMap<>();
        /** Another process is faster, once. */
        private Reservation winner;
        private Error failure;

        @Override
        public Reservation load(final String requestKey) {
            return kept.get(requestKey);
        }

        @Override
        public boolean replace(final String requestKey, final Reservation expected, final Reservation next) {
            if (failure != null) {
                throw failure;
            }
            if (winner != null) {
                kept.put(requestKey, winner);
                winner = null;
            }
            if (!Objects.equals(kept.get(requestKey), expected)) {
                return false;
            }
            kept.put(requestKey, next);
            return true;
        }
    }

    @BeforeEach
    void open() {
        coordinator.library = new CoordinatorSession(
            new SessionContext().link(coordinator.link).random(() -> 42));
        client = new DtmClient(coordinator.library);
        exactlyOnce = new ExactlyOnce(client, store, Runnable::run);
        coordinator.connect();
        client.resource("stock");
        coordinator.run().said();
        coordinator.found(5).run();
    }

    private OneShot oneShot() {
        return client.oneShot().branch("stock", new byte[0]);
    }

    @Test
    void shouldKeepTheIdBeforeAnythingIsSent() {
        final CompletionStage<TransactionResult> result = exactlyOnce.run(KEY, oneShot());
        coordinator.expect("Submit 7:1 timeout 0 DECIDED 0->5 ''");
        assertEquals(new Reservation(7, 70, 71, T), store.load(KEY));
        coordinator.committed(T).run();

        assertEquals(Outcome.Status.COMMITTED, result.toCompletableFuture().join().outcome().status());
    }

    @Test
    void shouldRepeatTheSameIdWhenTheRequestWasRunBefore() {
        store.kept.put(KEY, new Reservation(3, 30, 31, transaction(3, 9)));
        exactlyOnce.run(KEY, oneShot());
        coordinator.expect("SessionResume 3 token 30/31 known 1/101");

        coordinator.resumed(3, 1).expect("Submit 3:9 timeout 0 DECIDED 0->5 ''");
    }

    @Test
    void shouldRepeatTheIdOfTheProcessThatWasFaster() {
        store.winner = new Reservation(3, 30, 31, transaction(3, 9));
        exactlyOnce.run(KEY, oneShot());

        coordinator.expect("SessionResume 3 token 30/31 known 1/101");
    }

    @Test
    void shouldTakeANewIdOnlyAfterAborted() {
        final CompletionStage<TransactionResult> first = exactlyOnce.run(KEY, oneShot());
        coordinator.run().said();
        coordinator.outcome(T, OutcomeStage.DECIDED, OutcomeType.ABORTED,
            io.dtm.codec.message.AbortReason.DEADLINE, 65535, "").run();
        exactlyOnce.runAgain(KEY, first.toCompletableFuture().join().transactionId(), oneShot());

        coordinator.expect("Submit 7:2 timeout 0 DECIDED 0->5 ''");
        assertEquals(transaction(7, 2), store.load(KEY).transactionId());
    }

    @Test
    void shouldRepeatTheNewerIdWhenAnotherProcessHasRunItAgainAlready() {
        store.kept.put(KEY, new Reservation(3, 30, 31, transaction(3, 9)));
        exactlyOnce.runAgain(KEY, T, oneShot());

        coordinator.expect("SessionResume 3 token 30/31 known 1/101");
    }

    @Test
    void shouldGiveTheIdBackWhenItCannotBeUsed() {
        final int[] tasks = {0};
        final CompletionStage<TransactionResult> rejected = new ExactlyOnce(client, store, task -> {
            if (++tasks[0] == 2) {
                throw new RejectedExecutionException("shut down");
            }
            task.run();
        }).run(KEY, oneShot());
        coordinator.expect();
        assertTrue(rejected.toCompletableFuture().isCompletedExceptionally());
        final CompletionStage<TransactionResult> refused =
            exactlyOnce.run(KEY, oneShot().timeout(Duration.ofMillis(-1)));
        coordinator.expect();
        assertTrue(refused.toCompletableFuture().isCompletedExceptionally());
        client.begin(Duration.ZERO);

        coordinator.expect("Begin 7:3 timeout 0 token 42");
    }

    @Test
    void shouldSendNothingWhenTheIdCannotBeKept() {
        store.failure = new LinkageError("no database driver");
        final CompletionStage<TransactionResult> result = exactlyOnce.run(KEY, oneShot());
        coordinator.expect();
        assertThrows(CompletionException.class, () -> result.toCompletableFuture().join());
        store.failure = null;
        exactlyOnce.run(KEY, oneShot());

        coordinator.expect("Submit 7:2 timeout 0 DECIDED 0->5 ''");
        assertTrue(result.toCompletableFuture().isCompletedExceptionally());
    }
}
