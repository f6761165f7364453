package io.dtm.core.coordinator;

import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Records a checkpoint's items as lines, to compare two and to look at one. */
final class CheckpointRecorder implements CheckpointOutput {
    final List<String> lines = new ArrayList<>();

    static List<String> linesOf(final CommitCoordinator coordinator) {
        final CheckpointRecorder recorder = new CheckpointRecorder();
        coordinator.writeTo(recorder);
        return recorder.lines;
    }

    private void add(final String item, final Object... fields) {
        final StringBuilder line = new StringBuilder(item);
        for (final Object field : fields) {
            line.append(' ').append(field);
        }
        lines.add(line.toString());
    }

    private static String text(final DirectBuffer buffer, final int offset, final int length) {
        final byte[] bytes = new byte[length];
        buffer.getBytes(offset, bytes);
        return "'" + new String(bytes, java.nio.charset.StandardCharsets.UTF_8) + "'";
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
        add("coordinator", coordinatorId, epoch, generation, generationEpoch, recoveredEnd, nowNs, downtimeNs,
            lastSessionId, lastOrdinal, preparingWalkOrdinal, flags);
    }

    @Override
    public void settings(final CoordinatorSettings settings) {
        add("settings", settings);
    }

    @Override
    public void nonce(final int epoch, final long nonce, final long recoveredEnd) {
        add("nonce", epoch, nonce, recoveredEnd);
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
        add("session", sessionId, tokenHigh, tokenLow, openedInEpoch, seenInEpoch, linkId, highestCounter,
            sweptTransactionId, retiredOrdinal, retiredNs, flags, text(principal, offset, length));
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
        add("resource", resourceId, connectedEpoch, pass, sweptBranchOrdinal, text(name, nameOffset, nameLength),
            text(principal, principalOffset, principalLength));
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
        add("instance", resourceId, index, incarnation, capabilities, sessionId, readyLink,
            text(name, offset, length));
    }

    @Override
    public void formerIncarnation(final int resourceId, final int index, final long incarnation) {
        add("formerIncarnation", resourceId, index, incarnation);
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
        add("transaction", RecordingOutput.id(transactionId), state, beginEpoch, deadlineNs, joinToken, wantedStage,
            reason, causeBranchId, resends, giveUpNs, timerNs, ordinal, flags, text(text, offset, length));
    }

    @Override
    public void expectedBranch(final long transactionId, final int branchId) {
        add("expectedBranch", RecordingOutput.branch(transactionId, branchId));
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
        add("branch", RecordingOutput.branch(transactionId, branchId), state, resourceId, instanceIndex, incarnation,
            enlistEpoch, voteEpoch, vote, settledBy, ordinal, sentOver, flags);
    }

    @Override
    public void payload(final long transactionId, final int branchId, final PayloadReader payload) {
        final UnsafeBuffer copy = new UnsafeBuffer(new byte[payload.length()]);
        payload.copyTo(copy, 0);
        add("payload", RecordingOutput.branch(transactionId, branchId), text(copy, 0, payload.length()));
    }

    @Override
    public void retainedOutcome(
        final long transactionId,
        final int outcome,
        final int reason,
        final int flags,
        final int branchId,
        final long timeNs) {
        add("retainedOutcome", RecordingOutput.id(transactionId), outcome, reason, flags, branchId, timeNs);
    }

    @Override
    public void end() {
        add("end");
    }
}
