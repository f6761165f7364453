package io.dtm.session;

import io.dtm.codec.message.AckResult;
import io.dtm.codec.message.AcknowledgementsEncoder;
import io.dtm.codec.message.DecisionType;
import io.dtm.codec.message.InDoubtEncoder;
import io.dtm.codec.message.OnePhaseResult;
import io.dtm.codec.message.OnePhaseResultsEncoder;
import io.dtm.codec.message.RegisterEncoder;
import io.dtm.codec.message.UnregisterEncoder;
import io.dtm.codec.message.VoteType;
import io.dtm.codec.message.VotesEncoder;
import org.agrona.ExpandableArrayBuffer;

/** Encodes what a participant says. Duty cycle's thread. */
final class ParticipantPublisher {
    private final Outbox outbox;
    private final ExpandableArrayBuffer scratch = new ExpandableArrayBuffer(512);
    private final RegisterEncoder register = new RegisterEncoder();
    private final UnregisterEncoder unregister = new UnregisterEncoder();
    private final VotesEncoder votes = new VotesEncoder();
    private final AcknowledgementsEncoder acknowledgements = new AcknowledgementsEncoder();
    private final OnePhaseResultsEncoder onePhaseResults = new OnePhaseResultsEncoder();
    private final InDoubtEncoder inDoubt = new InDoubtEncoder();

    ParticipantPublisher(final Outbox outbox) {
        this.outbox = outbox;
    }

    void register(
        final long requestId, final int sessionId, final ResourceRegistration resource, final EpochGuard guard) {
        final byte[] name = resource.encodedResourceName();
        final byte[] instance = resource.encodedInstanceName();
        register.wrap(scratch, Outbox.BODY_OFFSET)
            .requestId(requestId)
            .sessionId(sessionId)
            .incarnation(resource.incarnation())
            .knownEpoch(guard.epoch())
            .knownNonce(guard.nonce());
        register.capabilities().clear()
            .onePhase(resource.participant().supportsOnePhase())
            .readOnlyAware(resource.participant().mayVoteReadOnly())
            .lastAgent(resource.participant().isLastAgent());
        register.putResourceName(name, 0, name.length).putInstanceName(instance, 0, instance.length);
        append(RegisterEncoder.TEMPLATE_ID, RegisterEncoder.BLOCK_LENGTH, register.encodedLength());
    }

    void unregister(final int resourceId, final long incarnation) {
        unregister.wrap(scratch, Outbox.BODY_OFFSET).resourceId(resourceId).incarnation(incarnation);
        append(UnregisterEncoder.TEMPLATE_ID, UnregisterEncoder.BLOCK_LENGTH, unregister.encodedLength());
    }

    void vote(
        final int epoch, final int resourceId, final BranchState branch, final VoteType vote, final byte[] text) {
        votes.wrap(scratch, Outbox.BODY_OFFSET)
            .epoch(epoch)
            .resourceId(resourceId)
            .enlistEpoch(branch.enlistEpoch())
            .branchesCount(1).next()
            .transactionId(branch.transactionId())
            .branchId(branch.branchId())
            .vote(vote)
            .putText(text, 0, text.length);
        append(VotesEncoder.TEMPLATE_ID, VotesEncoder.BLOCK_LENGTH, votes.encodedLength());
    }

    void acknowledge(
        final int epoch,
        final int resourceId,
        final BranchState branch,
        final DecisionType decision,
        final AckResult result) {
        acknowledgements.wrap(scratch, Outbox.BODY_OFFSET)
            .epoch(epoch)
            .resourceId(resourceId)
            .branchesCount(1).next()
            .transactionId(branch.transactionId())
            .branchId(branch.branchId())
            .decision(decision)
            .result(result);
        append(AcknowledgementsEncoder.TEMPLATE_ID,
            AcknowledgementsEncoder.BLOCK_LENGTH, acknowledgements.encodedLength());
    }

    void onePhaseResult(
        final int epoch,
        final int resourceId,
        final BranchState branch,
        final OnePhaseResult result,
        final byte[] text) {
        onePhaseResults.wrap(scratch, Outbox.BODY_OFFSET)
            .epoch(epoch)
            .resourceId(resourceId)
            .branchesCount(1).next()
            .transactionId(branch.transactionId())
            .branchId(branch.branchId())
            .result(result)
            .putText(text, 0, text.length);
        append(OnePhaseResultsEncoder.TEMPLATE_ID,
            OnePhaseResultsEncoder.BLOCK_LENGTH, onePhaseResults.encodedLength());
    }

    void inDoubt(
        final long coordinatorId,
        final int resourceId,
        final long transactionId,
        final int branchId,
        final int enlistEpoch,
        final long position) {
        inDoubt.wrap(scratch, Outbox.BODY_OFFSET)
            .coordinatorId(coordinatorId)
            .resourceId(resourceId)
            .branchesCount(1).next()
            .transactionId(transactionId)
            .branchId(branchId)
            .enlistEpoch(enlistEpoch)
            .position(position);
        append(InDoubtEncoder.TEMPLATE_ID, InDoubtEncoder.BLOCK_LENGTH, inDoubt.encodedLength());
    }

    private void append(final int templateId, final int blockLength, final int bodyLength) {
        outbox.append(templateId, blockLength, scratch, bodyLength);
    }
}
