package io.dtm.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.participant.BranchId;
import io.dtm.participant.DecisionReply;
import io.dtm.participant.Participant;
import io.dtm.participant.ScanReply;
import io.dtm.participant.VoteReply;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.agrona.DirectBuffer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Connections over Aeron to a coordinator: polled by the one thread that there is, or with a thread of their own. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PolledDtmTest {
    @TempDir
    private static Path directory;
    private static LiveCoordinator coordinator;

    private final List<Throwable> errors = new CopyOnWriteArrayList<>();

    @BeforeAll
    static void start() {
        coordinator = new LiveCoordinator(directory);
    }

    @AfterAll
    static void close() {
        coordinator.close();
    }

    private Dtm connect(final boolean isPolled) {
        return Dtm.connect(new DtmContext()
            .coordinator(coordinator.endpoint()).polled(isPolled).errorHandler(errors::add));
    }

    @Test
    void shouldServeAndCommitOnTheOneThreadThatPolls() {
        try (Dtm dtm = connect(true)) {
            dtm.await(dtm.client().serve("polled", "a", 900, new Willing()).whenRegistered());
            final Outcome outcome = dtm.await(dtm.client().oneShot().branch("polled", new byte[1]).submit());
            final Transaction transaction = dtm.await(dtm.client().begin(Duration.ofSeconds(30)));
            dtm.await(transaction.enlist("polled", new byte[1]));
            final Outcome interactive = dtm.await(transaction.commit());

            assertEquals(Outcome.Status.COMMITTED, outcome.status());
            assertEquals(Outcome.Status.COMMITTED, interactive.status());
        }
        assertEquals(List.of(), errors);
    }

    @Test
    void shouldFailAsTheFutureDoes() {
        try (Dtm dtm = connect(true)) {
            final CompletableFuture<Outcome> unknown = dtm.client().oneShot().branch("nobody", new byte[1]).submit();

            final CompletionException ex = assertThrows(CompletionException.class, () -> dtm.await(unknown));
            assertEquals(Refusal.UNKNOWN_PARTICIPANT,
                assertInstanceOf(RefusedException.class, ex.getCause()).refusal());
        }
    }

    @Test
    void shouldThrowWhenThePollingThreadWaitsWithoutPolling() {
        try (Dtm dtm = connect(true)) {
            dtm.doWork();
            final CompletableFuture<Transaction> begun = dtm.client().begin(Duration.ofSeconds(30));

            assertThrows(IllegalStateException.class, begun::join);
            assertThrows(IllegalStateException.class, begun::get);
            assertThrows(IllegalStateException.class, begun.thenApply(Transaction::id)::join);
            assertTrue(dtm.await(begun.thenApply(Transaction::id)) != 0);
            begun.join();
        }
    }

    @Test
    void shouldAwaitWhatAnotherThreadPolls() throws InterruptedException {
        try (Dtm dtm = connect(true)) {
            final AtomicBoolean isStopped = new AtomicBoolean();
            final Thread poller = new Thread(() -> {
                while (!isStopped.get()) {
                    dtm.doWork();
                }
            });
            poller.start();
            final Transaction transaction = dtm.await(dtm.client().begin(Duration.ofSeconds(30)));
            isStopped.set(true);
            poller.join();

            assertTrue(transaction.id() != 0);
        }
    }

    @Test
    void shouldThrowWhenACallbackWaits() {
        for (final boolean isPolled : new boolean[] {true, false}) {
            try (Dtm dtm = connect(isPolled)) {
                final CompletableFuture<Throwable> joining = new CompletableFuture<>();
                final AtomicReference<Throwable> awaiting = new AtomicReference<>();
                dtm.session(0).execute(session -> {
                    final CompletableFuture<Transaction> begun = dtm.client().begin(Duration.ofSeconds(30));
                    awaiting.set(assertThrows(Throwable.class, () -> dtm.await(begun)));
                    joining.complete(assertThrows(Throwable.class, begun::join));
                });

                assertInstanceOf(IllegalStateException.class, dtm.await(joining));
                assertInstanceOf(IllegalStateException.class, awaiting.get());
            }
        }
    }

    @Test
    void shouldTellTheErrorHandlerWhatAParticipantThrowsWhenThereIsNoListener() {
        try (Dtm dtm = connect(false)) {
            dtm.await(dtm.client().serve("broken", "a", 901, new Willing() {
                @Override
                public void prepare(
                    final BranchId branch,
                    final DirectBuffer payload,
                    final int offset,
                    final int length,
                    final VoteReply reply) {
                    throw new LinkageError("a class is missing");
                }
            }).whenRegistered());
            final Outcome outcome = dtm.await(dtm.client().oneShot().branch("broken", new byte[1]).submit());

            assertEquals(Outcome.Status.ABORTED, outcome.status());
            assertEquals("java.lang.LinkageError: a class is missing", outcome.text());
        }
        assertEquals(1, errors.size(), errors::toString);
        assertInstanceOf(DtmWarning.class, errors.get(0));
        assertInstanceOf(LinkageError.class, errors.get(0).getCause());
    }

    private static class Willing implements Participant {
        @Override
        public void prepare(
            final BranchId branch,
            final DirectBuffer payload,
            final int offset,
            final int length,
            final VoteReply reply) {
            reply.yes();
        }

        @Override
        public void commit(final BranchId branch, final DecisionReply reply) {
            reply.done();
        }

        @Override
        public void rollback(final BranchId branch, final DecisionReply reply) {
            reply.done();
        }

        @Override
        public void scan(final long coordinatorId, final ScanReply reply) {
            reply.complete();
        }
    }
}
