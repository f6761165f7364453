package io.dtm.client;

import java.util.Collection;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A thin wrapper for callers that want to wait. Any thread but the duty cycle's own, which would wait for itself.
 * <p>
 * A wait that ends before the answer says nothing of the outcome: the transaction goes on.
 */
public final class BlockingClient {
    private final DtmClient client;
    private final long waitMs;

    /**
     * @param client to wait for.
     * @param waitMs longest wait for one answer; longer than the transactions' timeout.
     */
    public BlockingClient(final DtmClient client, final long waitMs) {
        this.client = client;
        this.waitMs = waitMs;
    }

    /** @return an empty one-shot transaction, to be given to {@link #submit}. */
    public Submission submission() {
        return client.submission();
    }

    /**
     * @param submission to send.
     * @return what became of it.
     * @throws RefusedException if nothing was begun.
     */
    public TransactionResult submit(final Submission submission) {
        return await(submission.submit());
    }

    /**
     * @param timeoutMs as in {@link DtmClient#begin}.
     * @return a transaction.
     */
    public Transaction begin(final int timeoutMs) {
        return await(client.begin(timeoutMs));
    }

    /**
     * @param transaction       to commit.
     * @param expectedResources as in {@link Transaction#commit(Acknowledge, Collection)}.
     * @return what became of it, when decided.
     */
    public Outcome commit(final Transaction transaction, final Collection<String> expectedResources) {
        return await(transaction.commit(Acknowledge.DECIDED, expectedResources));
    }

    /**
     * @param transaction to roll back.
     * @return what became of it.
     */
    public Outcome rollback(final Transaction transaction) {
        return await(transaction.rollback());
    }

    /**
     * Waits for a stage.
     *
     * @param stage to wait for.
     * @param <T>   of its value.
     * @return its value.
     * @throws IllegalStateException if it isn't there in time, or the thread was interrupted.
     */
    public <T> T await(final CompletionStage<T> stage) {
        final CountDownLatch done = new CountDownLatch(1);
        final AtomicReference<T> value = new AtomicReference<>();
        final AtomicReference<Throwable> failure = new AtomicReference<>();
        stage.whenComplete((result, cause) -> {
            value.set(result);
            failure.set(cause);
            done.countDown();
        });
        try {
            if (!done.await(waitMs, TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException(
                    "no answer within " + waitMs + " ms; the outcome is not known here, the transaction goes on");
            }
        } catch (final InterruptedException ex) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(
                "interrupted while waiting; the outcome is not known here, the transaction goes on", ex);
        }
        rethrow(failure.get());
        return value.get();
    }

    private static void rethrow(final Throwable failure) {
        final Throwable cause =
            failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof RefusedException) {
            final RefusedException refused = (RefusedException) cause;
            throw refused;
        }
        if (cause != null) {
            throw new IllegalStateException("the request failed: " + cause.getMessage(), cause);
        }
    }
}
