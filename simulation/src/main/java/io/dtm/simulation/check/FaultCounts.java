package io.dtm.simulation.check;

/** Faults that were injected so far: what may excuse an abort. */
public final class FaultCounts {
    /** Starts of coordinators, but for the first ones. */
    public int coordinatorRestarts;
    /** Crashes and pauses of peers, lost links and partitions. */
    public int peerFaults;

    /** Pauses of the coordinator: they may use up a transaction's time, but are nobody's silence. */
    public int coordinatorPauses;

    /** Wall clocks that jumped: a downtime may have seemed longer than it was. */
    public int clockJumps;

    /** Whether something goes wrong all the time: processes that take each other's place. */
    public boolean always;

    /** Number of all faults so far. */
    int total() {
        return peerFaults + coordinatorPauses + coordinatorRestarts;
    }

    /** Whether a library may have given a branch up by itself. */
    boolean excuseRefusals() {
        return any() || coordinatorPauses > 0;
    }

    boolean any() {
        return peerFaults > 0 || coordinatorRestarts > 0;
    }
}
