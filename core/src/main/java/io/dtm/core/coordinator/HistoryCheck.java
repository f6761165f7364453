package io.dtm.core.coordinator;

/**
 * Whether what peers have seen is the history that this directory holds (rule 12): by the nonces of epochs, and by
 * positions up to which the journal must have been forced.
 */
final class HistoryCheck {
    private static final String RESTORE = "Start the directory that served last, as it was left. Where it is lost and "
        + "this one is its copy, say so for one start: dtm coordinator --restored (see docs/protocol.md, rule 12)";

    private final CoordinatorState state;

    HistoryCheck(final CoordinatorState state) {
        this.state = state;
    }

    /** @return whether a peer knows an epoch that isn't in the chain. */
    boolean isAnother(final int knownEpoch, final long knownNonce) {
        return knownEpoch > state.epoch || (knownEpoch > 0 && state.nonceAt(knownEpoch, knownNonce) != knownNonce);
    }

    /** Who obeys another coordinator may have come to the wrong address. What a restore gave up is asked of nobody. */
    boolean isLost(final long witnessedOf, final int witnessedEpoch, final long witnessedPosition) {
        return witnessedOf == state.coordinatorId
            && witnessedEpoch >= state.generationEpoch && witnessedPosition > state.endOf(witnessedEpoch);
    }

    String another(final int knownEpoch) {
        return "a participant or client knows another history of this coordinator: it has seen epoch " + knownEpoch
            + ", this directory is at epoch " + state.epoch + " and has another nonce there. This directory is a copy "
            + "or was restored. " + RESTORE;
    }

    String lost(final int witnessedEpoch, final long witnessedPosition) {
        return "a participant has obeyed what rests on position " + witnessedPosition + " of epoch " + witnessedEpoch
            + ", but in this directory that epoch ends at position " + state.endOf(witnessedEpoch)
            + ". This directory was put back to an earlier state, or its device lost what it had forced. " + RESTORE;
    }
}
