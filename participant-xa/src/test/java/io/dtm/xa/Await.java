package io.dtm.xa;

import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Waits for conditions, with a limit that only a fault reaches. */
final class Await {
    static final long LIMIT_S = 60;

    private Await() {
    }

    static void until(final String what, final Callable<Boolean> condition) {
        final long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_S);
        try {
            while (!condition.call()) {
                if (System.nanoTime() - deadlineNs > 0) {
                    throw new AssertionError("not within " + LIMIT_S + " s: " + what);
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
            }
        } catch (final Exception failed) {
            throw new AssertionError("while waiting until " + what, failed);
        }
    }
}
