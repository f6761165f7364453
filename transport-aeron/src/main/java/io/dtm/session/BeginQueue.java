package io.dtm.session;

import io.dtm.client.Refusal;
import java.util.ArrayDeque;

/**
 * Requests that begin something: they go straight on when there is a session in which they can, and wait for one
 * otherwise, in order, until their own timeout. They get their ids only when they are sent, so that ids are sent in
 * rising order and nothing that waited here needs to be asked for. Duty cycle's thread.
 */
final class BeginQueue {
    private static final long MS = 1_000_000L;
    private static final long SWEEP_NS = 250 * MS;

    private final SessionContext context;
    private final Connection connection;
    private final OwnedSessions sessions;
    private final Outbox outbox;
    private final ClientTransactions transactions;
    private final ArrayDeque<WaitingRequest> waiting = new ArrayDeque<>();
    private Reservation reserved;
    private long reservedUntilNs;
    private long nowNs;
    private long sweepAtNs;

    BeginQueue(
        final SessionContext context,
        final Connection connection,
        final OwnedSessions sessions,
        final Outbox outbox,
        final ClientTransactions transactions) {
        this.context = context;
        this.connection = connection;
        this.sessions = sessions;
        this.outbox = outbox;
        this.transactions = transactions;
    }

    void submit(final SubmitRequest request, final OutcomeListener listener) {
        sessions.mustBegin();
        if (mayBegin()) {
            transactions.beginSubmit(request, listener);
        } else {
            await(new WaitingRequest(nowNs + waitNs(request.timeoutMs()), request, listener));
        }
    }

    void begin(final int timeoutMs, final BeginListener listener) {
        sessions.mustBegin();
        if (mayBegin()) {
            transactions.beginInteractive(timeoutMs, listener);
        } else {
            await(new WaitingRequest(nowNs + waitNs(timeoutMs), timeoutMs, listener));
        }
    }

    void reserve(final ReservationListener listener) {
        sessions.mustBegin();
        if (mayBegin()) {
            takeReservation(listener);
        } else {
            await(new WaitingRequest(nowNs + waitNs(0), listener));
        }
    }

    /**
     * The reserved id is sent now, or won't be: others may begin again.
     *
     * @return whether it was reserved until now, so that nothing was ever sent under it.
     */
    boolean giveBack(final Reservation reservation) {
        final boolean isFresh = reservation.equals(reserved);
        if (isFresh) {
            reserved = null;
        }
        return isFresh;
    }

    int doWork(final long now) {
        nowNs = now;
        int work = 0;
        while (!waiting.isEmpty() && mayBegin()) {
            begin(waiting.poll());
            work++;
        }
        if (now - sweepAtNs >= 0) {
            sweepAtNs = now + SWEEP_NS;
            work += refuseLate();
            if (reserved != null && now - reservedUntilNs >= 0) {
                reserved = null;
            }
        }
        return work;
    }

    void refuseAll(final Refusal refusal, final String text) {
        // Not what is begun meanwhile by those who are told.
        for (int i = waiting.size(); i > 0; i--) {
            waiting.poll().refuse(refusal, text);
        }
    }

    private boolean mayBegin() {
        final OwnedSession beginner = sessions.beginner();
        return connection.isOpen() && beginner != null && beginner.countersLeft() > 0
            && reserved == null && transactions.isCaughtUp() && !outbox.isBackedUp()
            && transactions.pendingCount() < context.maxTransactions();
    }

    private void begin(final WaitingRequest request) {
        if (request.submit != null) {
            transactions.beginSubmit(request.submit, request.outcomeListener);
        } else if (request.reservationListener != null) {
            takeReservation(request.reservationListener);
        } else {
            transactions.beginInteractive(request.timeoutMs, request.beginListener);
        }
    }

    private void takeReservation(final ReservationListener listener) {
        final OwnedSession session = sessions.beginner();
        reserved = new Reservation(
            session.sessionId(), session.tokenHigh(), session.tokenLow(), session.nextTransactionId());
        reservedUntilNs = nowNs + waitNs(0);
        listener.onReserved(reserved);
    }

    private void await(final WaitingRequest request) {
        if (waiting.size() == context.maxWaiting()) {
            request.refuse(Refusal.LIBRARY_OVERLOADED,
                "more than " + waiting.size() + " requests wait; see whether the coordinator can be reached");
        } else {
            waiting.add(request);
        }
    }

    private int refuseLate() {
        final int before = waiting.size();
        for (int i = 0; i < before; i++) {
            final WaitingRequest request = waiting.poll();
            if (nowNs - request.deadlineNs >= 0) {
                request.refuse(Refusal.NOT_CONNECTED, "no session with the coordinator could be had in time");
            } else {
                waiting.add(request);
            }
        }
        return before - waiting.size();
    }

    private long waitNs(final int timeoutMs) {
        return (timeoutMs == 0 ? connection.limits().maxTimeoutMs() : timeoutMs) * MS;
    }
}
