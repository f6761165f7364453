package io.dtm.participant;

import io.dtm.client.Refusal;
import io.dtm.client.RefusedException;
import io.dtm.client.TransactionContext;
import io.dtm.session.CoordinatorSession;
import io.dtm.session.JoinListener;
import io.dtm.session.RegistrationListener;
import io.dtm.session.ResourceRegistration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A resource that this process serves, at one coordinator or at several at once. Any thread. The sessions, whose duty
 * cycles somebody else runs and closes, should share one duty cycle: then the participant is called on one thread.
 */
public final class ServedResource implements AutoCloseable {
    private static final long MS = 1_000_000L;

    private final ResourceRegistration registration;
    private final List<Place> places = new ArrayList<>();

    private ServedResource(final ResourceRegistration registration) {
        this.registration = registration;
    }

    /**
     * Starts to serve a resource: it is registered as soon as each coordinator can be reached, and again whenever that
     * is needed.
     *
     * @param registration of the resource.
     * @param sessions     with the coordinators.
     * @return its handle.
     */
    public static ServedResource serve(
        final ResourceRegistration registration, final List<CoordinatorSession> sessions) {
        final ServedResource served = new ServedResource(registration);
        for (final CoordinatorSession session : sessions) {
            final Place place = new Place(session);
            served.places.add(place);
            final boolean isQueued = session.execute(s -> {
                try {
                    s.register(registration, place);
                } catch (final RuntimeException ex) {
                    place.first.completeExceptionally(ex);
                }
            });
            if (!isQueued) {
                place.first.completeExceptionally(new RefusedException(
                    Refusal.LIBRARY_OVERLOADED, "the queue to the duty cycle is full, or the library is closed"));
            }
        }
        return served;
    }

    /**
     * @return complete once it has been registered at every coordinator, for start-up: it says nothing of later losses.
     */
    public CompletionStage<Void> registered() {
        return CompletableFuture.allOf(
            places.stream().map(place -> place.first).toArray(CompletableFuture<?>[]::new));
    }

    /**
     * @param coordinatorId of a coordinator.
     * @return whether it is registered there now.
     */
    public boolean isRegistered(final long coordinatorId) {
        final Place place = place(coordinatorId);
        return place != null && place.now.isCurrent;
    }

    /**
     * Joins an interactive transaction. The coordinator is the one that the context names.
     *
     * @param context that came with the caller's request.
     * @return the branch; of one transaction there is one, however often it is joined.
     * @throws RefusedException if this resource was never registered at that coordinator.
     */
    public Branch join(final TransactionContext context) {
        final Place place = place(context.coordinatorId());
        if (place == null) {
            throw new RefusedException(Refusal.NOT_CONNECTED, registration.resourceName()
                + " was never registered at coordinator " + Long.toHexString(context.coordinatorId()));
        }
        final Standing standing = place.now;
        final BranchId id = new BranchId(
            context.coordinatorId(), context.transactionId(), standing.resourceId, standing.epoch);
        final CompletableFuture<Void> joined = new CompletableFuture<>();
        final boolean isQueued = place.session.execute(s -> s.join(
            registration.resourceName(), context.transactionId(), context.joinToken(), standing.epoch,
            context.timeLeftMs() * MS, new Joined(joined)));
        if (!isQueued) {
            throw new RefusedException(
                Refusal.LIBRARY_OVERLOADED, "the queue to the duty cycle is full, or the library is closed");
        }
        return new JoinedBranch(id, joined);
    }

    /** Looks for branches in doubt now: another process of the resource is known to be lost. */
    public void scan() {
        for (final Place place : places) {
            place.session.execute(s -> s.scan(registration.resourceName()));
        }
    }

    /** Serves it no more: branches that have not voted count as NO. */
    @Override
    public void close() {
        for (final Place place : places) {
            place.session.execute(s -> s.unregister(registration.resourceName()));
        }
    }

    private Place place(final long coordinatorId) {
        for (final Place place : places) {
            final Standing standing = place.now;
            if (standing != null && standing.coordinatorId == coordinatorId) {
                return place;
            }
        }
        return null;
    }

    /** Where it stands at one coordinator; immutable, replaced by the duty cycle's thread. */
    private static final class Standing {
        private final long coordinatorId;
        private final int resourceId;
        private final int epoch;
        private final boolean isCurrent;

        Standing(final long coordinatorId, final int resourceId, final int epoch, final boolean isCurrent) {
            this.coordinatorId = coordinatorId;
            this.resourceId = resourceId;
            this.epoch = epoch;
            this.isCurrent = isCurrent;
        }
    }

    private static final class Place implements RegistrationListener {
        private final CoordinatorSession session;
        private final CompletableFuture<Void> first = new CompletableFuture<>();
        private volatile Standing now;

        Place(final CoordinatorSession session) {
            this.session = session;
        }

        @Override
        public void onRegistered(final long coordinatorId, final int resourceId, final int epoch) {
            now = new Standing(coordinatorId, resourceId, epoch, true);
            first.complete(null);
        }

        @Override
        public void onUnregistered() {
            now = new Standing(now.coordinatorId, now.resourceId, now.epoch, false);
        }
    }

    private static final class JoinedBranch implements Branch {
        private final BranchId id;
        private final CompletableFuture<Void> joined;

        JoinedBranch(final BranchId id, final CompletableFuture<Void> joined) {
            this.id = id;
            this.joined = joined;
        }

        @Override
        public BranchId id() {
            return id;
        }

        @Override
        public CompletionStage<Void> joined() {
            return joined;
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
