package io.dtm.client;

import io.dtm.session.BeginListener;
import io.dtm.session.ClientTransaction;
import io.dtm.session.CoordinatorSession;
import io.dtm.session.LookupListener;
import io.dtm.session.OutcomeListener;
import io.dtm.session.Reservation;
import io.dtm.session.ReservationListener;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.agrona.concurrent.NanoClock;

/**
 * A {@link DtmClient} over a session with one coordinator. Any thread. It doesn't own the session, whose duty cycle
 * somebody else must run, and which somebody else closes.
 */
public final class SessionClient implements DtmClient {
    private final CoordinatorSession session;
    private final NanoClock clock;

    /**
     * @param session whose duty cycle is run by somebody else.
     * @param clock   of that duty cycle.
     */
    public SessionClient(final CoordinatorSession session, final NanoClock clock) {
        this.session = session;
        this.clock = clock;
    }

    @Override
    public Submission submission() {
        return new SessionSubmission(this);
    }

    @Override
    public CompletionStage<Transaction> begin(final int timeoutMs) {
        final CompletableFuture<Transaction> future = new CompletableFuture<>();
        execute(future, s -> s.begin(timeoutMs, new BeginListener() {
            @Override
            public void onBegun(final ClientTransaction transaction) {
                future.complete(new SessionTransaction(SessionClient.this, s.coordinatorId(), transaction, clock));
            }

            @Override
            public void onRefused(final Refusal refusal, final String text) {
                future.completeExceptionally(new RefusedException(refusal, text));
            }
        }));
        return future;
    }

    @Override
    public CompletionStage<Outcome> inquire(final long transactionId, final Acknowledge acknowledge) {
        final CompletableFuture<Outcome> future = new CompletableFuture<>();
        execute(future, s -> s.inquire(transactionId, acknowledge, outcomeOf(future)));
        return future;
    }

    @Override
    public CompletionStage<Integer> lookup(final String resourceName) {
        final CompletableFuture<Integer> future = new CompletableFuture<>();
        execute(future, s -> s.lookup(resourceName, new LookupListener() {
            @Override
            public void onFound(final int resourceId) {
                future.complete(resourceId);
            }

            @Override
            public void onRefused(final Refusal refusal, final String text) {
                future.completeExceptionally(new RefusedException(refusal, text));
            }
        }));
        return future;
    }

    /** Takes an id that is to be kept before it is used: see {@link CoordinatorSession#reserve}. */
    CompletionStage<Reservation> reserve() {
        final CompletableFuture<Reservation> future = new CompletableFuture<>();
        execute(future, s -> s.reserve(new ReservationListener() {
            @Override
            public void onReserved(final Reservation reservation) {
                future.complete(reservation);
            }

            @Override
            public void onRefused(final Refusal refusal, final String text) {
                future.completeExceptionally(new RefusedException(refusal, text));
            }
        }));
        return future;
    }

    /** Gives an id back that is not used. If the queue is full it lapses by itself. */
    void giveBack(final Reservation reservation) {
        session.execute(s -> s.giveBack(reservation));
    }

    /** Runs a command on the duty cycle's thread; what it throws, and that it can't be run, fails the future. */
    void execute(final CompletableFuture<?> future, final CoordinatorSession.Command command) {
        final boolean isQueued = session.execute(s -> {
            try {
                command.run(s);
            } catch (final RuntimeException ex) {
                future.completeExceptionally(ex);
            }
        });
        if (!isQueued) {
            future.completeExceptionally(new RefusedException(
                Refusal.LIBRARY_OVERLOADED, "the queue to the duty cycle is full, or the library is closed"));
        }
    }

    static OutcomeListener outcomeOf(final CompletableFuture<Outcome> future) {
        return new OutcomeListener() {
            @Override
            public void onOutcome(final long transactionId, final Outcome outcome) {
                future.complete(outcome);
            }

            @Override
            public void onRefused(final long transactionId, final Refusal refusal, final String text) {
                future.completeExceptionally(new RefusedException(refusal, text));
            }
        };
    }
}
