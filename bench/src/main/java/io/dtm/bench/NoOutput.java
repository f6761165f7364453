package io.dtm.bench;

import io.dtm.core.coordinator.CoordinatorOutput;
import io.dtm.core.coordinator.PayloadReader;
import org.agrona.DirectBuffer;

/** Drops everything, but remembers the last session that was opened and counts messages. */
final class NoOutput implements CoordinatorOutput {
    int lastSessionId;
    long messages;

    @Override
    public void sessionAttached(final int sessionId, final int linkId) {
        messages++;
    }

    @Override
    public void sessionOpened(
        final int sessionId,
        final long requestId,
        final long tokenHigh,
        final long tokenLow,
        final long nonceAtKnownEpoch) {
        lastSessionId = sessionId;
    }

    @Override
    public void sessionResumed(
        final int sessionId, final long requestId, final int openedInEpoch, final long nonceAtKnownEpoch) {
        messages++;
    }

    @Override
    public void sessionClosed(final int sessionId, final int reason) {
        messages++;
    }

    @Override
    public void linkRejected(
        final int linkId, final long requestId, final int template, final int code, final String text) {
        throw new IllegalStateException(text);
    }

    @Override
    public void registered(
        final int sessionId, final long requestId, final int resourceId, final long nonceAtKnownEpoch) {
        messages++;
    }

    @Override
    public void found(final int sessionId, final long requestId, final int resourceId) {
        messages++;
    }

    @Override
    public void rejected(
        final int sessionId,
        final long requestId,
        final int branchId,
        final int template,
        final int code,
        final String text) {
        throw new IllegalStateException(text);
    }

    @Override
    public void joined(final int sessionId, final long transactionId, final int branchId) {
        messages++;
    }

    @Override
    public void outcome(
        final int sessionId,
        final boolean onAppend,
        final long transactionId,
        final int stage,
        final int outcome,
        final int reason,
        final int flags,
        final int branchId,
        final DirectBuffer text,
        final int textOffset,
        final int textLength) {
        messages++;
    }

    @Override
    public void prepare(
        final int sessionId,
        final boolean onAppend,
        final int resourceId,
        final long incarnation,
        final long transactionId,
        final int branchId,
        final int enlistEpoch,
        final PayloadReader payload) {
        messages++;
    }

    @Override
    public void decision(
        final int sessionId,
        final int resourceId,
        final long transactionId,
        final int branchId,
        final int enlistEpoch,
        final int decision,
        final int cause) {
        messages++;
    }

    @Override
    public void commitOnePhase(
        final int sessionId,
        final int resourceId,
        final long incarnation,
        final long transactionId,
        final int branchId,
        final int enlistEpoch,
        final PayloadReader payload) {
        messages++;
    }

    @Override
    public void forgetEvidence(
        final int sessionId, final int resourceId, final long transactionId, final int branchId) {
        messages++;
    }

    @Override
    public void operatorAnswered(final long requestId, final int code, final String text) {
        messages++;
    }

    @Override
    public void alarm(final Alarm alarm, final long transactionId, final int branchId) {
        throw new IllegalStateException(alarm + " of transaction " + transactionId);
    }

    @Override
    public void halt(final String reason) {
        throw new IllegalStateException(reason);
    }
}
