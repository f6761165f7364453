package io.dtm.core.event;

import io.dtm.codec.message.AcknowledgementsDecoder;
import io.dtm.codec.message.InDoubtDecoder;
import io.dtm.codec.message.OnePhaseResultsDecoder;
import io.dtm.codec.message.VotesDecoder;
import io.dtm.core.coordinator.CoordinatorInput;
import org.agrona.DirectBuffer;

/** Decodes what participants say about branches: each element of a group is an event. See {@link EventAdapter}. */
final class BranchAdapter {
    private final CoordinatorInput input;
    private final VotesDecoder votes = new VotesDecoder();
    private final AcknowledgementsDecoder acknowledgements = new AcknowledgementsDecoder();
    private final OnePhaseResultsDecoder onePhaseResults = new OnePhaseResultsDecoder();
    private final InDoubtDecoder inDoubt = new InDoubtDecoder();

    BranchAdapter(final CoordinatorInput input) {
        this.input = input;
    }

    boolean onMessage(final int templateId, final DirectBuffer buffer, final int offset, final int blockLength) {
        switch (templateId) {
            case VotesDecoder.TEMPLATE_ID -> onVotes(buffer, offset, blockLength);
            case AcknowledgementsDecoder.TEMPLATE_ID -> onAcknowledgements(buffer, offset, blockLength);
            case OnePhaseResultsDecoder.TEMPLATE_ID -> onOnePhaseResults(buffer, offset, blockLength);
            case InDoubtDecoder.TEMPLATE_ID -> onInDoubt(buffer, offset, blockLength);
            default -> {
                return false;
            }
        }
        return true;
    }

    private void onVotes(final DirectBuffer buffer, final int offset, final int blockLength) {
        votes.wrap(buffer, offset, blockLength, VotesDecoder.SCHEMA_VERSION);
        final int resourceId = votes.resourceId();
        final int epoch = votes.epoch();
        final int enlistEpoch = votes.enlistEpoch();
        final VotesDecoder.BranchesDecoder branches = votes.branches();
        while (branches.hasNext()) {
            branches.next();
            final int textOffset = votes.limit() + VotesDecoder.BranchesDecoder.textHeaderLength();
            final int textLength = branches.skipText();
            input.vote(resourceId, epoch, enlistEpoch, branches.transactionId(), branches.branchId(),
                branches.voteRaw(), buffer, textOffset, textLength);
        }
    }

    private void onAcknowledgements(final DirectBuffer buffer, final int offset, final int blockLength) {
        acknowledgements.wrap(buffer, offset, blockLength, AcknowledgementsDecoder.SCHEMA_VERSION);
        final int resourceId = acknowledgements.resourceId();
        final int epoch = acknowledgements.epoch();
        final AcknowledgementsDecoder.BranchesDecoder branches = acknowledgements.branches();
        while (branches.hasNext()) {
            branches.next();
            input.acknowledge(resourceId, epoch, branches.transactionId(), branches.branchId(),
                branches.decisionRaw(), branches.resultRaw());
        }
    }

    private void onOnePhaseResults(final DirectBuffer buffer, final int offset, final int blockLength) {
        onePhaseResults.wrap(buffer, offset, blockLength, OnePhaseResultsDecoder.SCHEMA_VERSION);
        final int resourceId = onePhaseResults.resourceId();
        final int epoch = onePhaseResults.epoch();
        final OnePhaseResultsDecoder.BranchesDecoder branches = onePhaseResults.branches();
        while (branches.hasNext()) {
            branches.next();
            final int textOffset = onePhaseResults.limit() + OnePhaseResultsDecoder.BranchesDecoder.textHeaderLength();
            final int textLength = branches.skipText();
            input.onePhaseResult(resourceId, epoch, branches.transactionId(), branches.branchId(),
                branches.resultRaw(), buffer, textOffset, textLength);
        }
    }

    private void onInDoubt(final DirectBuffer buffer, final int offset, final int blockLength) {
        inDoubt.wrap(buffer, offset, blockLength, InDoubtDecoder.SCHEMA_VERSION);
        final long coordinatorId = inDoubt.coordinatorId();
        final int resourceId = inDoubt.resourceId();
        final InDoubtDecoder.BranchesDecoder branches = inDoubt.branches();
        while (branches.hasNext()) {
            branches.next();
            input.inDoubt(coordinatorId, resourceId, branches.transactionId(), branches.branchId(),
                branches.enlistEpoch(), branches.position());
        }
    }
}
