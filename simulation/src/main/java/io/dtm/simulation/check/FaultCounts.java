package io.dtm.simulation.check;

/** Faults that were injected so far: what may excuse an abort. */
public final class FaultCounts {
    /** Starts of the coordinator. */
    public int coordinatorLives;
    /** Crashes and pauses of peers, lost links and partitions. */
    public int peerFaults;

    boolean any() {
        return peerFaults > 0 || coordinatorLives > 1;
    }
}
