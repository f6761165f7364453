package io.dtm.client;

import io.dtm.session.ClientTransaction;
import io.dtm.session.JoinListener;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * An interactive transaction: the handle of the client that began it. Thread-safe, and belongs to no thread. End it by
 * {@link #commit} or {@link #rollback}; if the client dies, it rolls back.
 */
public final class Transaction {
    private final DtmClient client;
    private final ClientTransaction transaction;
    private final long coordinatorId;
    /** Completes once all branches so far were asked for: whether that worked. */
    private final AtomicReference<CompletableFuture<Boolean>> enlistments =
        new AtomicReference<>(CompletableFuture.completedFuture(true));

    /** A branch was refused. Duty cycle's thread. */
    private boolean lacksBranch;

    Transaction(final DtmClient client, final ClientTransaction transaction, final long coordinatorId) {
        this.client = client;
        this.transaction = transaction;
        this.coordinatorId = coordinatorId;
    }

    /** @return its id. */
    public long id() {
        return transaction.transactionId();
    }

    /** @return what services need to join it, with the time that is left now. */
    public TransactionContext context() {
        final long leftMs = TimeUnit.NANOSECONDS.toMillis(transaction.deadlineNs() - System.nanoTime());
        return new TransactionContext(
            coordinatorId, transaction.transactionId(), transaction.joinToken(), (int) Math.max(0, leftMs));
    }

    /**
     * Adds a branch on a participant's behalf. A commit that is asked for later waits until the participant's name was
     * looked up, and doesn't go through without the branch: so this needn't be waited for.
     *
     * @param resource name of the participant.
     * @param payload  that it gets with PREPARE, at most 16 KiB.
     * @return completes when the coordinator has it; fails with {@link RefusedException}: then a commit rolls back,
     *         whatever is enlisted afterwards.
     */
    public CompletableFuture<Void> enlist(final String resource, final byte[] payload) {
        final CompletableFuture<Void> joined = client.future();
        final CompletableFuture<Boolean> asked = client.resource(resource).handle((handle, failed) -> {
            if (failed != null) {
                joined.completeExceptionally(cause(failed));
                return false;
            }
            client.execute(joined, () -> client.session().enlist(
                transaction, handle, new UnsafeBuffer(payload), 0, payload.length, enlisted(joined)));
            // What the queue didn't take fails at once.
            return !joined.isCompletedExceptionally();
        });
        enlistments.accumulateAndGet(asked, (before, now) -> before.thenCombine(now, Boolean::logicalAnd));
        return joined;
    }

    /**
     * Commits. If a branch that was to be enlisted before couldn't be asked for or was refused, it is rolled back
     * instead.
     *
     * @param expected names of the participants without whose join it must not commit. A service that has answered has
     *                 joined: naming it is a second safety.
     * @return the outcome; fails with {@link RefusedException}, and is rolled back, if an expected name is unknown.
     */
    public CompletableFuture<Outcome> commit(final String... expected) {
        return commit(Acknowledge.DECIDED, expected);
    }

    /**
     * As {@link #commit(String...)}.
     *
     * @param acknowledge the one acknowledgement that is wanted.
     * @param expected    names of the participants without whose join it must not commit.
     * @return the outcome.
     */
    public CompletableFuture<Outcome> commit(final Acknowledge acknowledge, final String... expected) {
        final OutcomeFuture outcome = client.outcomeFuture();
        CompletableFuture<int[]> branches = CompletableFuture.completedFuture(new int[0]);
        for (final String name : expected) {
            branches = branches.thenCombine(client.resource(name), Transaction::append);
        }
        enlistments.get().thenCombine(branches, (allAsked, handles) -> allAsked ? handles : null)
            .whenComplete((handles, failed) -> {
                if (failed != null) {
                    rollback();
                    outcome.completeExceptionally(cause(failed));
                } else {
                    client.execute(outcome, () -> end(handles, acknowledge, outcome));
                }
            });
        return outcome;
    }

    private void end(final int[] expected, final Acknowledge acknowledge, final OutcomeFuture outcome) {
        if (expected == null || lacksBranch) {
            client.session().rollback(transaction, outcome);
        } else {
            client.session().commit(transaction, expected, acknowledge, outcome);
        }
    }

    /** @return the outcome: ABORTED, unless it was committed before. */
    public CompletableFuture<Outcome> rollback() {
        final OutcomeFuture outcome = client.outcomeFuture();
        client.execute(outcome, () -> client.session().rollback(transaction, outcome));
        return outcome;
    }

    private JoinListener enlisted(final CompletableFuture<Void> joined) {
        final JoinListener told = listener(joined);
        return new JoinListener() {
            @Override
            public void onJoined() {
                told.onJoined();
            }

            @Override
            public void onRefused(final Refusal refusal, final String text) {
                lacksBranch = true;
                told.onRefused(refusal, text);
            }
        };
    }

    static JoinListener listener(final CompletableFuture<Void> joined) {
        return new JoinListener() {
            @Override
            public void onJoined() {
                joined.complete(null);
            }

            @Override
            public void onRefused(final Refusal refusal, final String text) {
                joined.completeExceptionally(new RefusedException(refusal, text));
            }
        };
    }

    private static Throwable cause(final Throwable failed) {
        return failed instanceof CompletionException && failed.getCause() != null ? failed.getCause() : failed;
    }

    private static int[] append(final int[] handles, final int handle) {
        final int[] longer = Arrays.copyOf(handles, handles.length + 1);
        longer[handles.length] = handle;
        return longer;
    }
}
