package io.dtm.session;

import io.dtm.client.Refusal;

/** Takes the answer to one look-up: exactly one of the two calls, once. Duty cycle's thread. */
public interface LookupListener {
    /**
     * @param resource handle of the resource in this session, see {@link ResourceHandle}. It serves until the
     *                 coordinator's directory is restored from a backup, across its restarts too; from then on it is
     *                 refused as {@link Refusal#UNKNOWN_PARTICIPANT}, and the name has to be looked up again. Not to be
     *                 kept longer than the session.
     */
    void onFound(int resource);

    /**
     * @param refusal why there is no answer.
     * @param text    says more.
     */
    void onRefused(Refusal refusal, String text);
}
