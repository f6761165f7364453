package io.dtm.core.event;

import io.dtm.codec.message.BeginDecoder;
import io.dtm.codec.message.CommitDecoder;
import io.dtm.codec.message.EnlistDecoder;
import io.dtm.codec.message.InquireDecoder;
import io.dtm.codec.message.RollbackDecoder;
import io.dtm.codec.message.SubmitDecoder;
import io.dtm.core.coordinator.CoordinatorInput;
import org.agrona.DirectBuffer;

/** Decodes what clients say about transactions. See {@link EventAdapter}. */
final class TransactionAdapter {
    private final CoordinatorInput input;
    private final SubmitDecoder submit = new SubmitDecoder();
    private final BeginDecoder begin = new BeginDecoder();
    private final EnlistDecoder enlist = new EnlistDecoder();
    private final CommitDecoder commit = new CommitDecoder();
    private final RollbackDecoder rollback = new RollbackDecoder();
    private final InquireDecoder inquire = new InquireDecoder();

    TransactionAdapter(final CoordinatorInput input) {
        this.input = input;
    }

    boolean onMessage(final int templateId, final DirectBuffer buffer, final int offset, final int blockLength) {
        switch (templateId) {
            case SubmitDecoder.TEMPLATE_ID -> onSubmit(buffer, offset, blockLength);
            case BeginDecoder.TEMPLATE_ID -> {
                begin.wrap(buffer, offset, blockLength, BeginDecoder.SCHEMA_VERSION);
                input.begin(begin.transactionId(), begin.timeoutMs(), begin.joinToken());
            }
            case EnlistDecoder.TEMPLATE_ID -> onEnlist(buffer, offset, blockLength);
            case CommitDecoder.TEMPLATE_ID -> onCommit(buffer, offset, blockLength);
            case RollbackDecoder.TEMPLATE_ID -> {
                rollback.wrap(buffer, offset, blockLength, RollbackDecoder.SCHEMA_VERSION);
                input.rollback(rollback.transactionId(), rollback.acknowledgeRaw());
            }
            case InquireDecoder.TEMPLATE_ID -> {
                inquire.wrap(buffer, offset, blockLength, InquireDecoder.SCHEMA_VERSION);
                input.inquire(inquire.transactionId(), inquire.acknowledgeRaw());
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private void onSubmit(final DirectBuffer buffer, final int offset, final int blockLength) {
        submit.wrap(buffer, offset, blockLength, SubmitDecoder.SCHEMA_VERSION);
        final SubmitDecoder.BranchesDecoder branches = submit.branches();
        input.submitStart(submit.transactionId(), submit.timeoutMs(), submit.acknowledgeRaw(), branches.count());
        while (branches.hasNext()) {
            branches.next();
            final int payloadOffset = submit.limit() + SubmitDecoder.BranchesDecoder.payloadHeaderLength();
            final int payloadLength = branches.skipPayload();
            input.submitBranch(branches.branchId(), branches.resourceId(), buffer, payloadOffset, payloadLength);
        }
        input.submitEnd();
    }

    private void onEnlist(final DirectBuffer buffer, final int offset, final int blockLength) {
        enlist.wrap(buffer, offset, blockLength, EnlistDecoder.SCHEMA_VERSION);
        final int payloadOffset = enlist.limit() + EnlistDecoder.payloadHeaderLength();
        input.enlist(enlist.transactionId(), enlist.branchId(), enlist.resourceId(), enlist.incarnation(),
            enlist.joinToken(), enlist.epoch(), buffer, payloadOffset, enlist.skipPayload());
    }

    private void onCommit(final DirectBuffer buffer, final int offset, final int blockLength) {
        commit.wrap(buffer, offset, blockLength, CommitDecoder.SCHEMA_VERSION);
        final CommitDecoder.ExpectedDecoder expected = commit.expected();
        input.commitStart(commit.transactionId(), commit.acknowledgeRaw(), expected.count());
        while (expected.hasNext()) {
            input.commitExpects(expected.next().branchId());
        }
        input.commitEnd();
    }
}
