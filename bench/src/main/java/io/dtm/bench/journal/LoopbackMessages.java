package io.dtm.bench.journal;

import io.dtm.codec.FrameBuilder;
import io.dtm.codec.message.AckResult;
import io.dtm.codec.message.Acknowledge;
import io.dtm.codec.message.AcknowledgementsEncoder;
import io.dtm.codec.message.DecisionType;
import io.dtm.codec.message.KeepAliveEncoder;
import io.dtm.codec.message.RegisterEncoder;
import io.dtm.codec.message.SessionOpenEncoder;
import io.dtm.codec.message.SubmitEncoder;
import io.dtm.codec.message.VoteType;
import io.dtm.codec.message.VotesEncoder;
import org.agrona.concurrent.UnsafeBuffer;

/** Encodes one message at a time, for a frame. Allocates nothing. */
final class LoopbackMessages {
    private final UnsafeBuffer body = new UnsafeBuffer(new byte[64 * 1024]);
    private final SubmitEncoder submit = new SubmitEncoder();
    private final VotesEncoder votes = new VotesEncoder();
    private final AcknowledgementsEncoder acknowledgements = new AcknowledgementsEncoder();
    private final byte[] payload;
    private int templateId;
    private int blockLength;
    private int length;

    LoopbackMessages(final int payloadBytes) {
        payload = new byte[payloadBytes];
        for (int i = 0; i < payloadBytes; i++) {
            payload[i] = (byte) (i * 37 + 11);
        }
    }

    boolean appendTo(final FrameBuilder frame) {
        return frame.append(templateId, blockLength, body, 0, length);
    }

    private LoopbackMessages encoded(final int template, final int block, final int bytes) {
        templateId = template;
        blockLength = block;
        length = bytes;
        return this;
    }

    LoopbackMessages sessionOpen(final int link) {
        final SessionOpenEncoder encoder = new SessionOpenEncoder().wrap(body, 0)
            .requestId(link).knownEpoch(0).knownNonce(0)
            .witnessedOf(0).witnessedEpoch(0).witnessedPosition(0).clientName("bench-" + link)
            .putCredentials(new byte[0], 0, 0);
        return encoded(SessionOpenEncoder.TEMPLATE_ID, SessionOpenEncoder.BLOCK_LENGTH, encoder.encodedLength());
    }

    LoopbackMessages register(final int link, final int sessionId) {
        final RegisterEncoder encoder = new RegisterEncoder().wrap(body, 0);
        encoder.requestId(link).sessionId(sessionId).incarnation(link)
            .knownEpoch(0).knownNonce(0)
            .capabilities().clear();
        encoder.resourceName("resource-" + link).instanceName("one");
        return encoded(RegisterEncoder.TEMPLATE_ID, RegisterEncoder.BLOCK_LENGTH, encoder.encodedLength());
    }

    LoopbackMessages keepAlive() {
        new KeepAliveEncoder().wrap(body, 0).requestId(0);
        return encoded(KeepAliveEncoder.TEMPLATE_ID, KeepAliveEncoder.BLOCK_LENGTH, KeepAliveEncoder.BLOCK_LENGTH);
    }

    /** @param resourceIds two of them, from an index on. */
    LoopbackMessages submit(final long transactionId, final int[] resourceIds, final int first) {
        submit.wrap(body, 0).transactionId(transactionId).timeoutMs(0).acknowledge(Acknowledge.DECIDED);
        final SubmitEncoder.BranchesEncoder branches = submit.branchesCount(2);
        for (int i = 0; i < 2; i++) {
            branches.next().branchId(i).resourceId(resourceIds[first + i]).putPayload(payload, 0, payload.length);
        }
        return encoded(SubmitEncoder.TEMPLATE_ID, SubmitEncoder.BLOCK_LENGTH, submit.encodedLength());
    }

    LoopbackMessages vote(
        final int epoch, final int resourceId, final int enlistEpoch, final long transactionId, final int branchId) {
        votes.wrap(body, 0).epoch(epoch).resourceId(resourceId).enlistEpoch(enlistEpoch);
        votes.branchesCount(1).next().transactionId(transactionId).branchId(branchId).vote(VoteType.YES).text("");
        return encoded(VotesEncoder.TEMPLATE_ID, VotesEncoder.BLOCK_LENGTH, votes.encodedLength());
    }

    LoopbackMessages acknowledgement(
        final int epoch,
        final int resourceId,
        final long transactionId,
        final int branchId,
        final DecisionType decision) {
        acknowledgements.wrap(body, 0).epoch(epoch).resourceId(resourceId);
        acknowledgements.branchesCount(1).next().transactionId(transactionId).branchId(branchId).decision(decision)
            .result(AckResult.DONE);
        return encoded(AcknowledgementsEncoder.TEMPLATE_ID, AcknowledgementsEncoder.BLOCK_LENGTH,
            acknowledgements.encodedLength());
    }
}
