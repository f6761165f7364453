package io.dtm.client;

import io.dtm.session.ClientTransaction;
import io.dtm.session.JoinListener;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * An interactive transaction: the handle of the client that began it. Thread-safe, and belongs to no thread. End it by
 * {@link #commit} or {@link #rollback}; if the client dies, it rolls back.
 */
public final class Transaction {
    private final DtmClient client;
    private final ClientTransaction transaction;
    private final long coordinatorId;

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
     * Adds a branch on a participant's behalf. The commit expects it, so this needn't be waited for.
     *
     * @param resource name of the participant.
     * @param payload  that it gets with PREPARE, at most 16 KiB.
     * @return completes when the coordinator has it; fails with {@link RefusedException}.
     */
    public CompletableFuture<Void> enlist(final String resource, final byte[] payload) {
        return client.resource(resource).thenCompose(resourceId -> {
            final CompletableFuture<Void> joined = new CompletableFuture<>();
            client.execute(joined, () -> client.session().enlist(
                transaction, resourceId, new UnsafeBuffer(payload), 0, payload.length, listener(joined)));
            return joined;
        });
    }

    /**
     * Commits.
     *
     * @param expected names of the participants without whose join it must not commit. A service that has answered has
     *                 joined: naming it is a second safety.
     * @return the outcome.
     */
    public CompletableFuture<Outcome> commit(final String... expected) {
        final OutcomeFuture outcome = new OutcomeFuture();
        CompletableFuture<int[]> branches = CompletableFuture.completedFuture(new int[0]);
        for (final String name : expected) {
            branches = branches.thenCombine(client.resource(name), Transaction::append);
        }
        branches.whenComplete((ids, failed) -> {
            if (failed != null) {
                outcome.completeExceptionally(failed.getCause() == null ? failed : failed.getCause());
            } else {
                client.execute(outcome, () ->
                    client.session().commit(transaction, ids, Acknowledge.DECIDED, outcome));
            }
        });
        return outcome;
    }

    /** @return the outcome: ABORTED, unless it was committed before. */
    public CompletableFuture<Outcome> rollback() {
        final OutcomeFuture outcome = new OutcomeFuture();
        client.execute(outcome, () -> client.session().rollback(transaction, outcome));
        return outcome;
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

    private static int[] append(final int[] ids, final int id) {
        final int[] longer = Arrays.copyOf(ids, ids.length + 1);
        longer[ids.length] = id;
        return longer;
    }
}
