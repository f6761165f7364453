package io.dtm.session;

import io.dtm.client.AbortReason;
import io.dtm.client.Outcome;
import io.dtm.client.Refusal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.agrona.collections.Long2ObjectHashMap;

/**
 * The client's transactions and inquiries whose end isn't known yet, and how each ends: with an outcome, a refusal, or
 * the word that nothing is known. Duty cycle's thread.
 */
final class PendingTransactions {
    private final Long2ObjectHashMap<ClientTransaction> pending = new Long2ObjectHashMap<>();
    private final long inquiryIntervalNs;
    private long nowNs;
    private long clockOrigin;

    PendingTransactions(final long inquiryIntervalNs) {
        this.inquiryIntervalNs = inquiryIntervalNs;
    }

    /** The time that holds until the next call. */
    void nowNs(final long now) {
        nowNs = now;
    }

    long nowNs() {
        return nowNs;
    }

    void clockOrigin(final long value) {
        clockOrigin = value;
    }

    /** What the caller's clock said when the library's own was 0. */
    long clockOrigin() {
        return clockOrigin;
    }

    int size() {
        return pending.size();
    }

    boolean contains(final long transactionId) {
        return pending.containsKey(transactionId);
    }

    /** The one with this id, or null. */
    ClientTransaction get(final long transactionId) {
        return pending.get(transactionId);
    }

    /** All, in no order: they must neither come nor go meanwhile. */
    Iterable<ClientTransaction> all() {
        return pending.values();
    }

    ClientTransaction[] toArray() {
        return pending.values().toArray(new ClientTransaction[0]);
    }

    /** The ids of all in rising order. */
    long[] ids() {
        final long[] ids = new long[pending.size()];
        int count = 0;
        for (final long transactionId : pending.keySet()) {
            ids[count++] = transactionId;
        }
        Arrays.sort(ids);
        return ids;
    }

    /** The transactions of a session in rising order of their ids. */
    List<ClientTransaction> of(final OwnedSession session) {
        final List<ClientTransaction> found = new ArrayList<>(session.unfinished());
        for (final ClientTransaction transaction : pending.values()) {
            if (transaction.session == session) {
                found.add(transaction);
            }
        }
        found.sort(Comparator.comparingLong(ClientTransaction::transactionId));
        return found;
    }

    void follow(final ClientTransaction transaction) {
        inquireAfterDeadline(transaction);
        transaction.session.began();
        pending.put(transaction.transactionId, transaction);
    }

    /** If no outcome has come by then, it is asked for. */
    void inquireAfterDeadline(final ClientTransaction transaction) {
        transaction.nextInquiryNs = Math.max(transaction.deadlineNs, nowNs) + inquiryIntervalNs;
    }

    /** The end of a transaction is known: it is no longer followed, and whoever waits for it is told. */
    void end(final ClientTransaction transaction, final Outcome outcome) {
        drop(transaction);
        transaction.known = outcome;
        transaction.refuseEnlistments(Refusal.NOT_ACTIVE, "the transaction has ended: " + outcome.status());
        if (transaction.listener != null) {
            transaction.listener.onOutcome(transaction.transactionId, outcome);
        }
    }

    void refuse(final ClientTransaction transaction, final Refusal refusal, final String text) {
        drop(transaction);
        transaction.refusal = refusal;
        transaction.refusalText = text;
        transaction.refuseEnlistments(refusal, text);
        if (transaction.listener != null) {
            transaction.listener.onRefused(transaction.transactionId, refusal, text);
        }
    }

    /** The coordinator knows nothing of it. */
    void forgotten(final ClientTransaction transaction, final String text) {
        if (transaction.wasNeverAskedToCommit() || transaction.isOnlyCommit()) {
            final boolean late = nowNs - transaction.deadlineNs >= 0;
            end(transaction, Outcome.aborted(late ? AbortReason.DEADLINE : AbortReason.NONE, text));
        } else {
            end(transaction, Outcome.unknown(text));
        }
    }

    private void drop(final ClientTransaction transaction) {
        if (pending.remove(transaction.transactionId) != null) {
            transaction.session.finished();
        }
    }
}
