package io.dtm.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.session.CoordinatorSession;
import io.dtm.session.FakeCoordinator;
import io.dtm.session.SessionContext;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Closing a connection: by any thread, whoever is at work on it. No coordinator is needed. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DtmCloseTest {
    private static final int ROUNDS = 25;

    private static Dtm connect(final boolean isPolled) {
        return Dtm.connect(new DtmContext().coordinator("localhost:1").polled(isPolled).errorHandler(error -> { }));
    }

    private static void awaitTurn(final Dtm dtm) throws InterruptedException {
        final CountDownLatch turned = new CountDownLatch(1);
        assertTrue(dtm.session(0).execute(session -> turned.countDown()));
        assertTrue(turned.await(60, TimeUnit.SECONDS));
    }

    @Test
    void shouldCloseWhileAnotherThreadPolls() throws InterruptedException {
        for (int round = 0; round < ROUNDS; round++) {
            final Dtm dtm = connect(true);
            final AtomicBoolean isStopped = new AtomicBoolean();
            final AtomicReference<Throwable> thrown = new AtomicReference<>();
            final Thread poller = new Thread(() -> {
                try {
                    while (!isStopped.get()) {
                        dtm.doWork();
                    }
                } catch (final Throwable ex) {
                    thrown.set(ex);
                }
            });
            poller.start();
            awaitTurn(dtm);
            dtm.close();
            assertFalse(dtm.session(0).execute(session -> { }), "it is closed when close returns");
            isStopped.set(true);
            poller.join();
            assertNull(thrown.get());
        }
    }

    @Test
    void shouldCloseAPolledConnectionThatNobodyPolls() {
        final Dtm dtm = connect(true);
        dtm.doWork();
        dtm.close();
        dtm.close();

        assertEquals(0, dtm.doWork());
        assertFalse(dtm.session(0).execute(session -> { }));
    }

    @Test
    void shouldCloseAtTheEndOfTheTurnWhenACallbackOfAPolledConnectionClosesIt() {
        final Dtm dtm = connect(true);
        final AtomicBoolean ranBehind = new AtomicBoolean();
        dtm.session(0).execute(session -> dtm.close());
        dtm.session(0).execute(session -> ranBehind.set(true));
        dtm.doWork();

        assertTrue(ranBehind.get());
        assertEquals(0, dtm.doWork());
        assertFalse(dtm.session(0).execute(session -> { }));
    }

    @Test
    void shouldCloseAtTheEndOfTheTurnWhenACallbackOfItsOwnThreadClosesIt() throws InterruptedException {
        final Dtm dtm = connect(false);
        final AtomicReference<Thread> own = new AtomicReference<>();
        final AtomicBoolean isInterrupted = new AtomicBoolean();
        final CountDownLatch closed = new CountDownLatch(1);
        dtm.session(0).execute(session -> {
            own.set(Thread.currentThread());
            dtm.close();
            isInterrupted.set(Thread.currentThread().isInterrupted());
            closed.countDown();
        });
        assertTrue(closed.await(60, TimeUnit.SECONDS));
        own.get().join();

        assertFalse(isInterrupted.get(), "it interrupted itself");
        assertFalse(dtm.session(0).execute(session -> { }));
    }

    @Test
    void shouldRefuseATurnWithinATurnAndDoNothingForASecondThread() {
        try (Dtm dtm = connect(true)) {
            final AtomicReference<Throwable> within = new AtomicReference<>();
            final AtomicInteger beside = new AtomicInteger(-1);
            dtm.session(0).execute(session -> {
                within.set(assertThrows(Throwable.class, dtm::doWork));
                final Thread second = new Thread(() -> beside.set(dtm.doWork()));
                second.start();
                try {
                    second.join();
                } catch (final InterruptedException ex) {
                    throw new AssertionError(ex);
                }
            });
            dtm.doWork();

            assertInstanceOf(IllegalStateException.class, within.get());
            assertEquals(0, beside.get());
        }
    }

    @Test
    void shouldRunEveryCommandThatItTookWhenItIsClosedMeanwhile() throws InterruptedException {
        for (int round = 0; round < 2_000; round++) {
            final FakeCoordinator coordinator = new FakeCoordinator();
            final CoordinatorSession session =
                new CoordinatorSession(new SessionContext().link(coordinator.link).random(() -> 42));
            final AtomicInteger ran = new AtomicInteger();
            final AtomicInteger taken = new AtomicInteger();
            final Thread other = new Thread(() -> {
                while (session.execute(owner -> ran.incrementAndGet())) {
                    taken.incrementAndGet();
                }
            });
            other.start();
            while (taken.get() == 0 && other.isAlive()) {
                Thread.onSpinWait();
            }
            session.close();
            other.join();
            assertEquals(taken.get(), ran.get());
        }
    }

    @Test
    void shouldBeClosedWhenAnyCloseReturns() throws InterruptedException {
        for (int round = 0; round < ROUNDS; round++) {
            final Dtm dtm = connect(false);
            awaitTurn(dtm);
            final Thread first = new Thread(dtm::close);
            first.start();
            dtm.close();
            assertFalse(dtm.session(0).execute(session -> { }), "close returned");
            first.join();
        }
    }

    @Test
    void shouldBeClosedWhenACloseAfterThatOfACallbackReturns() throws InterruptedException {
        final Dtm dtm = connect(false);
        final CountDownLatch isCalled = new CountDownLatch(1);
        assertTrue(dtm.session(0).execute(session -> {
            dtm.close();
            isCalled.countDown();
        }));
        assertTrue(isCalled.await(60, TimeUnit.SECONDS));
        dtm.close();
        assertFalse(dtm.session(0).execute(session -> { }), "close returned");
    }

    @Test
    void shouldCloseThoughItHasHardlyBegunToRun() {
        for (int round = 0; round < ROUNDS; round++) {
            final Dtm dtm = connect(false);
            dtm.client().begin(Duration.ofSeconds(30)).whenComplete((transaction, failed) -> dtm.close());
            dtm.close();
            assertFalse(dtm.session(0).execute(session -> { }), "close returned");
        }
    }

    @Test
    void shouldCloseThoughWhatFailsBecauseOfThatClosesToo() throws InterruptedException {
        final Dtm dtm = connect(false);
        awaitTurn(dtm);
        final CountDownLatch isFailed = new CountDownLatch(1);
        dtm.client().begin(Duration.ofSeconds(30)).whenComplete((transaction, failed) -> {
            dtm.close();
            isFailed.countDown();
        });
        awaitTurn(dtm);
        dtm.close();
        assertTrue(isFailed.await(60, TimeUnit.SECONDS));
        assertFalse(dtm.session(0).execute(session -> { }), "close returned");
    }

    @Test
    void shouldNotLetACallbackWaitOnWhicheverThreadCloses() throws InterruptedException {
        final Dtm dtm = connect(true);
        dtm.doWork(); // this thread polls, another one closes
        final AtomicReference<Throwable> thrown = new AtomicReference<>();
        dtm.client().begin(Duration.ofSeconds(30)).whenComplete((transaction, failed) -> {
            try {
                dtm.await(new CompletableFuture<>());
            } catch (final IllegalStateException refused) {
                thrown.set(refused);
            }
        });
        dtm.doWork();
        final Thread closer = new Thread(dtm::close);
        closer.start();
        closer.join();
        assertInstanceOf(IllegalStateException.class, thrown.get());
    }
}
