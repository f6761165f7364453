package io.dtm.session;

import io.dtm.session.EpochMemory.Known;

/**
 * Which coordinator, and which of its epochs, this process obeys (rule 12). A higher epoch is adopted only if its chain
 * contains the nonce that is known here; a lower one, a second nonce at the same epoch and another coordinator are
 * refused. Duty cycle's thread.
 */
final class EpochGuard {
    /** No coordinator is known or expected. */
    static final long ANY_COORDINATOR = 0;

    /** What to do with an epoch that a coordinator offers. */
    enum Verdict {
        /** Obey it: it is the epoch already known, or was adopted. */
        OBEY,
        /** The coordinator wasn't told what is known here: ask again, naming it. */
        NAME_AND_ASK_AGAIN,
        /** Another coordinator than the one that is expected. */
        FOREIGN,
        /** It can't be kept, or not be compared with what was kept: not obeyed now. */
        NOT_KEPT,
        /** Another history of the same coordinator: a restored or cloned directory, or an old process. */
        REFUSE
    }

    private final EpochMemory memory;
    private final UserCode userCode;
    private long coordinatorId;
    private Known known;
    private int offeredEpoch;
    private long offeredNonce;
    private boolean isForced;
    private int witnessedEpoch;
    private long witnessedPosition;

    /**
     * @param memory                keeps what is obeyed.
     * @param expectedCoordinatorId or {@link #ANY_COORDINATOR}.
     * @param userCode              hears what the memory throws later; what it throws here is thrown.
     */
    EpochGuard(final EpochMemory memory, final long expectedCoordinatorId, final UserCode userCode) {
        this.memory = memory;
        this.userCode = userCode;
        this.coordinatorId = expectedCoordinatorId;
        this.known = expectedCoordinatorId == ANY_COORDINATOR ? Known.NONE : memory.load(expectedCoordinatorId);
    }

    long coordinatorId() {
        return coordinatorId;
    }

    /** The epoch to name in a handshake, and that is obeyed once one succeeded. 0: none. */
    int epoch() {
        return known.epoch();
    }

    long nonce() {
        return known.nonce();
    }

    int offeredEpoch() {
        return offeredEpoch;
    }

    long offeredNonce() {
        return offeredNonce;
    }

    /** The last epoch in which something was obeyed that is forced before it is sent; 0: none. */
    int witnessedEpoch() {
        return witnessedEpoch;
    }

    /** The highest position that it rests on: the journal of that epoch was forced up to there. */
    long witnessedPosition() {
        return witnessedPosition;
    }

    /** Whether the coordinator forces what a decision rests on before it sends it, in the epoch that is obeyed. */
    void isForced(final boolean isDecisionForced) {
        isForced = isDecisionForced;
    }

    /** Something of the epoch is obeyed that isn't sent before the journal is forced up to a position. */
    void witness(final long position) {
        if (isForced && position > witnessedPosition) {
            witnessedEpoch = known.epoch();
            witnessedPosition = position;
        }
    }

    /** The coordinator's directory was restored by an operator, who vouches for what it has lost. */
    void forgetWitnessed() {
        witnessedEpoch = 0;
        witnessedPosition = 0;
    }

    /** Whether this is exactly what is obeyed now. */
    boolean isObeyed(final long shownBy, final int epoch, final long nonce) {
        return shownBy == coordinatorId && epoch == known.epoch() && nonce == known.nonce();
    }

    /**
     * A handshake's answer names an epoch.
     *
     * @param offeredBy    the coordinator's id.
     * @param epoch        it is in.
     * @param nonce        of that epoch.
     * @param namedEpoch   that was named to it.
     * @param nonceAtNamed what its chain holds at that epoch, 0 for nothing.
     * @return what to do; on {@link Verdict#OBEY} the epoch is stored.
     */
    Verdict offer(
        final long offeredBy, final int epoch, final long nonce, final int namedEpoch, final long nonceAtNamed) {
        try {
            return compare(offeredBy, epoch, nonce, namedEpoch, nonceAtNamed);
        } catch (final Throwable ex) {
            userCode.threw("the memory of epochs failed at epoch " + epoch + " of coordinator "
                + Long.toHexString(offeredBy) + ", which is not obeyed before it works", ex);
            return Verdict.NOT_KEPT;
        }
    }

    private Verdict compare(
        final long offeredBy, final int epoch, final long nonce, final int namedEpoch, final long nonceAtNamed) {
        offeredEpoch = epoch;
        offeredNonce = nonce;
        if (coordinatorId == ANY_COORDINATOR) {
            known = memory.load(offeredBy);
            coordinatorId = offeredBy;
        } else if (offeredBy != coordinatorId) {
            return Verdict.FOREIGN;
        }
        if (epoch < known.epoch()) {
            return Verdict.REFUSE;
        }
        if (epoch == known.epoch()) {
            return nonce == known.nonce() ? Verdict.OBEY : Verdict.REFUSE;
        }
        if (known.epoch() > 0) {
            if (namedEpoch != known.epoch()) {
                return Verdict.NAME_AND_ASK_AGAIN;
            }
            if (nonceAtNamed != known.nonce()) {
                return Verdict.REFUSE;
            }
        }
        final Known adopted = new Known(epoch, nonce);
        memory.store(coordinatorId, adopted);
        known = adopted;
        return Verdict.OBEY;
    }
}
