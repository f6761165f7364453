package io.dtm.session;

import io.dtm.client.Refusal;

/** Takes the answer to one begin: exactly one of the two calls, once. Duty cycle's thread. */
public interface BeginListener {
    /**
     * The transaction has its id and may be used at once.
     *
     * @param transaction to be passed to the session's other calls.
     */
    void onBegun(ClientTransaction transaction);

    /**
     * No transaction was begun.
     *
     * @param refusal why.
     * @param text    says more.
     */
    void onRefused(Refusal refusal, String text);
}
