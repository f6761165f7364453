package io.dtm.core.recovery;

import static io.dtm.codec.CheckpointDescriptor.BLOCK_HEADER_LENGTH;
import static io.dtm.codec.CheckpointDescriptor.MAX_BLOCK_LENGTH;
import static io.dtm.codec.CheckpointDescriptor.MAX_CONTENT_LENGTH;

import io.dtm.codec.CheckpointDescriptor;
import io.dtm.codec.FrameDescriptor;
import io.dtm.codec.checkpoint.BranchEncoder;
import io.dtm.codec.checkpoint.CoordinatorEncoder;
import io.dtm.codec.checkpoint.EndEncoder;
import io.dtm.codec.checkpoint.ExpectedBranchEncoder;
import io.dtm.codec.checkpoint.FormerIncarnationEncoder;
import io.dtm.codec.checkpoint.InstanceEncoder;
import io.dtm.codec.checkpoint.NonceEncoder;
import io.dtm.codec.checkpoint.PayloadEncoder;
import io.dtm.codec.checkpoint.ResourceEncoder;
import io.dtm.codec.checkpoint.RetainedOutcomeEncoder;
import io.dtm.codec.checkpoint.SessionEncoder;
import io.dtm.codec.checkpoint.SettingsEncoder;
import io.dtm.codec.checkpoint.TransactionEncoder;
import io.dtm.core.coordinator.CheckpointOutput;
import io.dtm.core.coordinator.CoordinatorSettings;
import io.dtm.core.coordinator.PayloadReader;
import io.dtm.core.journal.reading.CheckpointHeader;
import io.dtm.core.storage.SequentialFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Writes a coordinator's state as a checkpoint, see {@link CheckpointDescriptor}. Holds one block, whatever the number
 * of items. Forces nothing. A file that can't be written is told by an {@link UncheckedIOException}. One thread.
 */
public final class CheckpointEncoder implements CheckpointOutput {
    private static final int TEXT_HEADER_LENGTH = 1;
    private static final int DATA_HEADER_LENGTH = 2;

    private final SequentialFile file;
    private final CheckpointChecksum checksum;
    private final ByteBuffer block = ByteBuffer.allocateDirect(MAX_BLOCK_LENGTH);
    private final UnsafeBuffer buffer = new UnsafeBuffer(block);
    private final UnsafeBuffer payloadBytes = new UnsafeBuffer(new byte[MAX_CONTENT_LENGTH]);
    private final CoordinatorEncoder coordinator = new CoordinatorEncoder();
    private final SettingsEncoder settings = new SettingsEncoder();
    private final NonceEncoder nonce = new NonceEncoder();
    private final SessionEncoder session = new SessionEncoder();
    private final ResourceEncoder resource = new ResourceEncoder();
    private final InstanceEncoder instance = new InstanceEncoder();
    private final FormerIncarnationEncoder formerIncarnation = new FormerIncarnationEncoder();
    private final TransactionEncoder transaction = new TransactionEncoder();
    private final ExpectedBranchEncoder expectedBranch = new ExpectedBranchEncoder();
    private final BranchEncoder branch = new BranchEncoder();
    private final PayloadEncoder payload = new PayloadEncoder();
    private final RetainedOutcomeEncoder retainedOutcome = new RetainedOutcomeEncoder();
    private final EndEncoder end = new EndEncoder();
    private int offset = BLOCK_HEADER_LENGTH;
    private long items;
    private long blocks;
    private long lengthBytes;

    /**
     * Writes the header.
     *
     * @param file   empty; it stays the caller's.
     * @param header of the checkpoint.
     */
    public CheckpointEncoder(final SequentialFile file, final CheckpointHeader header) {
        this.file = file;
        this.checksum = new CheckpointChecksum(header);
        write(header.encode());
    }

    /** @return number of items written, the end not counted. */
    public long items() {
        return items;
    }

    /** @return number of bytes written. */
    public long lengthBytes() {
        return lengthBytes;
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
        coordinator.wrap(buffer, item(CoordinatorEncoder.TEMPLATE_ID, CoordinatorEncoder.BLOCK_LENGTH, 0))
            .coordinatorId(coordinatorId)
            .epoch(epoch)
            .generation(generation)
            .generationEpoch(generationEpoch)
            .recoveredEnd(recoveredEnd)
            .nowNs(nowNs)
            .downtimeNs(downtimeNs)
            .lastSessionId(lastSessionId)
            .lastOrdinal(lastOrdinal)
            .preparingWalkOrdinal(preparingWalkOrdinal)
            .flags((short) flags);
    }

    @Override
    public void settings(final CoordinatorSettings value) {
        settings.wrap(buffer, item(SettingsEncoder.TEMPLATE_ID, SettingsEncoder.BLOCK_LENGTH, 0))
            .defaultTimeoutMs(value.defaultTimeoutMs())
            .maxTimeoutMs(value.maxTimeoutMs())
            .sessionTimeoutMs(value.sessionTimeoutMs())
            .maxBranches(value.maxBranches())
            .maxBranchPayloadBytes(value.maxBranchPayloadBytes())
            .maxTransactionPayloadBytes(value.maxTransactionPayloadBytes())
            .maxTransactions(value.maxTransactions())
            .maxSessions(value.maxSessions())
            .maxResources(value.maxResources())
            .maxInstances(value.maxInstances())
            .maxPayloadTotalBytes(value.maxPayloadTotalBytes())
            .retainedOutcomes(value.retainedOutcomes())
            .retentionMs(value.retentionMs())
            .resendInitialMs(value.resendInitialMs())
            .resendMaxMs(value.resendMaxMs())
            .durability((short) value.durability());
    }

    @Override
    public void nonce(final int epoch, final long value, final long recoveredEnd) {
        nonce.wrap(buffer, item(NonceEncoder.TEMPLATE_ID, NonceEncoder.BLOCK_LENGTH, 0))
            .epoch(epoch)
            .nonce(value)
            .recoveredEnd(recoveredEnd);
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
        final int principalOffset,
        final int length) {
        session.wrap(buffer, item(SessionEncoder.TEMPLATE_ID, SessionEncoder.BLOCK_LENGTH, TEXT_HEADER_LENGTH + length))
            .sessionId(sessionId)
            .tokenHigh(tokenHigh)
            .tokenLow(tokenLow)
            .openedInEpoch(openedInEpoch)
            .seenInEpoch(seenInEpoch)
            .linkId(linkId)
            .highestCounter(highestCounter)
            .sweptTransactionId(sweptTransactionId)
            .retiredOrdinal(retiredOrdinal)
            .retiredNs(retiredNs)
            .flags((short) flags)
            .putPrincipal(principal, principalOffset, length);
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
        resource.wrap(buffer, item(ResourceEncoder.TEMPLATE_ID, ResourceEncoder.BLOCK_LENGTH,
                2 * TEXT_HEADER_LENGTH + nameLength + principalLength))
            .resourceId(resourceId)
            .connectedEpoch(connectedEpoch)
            .pass((short) pass)
            .sweptBranchOrdinal(sweptBranchOrdinal)
            .putResourceName(name, nameOffset, nameLength)
            .putPrincipal(principal, principalOffset, principalLength);
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
        final int nameOffset,
        final int length) {
        instance.wrap(
                buffer, item(InstanceEncoder.TEMPLATE_ID, InstanceEncoder.BLOCK_LENGTH, TEXT_HEADER_LENGTH + length))
            .resourceId(resourceId)
            .index(index)
            .incarnation(incarnation)
            .capabilities((short) capabilities)
            .sessionId(sessionId)
            .readyLink(readyLink)
            .putInstanceName(name, nameOffset, length);
    }

    @Override
    public void formerIncarnation(final int resourceId, final int index, final long incarnation) {
        formerIncarnation.wrap(
                buffer, item(FormerIncarnationEncoder.TEMPLATE_ID, FormerIncarnationEncoder.BLOCK_LENGTH, 0))
            .resourceId(resourceId)
            .index(index)
            .incarnation(incarnation);
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
        final int textOffset,
        final int length) {
        transaction.wrap(buffer,
                item(TransactionEncoder.TEMPLATE_ID, TransactionEncoder.BLOCK_LENGTH, TEXT_HEADER_LENGTH + length))
            .transactionId(transactionId)
            .state((short) state)
            .beginEpoch(beginEpoch)
            .deadlineNs(deadlineNs)
            .joinToken(joinToken)
            .wantedStage((short) wantedStage)
            .reason((short) reason)
            .causeBranchId(causeBranchId)
            .resends(resends)
            .giveUpNs(giveUpNs)
            .timerNs(timerNs)
            .ordinal(ordinal)
            .flags((short) flags)
            .putText(text, textOffset, length);
    }

    @Override
    public void expectedBranch(final long transactionId, final int branchId) {
        expectedBranch.wrap(buffer, item(ExpectedBranchEncoder.TEMPLATE_ID, ExpectedBranchEncoder.BLOCK_LENGTH, 0))
            .transactionId(transactionId)
            .branchId(branchId);
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
        branch.wrap(buffer, item(BranchEncoder.TEMPLATE_ID, BranchEncoder.BLOCK_LENGTH, 0))
            .transactionId(transactionId)
            .branchId(branchId)
            .state((short) state)
            .resourceId(resourceId)
            .instanceIndex(instanceIndex)
            .incarnation(incarnation)
            .enlistEpoch(enlistEpoch)
            .voteEpoch(voteEpoch)
            .vote((short) vote)
            .settledBy((short) settledBy)
            .ordinal(ordinal)
            .sentOver(sentOver)
            .flags((short) flags);
    }

    @Override
    public void payload(final long transactionId, final int branchId, final PayloadReader reader) {
        final int length = reader.length();
        final int body = item(PayloadEncoder.TEMPLATE_ID, PayloadEncoder.BLOCK_LENGTH, DATA_HEADER_LENGTH + length);
        reader.copyTo(payloadBytes, 0);
        payload.wrap(buffer, body)
            .transactionId(transactionId)
            .branchId(branchId)
            .putPayload(payloadBytes, 0, length);
    }

    @Override
    public void retainedOutcome(
        final long transactionId,
        final int outcome,
        final int reason,
        final int flags,
        final int branchId,
        final long timeNs) {
        retainedOutcome.wrap(buffer, item(RetainedOutcomeEncoder.TEMPLATE_ID, RetainedOutcomeEncoder.BLOCK_LENGTH, 0))
            .transactionId(transactionId)
            .outcome((short) outcome)
            .reason((short) reason)
            .flags((short) flags)
            .branchId(branchId)
            .timeNs(timeNs);
    }

    /** Writes what is left, and the block that holds the end. */
    @Override
    public void end() {
        writeBlock();
        final long itemsBefore = items;
        end.wrap(buffer, item(EndEncoder.TEMPLATE_ID, EndEncoder.BLOCK_LENGTH, 0))
            .items(itemsBefore)
            .blocks(blocks);
        items = itemsBefore;
        writeBlock();
    }

    /** @return offset of the item's root block. */
    private int item(final int templateId, final int blockLength, final int dataLength) {
        final int length = FrameDescriptor.PREFIX_LENGTH + blockLength + dataLength;
        if (length > MAX_CONTENT_LENGTH) {
            throw new IllegalArgumentException("an item of " + length + " bytes; at most " + MAX_CONTENT_LENGTH
                + " fit");
        }
        if (length > MAX_BLOCK_LENGTH - offset) {
            writeBlock();
        }
        final int body = offset + FrameDescriptor.PREFIX_LENGTH;
        FrameDescriptor.prefix(buffer, offset, length, templateId, blockLength);
        offset += length;
        items++;
        return body;
    }

    private void writeBlock() {
        final int contentLength = offset - BLOCK_HEADER_LENGTH;
        if (contentLength > 0) {
            CheckpointDescriptor.block(buffer, contentLength, checksum.block(blocks, block, contentLength));
            write(block.limit(offset));
            block.clear();
            offset = BLOCK_HEADER_LENGTH;
            blocks++;
        }
    }

    private void write(final ByteBuffer bytes) {
        lengthBytes += bytes.remaining();
        try {
            file.write(bytes);
        } catch (final IOException ex) {
            throw new UncheckedIOException("a checkpoint can't be written: " + ex, ex);
        }
    }
}
