package io.dtm.session;

import io.dtm.client.AbortReason;
import io.dtm.client.Acknowledge;
import io.dtm.client.Outcome;
import io.dtm.client.Refusal;
import io.dtm.session.ClientTransaction.Enlistment;
import io.dtm.session.ClientTransaction.Kind;
import org.agrona.DirectBuffer;

/**
 * The client's side of transactions: gives them ids, takes what users ask for, and follows each until its end is known,
 * across lost links, lost sessions and restarts of the coordinator. Duty cycle's thread.
 */
final class ClientTransactions {
    private static final long MS = 1_000_000L;

    private final SessionContext context;
    private final Connection connection;
    private final OwnedSessions sessions;
    private final Outbox outbox;
    private final PendingTransactions pending;
    private final TransactionSender sender;
    private final TransactionAnswers answers;
    private long sweepAtNs;

    ClientTransactions(
        final SessionContext context,
        final Connection connection,
        final EpochGuard guard,
        final OwnedSessions sessions,
        final Outbox outbox) {
        this.context = context;
        this.connection = connection;
        this.sessions = sessions;
        this.outbox = outbox;
        this.pending = new PendingTransactions(context.inquiryIntervalNs());
        this.sender = new TransactionSender(context, connection, guard, outbox, pending);
        this.answers = new TransactionAnswers(pending, sender);
    }

    /** Takes what the coordinator answers. */
    TransactionAnswers answers() {
        return answers;
    }

    /** @param value of the caller's clock when the library's own was 0. */
    void clockOrigin(final long value) {
        pending.clockOrigin(value);
    }

    int pendingCount() {
        return pending.size();
    }

    /** Whether what an earlier link left is sent again: newer ids must wait. */
    boolean isCaughtUp() {
        return sender.isCaughtUp();
    }

    // what users ask for

    /** Submits under an id that was reserved, or repeats what was submitted under it, here or elsewhere. */
    void submitReserved(
        final Reservation reservation,
        final boolean isFirst,
        final SubmitRequest request,
        final OutcomeListener listener) {
        final long transactionId = reservation.transactionId();
        // A repeat isn't checked: that it is refused now would say nothing of the first copy.
        final Refusal refusal = isFirst ? refusal(request) : null;
        if (refusal != null) {
            listener.onRefused(transactionId, refusal, refusalText(request, refusal));
        } else if (pending.contains(transactionId)) {
            listener.onRefused(transactionId, Refusal.OPERATION_REFUSED, "its outcome is awaited already");
        } else {
            OwnedSession session = sessions.byId(reservation.sessionId());
            if (session == null) {
                session = OwnedSession.adopted(
                    reservation.sessionId(), reservation.tokenHigh(), reservation.tokenLow());
                sessions.add(session);
            }
            final ClientTransaction transaction = submitted(session, transactionId, request, listener);
            transaction.submitCopies = isFirst ? 0 : 1;
            if (sender.isSendable(transaction)) {
                sender.sendAgain(transaction);
            }
        }
    }

    void enlist(
        final ClientTransaction transaction,
        final int resource,
        final DirectBuffer payload,
        final int offset,
        final int length,
        final JoinListener listener) {
        final int maxLength = connection.limits().maxBranchPayloadBytes();
        final int resourceId = ResourceHandle.resourceId(resource);
        if (length > maxLength) {
            listener.onRefused(Refusal.PAYLOAD_TOO_LARGE, "at most " + maxLength + " bytes: " + length);
        } else if (transaction.enlistments.size() == connection.limits().maxBranches()) {
            listener.onRefused(Refusal.TOO_MANY_BRANCHES, "at most " + connection.limits().maxBranches());
        } else if (isStale(resource)) {
            listener.onRefused(Refusal.UNKNOWN_PARTICIPANT, ResourceHandle.staleText(resource));
        } else if (transaction.enlistment(resourceId) != null) {
            listener.onRefused(Refusal.DUPLICATE_PARTICIPANT, "resource " + resourceId + " has a branch already");
        } else if (transaction.refusal != null) {
            listener.onRefused(transaction.refusal, transaction.refusalText);
        } else if (transaction.known != null || transaction.isEnding()) {
            listener.onRefused(Refusal.NOT_ACTIVE, "the transaction no longer takes branches");
        } else {
            final Enlistment enlistment = new Enlistment(resourceId, payload, offset, length, listener);
            transaction.enlistments.add(enlistment);
            if (sender.isSendable(transaction)) {
                sender.send(transaction, enlistment);
            }
        }
    }

    void commit(
        final ClientTransaction transaction,
        final int[] expected,
        final Acknowledge acknowledge,
        final OutcomeListener listener) {
        if (mayEnd(transaction, listener)) {
            final int[] branchIds = new int[expected.length];
            for (int i = 0; i < expected.length; i++) {
                if (isStale(expected[i])) {
                    listener.onRefused(transaction.transactionId,
                        Refusal.UNKNOWN_PARTICIPANT, ResourceHandle.staleText(expected[i]));
                    return;
                }
                branchIds[i] = ResourceHandle.resourceId(expected[i]);
            }
            transaction.commitRequested = true;
            transaction.expect(branchIds);
            end(transaction, acknowledge, listener);
        }
    }

    void rollback(final ClientTransaction transaction, final OutcomeListener listener) {
        if (mayEnd(transaction, listener)) {
            transaction.rollbackRequested = true;
            end(transaction, Acknowledge.DECIDED, listener);
        }
    }

    /** Asks what became of a transaction of a session that is still held. */
    void inquire(final long transactionId, final Acknowledge acknowledge, final OutcomeListener listener) {
        final OwnedSession session = sessions.byId(OwnedSession.sessionIdOf(transactionId));
        if (pending.contains(transactionId)) {
            listener.onRefused(transactionId, Refusal.OPERATION_REFUSED, "its outcome is awaited already");
        } else if (session == null) {
            listener.onOutcome(transactionId, Outcome.unknown("the session of the transaction is no longer held"));
        } else {
            final ClientTransaction inquiry = new ClientTransaction(
                Kind.INQUIRY, session, transactionId, 0, 0, pending.nowNs(), pending.clockOrigin(), null);
            inquiry.acknowledge = acknowledge;
            inquiry.listener = listener;
            pending.follow(inquiry);
            if (sender.isSendable(inquiry)) {
                sender.sendInquire(inquiry);
            }
        }
    }

    // what the connection reports

    /** Sorts out what the new link and its epoch mean for each transaction, and what has to be sent again. */
    void onOpen() {
        sender.onOpen();
    }

    /** A session was resumed over the open link: what is unfinished in it is sent again. */
    void onAttached(final OwnedSession session) {
        for (final ClientTransaction transaction : pending.of(session)) {
            sender.sendAgain(transaction);
        }
    }

    void onClosed() {
        sender.onClosed();
    }

    /** The coordinator has ended a session: what it wasn't asked to commit is rolled back. */
    void onSessionEnded(final OwnedSession session) {
        for (final ClientTransaction transaction : pending.of(session)) {
            if (transaction.wasNeverAskedToCommit()) {
                pending.end(transaction, Outcome.aborted(AbortReason.CLIENT_LOST, "the session was lost"));
            }
        }
    }

    /** The coordinator knows nothing of a session: the rest can't be asked for any more. */
    void onSessionGone(final OwnedSession session) {
        onSessionEnded(session);
        for (final ClientTransaction transaction : pending.of(session)) {
            pending.end(transaction, Outcome.unknown("the coordinator no longer knows the session, nor the outcome"));
        }
    }

    // the duty cycle

    int doWork(final long now) {
        pending.nowNs(now);
        int work = sender.resend();
        if (now - sweepAtNs >= 0) {
            sweepAtNs = now + context.inquiryIntervalNs() / 8;
            work += sweep();
        }
        return work;
    }

    void close() {
        for (final ClientTransaction transaction : pending.toArray()) {
            if (transaction.wasNeverAskedToCommit()) {
                pending.end(transaction, Outcome.aborted(AbortReason.CLIENT_LOST, "the library was closed"));
            } else {
                pending.end(transaction, Outcome.unknown("the library was closed"));
            }
        }
    }

    /** Submits under the beginner's next id. */
    void beginSubmit(final SubmitRequest request, final OutcomeListener listener) {
        final Refusal refusal = refusal(request);
        if (refusal != null) {
            listener.onRefused(0, refusal, refusalText(request, refusal));
            return;
        }
        final OwnedSession session = sessions.beginner();
        sender.sendSubmit(submitted(session, session.nextTransactionId(), request, listener));
    }

    /** Why nothing may be begun by it, or null. */
    private Refusal refusal(final SubmitRequest request) {
        final Refusal refusal = request.refusedBy(connection.limits());
        return refusal == null && request.isStale(connection.restores()) ? Refusal.UNKNOWN_PARTICIPANT : refusal;
    }

    private String refusalText(final SubmitRequest request, final Refusal refusal) {
        return refusal == Refusal.UNKNOWN_PARTICIPANT
            ? request.staleText(connection.restores()) : request.refusedText(connection.limits());
    }

    private boolean isStale(final int resource) {
        return !ResourceHandle.isCurrent(resource, connection.restores());
    }

    private ClientTransaction submitted(
        final OwnedSession session,
        final long transactionId,
        final SubmitRequest request,
        final OutcomeListener listener) {
        final ClientTransaction transaction = new ClientTransaction(
            Kind.SUBMIT, session, transactionId, 0, request.timeoutMs(),
            pending.nowNs() + timeoutNs(request.timeoutMs()), pending.clockOrigin(), request);
        request.transactionId(transactionId);
        transaction.acknowledge = request.acknowledge();
        transaction.listener = listener;
        pending.follow(transaction);
        return transaction;
    }

    /** Begins under the beginner's next id. */
    void beginInteractive(final int timeoutMs, final BeginListener listener) {
        final int maxTimeoutMs = connection.limits().maxTimeoutMs();
        if (timeoutMs > maxTimeoutMs) {
            listener.onRefused(
                Refusal.TIMEOUT_TOO_LONG, "at most " + maxTimeoutMs + " ms at this coordinator: " + timeoutMs);
            return;
        }
        final OwnedSession session = sessions.beginner();
        final ClientTransaction transaction = new ClientTransaction(
            Kind.INTERACTIVE, session, session.nextTransactionId(), context.random().getAsLong(), timeoutMs,
            pending.nowNs() + timeoutNs(timeoutMs), pending.clockOrigin(), null);
        pending.follow(transaction);
        sender.sendBegin(transaction);
        listener.onBegun(transaction);
    }

    private boolean mayEnd(final ClientTransaction transaction, final OutcomeListener listener) {
        if (transaction.isEnding()) {
            listener.onRefused(transaction.transactionId, Refusal.OPERATION_REFUSED,
                "commit or rollback was asked for already");
        } else if (transaction.refusal != null) {
            listener.onRefused(transaction.transactionId, transaction.refusal, transaction.refusalText);
        } else if (transaction.known != null) {
            listener.onOutcome(transaction.transactionId, transaction.known);
        } else {
            return true;
        }
        return false;
    }

    private void end(
        final ClientTransaction transaction, final Acknowledge acknowledge, final OutcomeListener listener) {
        transaction.acknowledge = acknowledge;
        transaction.listener = listener;
        pending.inquireAfterDeadline(transaction);
        if (sender.isSendable(transaction)) {
            sender.sendEnd(transaction);
        }
    }

    /** Asks for outcomes that are overdue, ends what was abandoned. */
    private int sweep() {
        int work = 0;
        ClientTransaction[] abandoned = null;
        int abandonedCount = 0;
        for (final ClientTransaction transaction : pending.all()) {
            if (pending.nowNs() - transaction.nextInquiryNs < 0) {
                continue;
            }
            if (!transaction.isAwaited()) {
                abandoned = abandoned == null ? new ClientTransaction[pending.size()] : abandoned;
                abandoned[abandonedCount++] = transaction;
            } else if (sender.isSendable(transaction) && !outbox.isBackedUp()) {
                sender.sendInquire(transaction);
                work++;
            }
        }
        for (int i = 0; i < abandonedCount; i++) {
            pending.end(abandoned[i], Outcome.aborted(AbortReason.DEADLINE, "no commit was asked for in time"));
        }
        return work + abandonedCount;
    }

    private long timeoutNs(final int timeoutMs) {
        return (timeoutMs == 0 ? connection.limits().maxTimeoutMs() : timeoutMs) * MS;
    }
}
