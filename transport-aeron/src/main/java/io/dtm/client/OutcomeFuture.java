package io.dtm.client;

import io.dtm.session.OutcomeListener;
import java.util.function.BooleanSupplier;

/** A future that is told by the session. */
final class OutcomeFuture extends SessionFuture<Outcome> implements OutcomeListener {
    /** @param isDutyThread as in {@link SessionFuture}. */
    OutcomeFuture(final BooleanSupplier isDutyThread) {
        super(isDutyThread);
    }

    @Override
    public void onOutcome(final long transactionId, final Outcome outcome) {
        complete(outcome);
    }

    @Override
    public void onRefused(final long transactionId, final Refusal refusal, final String text) {
        completeExceptionally(new RefusedException(refusal, text));
    }
}
