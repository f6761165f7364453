package io.dtm.systemtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.dtm.client.AbortReason;
import io.dtm.client.Outcome;
import io.dtm.client.Refusal;

/**
 * What a client was told.
 *
 * @param transactionId of its transaction.
 * @param outcome       of it; null if it was refused.
 * @param refusal       otherwise null.
 * @param text          of the outcome or refusal.
 */
record Answer(long transactionId, Outcome outcome, Refusal refusal, String text) {
    static Answer of(final long transactionId, final Outcome outcome) {
        return new Answer(transactionId, outcome, null, outcome.text());
    }

    static Answer refused(final long transactionId, final Refusal refusal, final String text) {
        return new Answer(transactionId, null, refusal, text);
    }

    Answer assertCommitted() {
        assertNull(refusal, toString());
        assertEquals(Outcome.Status.COMMITTED, outcome.status(), toString());
        return this;
    }

    Answer assertAborted(final AbortReason reason) {
        assertNull(refusal, toString());
        assertEquals(Outcome.Status.ABORTED, outcome.status(), toString());
        assertEquals(reason, outcome.reason(), toString());
        return this;
    }

    Answer assertBranch(final int branchId) {
        assertEquals(branchId, outcome.branchId(), toString());
        return this;
    }

    Answer assertRefused(final Refusal expected) {
        assertNotNull(refusal, toString());
        assertEquals(expected, refusal, toString());
        return this;
    }
}
