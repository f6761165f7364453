package io.dtm.core.fake;

import io.dtm.codec.message.CloseReason;
import io.dtm.codec.message.ContradictionsSeenEncoder;
import io.dtm.codec.message.DecisionsDoubtedEncoder;
import io.dtm.codec.message.DecisionType;
import io.dtm.codec.message.HistoryCutEncoder;
import io.dtm.codec.message.LinkLostEncoder;
import io.dtm.codec.message.OperatorConfirmRecoveredEncoder;
import io.dtm.codec.message.OperatorPurgeEncoder;
import io.dtm.codec.message.OperatorRollbackEncoder;
import io.dtm.codec.message.OperatorSettleEncoder;
import io.dtm.codec.message.SessionOpeningEncoder;
import io.dtm.codec.message.SessionResumingEncoder;
import org.agrona.concurrent.UnsafeBuffer;

/** Messages as the coordinator's host makes them. */
public final class HostMessages {
    private HostMessages() {
    }

    /** A message without fields: a tick, for example. */
    public static Message empty(final int templateId) {
        return new Message(templateId, 0, body(), 0);
    }

    public static Message sessionOpening(final long requestId, final String principal) {
        final UnsafeBuffer body = body();
        final SessionOpeningEncoder encoder = new SessionOpeningEncoder().wrap(body, 0)
            .requestId(requestId).tokenHigh(11).tokenLow(12).knownEpoch(3).knownNonce(33)
            .witnessedOf(5).witnessedEpoch(2).witnessedPosition(22)
            .principal(principal).clientName("client");
        return new Message(SessionOpeningEncoder.TEMPLATE_ID, SessionOpeningEncoder.BLOCK_LENGTH, body,
            encoder.encodedLength());
    }

    public static Message sessionResuming(final long requestId, final int sessionId, final String principal) {
        final UnsafeBuffer body = body();
        final SessionResumingEncoder encoder = new SessionResumingEncoder().wrap(body, 0)
            .requestId(requestId).sessionId(sessionId).tokenHigh(11).tokenLow(12).knownEpoch(3).knownNonce(33)
            .witnessedOf(5).witnessedEpoch(2).witnessedPosition(22)
            .principal(principal);
        return new Message(SessionResumingEncoder.TEMPLATE_ID, SessionResumingEncoder.BLOCK_LENGTH, body,
            encoder.encodedLength());
    }

    public static Message linkLost(final CloseReason reason) {
        final UnsafeBuffer body = body();
        final LinkLostEncoder encoder = new LinkLostEncoder().wrap(body, 0).reason(reason);
        return new Message(LinkLostEncoder.TEMPLATE_ID, LinkLostEncoder.BLOCK_LENGTH, body, encoder.encodedLength());
    }

    public static Message operatorRollback(final long requestId, final long transactionId) {
        final UnsafeBuffer body = body();
        final OperatorRollbackEncoder encoder =
            new OperatorRollbackEncoder().wrap(body, 0).requestId(requestId).transactionId(transactionId);
        return new Message(OperatorRollbackEncoder.TEMPLATE_ID, OperatorRollbackEncoder.BLOCK_LENGTH, body,
            encoder.encodedLength());
    }

    public static Message operatorSettle(final long requestId, final long transactionId, final int branchId) {
        final UnsafeBuffer body = body();
        final OperatorSettleEncoder encoder = new OperatorSettleEncoder().wrap(body, 0)
            .requestId(requestId).transactionId(transactionId).branchId(branchId).decision(DecisionType.ROLLBACK);
        return new Message(OperatorSettleEncoder.TEMPLATE_ID, OperatorSettleEncoder.BLOCK_LENGTH, body,
            encoder.encodedLength());
    }

    public static Message operatorPurge(final long requestId, final long transactionId, final int branchId) {
        final UnsafeBuffer body = body();
        final OperatorPurgeEncoder encoder = new OperatorPurgeEncoder().wrap(body, 0)
            .requestId(requestId).transactionId(transactionId).branchId(branchId);
        return new Message(OperatorPurgeEncoder.TEMPLATE_ID, OperatorPurgeEncoder.BLOCK_LENGTH, body,
            encoder.encodedLength());
    }

    public static Message operatorConfirmRecovered(final long requestId) {
        final UnsafeBuffer body = body();
        final OperatorConfirmRecoveredEncoder encoder =
            new OperatorConfirmRecoveredEncoder().wrap(body, 0).requestId(requestId);
        return new Message(OperatorConfirmRecoveredEncoder.TEMPLATE_ID, OperatorConfirmRecoveredEncoder.BLOCK_LENGTH,
            body, encoder.encodedLength());
    }

    public static Message historyCut(final long position, final long lostBytes, final String reason) {
        final UnsafeBuffer body = body();
        final HistoryCutEncoder encoder =
            new HistoryCutEncoder().wrap(body, 0).position(position).lostBytes(lostBytes).reason(reason);
        return new Message(HistoryCutEncoder.TEMPLATE_ID, HistoryCutEncoder.BLOCK_LENGTH,
            body, encoder.encodedLength());
    }

    public static Message decisionsDoubted(final long first, final long second) {
        final UnsafeBuffer body = body();
        final DecisionsDoubtedEncoder encoder = new DecisionsDoubtedEncoder().wrap(body, 0);
        encoder.transactionsCount(2).next().transactionId(first).next().transactionId(second);
        return new Message(DecisionsDoubtedEncoder.TEMPLATE_ID, DecisionsDoubtedEncoder.BLOCK_LENGTH,
            body, encoder.encodedLength());
    }

    public static Message contradictionsSeen(final int count) {
        final UnsafeBuffer body = body();
        final ContradictionsSeenEncoder encoder = new ContradictionsSeenEncoder().wrap(body, 0).count(count);
        return new Message(ContradictionsSeenEncoder.TEMPLATE_ID, ContradictionsSeenEncoder.BLOCK_LENGTH,
            body, encoder.encodedLength());
    }

    private static UnsafeBuffer body() {
        return new UnsafeBuffer(new byte[1024]);
    }
}
