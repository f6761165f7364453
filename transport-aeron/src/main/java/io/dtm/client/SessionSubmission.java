package io.dtm.client;

import io.dtm.session.CoordinatorLimits;
import io.dtm.session.CoordinatorSession;
import io.dtm.session.OutcomeListener;
import io.dtm.session.Reservation;
import io.dtm.session.SubmitRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.agrona.concurrent.UnsafeBuffer;

/** A submission over a session: keeps names and payloads until the names are looked up. */
final class SessionSubmission implements Submission {
    private final SessionClient client;
    private final List<String> names = new ArrayList<>();
    private final List<byte[]> payloads = new ArrayList<>();
    private int payloadBytes;
    private int timeoutMs;
    private Acknowledge acknowledge = Acknowledge.DECIDED;
    private boolean isSubmitted;

    SessionSubmission(final SessionClient client) {
        this.client = client;
    }

    @Override
    public Submission branch(final String resourceName, final byte[] payload) {
        final CoordinatorLimits limits = CoordinatorLimits.GREATEST;
        if (names.size() == limits.maxBranches()) {
            throw new RefusedException(
                Refusal.TOO_MANY_BRANCHES, "a transaction has at most " + limits.maxBranches() + " branches");
        }
        if (names.contains(resourceName)) {
            throw new RefusedException(Refusal.DUPLICATE_PARTICIPANT,
                "resource '" + resourceName + "' has a branch already; put both payloads into one");
        }
        if (payload.length > limits.maxBranchPayloadBytes()
            || payloadBytes + payload.length > limits.maxTransactionPayloadBytes()) {
            throw new RefusedException(Refusal.PAYLOAD_TOO_LARGE,
                "at most " + limits.maxBranchPayloadBytes() + " bytes a branch and "
                    + limits.maxTransactionPayloadBytes() + " in all: " + payload.length + " after " + payloadBytes);
        }
        names.add(resourceName);
        payloads.add(payload.clone());
        payloadBytes += payload.length;
        return this;
    }

    @Override
    public Submission timeoutMs(final int value) {
        if (value < 0 || value > CoordinatorLimits.GREATEST.maxTimeoutMs()) {
            throw new RefusedException(Refusal.TIMEOUT_TOO_LONG,
                "a timeout is 0 to " + CoordinatorLimits.GREATEST.maxTimeoutMs() + " ms: " + value);
        }
        timeoutMs = value;
        return this;
    }

    @Override
    public Submission acknowledge(final Acknowledge value) {
        acknowledge = value;
        return this;
    }

    @Override
    public CompletionStage<TransactionResult> submit() {
        return submit(null);
    }

    /** Sends it under an id that was reserved; null: under a new one. */
    CompletionStage<TransactionResult> submit(final Reservation reservation) {
        if (isSubmitted) {
            throw new IllegalStateException("it was submitted already; make a new submission");
        }
        isSubmitted = true;
        final CompletableFuture<TransactionResult> future = new CompletableFuture<>();
        if (names.isEmpty()) {
            future.completeExceptionally(
                new RefusedException(Refusal.NO_BRANCHES, "a transaction needs a branch; add one"));
        } else {
            client.execute(future, session -> NameResolution.resolve(session, names,
                ids -> send(session, reservation, ids, future),
                (refusal, text) -> refuse(session, reservation, refusal, text, future)));
        }
        return future;
    }

    private void send(
        final CoordinatorSession session,
        final Reservation reservation,
        final int[] ids,
        final CompletableFuture<TransactionResult> future) {
        try {
            final SubmitRequest request = new SubmitRequest().timeoutMs(timeoutMs).acknowledge(acknowledge);
            for (int i = 0; i < ids.length; i++) {
                request.branch(ids[i], new UnsafeBuffer(payloads.get(i)), 0, payloads.get(i).length);
            }
            if (reservation == null) {
                session.submit(request, new Result(future));
            } else {
                session.submit(reservation, request, new Result(future));
            }
        } catch (final RuntimeException ex) {
            future.completeExceptionally(ex);
        }
    }

    private static void refuse(
        final CoordinatorSession session,
        final Reservation reservation,
        final Refusal refusal,
        final String text,
        final CompletableFuture<TransactionResult> future) {
        if (reservation != null) {
            session.giveBack(reservation);
        }
        future.completeExceptionally(new RefusedException(refusal, text));
    }

    private static final class Result implements OutcomeListener {
        private final CompletableFuture<TransactionResult> future;

        Result(final CompletableFuture<TransactionResult> future) {
            this.future = future;
        }

        @Override
        public void onOutcome(final long transactionId, final Outcome outcome) {
            future.complete(new TransactionResult(transactionId, outcome));
        }

        @Override
        public void onRefused(final long transactionId, final Refusal refusal, final String text) {
            future.completeExceptionally(new RefusedException(refusal, text));
        }
    }
}
