package io.dtm.session;

import io.dtm.client.AbortReason;
import io.dtm.client.Acknowledge;
import io.dtm.client.Outcome;
import io.dtm.client.Refusal;
import io.dtm.codec.message.BeginDecoder;
import io.dtm.codec.message.CommitDecoder;
import io.dtm.codec.message.EnlistDecoder;
import io.dtm.codec.message.OutcomeStage;
import io.dtm.codec.message.SubmitDecoder;
import io.dtm.session.ClientTransaction.Enlistment;
import io.dtm.session.ClientTransaction.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.collections.Long2ObjectHashMap;

/**
 * The client's side of transactions: gives them ids, sends what is asked, and follows each until its end is known,
 * across lost links and restarts of the coordinator. What was sent and not answered is sent again after a reconnect,
 * with the same id and in rising order, within the epoch that opened the session; in a later one it is only asked for
 * (rule 2). Duty cycle's thread.
 */
final class ClientTransactions {
    private static final long MS = 1_000_000L;

    private final SessionContext context;
    private final Connection connection;
    private final EpochGuard guard;
    private final OwnedSessions sessions;
    private final Outbox outbox;
    private final TransactionPublisher publisher;
    private final Long2ObjectHashMap<ClientTransaction> pending = new Long2ObjectHashMap<>();
    private long[] toResend = new long[0];
    private int resendIndex;
    private long nowNs;
    private long sweepAtNs;

    ClientTransactions(
        final SessionContext context,
        final Connection connection,
        final EpochGuard guard,
        final OwnedSessions sessions,
        final Outbox outbox) {
        this.context = context;
        this.connection = connection;
        this.guard = guard;
        this.sessions = sessions;
        this.outbox = outbox;
        this.publisher = new TransactionPublisher(outbox);
    }

    int pendingCount() {
        return pending.size();
    }

    /** Whether what an earlier link left is sent again: newer ids must wait. */
    boolean isCaughtUp() {
        return resendIndex == toResend.length;
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
        final Refusal refusal = isFirst ? request.refusedBy(connection.limits()) : null;
        if (refusal != null) {
            listener.onRefused(transactionId, refusal, request.refusedText(connection.limits()));
        } else if (pending.containsKey(transactionId)) {
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
            if (isSendable(transaction)) {
                sendAgain(transaction);
            }
        }
    }

    void enlist(
        final ClientTransaction transaction,
        final int resourceId,
        final DirectBuffer payload,
        final int offset,
        final int length,
        final JoinListener listener) {
        final int maxLength = connection.limits().maxBranchPayloadBytes();
        if (length > maxLength) {
            listener.onRefused(Refusal.PAYLOAD_TOO_LARGE, "at most " + maxLength + " bytes: " + length);
        } else if (transaction.enlistments.size() == connection.limits().maxBranches()) {
            listener.onRefused(Refusal.TOO_MANY_BRANCHES, "at most " + connection.limits().maxBranches());
        } else if (find(transaction, resourceId) != null) {
            listener.onRefused(Refusal.DUPLICATE_PARTICIPANT, "resource " + resourceId + " has a branch already");
        } else if (transaction.refusal != null) {
            listener.onRefused(transaction.refusal, transaction.refusalText);
        } else if (transaction.known != null || isEnding(transaction)) {
            listener.onRefused(Refusal.NOT_ACTIVE, "the transaction no longer takes branches");
        } else {
            final Enlistment enlistment = new Enlistment(resourceId, payload, offset, length, listener);
            transaction.enlistments.add(enlistment);
            if (isSendable(transaction)) {
                send(transaction, enlistment);
            }
        }
    }

    void commit(
        final ClientTransaction transaction,
        final int[] expected,
        final Acknowledge acknowledge,
        final OutcomeListener listener) {
        if (mayEnd(transaction, listener)) {
            transaction.commitRequested = true;
            expect(transaction, expected);
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
        if (pending.containsKey(transactionId)) {
            listener.onRefused(transactionId, Refusal.OPERATION_REFUSED, "its outcome is awaited already");
        } else if (session == null) {
            listener.onOutcome(transactionId, Outcome.unknown("the session of the transaction is no longer held"));
        } else {
            final ClientTransaction inquiry =
                new ClientTransaction(Kind.INQUIRY, session, transactionId, 0, 0, nowNs, null);
            inquiry.acknowledge = acknowledge;
            inquiry.listener = listener;
            follow(inquiry);
            if (isSendable(inquiry)) {
                sendInquire(inquiry);
            }
        }
    }

    // what the connection reports

    /** Sorts out what the new link and its epoch mean for each transaction, and what has to be sent again. */
    void onOpen() {
        toResend = new long[pending.size()];
        resendIndex = 0;
        int count = 0;
        for (final long transactionId : pending.keySet()) {
            toResend[count++] = transactionId;
        }
        Arrays.sort(toResend);
    }

    /** A session was resumed over the open link: what is unfinished in it is sent again. */
    void onAttached(final OwnedSession session) {
        for (final ClientTransaction transaction : of(session)) {
            sendAgain(transaction);
        }
    }

    void onClosed() {
        toResend = new long[0];
        resendIndex = 0;
    }

    /** The coordinator has ended a session: what it wasn't asked to commit is rolled back. */
    void onSessionEnded(final OwnedSession session) {
        for (final ClientTransaction transaction : of(session)) {
            if (transaction.wasNeverAskedToCommit()) {
                end(transaction, Outcome.aborted(AbortReason.CLIENT_LOST, "the session was lost"));
            }
        }
    }

    /** The coordinator knows nothing of a session: the rest can't be asked for any more. */
    void onSessionGone(final OwnedSession session) {
        onSessionEnded(session);
        for (final ClientTransaction transaction : of(session)) {
            end(transaction, Outcome.unknown("the coordinator no longer knows the session, nor the outcome"));
        }
    }

    void onOutcome(
        final long transactionId, final OutcomeStage stage, final Outcome outcome, final boolean expired) {
        final ClientTransaction transaction = pending.get(transactionId);
        if (transaction == null) {
            return;
        }
        if (expired) {
            onForgotten(transaction, "the coordinator no longer knows the outcome");
        } else if (outcome.status() == Outcome.Status.ACCEPTED) {
            if (transaction.isAwaited() && transaction.acknowledge == Acknowledge.ACCEPTED) {
                end(transaction, outcome);
            }
        } else if (outcome.neverBegun() || !transaction.isAwaited() || reaches(stage, transaction.acknowledge)) {
            end(transaction, outcome);
        }
    }

    void onJoined(final int epoch, final long transactionId, final int branchId) {
        final ClientTransaction transaction = pending.get(transactionId);
        if (transaction != null && transaction.session.openedInEpoch() == epoch) {
            final Enlistment enlistment = find(transaction, branchId);
            if (enlistment != null) {
                enlistment.joined();
            }
        }
    }

    /** @return whether it was about a transaction that is followed here. */
    boolean onRejected(
        final int template, final long transactionId, final int branchId, final Refusal refusal, final String text) {
        final ClientTransaction transaction = pending.get(transactionId);
        if (transaction == null) {
            return false;
        }
        switch (template) {
            case SubmitDecoder.TEMPLATE_ID:
                onSubmitRejected(transaction, refusal, text);
                break;
            case BeginDecoder.TEMPLATE_ID:
                if (refusal != Refusal.BELOW_HIGH_WATER_MARK) {
                    refuse(transaction, refusal, text);
                }
                break;
            case EnlistDecoder.TEMPLATE_ID:
                onEnlistRejected(transaction, branchId, refusal, text);
                break;
            case CommitDecoder.TEMPLATE_ID:
                if (transaction.commitCopies > 1 && !transaction.inquired) {
                    // An earlier copy may be what it is no longer active for.
                    sendInquire(transaction);
                } else {
                    onForgotten(transaction, refusal + " " + text);
                }
                break;
            default:
                if (refusal != Refusal.OVERLOADED && refusal != Refusal.STORAGE_FULL) {
                    onForgotten(transaction, refusal + " " + text);
                }
                break;
        }
        return true;
    }

    // the duty cycle

    int doWork(final long now) {
        nowNs = now;
        int work = resend();
        if (now - sweepAtNs >= 0) {
            sweepAtNs = now + context.inquiryIntervalNs() / 8;
            work += sweep();
        }
        return work;
    }

    void close() {
        for (final ClientTransaction transaction : pending.values().toArray(new ClientTransaction[0])) {
            if (transaction.wasNeverAskedToCommit()) {
                end(transaction, Outcome.aborted(AbortReason.CLIENT_LOST, "the library was closed"));
            } else {
                end(transaction, Outcome.unknown("the library was closed"));
            }
        }
    }

    /** Submits under the beginner's next id. */
    void beginSubmit(final SubmitRequest request, final OutcomeListener listener) {
        final CoordinatorLimits limits = connection.limits();
        final Refusal refusal = request.refusedBy(limits);
        if (refusal != null) {
            listener.onRefused(0, refusal, request.refusedText(limits));
            return;
        }
        final OwnedSession session = sessions.beginner();
        sendSubmit(submitted(session, session.nextTransactionId(), request, listener));
    }

    private ClientTransaction submitted(
        final OwnedSession session,
        final long transactionId,
        final SubmitRequest request,
        final OutcomeListener listener) {
        final ClientTransaction transaction = new ClientTransaction(
            Kind.SUBMIT, session, transactionId, 0, request.timeoutMs(),
            nowNs + timeoutNs(request.timeoutMs()), request);
        request.transactionId(transactionId);
        transaction.acknowledge = request.acknowledge();
        transaction.listener = listener;
        follow(transaction);
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
            nowNs + timeoutNs(timeoutMs), null);
        follow(transaction);
        publisher.begin(transaction.transactionId, timeoutMs, transaction.joinToken);
        listener.onBegun(transaction);
    }

    private void follow(final ClientTransaction transaction) {
        transaction.nextInquiryNs = Math.max(transaction.deadlineNs, nowNs) + context.inquiryIntervalNs();
        transaction.session.began();
        pending.put(transaction.transactionId, transaction);
    }

    private boolean mayEnd(final ClientTransaction transaction, final OutcomeListener listener) {
        if (isEnding(transaction)) {
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

    private static boolean isEnding(final ClientTransaction transaction) {
        return transaction.commitRequested || transaction.rollbackRequested;
    }

    private static void expect(final ClientTransaction transaction, final int[] expected) {
        final int enlisted = transaction.enlistments.size();
        final int[] all = Arrays.copyOf(expected, expected.length + enlisted);
        int count = expected.length;
        for (int i = 0; i < enlisted; i++) {
            final int branchId = transaction.enlistments.get(i).resourceId;
            boolean isNamed = false;
            for (final int named : expected) {
                isNamed |= named == branchId;
            }
            if (!isNamed) {
                all[count++] = branchId;
            }
        }
        transaction.expected = all;
        transaction.expectedCount = count;
    }

    private void end(
        final ClientTransaction transaction, final Acknowledge acknowledge, final OutcomeListener listener) {
        transaction.acknowledge = acknowledge;
        transaction.listener = listener;
        transaction.nextInquiryNs = Math.max(transaction.deadlineNs, nowNs) + context.inquiryIntervalNs();
        if (isSendable(transaction)) {
            sendEnd(transaction);
        }
    }

    /** The end of a transaction is known: it is no longer followed, and whoever waits for it is told. */
    private void end(final ClientTransaction transaction, final Outcome outcome) {
        drop(transaction);
        transaction.known = outcome;
        refuseEnlistments(transaction, Refusal.NOT_ACTIVE, "the transaction has ended: " + outcome.status());
        if (transaction.listener != null) {
            transaction.listener.onOutcome(transaction.transactionId, outcome);
        }
    }

    private void refuse(final ClientTransaction transaction, final Refusal refusal, final String text) {
        drop(transaction);
        transaction.refusal = refusal;
        transaction.refusalText = text;
        refuseEnlistments(transaction, refusal, text);
        if (transaction.listener != null) {
            transaction.listener.onRefused(transaction.transactionId, refusal, text);
        }
    }

    private void drop(final ClientTransaction transaction) {
        if (pending.remove(transaction.transactionId) != null) {
            transaction.session.finished();
        }
    }

    private static void refuseEnlistments(
        final ClientTransaction transaction, final Refusal refusal, final String text) {
        for (int i = 0; i < transaction.enlistments.size(); i++) {
            transaction.enlistments.get(i).refused(refusal, text);
        }
    }

    private void onForgotten(final ClientTransaction transaction, final String text) {
        if (transaction.wasNeverAskedToCommit() || transaction.isOnlyCommit()) {
            final boolean late = nowNs - transaction.deadlineNs >= 0;
            end(transaction, Outcome.aborted(late ? AbortReason.DEADLINE : AbortReason.NONE, text));
        } else {
            end(transaction, Outcome.unknown(text));
        }
    }

    private void onSubmitRejected(final ClientTransaction transaction, final Refusal refusal, final String text) {
        switch (refusal) {
            case NOT_AUTHENTICATED:
            case NOT_AUTHORISED:
            case MALFORMED:
                // Refused before it was looked for: an earlier copy may have been taken.
                if (transaction.submitCopies > 1) {
                    end(transaction, Outcome.unknown(refusal + " " + text));
                    return;
                }
                break;
            case NOT_OWNER:
            case BELOW_HIGH_WATER_MARK:
            case STALE_SESSION_EPOCH:
            case TRANSACTION_FINISHED:
            case UNKNOWN_TRANSACTION:
                end(transaction, Outcome.unknown(refusal + " " + text));
                return;
            default:
                break;
        }
        refuse(transaction, refusal, text);
    }

    private void onEnlistRejected(
        final ClientTransaction transaction, final int branchId, final Refusal refusal, final String text) {
        final Enlistment enlistment = find(transaction, branchId);
        if (enlistment != null && !enlistment.isConfirmed()) {
            enlistment.refused(refusal, text);
            if (transaction.commitRequested && transaction.isAwaited() && isSendable(transaction)) {
                // The commit names this branch and would wait for it until the deadline.
                publisher.rollback(transaction.transactionId, transaction.acknowledge.value());
            }
        }
    }

    private static Enlistment find(final ClientTransaction transaction, final int branchId) {
        for (int i = 0; i < transaction.enlistments.size(); i++) {
            if (transaction.enlistments.get(i).resourceId == branchId) {
                return transaction.enlistments.get(i);
            }
        }
        return null;
    }

    private static boolean reaches(final OutcomeStage stage, final Acknowledge wanted) {
        return stage.value() >= wanted.value();
    }

    /** Whether its messages may go out now: otherwise they go when its turn to be sent again comes. */
    private boolean isSendable(final ClientTransaction transaction) {
        return connection.isOpen() && transaction.session.isAttached()
            && (resendIndex == toResend.length || transaction.transactionId < toResend[resendIndex]);
    }

    private int resend() {
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

    /** The transactions of a session in rising order of their ids. */
    private List<ClientTransaction> of(final OwnedSession session) {
        final List<ClientTransaction> found = new ArrayList<>(session.unfinished());
        for (final ClientTransaction transaction : pending.values()) {
            if (transaction.session == session) {
                found.add(transaction);
            }
        }
        found.sort(Comparator.comparingLong(ClientTransaction::transactionId));
        return found;
    }

    private void sendAgain(final ClientTransaction transaction) {
        final boolean sameEpoch = transaction.session.openedInEpoch() == guard.epoch();
        switch (transaction.kind) {
            case SUBMIT:
                if (sameEpoch) {
                    sendSubmit(transaction);
                } else {
                    sendInquire(transaction);
                }
                break;
            case INTERACTIVE:
                if (sameEpoch) {
                    publisher.begin(transaction.transactionId, transaction.timeoutMs, transaction.joinToken);
                    sendEnlistments(transaction);
                    if (isEnding(transaction)) {
                        sendEnd(transaction);
                    }
                } else if (transaction.wasNeverAskedToCommit()) {
                    end(transaction, transaction.session.hasEnded()
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

    private void sendEnlistments(final ClientTransaction transaction) {
        for (int i = 0; i < transaction.enlistments.size(); i++) {
            final Enlistment enlistment = transaction.enlistments.get(i);
            if (!enlistment.isConfirmed()) {
                send(transaction, enlistment);
            }
        }
    }

    private void send(final ClientTransaction transaction, final Enlistment enlistment) {
        publisher.enlist(
            transaction.transactionId, enlistment.resourceId, enlistment.resourceId, 0, transaction.joinToken,
            guard.epoch(), enlistment.payload, 0, enlistment.payload.capacity());
    }

    private void sendSubmit(final ClientTransaction transaction) {
        transaction.submitCopies++;
        publisher.submit(transaction.request);
    }

    private void sendEnd(final ClientTransaction transaction) {
        if (transaction.rollbackRequested) {
            publisher.rollback(transaction.transactionId, transaction.acknowledge.value());
        } else {
            transaction.commitCopies++;
            publisher.commit(transaction.transactionId, transaction.acknowledge.value(),
                transaction.expected, transaction.expectedCount);
        }
    }

    private void sendInquire(final ClientTransaction transaction) {
        transaction.inquired = true;
        transaction.nextInquiryNs = nowNs + context.inquiryIntervalNs();
        publisher.inquire(transaction.transactionId, transaction.acknowledge.value());
    }

    /** Asks for outcomes that are overdue, ends what was abandoned, refuses what waited too long. */
    private int sweep() {
        int work = 0;
        ClientTransaction[] abandoned = null;
        int abandonedCount = 0;
        for (final ClientTransaction transaction : pending.values()) {
            if (nowNs - transaction.nextInquiryNs < 0) {
                continue;
            }
            if (!transaction.isAwaited()) {
                abandoned = abandoned == null ? new ClientTransaction[pending.size()] : abandoned;
                abandoned[abandonedCount++] = transaction;
            } else if (isSendable(transaction) && !outbox.isBackedUp()) {
                sendInquire(transaction);
                work++;
            }
        }
        for (int i = 0; i < abandonedCount; i++) {
            end(abandoned[i], Outcome.aborted(AbortReason.DEADLINE, "no commit was asked for in time"));
        }
        return work + abandonedCount;
    }

    private long timeoutNs(final int timeoutMs) {
        return (timeoutMs == 0 ? connection.limits().maxTimeoutMs() : timeoutMs) * MS;
    }
}
