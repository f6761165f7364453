package io.dtm.session;

import io.dtm.client.Refusal;

/** A request that waits for a session in which it can begin. It has no id yet: nothing was sent for it. */
final class WaitingRequest {
    final long deadlineNs;
    final SubmitRequest submit;
    final OutcomeListener outcomeListener;
    final int timeoutMs;
    final BeginListener beginListener;
    final ReservationListener reservationListener;

    WaitingRequest(final long deadlineNs, final SubmitRequest submit, final OutcomeListener outcomeListener) {
        this.deadlineNs = deadlineNs;
        this.submit = submit;
        this.outcomeListener = outcomeListener;
        this.timeoutMs = submit.timeoutMs();
        this.beginListener = null;
        this.reservationListener = null;
    }

    WaitingRequest(final long deadlineNs, final int timeoutMs, final BeginListener beginListener) {
        this.deadlineNs = deadlineNs;
        this.submit = null;
        this.outcomeListener = null;
        this.timeoutMs = timeoutMs;
        this.beginListener = beginListener;
        this.reservationListener = null;
    }

    WaitingRequest(final long deadlineNs, final ReservationListener reservationListener) {
        this.deadlineNs = deadlineNs;
        this.submit = null;
        this.outcomeListener = null;
        this.timeoutMs = 0;
        this.beginListener = null;
        this.reservationListener = reservationListener;
    }

    void refuse(final Refusal refusal, final String text) {
        if (beginListener != null) {
            beginListener.onRefused(refusal, text);
        } else if (reservationListener != null) {
            reservationListener.onRefused(refusal, text);
        } else {
            outcomeListener.onRefused(0, refusal, text);
        }
    }
}
