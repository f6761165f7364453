package io.dtm.core.ring;

import java.util.concurrent.atomic.AtomicReference;
import org.agrona.concurrent.Agent;

/**
 * Stops all stages when one of them throws: an event that was applied by half, or a promise that can't be kept, must
 * have no successor.
 */
final class Halt {
    private final AtomicReference<Throwable> cause = new AtomicReference<>();
    private final HaltHandler handler;

    Halt(final HaltHandler handler) {
        this.handler = handler;
    }

    /** @return what a stage threw, or null. Any thread. */
    Throwable cause() {
        return cause.getAcquire();
    }

    /** Stops all stages; the first time, the host is told. Any thread. */
    void onThrowable(final String stage, final Throwable t) {
        if (cause.compareAndSet(null, t)) {
            handler.onHalt(stage, t);
        }
    }

    /** @return the stage, which does nothing any more once any stage has thrown. */
    Agent guard(final Agent stage) {
        return new Guarded(stage);
    }

    /** @return what a guarded stage did; it doesn't throw. */
    static int work(final Agent guarded) {
        try {
            return guarded.doWork();
        } catch (final Exception e) {
            throw new IllegalStateException("a guarded stage threw", e);
        }
    }

    private final class Guarded implements Agent {
        private final Agent stage;

        Guarded(final Agent stage) {
            this.stage = stage;
        }

        @Override
        public String roleName() {
            return stage.roleName();
        }

        @Override
        public int doWork() {
            if (cause.getAcquire() != null) {
                return 0;
            }
            try {
                return stage.doWork();
            } catch (final Throwable t) { // also an Error: the stage's state can't be trusted
                onThrowable(stage.roleName(), t);
                return 0;
            }
        }
    }
}
