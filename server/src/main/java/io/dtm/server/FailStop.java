package io.dtm.server;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ends the process after a stage has failed. Nothing may be sent any more, so not even shutdown hooks run; whoever
 * doesn't read what it says must not keep it from ending, nor a lack of memory or of threads. So what ends it is there
 * from the beginning: a thread that waits.
 */
final class FailStop {
    private static final long LIMIT_MS = TimeUnit.SECONDS.toMillis(5);

    private final CountDownLatch failed = new CountDownLatch(1);
    private final HostLog log;
    private volatile int status = ExitStatus.STAGE_FAILED.code();

    /** @param log gets the last line. */
    FailStop(final HostLog log) {
        this.log = log;
        final Thread end = new Thread(this::endWhenFailed, "dtm-halt");
        end.setDaemon(true);
        end.start();
    }

    /**
     * Doesn't return. Any thread.
     *
     * @param stage that failed.
     * @param cause why.
     */
    void halt(final String stage, final Throwable cause) {
        try {
            final ExitStatus ofCause = ExitStatus.of(cause);
            status = ofCause.code();
            failed.countDown();
            log.sayLast("HALT " + ofCause + ": stage " + stage + " failed: " + cause);
            cause.printStackTrace();
        } finally {
            Runtime.getRuntime().halt(status);
        }
    }

    private void endWhenFailed() {
        try {
            failed.await();
            Thread.sleep(LIMIT_MS);
        } catch (final InterruptedException interrupted) {
            if (failed.getCount() > 0) {
                return;
            }
        }
        Runtime.getRuntime().halt(status);
    }
}
