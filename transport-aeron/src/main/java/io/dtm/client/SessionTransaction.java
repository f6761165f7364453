package io.dtm.client;

import io.dtm.session.ClientTransaction;
import io.dtm.session.CoordinatorSession;
import io.dtm.session.JoinListener;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.UnsafeBuffer;

/** A transaction over a session. */
final class SessionTransaction implements Transaction {
    private static final long MS = 1_000_000L;

    private final SessionClient client;
    private final long coordinatorId;
    private final ClientTransaction transaction;
    private final NanoClock clock;
    // Duty cycle's thread only:
    private int resolving;
    private boolean isDoomed;
    private CoordinatorSession.Command commit;
    private CoordinatorSession.Command rollbackInstead;

    SessionTransaction(
        final SessionClient client,
        final long coordinatorId,
        final ClientTransaction transaction,
        final NanoClock clock) {
        this.client = client;
        this.coordinatorId = coordinatorId;
        this.transaction = transaction;
        this.clock = clock;
    }

    @Override
    public long transactionId() {
        return transaction.transactionId();
    }

    @Override
    public TransactionContext context() {
        final long leftMs = (transaction.deadlineNs() - clock.nanoTime()) / MS;
        return new TransactionContext(
            coordinatorId, transaction.transactionId(), transaction.joinToken(), (int) Math.max(0, leftMs));
    }

    @Override
    public CompletionStage<Void> enlist(final String resourceName, final byte[] payload) {
        final UnsafeBuffer copy = new UnsafeBuffer(payload.clone());
        final CompletableFuture<Void> future = new CompletableFuture<>();
        client.execute(future, session -> {
            resolving++;
            NameResolution.resolve(session, List.of(resourceName),
                ids -> {
                    session.enlist(transaction, ids[0], copy, 0, copy.capacity(), new Joined(future));
                    onResolved(session);
                },
                (refusal, text) -> {
                    isDoomed = true;
                    future.completeExceptionally(new RefusedException(refusal, text));
                    onResolved(session);
                });
        });
        return future;
    }

    @Override
    public CompletionStage<Outcome> commit() {
        return commit(Acknowledge.DECIDED, List.of());
    }

    @Override
    public CompletionStage<Outcome> commit(
        final Acknowledge acknowledge, final Collection<String> expectedResources) {
        final List<String> names = new ArrayList<>(expectedResources);
        final CompletableFuture<Outcome> future = new CompletableFuture<>();
        client.execute(future, session -> {
            resolving++;
            NameResolution.resolve(session, names,
                ids -> {
                    commit = s -> s.commit(transaction, ids, acknowledge, SessionClient.outcomeOf(future));
                    rollbackInstead = s -> s.rollback(transaction, SessionClient.outcomeOf(future));
                    onResolved(session);
                },
                (refusal, text) -> {
                    // A branch of a resource that isn't there can't be there either: it must not commit.
                    commit = s -> s.rollback(transaction, SessionClient.outcomeOf(new CompletableFuture<>()));
                    rollbackInstead = commit;
                    future.completeExceptionally(new RefusedException(refusal, text));
                    onResolved(session);
                });
        });
        return future;
    }

    @Override
    public CompletionStage<Outcome> rollback() {
        final CompletableFuture<Outcome> future = new CompletableFuture<>();
        client.execute(future, session -> session.rollback(transaction, SessionClient.outcomeOf(future)));
        return future;
    }

    /** A commit waits for the names of the branches before it, and turns into a roll-back if one isn't known. */
    private void onResolved(final CoordinatorSession session) {
        resolving--;
        if (resolving == 0 && commit != null) {
            final CoordinatorSession.Command end = isDoomed ? rollbackInstead : commit;
            commit = null;
            end.run(session);
        }
    }

    private static final class Joined implements JoinListener {
        private final CompletableFuture<Void> future;

        Joined(final CompletableFuture<Void> future) {
            this.future = future;
        }

        @Override
        public void onJoined() {
            future.complete(null);
        }

        @Override
        public void onRefused(final Refusal refusal, final String text) {
            future.completeExceptionally(new RefusedException(refusal, text));
        }
    }
}
