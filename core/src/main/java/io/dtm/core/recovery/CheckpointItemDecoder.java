package io.dtm.core.recovery;

import static io.dtm.codec.FrameDescriptor.PREFIX_LENGTH;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.dtm.codec.CheckpointDescriptor;
import io.dtm.codec.FrameDescriptor;
import io.dtm.codec.checkpoint.BranchDecoder;
import io.dtm.codec.checkpoint.CoordinatorDecoder;
import io.dtm.codec.checkpoint.EndDecoder;
import io.dtm.codec.checkpoint.ExpectedBranchDecoder;
import io.dtm.codec.checkpoint.FormerIncarnationDecoder;
import io.dtm.codec.checkpoint.InstanceDecoder;
import io.dtm.codec.checkpoint.NonceDecoder;
import io.dtm.codec.checkpoint.PayloadDecoder;
import io.dtm.codec.checkpoint.ResourceDecoder;
import io.dtm.codec.checkpoint.RetainedOutcomeDecoder;
import io.dtm.codec.checkpoint.SessionDecoder;
import io.dtm.codec.checkpoint.SettingsDecoder;
import io.dtm.codec.checkpoint.TransactionDecoder;
import io.dtm.core.coordinator.CheckpointOutput;
import io.dtm.core.coordinator.CoordinatorSettings;
import io.dtm.core.coordinator.PayloadReader;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Turns the items of one block into calls. Looks at an item's lengths before anything is decoded. One thread. */
final class CheckpointItemDecoder {
    private static final int VERSION = CheckpointDescriptor.SCHEMA_VERSION;
    private static final int TEXT = 1;
    private static final int DATA = 2;

    private final CoordinatorDecoder coordinator = new CoordinatorDecoder();
    private final SettingsDecoder settings = new SettingsDecoder();
    private final NonceDecoder nonce = new NonceDecoder();
    private final SessionDecoder session = new SessionDecoder();
    private final ResourceDecoder resource = new ResourceDecoder();
    private final InstanceDecoder instance = new InstanceDecoder();
    private final FormerIncarnationDecoder formerIncarnation = new FormerIncarnationDecoder();
    private final TransactionDecoder transaction = new TransactionDecoder();
    private final ExpectedBranchDecoder expectedBranch = new ExpectedBranchDecoder();
    private final BranchDecoder branch = new BranchDecoder();
    private final PayloadDecoder payload = new PayloadDecoder();
    private final RetainedOutcomeDecoder retainedOutcome = new RetainedOutcomeDecoder();
    private final UnsafeBuffer text = new UnsafeBuffer(new byte[0]);
    private final UnsafeBuffer otherText = new UnsafeBuffer(new byte[0]);
    private final BlockPayload payloadReader = new BlockPayload();

    /**
     * @param buffer that holds the item.
     * @param offset at which it starts.
     * @param end    of the block's content.
     * @return length of the item, or 0: it can't be one.
     */
    static int length(final DirectBuffer buffer, final int offset, final int end) {
        if (end - offset < PREFIX_LENGTH) {
            return 0;
        }
        final int length = FrameDescriptor.messageLength(buffer, offset);
        if (length < PREFIX_LENGTH || length > end - offset) {
            return 0;
        }
        final int blockLength = FrameDescriptor.blockLength(buffer, offset);
        final int template = FrameDescriptor.templateId(buffer, offset);
        final int bodyEnd = offset + PREFIX_LENGTH + blockLength;
        final boolean fits = switch (template) {
            case CoordinatorDecoder.TEMPLATE_ID -> blockLength == CoordinatorDecoder.BLOCK_LENGTH;
            case SettingsDecoder.TEMPLATE_ID -> blockLength == SettingsDecoder.BLOCK_LENGTH;
            case NonceDecoder.TEMPLATE_ID -> blockLength == NonceDecoder.BLOCK_LENGTH;
            case SessionDecoder.TEMPLATE_ID -> blockLength == SessionDecoder.BLOCK_LENGTH;
            case ResourceDecoder.TEMPLATE_ID -> blockLength == ResourceDecoder.BLOCK_LENGTH;
            case InstanceDecoder.TEMPLATE_ID -> blockLength == InstanceDecoder.BLOCK_LENGTH;
            case FormerIncarnationDecoder.TEMPLATE_ID -> blockLength == FormerIncarnationDecoder.BLOCK_LENGTH;
            case TransactionDecoder.TEMPLATE_ID -> blockLength == TransactionDecoder.BLOCK_LENGTH;
            case ExpectedBranchDecoder.TEMPLATE_ID -> blockLength == ExpectedBranchDecoder.BLOCK_LENGTH;
            case BranchDecoder.TEMPLATE_ID -> blockLength == BranchDecoder.BLOCK_LENGTH;
            case PayloadDecoder.TEMPLATE_ID -> blockLength == PayloadDecoder.BLOCK_LENGTH;
            case RetainedOutcomeDecoder.TEMPLATE_ID -> blockLength == RetainedOutcomeDecoder.BLOCK_LENGTH;
            case EndDecoder.TEMPLATE_ID -> blockLength == EndDecoder.BLOCK_LENGTH;
            default -> false;
        };
        return fits && dataEnd(buffer, template, bodyEnd, offset + length) == offset + length ? length : 0;
    }

    private static int dataEnd(final DirectBuffer buffer, final int template, final int from, final int end) {
        return switch (template) {
            case SessionDecoder.TEMPLATE_ID, InstanceDecoder.TEMPLATE_ID, TransactionDecoder.TEMPLATE_ID ->
                skip(buffer, TEXT, from, end);
            case ResourceDecoder.TEMPLATE_ID -> skip(buffer, TEXT, skip(buffer, TEXT, from, end), end);
            case PayloadDecoder.TEMPLATE_ID -> skip(buffer, DATA, from, end);
            default -> from;
        };
    }

    /** @return where the data end, beyond {@code end} if they can't. */
    private static int skip(final DirectBuffer buffer, final int lengthBytes, final int from, final int end) {
        if (end - from < lengthBytes) {
            return end + 1;
        }
        final int length =
            lengthBytes == TEXT ? buffer.getByte(from) & 0xFF : buffer.getShort(from, LITTLE_ENDIAN) & 0xFFFF;
        return from + lengthBytes + length;
    }

    /**
     * Calls the output.
     *
     * @param buffer that holds the item.
     * @param offset of an item that {@link #length} has accepted, other than the end.
     */
    void decode(final DirectBuffer buffer, final int offset, final CheckpointOutput output) {
        final int body = offset + PREFIX_LENGTH;
        switch (FrameDescriptor.templateId(buffer, offset)) {
            case CoordinatorDecoder.TEMPLATE_ID -> coordinator(buffer, body, output);
            case SettingsDecoder.TEMPLATE_ID -> settings(buffer, body, output);
            case NonceDecoder.TEMPLATE_ID -> nonce(buffer, body, output);
            case SessionDecoder.TEMPLATE_ID -> session(buffer, body, output);
            case ResourceDecoder.TEMPLATE_ID -> resource(buffer, body, output);
            case InstanceDecoder.TEMPLATE_ID -> instance(buffer, body, output);
            case FormerIncarnationDecoder.TEMPLATE_ID -> formerIncarnation(buffer, body, output);
            case TransactionDecoder.TEMPLATE_ID -> transaction(buffer, body, output);
            case ExpectedBranchDecoder.TEMPLATE_ID -> expectedBranch(buffer, body, output);
            case BranchDecoder.TEMPLATE_ID -> branch(buffer, body, output);
            case PayloadDecoder.TEMPLATE_ID -> payload(buffer, body, output);
            case RetainedOutcomeDecoder.TEMPLATE_ID -> retainedOutcome(buffer, body, output);
            default -> throw new IllegalArgumentException("not checked before");
        }
    }

    private void coordinator(final DirectBuffer buffer, final int body, final CheckpointOutput output) {
        coordinator.wrap(buffer, body, CoordinatorDecoder.BLOCK_LENGTH, VERSION);
        output.coordinator(
            coordinator.coordinatorId(), coordinator.epoch(), coordinator.generation(), coordinator.generationEpoch(),
            coordinator.recoveredEnd(), coordinator.nowNs(), coordinator.downtimeNs(), coordinator.lastSessionId(),
            coordinator.lastOrdinal(), coordinator.preparingWalkOrdinal(), coordinator.flags());
    }

    private void settings(final DirectBuffer buffer, final int body, final CheckpointOutput output) {
        settings.wrap(buffer, body, SettingsDecoder.BLOCK_LENGTH, VERSION);
        output.settings(new CoordinatorSettings(
            settings.defaultTimeoutMs(), settings.maxTimeoutMs(), settings.sessionTimeoutMs(), settings.maxBranches(),
            settings.maxBranchPayloadBytes(), settings.maxTransactionPayloadBytes(), settings.maxTransactions(),
            settings.maxSessions(), settings.maxResources(), settings.maxInstances(),
            settings.maxPayloadTotalBytes(), settings.retainedOutcomes(), settings.retentionMs(),
            settings.resendInitialMs(), settings.resendMaxMs(), settings.durability()));
    }

    private void nonce(final DirectBuffer buffer, final int body, final CheckpointOutput output) {
        nonce.wrap(buffer, body, NonceDecoder.BLOCK_LENGTH, VERSION);
        output.nonce(nonce.epoch(), nonce.nonce(), nonce.recoveredEnd());
    }

    private void session(final DirectBuffer buffer, final int body, final CheckpointOutput output) {
        session.wrap(buffer, body, SessionDecoder.BLOCK_LENGTH, VERSION);
        session.wrapPrincipal(text);
        output.session(
            session.sessionId(), session.tokenHigh(), session.tokenLow(), session.openedInEpoch(),
            session.seenInEpoch(), session.linkId(), session.highestCounter(), session.sweptTransactionId(),
            session.retiredOrdinal(), session.retiredNs(), session.flags(), text, 0, text.capacity());
    }

    private void resource(final DirectBuffer buffer, final int body, final CheckpointOutput output) {
        resource.wrap(buffer, body, ResourceDecoder.BLOCK_LENGTH, VERSION);
        resource.wrapResourceName(text);
        resource.wrapPrincipal(otherText);
        output.resource(
            resource.resourceId(), resource.connectedEpoch(), resource.pass(), resource.sweptBranchOrdinal(),
            text, 0, text.capacity(), otherText, 0, otherText.capacity());
    }

    private void instance(final DirectBuffer buffer, final int body, final CheckpointOutput output) {
        instance.wrap(buffer, body, InstanceDecoder.BLOCK_LENGTH, VERSION);
        instance.wrapInstanceName(text);
        output.instance(
            instance.resourceId(), instance.index(), instance.incarnation(), instance.capabilities(),
            instance.sessionId(), instance.readyLink(), text, 0, text.capacity());
    }

    private void formerIncarnation(final DirectBuffer buffer, final int body, final CheckpointOutput output) {
        formerIncarnation.wrap(buffer, body, FormerIncarnationDecoder.BLOCK_LENGTH, VERSION);
        output.formerIncarnation(
            formerIncarnation.resourceId(), formerIncarnation.index(), formerIncarnation.incarnation());
    }

    private void transaction(final DirectBuffer buffer, final int body, final CheckpointOutput output) {
        transaction.wrap(buffer, body, TransactionDecoder.BLOCK_LENGTH, VERSION);
        transaction.wrapText(text);
        output.transaction(
            transaction.transactionId(), transaction.state(), transaction.beginEpoch(), transaction.deadlineNs(),
            transaction.joinToken(), transaction.wantedStage(), transaction.reason(), transaction.causeBranchId(),
            transaction.resends(), transaction.giveUpNs(), transaction.timerNs(), transaction.ordinal(),
            transaction.flags(), text, 0, text.capacity());
    }

    private void expectedBranch(final DirectBuffer buffer, final int body, final CheckpointOutput output) {
        expectedBranch.wrap(buffer, body, ExpectedBranchDecoder.BLOCK_LENGTH, VERSION);
        output.expectedBranch(expectedBranch.transactionId(), expectedBranch.branchId());
    }

    private void branch(final DirectBuffer buffer, final int body, final CheckpointOutput output) {
        branch.wrap(buffer, body, BranchDecoder.BLOCK_LENGTH, VERSION);
        output.branch(
            branch.transactionId(), branch.branchId(), branch.state(), branch.resourceId(), branch.instanceIndex(),
            branch.incarnation(), branch.enlistEpoch(), branch.voteEpoch(), branch.vote(), branch.settledBy(),
            branch.ordinal(), branch.sentOver(), branch.flags());
    }

    private void payload(final DirectBuffer buffer, final int body, final CheckpointOutput output) {
        payload.wrap(buffer, body, PayloadDecoder.BLOCK_LENGTH, VERSION);
        payload.wrapPayload(payloadReader.bytes);
        output.payload(payload.transactionId(), payload.branchId(), payloadReader);
    }

    private void retainedOutcome(final DirectBuffer buffer, final int body, final CheckpointOutput output) {
        retainedOutcome.wrap(buffer, body, RetainedOutcomeDecoder.BLOCK_LENGTH, VERSION);
        output.retainedOutcome(
            retainedOutcome.transactionId(), retainedOutcome.outcome(), retainedOutcome.reason(),
            retainedOutcome.flags(), retainedOutcome.branchId(), retainedOutcome.timeNs());
    }

    /** A payload where it lies in the block. */
    private static final class BlockPayload implements PayloadReader {
        private final UnsafeBuffer bytes = new UnsafeBuffer(new byte[0]);

        @Override
        public int length() {
            return bytes.capacity();
        }

        @Override
        public void copyTo(final MutableDirectBuffer target, final int offset) {
            target.putBytes(offset, bytes, 0, bytes.capacity());
        }
    }
}
