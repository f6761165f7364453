package io.dtm.client;

import io.dtm.session.Reservation;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * Runs business requests that must be done exactly once, whatever crashes and however often they are asked for (rule
 * 2).
 * <p>
 * The id is kept in the {@link RequestStore} before anything is sent. Whoever finds one there repeats that id: the
 * coordinator begins nothing twice under one id. A new id is taken only after ABORTED, by {@link #runAgain}, and by
 * compare-and-set, so that of two processes one goes on. After UNKNOWN the request may have been done: {@link #run}
 * repeats the same id, and if the outcome stays unknown (the coordinator keeps outcomes for a limited time) the
 * application has to look into its own data; it must never take a new id then.
 * <p>
 * A repeat in another process takes the session over from the process that took the id: it should do so only when that
 * one is gone. The session that this client runs on should serve nothing else, since it begins nothing while an id is
 * being kept. Any thread; the store is called on the executor.
 */
public final class ExactlyOnce {
    private final DtmClient client;
    private final RequestStore store;
    private final Executor executor;

    /**
     * @param client   over a session of its own.
     * @param store    keeps the ids.
     * @param executor on which the store may block; not the duty cycle's thread.
     */
    public ExactlyOnce(final DtmClient client, final RequestStore store, final Executor executor) {
        this.client = client;
        this.store = store;
        this.executor = executor;
    }

    /**
     * Runs a request for the first time, or repeats it.
     *
     * @param requestKey of the request.
     * @param oneShot    its branches, the same at each repeat.
     * @return what became of it.
     */
    public CompletableFuture<TransactionResult> run(final String requestKey, final OneShot oneShot) {
        return client.<Reservation>future().completeAsync(() -> store.load(requestKey), executor)
            .thenCompose(kept -> kept == null
                ? runUnderNewId(requestKey, null, oneShot)
                : oneShot.submit(kept));
    }

    /**
     * Runs a request under a new id after the last run was ABORTED. If another process has done so already, that run is
     * repeated instead.
     *
     * @param requestKey of the request.
     * @param aborted    the id of the run that was aborted.
     * @param oneShot    its branches.
     * @return what became of it.
     */
    public CompletableFuture<TransactionResult> runAgain(
        final String requestKey, final long aborted, final OneShot oneShot) {
        return client.<Reservation>future().completeAsync(() -> store.load(requestKey), executor)
            .thenCompose(kept -> kept == null || kept.transactionId() == aborted
                ? runUnderNewId(requestKey, kept, oneShot)
                : oneShot.submit(kept));
    }

    private CompletableFuture<TransactionResult> runUnderNewId(
        final String requestKey, final Reservation kept, final OneShot oneShot) {
        return client.reserve()
            .thenCompose(reserved -> keepLater(requestKey, kept, reserved))
            .thenCompose(oneShot::submit);
    }

    private CompletableFuture<Reservation> keepLater(
        final String requestKey, final Reservation kept, final Reservation reserved) {
        try {
            return CompletableFuture.supplyAsync(() -> keep(requestKey, kept, reserved), executor);
        } catch (final Throwable rejected) {
            client.giveBack(reserved);
            throw rejected;
        }
    }

    /** @return the id under which the request is to be run: ours, or that of the process that was faster. */
    private Reservation keep(final String requestKey, final Reservation kept, final Reservation reserved) {
        boolean isKept = false;
        try {
            isKept = store.replace(requestKey, kept, reserved);
        } finally {
            if (!isKept) {
                client.giveBack(reserved);
            }
        }
        if (isKept) {
            return reserved;
        }
        final Reservation winner = store.load(requestKey);
        if (winner == null) {
            throw new IllegalStateException(
                "the store neither kept the id of request '" + requestKey + "' nor holds another");
        }
        return winner;
    }
}
