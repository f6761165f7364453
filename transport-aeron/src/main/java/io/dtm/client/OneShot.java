package io.dtm.client;

import io.dtm.session.OutcomeListener;
import io.dtm.session.Reservation;
import io.dtm.session.SubmitRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.agrona.concurrent.UnsafeBuffer;

/** A one-shot transaction while it is put together. Belongs to one thread until {@link #submit()}; used once. */
public final class OneShot {
    private record Branch(String name, CompletableFuture<Integer> resource, byte[] payload) {
    }

    private final DtmClient client;
    private final List<Branch> branches = new ArrayList<>(2);
    private Duration timeout = Duration.ZERO;
    private Acknowledge acknowledge = Acknowledge.DECIDED;

    OneShot(final DtmClient client) {
        this.client = client;
    }

    /**
     * Adds a branch; at most one for each resource.
     *
     * @param resource name of the participant.
     * @param payload  what it is to do, at most 16 KiB; not copied.
     * @return this.
     */
    public OneShot branch(final String resource, final byte[] payload) {
        branches.add(new Branch(resource, client.resource(resource), payload));
        return this;
    }

    /**
     * @param value after which it rolls back by itself; at most the coordinator's greatest, 60 s, which is the
     *              default and what zero stands for. In whole milliseconds, rounded up. A negative or longer one is
     *              refused when it is submitted.
     * @return this.
     */
    public OneShot timeout(final Duration value) {
        timeout = value;
        return this;
    }

    /**
     * @param value the one acknowledgement that is wanted; DECIDED by default.
     * @return this.
     */
    public OneShot acknowledge(final Acknowledge value) {
        acknowledge = value;
        return this;
    }

    /** @return its outcome; fails with {@link RefusedException} if nothing was begun. */
    public CompletableFuture<Outcome> submit() {
        return submitWithId().thenApply(TransactionResult::outcome);
    }

    /** @return its outcome, with the id by which it can be asked for later; fails as {@link #submit()} does. */
    public CompletableFuture<TransactionResult> submitWithId() {
        return submit(null);
    }

    /** Submits it under an id that was reserved; null: under a new one. */
    CompletableFuture<TransactionResult> submit(final Reservation reservation) {
        final CompletableFuture<TransactionResult> result = client.future();
        final CompletableFuture<?>[] lookups =
            branches.stream().map(Branch::resource).toArray(CompletableFuture<?>[]::new);
        CompletableFuture.allOf(lookups).whenComplete((all, failed) -> {
            if (failed == null) {
                client.execute(result, () -> submit(reservation, result));
            } else {
                if (reservation != null) {
                    client.giveBack(reservation);
                }
                result.completeExceptionally(failed instanceof CompletionException ? failed.getCause() : failed);
            }
        });
        return result;
    }

    private void submit(final Reservation reservation, final CompletableFuture<TransactionResult> result) {
        final OutcomeListener listener = new OutcomeListener() {
            @Override
            public void onOutcome(final long transactionId, final Outcome outcome) {
                result.complete(new TransactionResult(transactionId, named(outcome)));
            }

            @Override
            public void onRefused(final long transactionId, final Refusal refusal, final String text) {
                result.completeExceptionally(new RefusedException(refusal, text));
            }
        };
        if (reservation == null) {
            client.session().submit(request(), listener);
            return;
        }
        final SubmitRequest request;
        try {
            request = request();
        } catch (final RuntimeException refused) {
            client.session().giveBack(reservation);
            throw refused;
        }
        client.session().submit(reservation, request, listener);
    }

    /** Where only the branch is told that was in the way, adds the name under which it was submitted. */
    private Outcome named(final Outcome outcome) {
        if (outcome.status() != Outcome.Status.ABORTED
            || !outcome.text().isEmpty() || outcome.branchId() >= branches.size()) {
            return outcome;
        }
        return outcome.withText("participant '" + branches.get(outcome.branchId()).name() + "'");
    }

    private SubmitRequest request() {
        final SubmitRequest request = new SubmitRequest()
            .timeoutMs(DtmClient.timeoutMs(timeout))
            .acknowledge(acknowledge);
        for (final Branch branch : branches) {
            request.branch(branch.resource().join(), new UnsafeBuffer(branch.payload()), 0, branch.payload().length);
        }
        return request;
    }
}
