package io.dtm.session;

import io.dtm.client.Refusal;

/** Takes the answer to one look-up: exactly one of the two calls, once. Duty cycle's thread. */
public interface LookupListener {
    /**
     * @param resourceId of the resource; stays the same for the life of the coordinator's data.
     */
    void onFound(int resourceId);

    /**
     * @param refusal why there is no answer.
     * @param text    says more.
     */
    void onRefused(Refusal refusal, String text);
}
