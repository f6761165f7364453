package io.dtm.server.process;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets a program end in order on SIGTERM and Ctrl-C: it is told, and the JVM goes on until it has closed what it holds,
 * for a limited time. It is this that is waited for, not a thread's end: the program's own may call exit, which waits
 * for shutdown hooks.
 */
public final class OrderlyEnd implements AutoCloseable {
    /** For what is told at the end: nobody may read it. */
    private static final int TELL_LIMIT_MS = 1_000;

    private final int limitSeconds;
    private final Runnable onSignal;
    private final Runnable onLimit;
    private final CountDownLatch signal = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);

    private OrderlyEnd(final int limitSeconds, final Runnable onSignal, final Runnable onLimit) {
        this.limitSeconds = limitSeconds;
        this.onSignal = onSignal;
        this.onLimit = onLimit;
    }

    /**
     * For a program that waits for the signal.
     *
     * @param limitSeconds after which the JVM ends, whether or not the program has.
     * @return to be closed after all else.
     */
    public static OrderlyEnd within(final int limitSeconds) {
        return within(limitSeconds, () -> { }, () -> { });
    }

    /**
     * For a program that is busy with something else when the signal comes.
     *
     * @param limitSeconds after which the JVM ends, whether or not the program has.
     * @param onSignal     is run once, on a thread of its own, after {@link #signal} has opened.
     * @param onLimit      is run, on a thread of its own, if the JVM ends though the program has not.
     * @return to be closed after all else.
     */
    public static OrderlyEnd within(final int limitSeconds, final Runnable onSignal, final Runnable onLimit) {
        final OrderlyEnd end = new OrderlyEnd(limitSeconds, onSignal, onLimit);
        Runtime.getRuntime().addShutdownHook(new Thread(end::awaitEnd, "dtm-shutdown"));
        return end;
    }

    private void awaitEnd() {
        if (ended.getCount() == 0) {
            return;
        }
        signal.countDown();
        final Thread telling = aside(onSignal);
        try {
            final boolean isInOrder = ended.await(limitSeconds, TimeUnit.SECONDS);
            (isInOrder ? telling : aside(onLimit)).join(TELL_LIMIT_MS);
        } catch (final InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** What blocks there, as output does that nobody takes, doesn't delay the limit. */
    private static Thread aside(final Runnable what) {
        final Thread thread = new Thread(what, "dtm-shutdown-aside");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /** @return opens when the program is told to end. */
    public CountDownLatch signal() {
        return signal;
    }

    /** All is closed: the JVM may end. */
    @Override
    public void close() {
        ended.countDown();
    }
}
