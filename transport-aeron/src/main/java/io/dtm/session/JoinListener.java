package io.dtm.session;

import io.dtm.client.Refusal;

/** Takes the end of one enlistment: exactly one of the two calls, once. Duty cycle's thread. */
public interface JoinListener {
    /** The coordinator has the branch (rule 5). */
    void onJoined();

    /**
     * The branch isn't part of the transaction.
     *
     * @param refusal why.
     * @param text    says more.
     */
    void onRefused(Refusal refusal, String text);
}
