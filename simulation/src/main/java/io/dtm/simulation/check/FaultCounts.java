package io.dtm.simulation.check;

import java.util.HashMap;
import java.util.Map;

/** Faults that befell a coordinator and its peers so far: what may excuse an abort. */
public final class FaultCounts {
    private static final long NEVER_NS = Long.MIN_VALUE / 2;

    /** Starts of the coordinator, but for the first one. */
    public int coordinatorRestarts;

    /** Pauses of the coordinator: they may use up a transaction's time, but are nobody's silence. */
    public int coordinatorPauses;

    /** Whether participants' processes take each other's place all the time. */
    public boolean takeTurns;

    private final Map<String, Long> lastNs = new HashMap<>();
    private long lastOfAnyNs = NEVER_NS;

    /**
     * A peer crashes, stands still, loses its link or is cut off.
     *
     * @param peer  its name.
     * @param nowNs virtual time.
     */
    public void peerFails(final String peer, final long nowNs) {
        lastNs.put(peer, nowNs);
    }

    /** @param nowNs when something happened that concerns every peer. */
    public void peersFail(final long nowNs) {
        lastOfAnyNs = nowNs;
    }

    /** Virtual time of the last fault of a peer. */
    long lastNs(final String peer) {
        return Math.max(lastOfAnyNs, lastNs.getOrDefault(peer, NEVER_NS));
    }
}
