package io.dtm.systemtest;

import static org.junit.jupiter.api.Assertions.fail;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for what must come, with a limit that only a defect exceeds. */
final class Conditions {
    static final long LIMIT_S = 60;

    private static final long POLL_MS = 2;

    private Conditions() {
    }

    static void await(final String what, final BooleanSupplier condition) {
        await(() -> what, condition);
    }

    static void await(final Supplier<String> what, final BooleanSupplier condition) {
        final long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_S);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadlineNs > 0) {
                fail("did not happen within " + LIMIT_S + " s: " + what.get());
            }
            try {
                Thread.sleep(POLL_MS);
            } catch (final InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                fail("interrupted while waiting: " + what.get());
            }
        }
    }

    static <T> T await(final String what, final CompletableFuture<T> future) {
        try {
            return future.get(LIMIT_S, TimeUnit.SECONDS);
        } catch (final TimeoutException late) {
            return fail("did not happen within " + LIMIT_S + " s: " + what);
        } catch (final ExecutionException failed) {
            throw new AssertionError(what + ": " + failed.getCause(), failed.getCause());
        } catch (final InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return fail("interrupted while waiting: " + what);
        }
    }
}
