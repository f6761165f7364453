package io.dtm.session;

import io.dtm.client.Refusal;

/** Takes the answer to one reservation: exactly one of the two calls, once. Duty cycle's thread. */
public interface ReservationListener {
    /**
     * @param reservation to be kept, then used or given back: meanwhile the session begins nothing else.
     */
    void onReserved(Reservation reservation);

    /**
     * @param refusal why there is none.
     * @param text    says more.
     */
    void onRefused(Refusal refusal, String text);
}
