package io.dtm.client;

import static io.dtm.session.FakeCoordinator.transaction;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.session.CoordinatorSession;
import io.dtm.session.FakeCoordinator;
import io.dtm.session.SessionContext;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class BlockingClientTest {
    private static final long LONG_MS = 60_000;

    private final FakeCoordinator coordinator = new FakeCoordinator();

    private BlockingClient open(final long waitMs) {
        coordinator.library = new CoordinatorSession(
            new SessionContext().link(coordinator.link).random(() -> 42));
        return new BlockingClient(new SessionClient(coordinator.library, () -> coordinator.nowNs), waitMs);
    }

    @Test
    void shouldWaitForWhatAnotherThreadCompletes() throws InterruptedException {
        final BlockingClient client = open(LONG_MS);
        coordinator.connect();
        final SessionAgent agent = new SessionAgent(List.of(coordinator.library), System::nanoTime);
        final Thread dutyCycle = new Thread(() -> {
            while (!Thread.currentThread().isInterrupted()) {
                if (agent.doWork() == 0) {
                    Thread.onSpinWait();
                }
            }
        });
        dutyCycle.start();
        try {
            assertEquals(transaction(7, 1), client.begin(0).transactionId());
        } finally {
            dutyCycle.interrupt();
            dutyCycle.join();
        }
    }

    @Test
    void shouldSayThatTheOutcomeIsNotKnownWhenTheWaitEnds() {
        final BlockingClient client = open(1);

        final IllegalStateException ex = assertThrows(IllegalStateException.class, () -> client.begin(0));
        assertTrue(ex.getMessage().contains("not known"));
    }

    @Test
    void shouldThrowTheRefusalItself() {
        final BlockingClient client = open(LONG_MS);

        assertEquals(Refusal.NO_BRANCHES, assertThrows(RefusedException.class,
            () -> client.submit(client.submission())).refusal());
    }

    @Test
    void shouldStopWaitingWhenInterrupted() {
        final BlockingClient client = open(LONG_MS);
        Thread.currentThread().interrupt();
        try {
            assertThrows(IllegalStateException.class, () -> client.await(new CompletableFuture<>()));
        } finally {
            assertTrue(Thread.interrupted());
        }
    }
}
