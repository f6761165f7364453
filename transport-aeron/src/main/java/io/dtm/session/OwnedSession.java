package io.dtm.session;

/** A session that this process holds at the coordinator. Duty cycle's thread. */
final class OwnedSession {
    /** The counter never wraps: this is the last one that is used. */
    static final long LAST_COUNTER = 0xFFFF_FFFEL;

    private static final int ENDED = 0;

    private final int sessionId;
    private final long tokenHigh;
    private final long tokenLow;
    private int openedInEpoch;
    private long nextCounter;
    private int unfinished;
    private boolean attached;
    private boolean unknownToPeer;
    private boolean isAdopted;

    OwnedSession(
        final int sessionId,
        final long tokenHigh,
        final long tokenLow,
        final int openedInEpoch,
        final long firstCounter) {
        this.sessionId = sessionId;
        this.tokenHigh = tokenHigh;
        this.tokenLow = tokenLow;
        this.openedInEpoch = openedInEpoch;
        this.nextCounter = firstCounter;
    }

    /** Of another process, or of this one's past: it is resumed to repeat and to ask, and begins nothing. */
    static OwnedSession adopted(final int sessionId, final long tokenHigh, final long tokenLow) {
        final OwnedSession session = new OwnedSession(sessionId, tokenHigh, tokenLow, ENDED, LAST_COUNTER + 1);
        session.isAdopted = true;
        return session;
    }

    int sessionId() {
        return sessionId;
    }

    long tokenHigh() {
        return tokenHigh;
    }

    long tokenLow() {
        return tokenLow;
    }

    /** 0: it has ended, or was adopted and not resumed yet. */
    int openedInEpoch() {
        return openedInEpoch;
    }

    void openedInEpoch(final int epoch) {
        openedInEpoch = epoch;
    }

    /** How many more transactions it can begin. */
    long countersLeft() {
        return LAST_COUNTER - nextCounter + 1;
    }

    /** The next transaction's id. Ids rise, and must be sent in that order. */
    long nextTransactionId() {
        if (nextCounter > LAST_COUNTER) {
            throw new IllegalStateException("session " + sessionId + " has no more transaction ids");
        }
        final long transactionId = (long) sessionId << 32 | nextCounter;
        nextCounter++;
        return transactionId;
    }

    static int sessionIdOf(final long transactionId) {
        return (int) (transactionId >>> 32);
    }

    /** Transactions whose end isn't known yet: while there are any, the session isn't closed. */
    int unfinished() {
        return unfinished;
    }

    void began() {
        unfinished++;
    }

    void finished() {
        unfinished--;
        assert unfinished >= 0 : "more finished than begun";
    }

    /** Whether the current link carries it. */
    boolean isAttached() {
        return attached;
    }

    void attached(final boolean value) {
        attached = value;
    }

    /** The coordinator has ended it: it is kept to ask for what is unfinished. */
    void ended() {
        openedInEpoch = ENDED;
    }

    boolean hasEnded() {
        return openedInEpoch == ENDED;
    }

    /** Whether it serves to begin transactions and to register resources, and not only to ask. */
    boolean isOfUse() {
        return !isAdopted && !hasEnded();
    }

    /** Whether the coordinator said that it doesn't know it, which counts only once that coordinator is obeyed. */
    boolean isUnknownToPeer() {
        return unknownToPeer;
    }

    void unknownToPeer(final boolean value) {
        unknownToPeer = value;
    }
}
