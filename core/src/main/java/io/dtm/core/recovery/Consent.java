package io.dtm.core.recovery;

/** What only an operator can say at a start, and says explicitly. Whatever follows from it is in the journal. */
public enum Consent {
    /**
     * The directory was put back to an earlier point: what came after is lost (rule 12). Raises the generation, skips
     * the epochs and session ids that the lost history may have used, and ends presumed abort for what was enlisted
     * before.
     */
    RESTORED,
    /**
     * Acknowledgements that contradict the replayed decisions, and of which the journal doesn't say that they did so
     * when they came, are the participants' fault and not the replay's.
     */
    CONTRADICTIONS
}
