package io.dtm.bench;

import java.io.IOException;

/**
 * Ends a child of the rig with its parent: the parent holds the other end of standard input, and the end of it, however
 * it comes about, is the order to stop. So nothing is left behind even when the rig is killed.
 */
final class RigStop {
    private volatile boolean isOrdered;

    private RigStop() {
    }

    /**
     * Starts to watch standard input.
     *
     * @param onStop run by the watching thread when it ends.
     * @return where to ask.
     */
    static RigStop watch(final Runnable onStop) {
        final RigStop stop = new RigStop();
        final Thread thread = new Thread(() -> stop.await(onStop), "rig-stop");
        thread.setDaemon(true);
        thread.start();
        return stop;
    }

    /** @return whether the parent has ordered it, or is gone. Any thread. */
    boolean isOrdered() {
        return isOrdered;
    }

    private void await(final Runnable onStop) {
        try {
            while (System.in.read() >= 0) {
                Thread.onSpinWait();
            }
        } catch (final IOException ignore) {
            // The pipe is broken: the parent is gone.
        }
        isOrdered = true;
        onStop.run();
    }
}
