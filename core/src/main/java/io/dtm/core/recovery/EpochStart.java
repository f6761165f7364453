package io.dtm.core.recovery;

import java.util.Set;

/**
 * What the host knows of the epoch that it starts.
 *
 * @param coordinatorId of the directory.
 * @param nonce         drawn for this start, not 0.
 * @param downtimeNs    by the wall clock, not negative.
 * @param consents      of the operator.
 * @param wallClockMs   epoch milliseconds, for a restore: its epoch must be above those that an earlier restore of the
 *                      same backup has used.
 */
public record EpochStart(
    long coordinatorId, long nonce, long downtimeNs, Set<Consent> consents, long wallClockMs) {
    /** Refuses what no epoch can start with. */
    public EpochStart {
        if (nonce == 0 || downtimeNs < 0) {
            throw new IllegalArgumentException(
                "no epoch starts with nonce " + nonce + ", downtime " + downtimeNs + " ns");
        }
        consents = Set.copyOf(consents);
    }

    /**
     * The usual start: the operator says nothing.
     *
     * @param coordinatorId of the directory.
     * @param nonce         drawn for this start, not 0.
     * @param downtimeNs    by the wall clock, not negative.
     */
    public EpochStart(final long coordinatorId, final long nonce, final long downtimeNs) {
        this(coordinatorId, nonce, downtimeNs, Set.of(), 0);
    }
}
