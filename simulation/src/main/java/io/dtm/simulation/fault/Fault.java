package io.dtm.simulation.fault;

/** Kinds of faults. Each is on or off for a whole episode: swarms of few faults find what a mix of all hides. */
public enum Fault {
    /** A link dies. */
    LINK_LOSS,
    /** A peer can't reach the coordinator for a while. */
    PARTITION,
    /** The coordinator's process dies, the system lives on. */
    COORDINATOR_KILL,
    /** The coordinator's system loses power. */
    POWER_LOSS,
    /** A participant's process dies. */
    PARTICIPANT_CRASH,
    /** A client's process dies. */
    CLIENT_CRASH,
    /** A peer's process stands still for a while. */
    PAUSE,
    /** The coordinator's process stands still for a while. */
    COORDINATOR_PAUSE,
    /** A force fails. */
    FAILING_FORCE,
    /** The coordinator's disk is full for a while. */
    STORAGE_FULL,
    /** An operator rolls a transaction back. */
    OPERATOR,
    /**
     * An old frame of a peer arrives once more, over its current link: also one of a former link, a former process or
     * an earlier epoch.
     */
    REPEATED_FRAME
}
