package io.dtm.core.ingress;

import org.agrona.concurrent.NanoClock;

/**
 * Logical time: nanoseconds that go on from where the journal ended and never go back. Follows a monotonic clock, so
 * that jumps of the wall clock don't matter. Ingress agent only.
 */
public final class LogicalClock {
    private final NanoClock clock;
    private final long startNs;
    private final long baseNs;
    private long lastNs;

    /**
     * @param clock  monotonic.
     * @param baseNs logical time of the last record that was recovered, 0 if there is none.
     */
    public LogicalClock(final NanoClock clock, final long baseNs) {
        this.clock = clock;
        this.startNs = clock.nanoTime();
        this.baseNs = baseNs;
        this.lastNs = baseNs;
    }

    /** @return the time now, not lower than ever returned or recovered. */
    public long timeNs() {
        final long nowNs = baseNs + (clock.nanoTime() - startNs);
        if (nowNs > lastNs) {
            lastNs = nowNs;
        }
        return lastNs;
    }
}
