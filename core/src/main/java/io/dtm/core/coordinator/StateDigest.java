package io.dtm.core.coordinator;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A 64-bit digest of a coordinator's state: of two coordinators that differ in anything, it differs almost surely. Not
 * against intent. To compare live and replayed states.
 */
public final class StateDigest implements CheckpointOutput {
    private static final long START = 0xCBF2_9CE4_8422_2325L;
    private static final long MULTIPLIER = 0x9E37_79B9_7F4A_7C15L;

    private UnsafeBuffer payloadBytes = new UnsafeBuffer(new byte[1024]);
    private long value = START;

    /** @return the digest of the items so far. */
    public long value() {
        return value;
    }

    /** Starts a new digest. */
    public void reset() {
        value = START;
    }

    private StateDigest mix(final long item) {
        long mixed = (value ^ item) * MULTIPLIER;
        mixed ^= mixed >>> 32;
        value = Long.rotateLeft(mixed * MULTIPLIER, 27);
        return this;
    }

    private void mix(final DirectBuffer bytes, final int offset, final int length) {
        mix(length);
        for (int i = 0; i < length; i++) {
            mix(bytes.getByte(offset + i));
        }
    }

    @Override
    public void coordinator(
        final long coordinatorId,
        final int epoch,
        final int generation,
        final int generationEpoch,
        final long recoveredEnd,
        final long nowNs,
        final long downtimeNs,
        final int lastSessionId,
        final long lastOrdinal,
        final long preparingWalkOrdinal,
        final int flags) {
        mix(1).mix(coordinatorId).mix(epoch).mix(generation).mix(generationEpoch).mix(recoveredEnd).mix(nowNs)
            .mix(downtimeNs).mix(lastSessionId).mix(lastOrdinal).mix(preparingWalkOrdinal).mix(flags);
    }

    @Override
    public void settings(final CoordinatorSettings settings) {
        mix(2).mix(settings.defaultTimeoutMs()).mix(settings.maxTimeoutMs()).mix(settings.sessionTimeoutMs())
            .mix(settings.maxBranches()).mix(settings.maxBranchPayloadBytes())
            .mix(settings.maxTransactionPayloadBytes()).mix(settings.maxTransactions()).mix(settings.maxSessions())
            .mix(settings.maxResources()).mix(settings.maxInstances()).mix(settings.maxPayloadTotalBytes())
            .mix(settings.retainedOutcomes()).mix(settings.retentionMs()).mix(settings.resendInitialMs())
            .mix(settings.resendMaxMs()).mix(settings.durability());
    }

    @Override
    public void nonce(final int epoch, final long nonce, final long recoveredEnd) {
        mix(3).mix(epoch).mix(nonce).mix(recoveredEnd);
    }

    @Override
    public void session(
        final int sessionId,
        final long tokenHigh,
        final long tokenLow,
        final int openedInEpoch,
        final int seenInEpoch,
        final int linkId,
        final long highestCounter,
        final long sweptTransactionId,
        final long retiredOrdinal,
        final long retiredNs,
        final int flags,
        final DirectBuffer principal,
        final int offset,
        final int length) {
        mix(4).mix(sessionId).mix(tokenHigh).mix(tokenLow).mix(openedInEpoch).mix(seenInEpoch).mix(linkId)
            .mix(highestCounter).mix(sweptTransactionId).mix(retiredOrdinal).mix(retiredNs).mix(flags)
            .mix(principal, offset, length);
    }

    @Override
    public void resource(
        final int resourceId,
        final int connectedEpoch,
        final int pass,
        final long sweptBranchOrdinal,
        final DirectBuffer name,
        final int nameOffset,
        final int nameLength,
        final DirectBuffer principal,
        final int principalOffset,
        final int principalLength) {
        mix(5).mix(resourceId).mix(connectedEpoch).mix(pass).mix(sweptBranchOrdinal)
            .mix(name, nameOffset, nameLength);
        mix(principal, principalOffset, principalLength);
    }

    @Override
    public void instance(
        final int resourceId,
        final int index,
        final long incarnation,
        final int capabilities,
        final int sessionId,
        final int readyLink,
        final DirectBuffer name,
        final int offset,
        final int length) {
        mix(6).mix(resourceId).mix(index).mix(incarnation).mix(capabilities).mix(sessionId).mix(readyLink)
            .mix(name, offset, length);
    }

    @Override
    public void formerIncarnation(final int resourceId, final int index, final long incarnation) {
        mix(7).mix(resourceId).mix(index).mix(incarnation);
    }

    @Override
    public void transaction(
        final long transactionId,
        final int state,
        final int beginEpoch,
        final long deadlineNs,
        final long joinToken,
        final int wantedStage,
        final int reason,
        final int causeBranchId,
        final int resends,
        final long giveUpNs,
        final long timerNs,
        final long ordinal,
        final int flags,
        final DirectBuffer text,
        final int offset,
        final int length) {
        mix(8).mix(transactionId).mix(state).mix(beginEpoch).mix(deadlineNs).mix(joinToken).mix(wantedStage)
            .mix(reason).mix(causeBranchId).mix(resends).mix(giveUpNs).mix(timerNs).mix(ordinal).mix(flags)
            .mix(text, offset, length);
    }

    @Override
    public void expectedBranch(final long transactionId, final int branchId) {
        mix(9).mix(transactionId).mix(branchId);
    }

    @Override
    public void branch(
        final long transactionId,
        final int branchId,
        final int state,
        final int resourceId,
        final int instanceIndex,
        final long incarnation,
        final int enlistEpoch,
        final int voteEpoch,
        final int vote,
        final int settledBy,
        final long ordinal,
        final long sentOver,
        final int flags) {
        mix(10).mix(transactionId).mix(branchId).mix(state).mix(resourceId).mix(instanceIndex).mix(incarnation)
            .mix(enlistEpoch).mix(voteEpoch).mix(vote).mix(settledBy).mix(ordinal).mix(sentOver).mix(flags);
    }

    @Override
    public void payload(final long transactionId, final int branchId, final PayloadReader payload) {
        if (payloadBytes.capacity() < payload.length()) {
            payloadBytes = new UnsafeBuffer(new byte[payload.length()]);
        }
        payload.copyTo(payloadBytes, 0);
        mix(11).mix(transactionId).mix(branchId).mix(payloadBytes, 0, payload.length());
    }

    @Override
    public void retainedOutcome(
        final long transactionId,
        final int outcome,
        final int reason,
        final int flags,
        final int branchId,
        final long timeNs) {
        mix(12).mix(transactionId).mix(outcome).mix(reason).mix(flags).mix(branchId).mix(timeNs);
    }

    @Override
    public void end() {
        mix(13);
    }
}
