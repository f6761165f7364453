package io.dtm.client;

import io.dtm.participant.BranchId;
import io.dtm.session.RegistrationListener;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A resource that this process serves at one coordinator: joins interactive transactions. Thread-safe. */
public final class ServedResource implements RegistrationListener {
    /**
     * A join on its way.
     *
     * @param branch    under which the work is to be done; known at once.
     * @param confirmed completes when the coordinator has the join. Only then may the service answer its caller
     *                  (rule 5). Fails with {@link RefusedException}: undo the work.
     */
    public record Join(BranchId branch, CompletableFuture<Void> confirmed) {
    }

    private record Place(long coordinatorId, int resourceId, int epoch) {
    }

    private final DtmClient client;
    private final String name;
    private final CompletableFuture<Void> registered;
    private volatile Place place;

    ServedResource(final DtmClient client, final String name) {
        this.client = client;
        this.name = name;
        this.registered = client.future();
    }

    /**
     * @return completes when it is registered for the first time. Fails with {@link RefusedException} when it was
     *         refused before for a reason that time alone won't mend ({@link Refusal#isFinal()}): the name is another
     *         principal's, the credentials aren't accepted. The library tries again all the same, in case somebody
     *         mends it: {@link #isRegistered()} tells.
     */
    public CompletableFuture<Void> whenRegistered() {
        return registered;
    }

    /** @return whether it is registered over the current connection. */
    public boolean isRegistered() {
        return place != null;
    }

    /**
     * Joins a transaction. The work may start at once.
     *
     * @param context as the caller passed it on.
     * @return the branch, and when the coordinator has it.
     * @throws RefusedException if the coordinator isn't connected, or the transaction is another one's.
     */
    public Join join(final TransactionContext context) {
        final Place now = place;
        if (now == null) {
            throw new RefusedException(Refusal.NOT_CONNECTED, "'" + name + "' isn't registered now: try again");
        }
        if (now.coordinatorId() != context.coordinatorId()) {
            throw new RefusedException(Refusal.FOREIGN_COORDINATOR,
                context + " runs at another coordinator than the one that '" + name + "' is registered at here");
        }
        final CompletableFuture<Void> confirmed = client.future();
        client.execute(confirmed, () -> client.session().join(
            name, context.transactionId(), context.joinToken(), now.epoch(),
            TimeUnit.MILLISECONDS.toNanos(context.timeLeftMs()), Transaction.listener(confirmed)));
        return new Join(
            new BranchId(now.coordinatorId(), context.transactionId(), now.resourceId(), now.epoch()), confirmed);
    }

    @Override
    public void onRegistered(final long coordinatorId, final int resourceId, final int epoch) {
        place = new Place(coordinatorId, resourceId, epoch);
        registered.complete(null);
    }

    @Override
    public void onRefused(final Refusal refusal, final String text) {
        if (refusal.isFinal()) {
            registered.completeExceptionally(new RefusedException(refusal, "'" + name + "': " + text));
        }
    }

    @Override
    public void onUnregistered() {
        place = null;
    }
}
