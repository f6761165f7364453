package io.dtm.core.recovery;

import io.dtm.core.coordinator.CoordinatorOutput;
import io.dtm.core.coordinator.PayloadReader;
import org.agrona.DirectBuffer;

/**
 * Leads the coordinator's outputs to recovery first and to the live pipeline later: a coordinator has one output for
 * its whole life. Switched before the coordinator stage starts; belongs to the thread that calls the coordinator.
 */
public final class OutputSwitch implements CoordinatorOutput {
    private CoordinatorOutput target;

    /** @param first takes the outputs until {@link #to}. */
    public OutputSwitch(final CoordinatorOutput first) {
        target = first;
    }

    /** @param next takes all outputs from now on. */
    public void to(final CoordinatorOutput next) {
        target = next;
    }

    @Override
    public void sessionAttached(final int sessionId, final int linkId) {
        target.sessionAttached(sessionId, linkId);
    }

    @Override
    public void sessionOpened(
        final int sessionId,
        final long requestId,
        final long tokenHigh,
        final long tokenLow,
        final long nonceAtKnownEpoch) {
        target.sessionOpened(sessionId, requestId, tokenHigh, tokenLow, nonceAtKnownEpoch);
    }

    @Override
    public void sessionResumed(
        final int sessionId, final long requestId, final int openedInEpoch, final long nonceAtKnownEpoch) {
        target.sessionResumed(sessionId, requestId, openedInEpoch, nonceAtKnownEpoch);
    }

    @Override
    public void sessionClosed(final int sessionId, final int reason) {
        target.sessionClosed(sessionId, reason);
    }

    @Override
    public void linkRejected(
        final int linkId, final long requestId, final int template, final int code, final String text) {
        target.linkRejected(linkId, requestId, template, code, text);
    }

    @Override
    public void registered(
        final int sessionId, final long requestId, final int resourceId, final long nonceAtKnownEpoch) {
        target.registered(sessionId, requestId, resourceId, nonceAtKnownEpoch);
    }

    @Override
    public void found(final int sessionId, final long requestId, final int resourceId) {
        target.found(sessionId, requestId, resourceId);
    }

    @Override
    public void rejected(
        final int sessionId,
        final long requestId,
        final int branchId,
        final int template,
        final int code,
        final String text) {
        target.rejected(sessionId, requestId, branchId, template, code, text);
    }

    @Override
    public void joined(final int sessionId, final long transactionId, final int branchId) {
        target.joined(sessionId, transactionId, branchId);
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
        target.outcome(sessionId, onAppend, transactionId, stage, outcome, reason, flags, branchId,
            text, textOffset, textLength);
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
        target.prepare(
            sessionId, onAppend, resourceId, incarnation, transactionId, branchId, enlistEpoch, payload);
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
        target.decision(sessionId, resourceId, transactionId, branchId, enlistEpoch, decision, cause);
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
        target.commitOnePhase(sessionId, resourceId, incarnation, transactionId, branchId, enlistEpoch, payload);
    }

    @Override
    public void forgetEvidence(
        final int sessionId, final int resourceId, final long transactionId, final int branchId) {
        target.forgetEvidence(sessionId, resourceId, transactionId, branchId);
    }

    @Override
    public void operatorAnswered(final long requestId, final int code, final String text) {
        target.operatorAnswered(requestId, code, text);
    }

    @Override
    public void alarm(final Alarm alarm, final long transactionId, final int branchId) {
        target.alarm(alarm, transactionId, branchId);
    }

    @Override
    public void halt(final String reason) {
        target.halt(reason);
    }
}
