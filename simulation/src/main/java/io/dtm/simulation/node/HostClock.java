package io.dtm.simulation.node;

import io.dtm.simulation.engine.RandomStream;
import io.dtm.simulation.engine.Schedule;

/** The clocks of a simulated host: a wall clock that may jump, and a monotonic one that begins anywhere. */
final class HostClock {
    /** What is left never wraps around within a run. */
    private static final int BITS_IGNORED = 3;

    private final Schedule schedule;
    private final RandomStream random;
    private long offsetMs;
    private long offsetNs;

    /**
     * @param schedule has the simulation's time.
     * @param random   decides where the monotonic clock begins.
     */
    HostClock(final Schedule schedule, final RandomStream random) {
        this.schedule = schedule;
        this.random = random;
    }

    /** The monotonic clock begins anew, below zero too: another process reads it. */
    void restart() {
        offsetNs = random.nextLong() >> BITS_IGNORED;
    }

    /** @param millis by which the wall clock is put forward; back, if negative. */
    void jump(final long millis) {
        offsetMs += millis;
    }

    /** @return nanoseconds by the monotonic clock. */
    long nanoTime() {
        return schedule.nowNs() + offsetNs;
    }

    /** @return milliseconds by the wall clock. */
    long wallMs() {
        return schedule.nowNs() / 1_000_000L + offsetMs;
    }
}
