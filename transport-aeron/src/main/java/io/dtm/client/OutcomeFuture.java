package io.dtm.client;

import io.dtm.session.OutcomeListener;
import java.util.concurrent.CompletableFuture;

/** A future that is told by the session. */
final class OutcomeFuture extends CompletableFuture<Outcome> implements OutcomeListener {
    @Override
    public void onOutcome(final long transactionId, final Outcome outcome) {
        complete(outcome);
    }

    @Override
    public void onRefused(final long transactionId, final Refusal refusal, final String text) {
        completeExceptionally(new RefusedException(refusal, text));
    }
}
