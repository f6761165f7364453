package io.dtm.core.ingress;

/**
 * Time as far as it counts against silent peers (rule 6). It goes on only in duty cycles in which everything received
 * was drained and found room, and only by a small step in each: a coordinator that was stopped, or could not keep up,
 * or whose media driver was stopped, accuses nobody of silence. Under a load that never lets ingress drain it stands
 * still; deadlines still apply.
 */
final class WatchClock {
    /** Greatest step of a duty cycle. */
    static final long MAX_STEP_NS = 100_000_000;

    private long lastCycleNs;
    private long nowNs;

    WatchClock(final long startNs) {
        lastCycleNs = startNs;
    }

    /**
     * Ends a duty cycle.
     *
     * @param cycleNs logical time.
     * @param drained whether nothing that was sent is left waiting, as far as is known.
     */
    void onCycle(final long cycleNs, final boolean drained) {
        if (drained) {
            nowNs += Math.min(cycleNs - lastCycleNs, MAX_STEP_NS);
        }
        lastCycleNs = cycleNs;
    }

    /** @return time watched so far. */
    long nowNs() {
        return nowNs;
    }
}
