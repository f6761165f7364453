package io.dtm.client;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/**
 * A future that the connection's duty cycle completes, and whatever is derived from it. Waiting for one on the thread
 * that would complete it, in a callback or where the connection is polled, would last for ever: it throws instead.
 */
class SessionFuture<T> extends CompletableFuture<T> {
    private final BooleanSupplier isDutyThread;

    /** @param isDutyThread whether the caller is the thread that completes it. */
    SessionFuture(final BooleanSupplier isDutyThread) {
        this.isDutyThread = isDutyThread;
    }

    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new SessionFuture<>(isDutyThread);
    }

    @Override
    public T get() throws InterruptedException, ExecutionException {
        requireOtherThread();
        return super.get();
    }

    @Override
    public T get(final long timeout, final TimeUnit unit)
        throws InterruptedException, ExecutionException, TimeoutException {
        requireOtherThread();
        return super.get(timeout, unit);
    }

    @Override
    public T join() {
        requireOtherThread();
        return super.join();
    }

    private void requireOtherThread() {
        if (!isDone() && isDutyThread.getAsBoolean()) {
            throw new IllegalStateException("this is the connection's own thread, which would have to complete what it"
                + " waits for: use an Async method, or Dtm.await where the connection is polled");
        }
    }
}
