package io.dtm.session;

/**
 * A transaction's id with what proves, to the coordinator, that it is ours: what a client keeps that needs a request
 * done exactly once (rule 2).
 *
 * @param sessionId     of the session in which the id was taken.
 * @param tokenHigh     of the session's resume token: a secret.
 * @param tokenLow      of the session's resume token: a secret.
 * @param transactionId of the transaction.
 */
public record Reservation(int sessionId, long tokenHigh, long tokenLow, long transactionId) {
    @Override
    public String toString() {
        return "Reservation[" + (transactionId >>> 32) + ":" + (transactionId & 0xFFFF_FFFFL) + "]";
    }
}
