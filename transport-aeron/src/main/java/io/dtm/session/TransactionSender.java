package io.dtm.session;

import io.dtm.client.AbortReason;
import io.dtm.client.Outcome;
import io.dtm.session.ClientTransaction.Enlistment;

/**
 * Sends what concerns the client's transactions, and sends again what an earlier link left unanswered: with the same id
 * and in rising order within the epoch that opened the session; in a later one, and over a session that has ended, it
 * is only asked for (rule 2). Duty cycle's thread.
 */
final class TransactionSender {
    private final SessionContext context;
    private final Connection connection;
    private final EpochGuard guard;
    private final Outbox outbox;
    private final PendingTransactions pending;
    private final TransactionPublisher publisher;
    private long[] toResend = new long[0];
    private int resendIndex;

    TransactionSender(
        final SessionContext context,
        final Connection connection,
        final EpochGuard guard,
        final Outbox outbox,
        final PendingTransactions pending) {
        this.context = context;
        this.connection = connection;
        this.guard = guard;
        this.outbox = outbox;
        this.pending = pending;
        this.publisher = new TransactionPublisher(outbox);
    }

    /** Whether what an earlier link left is sent again: newer ids must wait. */
    boolean isCaughtUp() {
        return resendIndex == toResend.length;
    }

    /** A new link is open: everything has its turn to be sent again. */
    void onOpen() {
        toResend = pending.ids();
        resendIndex = 0;
    }

    void onClosed() {
        toResend = new long[0];
        resendIndex = 0;
        for (final ClientTransaction transaction : pending.all()) {
            transaction.isCommitOnLink = false;
        }
    }

    /** Whether its messages may go out now: otherwise they go when its turn to be sent again comes. */
    boolean isSendable(final ClientTransaction transaction) {
        return connection.isOpen() && transaction.session.isAttached()
            && (resendIndex == toResend.length || transaction.transactionId < toResend[resendIndex]);
    }

    int resend() {
        int work = 0;
        while (resendIndex < toResend.length && !outbox.isBackedUp()) {
            final ClientTransaction transaction = pending.get(toResend[resendIndex++]);
            if (transaction != null && transaction.session.isAttached()) {
                sendAgain(transaction);
                work++;
            }
        }
        return work;
    }

    void sendAgain(final ClientTransaction transaction) {
        final boolean sameEpoch = transaction.session.openedInEpoch() == guard.epoch();
        switch (transaction.kind) {
            case SUBMIT:
                // A repeat with ids of before a restore could begin what it doesn't mean.
                if (sameEpoch && !transaction.request.isStale(connection.restores())) {
                    sendSubmit(transaction);
                } else {
                    sendInquire(transaction);
                }
                break;
            case INTERACTIVE:
                if (sameEpoch) {
                    sendBegin(transaction);
                    sendEnlistments(transaction);
                    if (transaction.isEnding()) {
                        sendEnd(transaction);
                    }
                } else if (transaction.wasNeverAskedToCommit()) {
                    pending.end(transaction, transaction.session.hasEnded()
                        ? Outcome.aborted(AbortReason.CLIENT_LOST, "the session was lost before the commit")
                        : Outcome.aborted(
                            AbortReason.COORDINATOR_RESTART, "the coordinator was restarted before the commit"));
                } else {
                    sendInquire(transaction);
                }
                break;
            case INQUIRY:
            default:
                sendInquire(transaction);
                break;
        }
    }

    void sendSubmit(final ClientTransaction transaction) {
        transaction.submitCopies++;
        publisher.submit(transaction.request);
    }

    void sendBegin(final ClientTransaction transaction) {
        publisher.begin(transaction.transactionId, transaction.timeoutMs, transaction.joinToken);
    }

    private void sendEnlistments(final ClientTransaction transaction) {
        for (int i = 0; i < transaction.enlistments.size(); i++) {
            final Enlistment enlistment = transaction.enlistments.get(i);
            if (!enlistment.isConfirmed()) {
                send(transaction, enlistment);
            }
        }
    }

    void send(final ClientTransaction transaction, final Enlistment enlistment) {
        publisher.enlist(
            transaction.transactionId, enlistment.resourceId, enlistment.resourceId, 0, transaction.joinToken,
            guard.epoch(), enlistment.payload, 0, enlistment.payload.capacity());
    }

    void sendEnd(final ClientTransaction transaction) {
        if (transaction.rollbackRequested) {
            sendRollback(transaction);
        } else {
            transaction.commitCopies++;
            transaction.isCommitOnLink = true;
            publisher.commit(transaction.transactionId, transaction.acknowledge.value(),
                transaction.expected, transaction.expectedCount);
        }
    }

    /** Whatever was asked for before: its commit would wait for a branch that won't come. */
    void sendRollback(final ClientTransaction transaction) {
        publisher.rollback(transaction.transactionId, transaction.acknowledge.value());
    }

    void sendInquire(final ClientTransaction transaction) {
        transaction.inquired = true;
        transaction.nextInquiryNs = pending.nowNs() + context.inquiryIntervalNs();
        publisher.inquire(transaction.transactionId, transaction.acknowledge.value());
    }
}
