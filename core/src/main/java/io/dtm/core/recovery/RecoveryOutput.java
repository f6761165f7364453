package io.dtm.core.recovery;

import io.dtm.core.coordinator.CoordinatorOutput;
import io.dtm.core.coordinator.PayloadReader;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;

/**
 * The output of a coordinator that is being recovered: drops everything, since it was sent before or will be sent
 * again, until {@link #goLive} leads it to the pipeline. Counts contradictions: a replay that disagrees with what a
 * participant did decides otherwise than the coordinator did, unless the participant contradicted that one too.
 * <p>
 * Belongs to the thread that calls the coordinator; switched before the coordinator stage starts.
 */
public final class RecoveryOutput implements CoordinatorOutput {
    private CoordinatorOutput live;
    private String haltReason;
    private int contradictions;
    private String contradiction;
    private DecisionTaker decisionTaker;
    private long position;
    private UnforcedIntervals unforced;
    private List<Long> doubted = List.of();

    /** Takes what the coordinator decides. */
    @FunctionalInterface
    public interface DecisionTaker {
        /**
         * At most once for a transaction, while the record that led to it is applied.
         *
         * @param transactionId of the transaction.
         * @param decision      a DecisionType.
         * @param reason        an AbortReason; 0: it commits.
         * @param causeBranchId that caused an abort; 65535: none.
         */
        void onDecided(long transactionId, int decision, int reason, int causeBranchId);
    }

    /** @param taker of all decisions from now on, replayed and live, for tools and for whoever looks on. */
    public void tellDecisions(final DecisionTaker taker) {
        decisionTaker = taker;
    }

    /** @param output takes all outputs from now on. */
    public void goLive(final CoordinatorOutput output) {
        live = output;
    }

    /** @param intervals of the journal: what is decided in them from now on is doubted. */
    void doubt(final UnforcedIntervals intervals) {
        unforced = intervals;
        doubted = new ArrayList<>();
    }

    /** @return the transactions whose decisions are. */
    List<Long> doubted() {
        return doubted;
    }

    /** A record is applied from now on. */
    void onRecord(final long endPosition) {
        position = endPosition;
    }

    /** @return why the coordinator halted at an event of the replayed epoch, or null. */
    String haltReason() {
        return haltReason;
    }

    /** @return number of acknowledgements in the replayed epoch that contradict its decisions. */
    int contradictions() {
        return contradictions;
    }

    /** @return the last of them, in words. */
    String contradiction() {
        return contradiction;
    }

    /** The replay goes on in the midst of an epoch. */
    void goOnFrom(final int contradictionsBefore) {
        contradictions = contradictionsBefore;
        contradiction = "an acknowledgement named another decision than the replay made";
    }

    /** A later epoch starts: what happened in the one before is over. */
    void onEpochStarted() {
        haltReason = null;
        contradictions = 0;
    }

    @Override
    public void sessionAttached(final int sessionId, final int linkId) {
        if (live != null) {
            live.sessionAttached(sessionId, linkId);
        }
    }

    @Override
    public void decided(final long transactionId, final int decision, final int reason, final int causeBranchId) {
        if (live != null) {
            live.decided(transactionId, decision, reason, causeBranchId);
        }
        if (live == null && unforced != null && unforced.contain(position)) {
            doubted.add(transactionId);
        }
        if (decisionTaker != null) {
            decisionTaker.onDecided(transactionId, decision, reason, causeBranchId);
        }
    }

    @Override
    public void sessionOpened(
        final int sessionId,
        final long requestId,
        final long tokenHigh,
        final long tokenLow,
        final long nonceAtKnownEpoch) {
        if (live != null) {
            live.sessionOpened(sessionId, requestId, tokenHigh, tokenLow, nonceAtKnownEpoch);
        }
    }

    @Override
    public void sessionResumed(
        final int sessionId, final long requestId, final int openedInEpoch, final long nonceAtKnownEpoch) {
        if (live != null) {
            live.sessionResumed(sessionId, requestId, openedInEpoch, nonceAtKnownEpoch);
        }
    }

    @Override
    public void sessionClosed(final int sessionId, final int reason) {
        if (live != null) {
            live.sessionClosed(sessionId, reason);
        }
    }

    @Override
    public void linkRejected(
        final int linkId, final long requestId, final int template, final int code, final String text) {
        if (live != null) {
            live.linkRejected(linkId, requestId, template, code, text);
        }
    }

    @Override
    public void registered(
        final int sessionId, final long requestId, final int resourceId, final long nonceAtKnownEpoch) {
        if (live != null) {
            live.registered(sessionId, requestId, resourceId, nonceAtKnownEpoch);
        }
    }

    @Override
    public void found(final int sessionId, final long requestId, final int resourceId) {
        if (live != null) {
            live.found(sessionId, requestId, resourceId);
        }
    }

    @Override
    public void rejected(
        final int sessionId,
        final long requestId,
        final int branchId,
        final int template,
        final int code,
        final String text) {
        if (live != null) {
            live.rejected(sessionId, requestId, branchId, template, code, text);
        }
    }

    @Override
    public void joined(final int sessionId, final long transactionId, final int branchId) {
        if (live != null) {
            live.joined(sessionId, transactionId, branchId);
        }
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
        if (live != null) {
            live.outcome(sessionId, onAppend, transactionId, stage, outcome, reason, flags, branchId,
                text, textOffset, textLength);
        }
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
        if (live != null) {
            live.prepare(
                sessionId, onAppend, resourceId, incarnation, transactionId, branchId, enlistEpoch, payload);
        }
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
        if (live != null) {
            live.decision(sessionId, resourceId, transactionId, branchId, enlistEpoch, decision, cause);
        }
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
        if (live != null) {
            live.commitOnePhase(sessionId, resourceId, incarnation, transactionId, branchId, enlistEpoch, payload);
        }
    }

    @Override
    public void forgetEvidence(
        final int sessionId, final int resourceId, final long transactionId, final int branchId) {
        if (live != null) {
            live.forgetEvidence(sessionId, resourceId, transactionId, branchId);
        }
    }

    @Override
    public void operatorAnswered(final long requestId, final int code, final String text) {
        if (live != null) {
            live.operatorAnswered(requestId, code, text);
        }
    }

    @Override
    public void alarm(final Alarm alarm, final long transactionId, final int branchId) {
        if (live != null) {
            live.alarm(alarm, transactionId, branchId);
        } else if (alarm == Alarm.ACKNOWLEDGEMENT_CONTRADICTS) {
            contradictions++;
            contradiction = "branch " + branchId + " of transaction " + Long.toHexString(transactionId)
                + " acknowledged another decision than the replay made";
        }
    }

    @Override
    public void halt(final String reason) {
        if (live != null) {
            live.halt(reason);
        } else {
            haltReason = reason;
        }
    }
}
