package io.dtm.simulation.resource;

/** What a participant declares about committing in one phase (rule 9). */
public enum OnePhase {
    /** It prepares, always. */
    NEVER,
    /** It decides where it is alone, and prepares otherwise. */
    ALONE,
    /** It can't prepare: it decides when all others have voted. */
    LAST_AGENT
}
