package io.dtm.core.ring;

/** What a thread of the pipeline does, in the order of its stages: each role has its own idle strategy. */
public enum Role {
    /** Takes frames in. */
    INGRESS,
    /** Appends; with shared threading also coordinates and sends. */
    JOURNAL,
    /** Runs the state machine. */
    COORDINATOR,
    /** Sends. */
    EGRESS,
    /** Forces. */
    FORCE,
    /** Prepares space. */
    SPACE
}
