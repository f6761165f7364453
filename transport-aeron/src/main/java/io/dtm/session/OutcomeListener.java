package io.dtm.session;

import io.dtm.client.Outcome;
import io.dtm.client.Refusal;

/** Takes the end of one request: exactly one of the two calls, once. Duty cycle's thread. */
public interface OutcomeListener {
    /**
     * The acknowledgement that was asked for, or the knowledge that there is none.
     *
     * @param transactionId of the transaction.
     * @param outcome       what became of it.
     */
    void onOutcome(long transactionId, Outcome outcome);

    /**
     * The request was refused and nothing was begun.
     *
     * @param transactionId of the transaction; 0 if it didn't get one.
     * @param refusal       why.
     * @param text          what to do about it.
     */
    void onRefused(long transactionId, Refusal refusal, String text);
}
