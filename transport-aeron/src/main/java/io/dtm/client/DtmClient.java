package io.dtm.client;

import io.dtm.participant.Participant;
import io.dtm.session.BeginListener;
import io.dtm.session.ClientTransaction;
import io.dtm.session.CoordinatorLimits;
import io.dtm.session.CoordinatorSession;
import io.dtm.session.LookupListener;
import io.dtm.session.Reservation;
import io.dtm.session.ReservationListener;
import io.dtm.session.ResourceRegistration;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;

/**
 * What an application does with one coordinator. Thread-safe: any thread may call any method, and each returns at once.
 * Futures complete on the connection's thread, which must not be blocked: use the {@code Async} methods for anything
 * that takes long. Waiting for one on that thread throws {@link IllegalStateException}; where the connection is polled,
 * {@link Dtm#await} polls until it is complete. A future fails with {@link RefusedException} if nothing was begun. An
 * outcome that isn't known is no failure: it is {@link Outcome.Status#UNKNOWN}.
 */
public final class DtmClient {
    private static final Duration GREATEST_TIMEOUT =
        Duration.ofMillis(CoordinatorLimits.GREATEST.maxTimeoutMs());
    private static final int NS_TO_ROUND_UP = 999_999;

    private final CoordinatorSession session;
    private final BooleanSupplier isDutyThread;
    private final Map<String, CompletableFuture<Integer>> resources = new ConcurrentHashMap<>();

    /** @param session with the coordinator, driven by its own thread. */
    public DtmClient(final CoordinatorSession session) {
        this(session, () -> false);
    }

    /** @param isDutyThread whether the caller is the thread that drives the session. */
    DtmClient(final CoordinatorSession session, final BooleanSupplier isDutyThread) {
        this.session = session;
        this.isDutyThread = isDutyThread;
    }

    /** @return a one-shot transaction: all branches in one message. */
    public OneShot oneShot() {
        return new OneShot(this);
    }

    /**
     * Begins an interactive transaction. No round trip, once there is a session.
     *
     * @param timeout after which it rolls back by itself; at most the coordinator's greatest, 60 s, which is what zero
     *                stands for. In whole milliseconds, rounded up.
     * @return the transaction; fails with {@link RefusedException} if the timeout is negative or too long.
     */
    public CompletableFuture<Transaction> begin(final Duration timeout) {
        final CompletableFuture<Transaction> begun = future();
        execute(begun, () -> session.begin(timeoutMs(timeout), new BeginListener() {
            @Override
            public void onBegun(final ClientTransaction transaction) {
                begun.complete(new Transaction(DtmClient.this, transaction, session.coordinatorId()));
            }

            @Override
            public void onRefused(final Refusal refusal, final String text) {
                begun.completeExceptionally(new RefusedException(refusal, text));
            }
        }));
        return begun;
    }

    /**
     * Asks what became of a transaction of this client.
     *
     * @param transactionId of it.
     * @return its outcome; UNKNOWN if the coordinator doesn't know it any more.
     */
    public CompletableFuture<Outcome> inquire(final long transactionId) {
        final OutcomeFuture answer = outcomeFuture();
        execute(answer, () -> session.inquire(transactionId, Acknowledge.DECIDED, answer));
        return answer;
    }

    /**
     * Serves a resource from now on, over every later connection too.
     *
     * @param resource    name by which clients call it: one database, one name.
     * @param instance    name of this process among those that serve the resource: the same after its restart.
     * @param incarnation drawn at random at the start of this process, not 0.
     * @param participant does the work.
     * @return the service's side of it.
     */
    public ServedResource serve(
        final String resource, final String instance, final long incarnation, final Participant participant) {
        final ServedResource served = new ServedResource(this, resource);
        final ResourceRegistration registration =
            new ResourceRegistration(resource, instance, incarnation, participant);
        execute(served.whenRegistered(), () -> session.register(registration, served));
        return served;
    }

    /**
     * Looks a name up, once: until the coordinator is restored from a backup it stays the same. A name that wasn't
     * found is looked up again the next time.
     */
    CompletableFuture<Integer> resource(final String name) {
        final CompletableFuture<Integer> known = resources.get(name);
        if (known != null && session.isCurrent(known.join())) {
            return known;
        }
        final CompletableFuture<Integer> found = future();
        execute(found, () -> session.lookup(name, new LookupListener() {
            @Override
            public void onFound(final int resource) {
                found.complete(resource);
                resources.put(name, found);
            }

            @Override
            public void onRefused(final Refusal refusal, final String text) {
                found.completeExceptionally(new RefusedException(refusal, "participant '" + name + "': " + text));
            }
        }));
        return found;
    }

    /** As the schema has it. A positive one never becomes 0, which stands for the coordinator's default. */
    static int timeoutMs(final Duration timeout) {
        if (timeout.isNegative()) {
            throw new RefusedException(Refusal.OPERATION_REFUSED, "a timeout isn't negative: " + timeout);
        }
        if (timeout.compareTo(GREATEST_TIMEOUT) > 0) {
            throw new RefusedException(Refusal.TIMEOUT_TOO_LONG,
                "at most " + GREATEST_TIMEOUT.toMillis() + " ms at any coordinator: " + timeout);
        }
        return (int) timeout.plusNanos(NS_TO_ROUND_UP).toMillis();
    }

    /** One that the session completes. */
    <T> CompletableFuture<T> future() {
        return new SessionFuture<>(isDutyThread);
    }

    OutcomeFuture outcomeFuture() {
        return new OutcomeFuture(isDutyThread);
    }

    CoordinatorSession session() {
        return session;
    }

    /** Takes an id that is to be kept before it is used: see {@link CoordinatorSession#reserve}. */
    CompletableFuture<Reservation> reserve() {
        final CompletableFuture<Reservation> reserved = future();
        execute(reserved, () -> session.reserve(new ReservationListener() {
            @Override
            public void onReserved(final Reservation reservation) {
                reserved.complete(reservation);
            }

            @Override
            public void onRefused(final Refusal refusal, final String text) {
                reserved.completeExceptionally(new RefusedException(refusal, text));
            }
        }));
        return reserved;
    }

    /** Gives an id back that is not used. If the queue is full it lapses by itself. */
    void giveBack(final Reservation reservation) {
        session.execute(owner -> owner.giveBack(reservation));
    }

    /** Runs it on the connection's thread; if that takes no more, or it throws, the future fails. */
    void execute(final CompletableFuture<?> future, final Runnable command) {
        final boolean taken = session.execute(owner -> {
            try {
                command.run();
            } catch (final Throwable failed) {
                future.completeExceptionally(failed);
                if (failed instanceof VirtualMachineError) {
                    throw failed;
                }
            }
        });
        if (!taken) {
            future.completeExceptionally(new RefusedException(
                Refusal.OVERLOADED, "too many requests wait, or the connection is closed: try again later"));
        }
    }
}
