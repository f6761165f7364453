package io.dtm.core.recovery;

/**
 * What the host knows of the epoch that it starts.
 *
 * @param coordinatorId of the directory.
 * @param generation    0; higher after an operator's restore (rule 12). A recovered one that is higher stays.
 * @param nonce         drawn for this start, not 0.
 * @param downtimeNs    by the wall clock, not negative.
 */
public record EpochStart(long coordinatorId, int generation, long nonce, long downtimeNs) {
    /** Refuses what no epoch can start with. */
    public EpochStart {
        if (generation < 0 || nonce == 0 || downtimeNs < 0) {
            throw new IllegalArgumentException("no epoch starts with generation " + generation + ", nonce " + nonce
                + ", downtime " + downtimeNs + " ns");
        }
    }
}
