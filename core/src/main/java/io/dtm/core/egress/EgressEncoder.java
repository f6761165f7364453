package io.dtm.core.egress;

import static io.dtm.codec.FrameDescriptor.MAX_TEXT_LENGTH;
import static io.dtm.core.egress.OutboundDescriptor.HEADER_LENGTH;
import static io.dtm.core.egress.OutboundDescriptor.TYPE_ALARM;
import static io.dtm.core.egress.OutboundDescriptor.TYPE_ATTACHMENT;
import static io.dtm.core.egress.OutboundDescriptor.TYPE_EPOCH;
import static io.dtm.core.egress.OutboundDescriptor.TYPE_LINK_MESSAGE;
import static io.dtm.core.egress.OutboundDescriptor.TYPE_OPERATOR_ANSWER;
import static io.dtm.core.egress.OutboundDescriptor.TYPE_SESSION_MESSAGE;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.dtm.codec.Templates;
import io.dtm.codec.message.CloseReason;
import io.dtm.codec.message.FoundEncoder;
import io.dtm.codec.message.RegisteredEncoder;
import io.dtm.codec.message.RejectCode;
import io.dtm.codec.message.RejectedEncoder;
import io.dtm.codec.message.SessionClosedEncoder;
import io.dtm.codec.message.SessionOpenedEncoder;
import io.dtm.codec.message.SessionResumedEncoder;
import io.dtm.core.coordinator.CoordinatorOutput;
import io.dtm.core.coordinator.CoordinatorSettings;
import io.dtm.core.coordinator.PayloadReader;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Encodes the coordinator's outputs, one message each, into the outbound queue, with the position of the record that
 * caused them. Called on the coordinator stage only: {@link #startFrame}, the coordinator's calls, {@link #endFrame}.
 * Allocates nothing.
 */
public final class EgressEncoder implements CoordinatorOutput {
    /** Body of any message here, its text included. */
    private static final int MAX_BODY_LENGTH = 320;
    /** {@link CoordinatorOutput#operatorAnswered}: request id, code, then the text to the end. */
    static final int ANSWER_CODE_OFFSET = Long.BYTES;
    static final int ANSWER_TEXT_OFFSET = ANSWER_CODE_OFFSET + Integer.BYTES;
    /** {@link CoordinatorOutput#alarm}: transaction id, branch id, ordinal. */
    static final int ALARM_BRANCH_OFFSET = Long.BYTES;
    static final int ALARM_ORDINAL_OFFSET = ALARM_BRANCH_OFFSET + Integer.BYTES;
    private static final int ALARM_LENGTH = ALARM_ORDINAL_OFFSET + Integer.BYTES;
    private static final int NONE = 0;

    private final OutboundQueue queue;
    private final int frameBound;
    private final MutableDirectBuffer buffer;
    private final BranchEncoder branches;
    private final SessionOpenedEncoder opened = new SessionOpenedEncoder();
    private final SessionResumedEncoder resumed = new SessionResumedEncoder();
    private final SessionClosedEncoder closed = new SessionClosedEncoder();
    private final RegisteredEncoder registered = new RegisteredEncoder();
    private final FoundEncoder found = new FoundEncoder();
    private final RejectedEncoder rejected = new RejectedEncoder();

    private CoordinatorSettings settings = CoordinatorSettings.defaults();
    private long coordinatorId;
    private int epoch;
    private int generation;
    private long nonce;
    private long position;
    private String haltReason;
    private int contradictions;

    /**
     * @param queue           to the egress agent.
     * @param frameBoundBytes the most that one frame can cause: see {@link OutboundBound}.
     */
    public EgressEncoder(final OutboundQueue queue, final int frameBoundBytes) {
        if (frameBoundBytes > queue.capacity()) {
            throw new IllegalArgumentException("the outbound queue of " + queue.capacity()
                + " bytes can't hold what one frame may cause: " + frameBoundBytes);
        }
        this.queue = queue;
        this.frameBound = frameBoundBytes;
        this.buffer = queue.buffer();
        this.branches = new BranchEncoder(queue);
    }

    /** @return whether the queue has room for all that any frame can cause. */
    public boolean hasRoomForFrame() {
        return queue.hasRoom(frameBound);
    }

    /** @param endPosition of the frame's record, to which all outputs up to {@link #endFrame()} owe themselves. */
    public void startFrame(final long endPosition) {
        position = endPosition;
        branches.startFrame(endPosition);
    }

    /** Hands all outputs of the frame to the egress agent. */
    public void endFrame() {
        queue.publish();
    }

    /** @return why the coordinator must not go on, or null. */
    public String haltReason() {
        return haltReason;
    }

    /** @return number of acknowledgements so far that contradicted their decision. */
    public int contradictions() {
        return contradictions;
    }

    /**
     * An epoch starts: nothing leaves before the frame's record is forced.
     *
     * @param ofCoordinatorId of the coordinator.
     * @param startedEpoch    carried by every message from now on.
     * @param ofGeneration    of the epoch.
     * @param ofNonce         of the epoch.
     */
    public void onEpochStarted(
        final long ofCoordinatorId, final int startedEpoch, final int ofGeneration, final long ofNonce) {
        coordinatorId = ofCoordinatorId;
        epoch = startedEpoch;
        generation = ofGeneration;
        nonce = ofNonce;
        branches.onEpochStarted(startedEpoch);
        queue.claim(NONE);
        queue.commit(TYPE_EPOCH, NONE, position, true, NONE, NONE, NONE);
    }

    /** @param applied told to peers from now on. */
    public void onSettings(final CoordinatorSettings applied) {
        settings = applied;
        branches.onSettings(applied);
    }

    @Override
    public void sessionAttached(final int sessionId, final int linkId) {
        queue.claim(NONE);
        queue.commit(TYPE_ATTACHMENT, sessionId, linkId, true, NONE, NONE, NONE);
    }

    @Override
    public void sessionOpened(
        final int sessionId,
        final long requestId,
        final long tokenHigh,
        final long tokenLow,
        final long nonceAtKnownEpoch) {
        opened.wrap(buffer, claim())
            .requestId(requestId).coordinatorId(coordinatorId).sessionId(sessionId)
            .tokenHigh(tokenHigh).tokenLow(tokenLow)
            .epoch(epoch).generation(generation).nonce(nonce).nonceAtKnownEpoch(nonceAtKnownEpoch)
            .maxTimeoutMs(settings.maxTimeoutMs())
            .maxBranches(settings.maxBranches())
            .maxBranchPayloadBytes(settings.maxBranchPayloadBytes())
            .maxTransactionPayloadBytes(settings.maxTransactionPayloadBytes())
            .sessionTimeoutMs(settings.sessionTimeoutMs())
            .durability(branches.durability());
        commit(sessionId, SessionOpenedEncoder.TEMPLATE_ID, SessionOpenedEncoder.BLOCK_LENGTH, opened.encodedLength());
    }

    @Override
    public void sessionResumed(
        final int sessionId, final long requestId, final int openedInEpoch, final long nonceAtKnownEpoch) {
        resumed.wrap(buffer, claim())
            .requestId(requestId).coordinatorId(coordinatorId).sessionId(sessionId).openedInEpoch(openedInEpoch)
            .epoch(epoch).generation(generation).nonce(nonce).nonceAtKnownEpoch(nonceAtKnownEpoch)
            .sessionTimeoutMs(settings.sessionTimeoutMs())
            .durability(branches.durability());
        commit(
            sessionId, SessionResumedEncoder.TEMPLATE_ID, SessionResumedEncoder.BLOCK_LENGTH, resumed.encodedLength());
    }

    @Override
    public void sessionClosed(final int sessionId, final int reason) {
        closed.wrap(buffer, claim()).sessionId(sessionId).reason(CloseReason.get((short) reason));
        commit(sessionId, SessionClosedEncoder.TEMPLATE_ID, SessionClosedEncoder.BLOCK_LENGTH, closed.encodedLength());
    }

    @Override
    public void linkRejected(
        final int linkId, final long requestId, final int template, final int code, final String text) {
        final int length = encodeRejected(requestId, Templates.NO_BRANCH, template, code, text);
        queue.commit(TYPE_LINK_MESSAGE, linkId, position, false,
            RejectedEncoder.TEMPLATE_ID, RejectedEncoder.BLOCK_LENGTH, length);
    }

    @Override
    public void registered(
        final int sessionId, final long requestId, final int resourceId, final long nonceAtKnownEpoch) {
        registered.wrap(buffer, claim())
            .requestId(requestId).sessionId(sessionId).coordinatorId(coordinatorId).resourceId(resourceId)
            .epoch(epoch).generation(generation).nonce(nonce).nonceAtKnownEpoch(nonceAtKnownEpoch);
        commit(sessionId, RegisteredEncoder.TEMPLATE_ID, RegisteredEncoder.BLOCK_LENGTH, registered.encodedLength());
    }

    @Override
    public void found(final int sessionId, final long requestId, final int resourceId) {
        found.wrap(buffer, claim()).requestId(requestId).resourceId(resourceId);
        commit(sessionId, FoundEncoder.TEMPLATE_ID, FoundEncoder.BLOCK_LENGTH, found.encodedLength());
    }

    @Override
    public void rejected(
        final int sessionId,
        final long requestId,
        final int branchId,
        final int template,
        final int code,
        final String text) {
        final int length = encodeRejected(requestId, branchId, template, code, text);
        commit(sessionId, RejectedEncoder.TEMPLATE_ID, RejectedEncoder.BLOCK_LENGTH, length);
    }

    @Override
    public void joined(final int sessionId, final long transactionId, final int branchId) {
        branches.joined(sessionId, transactionId, branchId);
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
        branches.outcome(sessionId, onAppend, transactionId, stage, outcome, reason, flags, branchId,
            text, textOffset, Math.min(textLength, MAX_TEXT_LENGTH));
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
        branches.prepare(
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
        branches.decision(sessionId, resourceId, transactionId, branchId, enlistEpoch, decision, cause);
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
        branches.commitOnePhase(sessionId, resourceId, incarnation, transactionId, branchId, enlistEpoch, payload);
    }

    @Override
    public void forgetEvidence(
        final int sessionId, final int resourceId, final long transactionId, final int branchId) {
        branches.forgetEvidence(sessionId, resourceId, transactionId, branchId);
    }

    @Override
    public void operatorAnswered(final long requestId, final int code, final String text) {
        final int body = claim();
        final int length = Math.min(text.length(), MAX_TEXT_LENGTH);
        buffer.putLong(body, requestId, LITTLE_ENDIAN);
        buffer.putInt(body + ANSWER_CODE_OFFSET, code, LITTLE_ENDIAN);
        buffer.putStringWithoutLengthAscii(body + ANSWER_TEXT_OFFSET, text, 0, length);
        queue.commit(TYPE_OPERATOR_ANSWER, NONE, position, false, NONE, NONE, ANSWER_TEXT_OFFSET + length);
    }

    @Override
    public void alarm(final Alarm alarm, final long transactionId, final int branchId) {
        if (alarm == Alarm.ACKNOWLEDGEMENT_CONTRADICTS) {
            contradictions++;
        }
        final int body = claim();
        buffer.putLong(body, transactionId, LITTLE_ENDIAN);
        buffer.putInt(body + ALARM_BRANCH_OFFSET, branchId, LITTLE_ENDIAN);
        buffer.putInt(body + ALARM_ORDINAL_OFFSET, alarm.ordinal(), LITTLE_ENDIAN);
        queue.commit(TYPE_ALARM, NONE, position, true, NONE, NONE, ALARM_LENGTH);
    }

    @Override
    public void halt(final String reason) {
        haltReason = reason;
    }

    private int encodeRejected(
        final long requestId, final int branchId, final int template, final int code, final String text) {
        rejected.wrap(buffer, claim())
            .requestId(requestId).branchId(branchId).refusedTemplate((short) template).code(RejectCode.get(code));
        final int textOffset = rejected.limit();
        final int length = Math.min(text.length(), MAX_TEXT_LENGTH);
        buffer.putByte(textOffset, (byte) length);
        buffer.putStringWithoutLengthAscii(textOffset + 1, text, 0, length);
        rejected.limit(textOffset + 1 + length);
        return rejected.encodedLength();
    }

    private int claim() {
        return queue.claim(MAX_BODY_LENGTH) + HEADER_LENGTH;
    }

    private void commit(final int sessionId, final int templateId, final int blockLength, final int bodyLength) {
        queue.commit(TYPE_SESSION_MESSAGE, sessionId, position, false, templateId, blockLength, bodyLength);
    }
}
