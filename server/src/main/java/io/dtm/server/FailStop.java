package io.dtm.server;

import java.util.concurrent.TimeUnit;

/**
 * Ends the process after a stage has failed. Nothing may be sent any more, so not even shutdown hooks run; and whoever
 * doesn't read what it says must not keep it from ending.
 */
final class FailStop {
    private static final long LIMIT_MS = TimeUnit.SECONDS.toMillis(5);

    private FailStop() {
    }

    /**
     * Doesn't return.
     *
     * @param log   gets the last line.
     * @param stage that failed.
     * @param cause why.
     */
    static void halt(final HostLog log, final String stage, final Throwable cause) {
        final ExitStatus status = ExitStatus.of(cause);
        final Thread last = new Thread(() -> {
            log.sayLast("HALT " + status + ": stage " + stage + " failed: " + cause);
            cause.printStackTrace();
        }, "dtm-halt");
        last.setDaemon(true);
        last.start();
        try {
            last.join(LIMIT_MS);
        } catch (final InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } finally {
            Runtime.getRuntime().halt(status.code());
        }
    }
}
