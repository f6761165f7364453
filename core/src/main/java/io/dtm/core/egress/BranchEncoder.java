package io.dtm.core.egress;

import static io.dtm.core.egress.OutboundDescriptor.HEADER_LENGTH;
import static io.dtm.core.egress.OutboundDescriptor.TYPE_SESSION_MESSAGE;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.dtm.codec.message.AbortReason;
import io.dtm.codec.message.DecisionCause;
import io.dtm.codec.message.DecisionType;
import io.dtm.codec.message.DecisionsEncoder;
import io.dtm.codec.message.DurabilityLevel;
import io.dtm.codec.message.ForgetEvidenceEncoder;
import io.dtm.codec.message.JoinedEncoder;
import io.dtm.codec.message.OnePhaseCommitsEncoder;
import io.dtm.codec.message.OutcomeStage;
import io.dtm.codec.message.OutcomeType;
import io.dtm.codec.message.OutcomesEncoder;
import io.dtm.codec.message.PreparesEncoder;
import io.dtm.core.coordinator.CoordinatorSettings;
import io.dtm.core.coordinator.PayloadReader;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * The part of {@link EgressEncoder} for what is sent by the thousand: each is a group of one element here; the frame
 * builder joins them.
 */
final class BranchEncoder {
    private static final int MAX_BODY_LENGTH = 320;
    private static final int MAX_BODY_WITHOUT_PAYLOAD = 48;

    private final OutboundQueue queue;
    private final MutableDirectBuffer buffer;
    private final PreparesEncoder prepares = new PreparesEncoder();
    private final DecisionsEncoder decisions = new DecisionsEncoder();
    private final OnePhaseCommitsEncoder onePhaseCommits = new OnePhaseCommitsEncoder();
    private final ForgetEvidenceEncoder forgetEvidence = new ForgetEvidenceEncoder();
    private final OutcomesEncoder outcomes = new OutcomesEncoder();
    private final JoinedEncoder joined = new JoinedEncoder();

    private DurabilityLevel durability = DurabilityLevel.FORCE;
    private int epoch;
    private long position;

    BranchEncoder(final OutboundQueue queue) {
        this.queue = queue;
        this.buffer = queue.buffer();
    }

    void startFrame(final long endPosition) {
        position = endPosition;
    }

    void onEpochStarted(final int startedEpoch) {
        epoch = startedEpoch;
    }

    void onSettings(final CoordinatorSettings applied) {
        durability = DurabilityLevel.get((short) applied.durability());
    }

    DurabilityLevel durability() {
        return durability;
    }

    void joined(final int sessionId, final long transactionId, final int branchId) {
        joined.wrap(buffer, claim(MAX_BODY_LENGTH)).epoch(epoch)
            .joinsCount(1).next().transactionId(transactionId).branchId(branchId);
        commit(sessionId, true, JoinedEncoder.TEMPLATE_ID, JoinedEncoder.BLOCK_LENGTH, joined.encodedLength());
    }

    void outcome(
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
        outcomes.wrap(buffer, claim(MAX_BODY_LENGTH))
            .epoch(epoch)
            .durability(onAppend ? DurabilityLevel.APPEND : durability)
            .transactionsCount(1).next()
            .transactionId(transactionId)
            .stage(OutcomeStage.get((short) stage))
            .outcome(OutcomeType.get((short) outcome))
            .reason(AbortReason.get((short) reason))
            .flags((short) flags)
            .branchId(branchId)
            .putText(text, textOffset, textLength);
        commit(
            sessionId, onAppend, OutcomesEncoder.TEMPLATE_ID, OutcomesEncoder.BLOCK_LENGTH, outcomes.encodedLength());
    }

    void prepare(
        final int sessionId,
        final boolean onAppend,
        final int resourceId,
        final long incarnation,
        final long transactionId,
        final int branchId,
        final int enlistEpoch,
        final PayloadReader payload) {
        prepares.wrap(buffer, claim(MAX_BODY_WITHOUT_PAYLOAD + payload.length()))
            .epoch(epoch).resourceId(resourceId).incarnation(incarnation).position(position)
            .branchesCount(1).next()
            .transactionId(transactionId).branchId(branchId).enlistEpoch(enlistEpoch);
        prepares.limit(copy(payload, prepares.limit()));
        commit(
            sessionId, onAppend, PreparesEncoder.TEMPLATE_ID, PreparesEncoder.BLOCK_LENGTH, prepares.encodedLength());
    }

    void commitOnePhase(
        final int sessionId,
        final int resourceId,
        final long incarnation,
        final long transactionId,
        final int branchId,
        final int enlistEpoch,
        final PayloadReader payload) {
        onePhaseCommits.wrap(buffer, claim(MAX_BODY_WITHOUT_PAYLOAD + payload.length()))
            .epoch(epoch).resourceId(resourceId).incarnation(incarnation).position(position)
            .branchesCount(1).next()
            .transactionId(transactionId).branchId(branchId).enlistEpoch(enlistEpoch);
        onePhaseCommits.limit(copy(payload, onePhaseCommits.limit()));
        commit(sessionId, false,
            OnePhaseCommitsEncoder.TEMPLATE_ID, OnePhaseCommitsEncoder.BLOCK_LENGTH, onePhaseCommits.encodedLength());
    }

    void decision(
        final int sessionId,
        final int resourceId,
        final long transactionId,
        final int branchId,
        final int enlistEpoch,
        final int decision,
        final int cause) {
        decisions.wrap(buffer, claim(MAX_BODY_WITHOUT_PAYLOAD))
            .epoch(epoch).resourceId(resourceId).position(position)
            .branchesCount(1).next()
            .transactionId(transactionId).branchId(branchId).enlistEpoch(enlistEpoch)
            .decision(DecisionType.get((short) decision))
            .cause(DecisionCause.get((short) cause));
        commit(
            sessionId, false, DecisionsEncoder.TEMPLATE_ID, DecisionsEncoder.BLOCK_LENGTH, decisions.encodedLength());
    }

    void forgetEvidence(final int sessionId, final int resourceId, final long transactionId, final int branchId) {
        forgetEvidence.wrap(buffer, claim(MAX_BODY_WITHOUT_PAYLOAD))
            .epoch(epoch).resourceId(resourceId).position(position)
            .branchesCount(1).next()
            .transactionId(transactionId).branchId(branchId);
        commit(sessionId, false,
            ForgetEvidenceEncoder.TEMPLATE_ID, ForgetEvidenceEncoder.BLOCK_LENGTH, forgetEvidence.encodedLength());
    }

    private int copy(final PayloadReader payload, final int lengthOffset) {
        final int length = payload.length();
        buffer.putShort(lengthOffset, (short) length, LITTLE_ENDIAN);
        final int payloadOffset = lengthOffset + Short.BYTES;
        if (length > 0) {
            payload.copyTo(buffer, payloadOffset);
        }
        return payloadOffset + length;
    }

    private int claim(final int maxBodyLength) {
        return queue.claim(maxBodyLength) + HEADER_LENGTH;
    }

    private void commit(
        final int sessionId,
        final boolean onAppend,
        final int templateId,
        final int blockLength,
        final int bodyLength) {
        queue.commit(TYPE_SESSION_MESSAGE, sessionId, position, onAppend, templateId, blockLength, bodyLength);
    }
}
