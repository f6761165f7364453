package io.dtm.simulation.transcript;

import io.dtm.codec.FrameDescriptor;
import io.dtm.codec.message.InDoubtEncoder;
import io.dtm.codec.message.VoteType;
import io.dtm.codec.message.VotesEncoder;
import io.dtm.simulation.network.WireMessage;
import java.util.LinkedHashMap;
import java.util.Map;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Frames of a participant that the library would never send, about branches that were asked to prepare. */
final class Forgery {
    private static final int BODY = FrameDescriptor.HEADER_LENGTH + FrameDescriptor.PREFIX_LENGTH;

    private record Asked(int epoch, int resourceId, int branchId) {
    }

    private final Map<Long, Asked> lastAsked = new LinkedHashMap<>();
    private long coordinatorId;

    /** The first branch of a transaction that is asked to prepare is the one that is forged. */
    void learn(final WireMessage message) {
        if (message.kind == WireMessage.Kind.PREPARE) {
            lastAsked.putIfAbsent(
                message.transactionId, new Asked(message.epoch, message.resourceId, message.branchId));
        } else if (message.coordinatorId != 0) {
            coordinatorId = message.coordinatorId;
        }
    }

    private Asked asked(final long transactionId) {
        final Asked asked = lastAsked.get(transactionId);
        if (asked == null) {
            throw new AssertionError("nobody was asked to prepare it");
        }
        return asked;
    }

    DirectBuffer yes(final long transactionId, final int enlistEpoch) {
        final Asked asked = asked(transactionId);
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[256]);
        final VotesEncoder votes = new VotesEncoder().wrap(buffer, BODY)
            .epoch(asked.epoch()).resourceId(asked.resourceId()).enlistEpoch(enlistEpoch);
        votes.branchesCount(1).next()
            .transactionId(transactionId).branchId(asked.branchId()).vote(VoteType.YES).putText(new byte[0], 0, 0);
        return frame(buffer, VotesEncoder.TEMPLATE_ID, VotesEncoder.BLOCK_LENGTH, votes.encodedLength());
    }

    /** @param other is added to the coordinator's id. */
    DirectBuffer inDoubt(final long transactionId, final int enlistEpoch, final long other) {
        final Asked asked = asked(transactionId);
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[256]);
        final InDoubtEncoder inDoubt = new InDoubtEncoder().wrap(buffer, BODY)
            .coordinatorId(coordinatorId + other).resourceId(asked.resourceId());
        inDoubt.branchesCount(1).next()
            .transactionId(transactionId).branchId(asked.branchId()).enlistEpoch(enlistEpoch).position(0);
        return frame(buffer, InDoubtEncoder.TEMPLATE_ID, InDoubtEncoder.BLOCK_LENGTH, inDoubt.encodedLength());
    }

    private static DirectBuffer frame(
        final UnsafeBuffer buffer, final int templateId, final int blockLength, final int bodyLength) {
        FrameDescriptor.header(buffer, 0, 1);
        FrameDescriptor.prefix(
            buffer, FrameDescriptor.HEADER_LENGTH, FrameDescriptor.PREFIX_LENGTH + bodyLength, templateId, blockLength);
        return new UnsafeBuffer(buffer, 0, BODY + bodyLength);
    }
}
