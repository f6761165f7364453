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
    REPEATED_FRAME,
    /** Between a peer and the coordinator only one direction works for a while. */
    ONE_WAY_PARTITION,
    /** A peer takes hardly anything of what is sent to it, for a while. */
    SLOW_RECEIVER,
    /** The wall clock of the coordinator's host jumps, forward or back. */
    CLOCK_JUMP,
    /** The coordinator's system loses power, and of what wasn't forced some bits rot. */
    BIT_ROT,
    /** An operator settles a branch by hand. */
    SETTLEMENT,
    /** An operator copies the coordinator's directory, or puts it back to a copy, and says so. */
    RESTORE,
    /**
     * Old frames of the coordinator arrive at a peer once more, over its current link: also those of a former link, to
     * a former process or of an earlier epoch.
     */
    REPEATED_TO_PEER,
    /** A peer's process ends in order, whatever it is at work on, and starts again. */
    LEAVE;

    /** How many of a million episodes have it. */
    int onPerMillion() {
        return switch (this) {
            case RESTORE -> 60_000;
            case REPEATED_TO_PEER -> 300_000;
            case LEAVE -> 150_000;
            default -> 450_000;
        };
    }
}
