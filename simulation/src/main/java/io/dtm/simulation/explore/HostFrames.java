package io.dtm.simulation.explore;

import static io.dtm.codec.FrameDescriptor.HEADER_LENGTH;
import static io.dtm.codec.FrameDescriptor.PREFIX_LENGTH;

import io.dtm.codec.FrameDescriptor;
import io.dtm.codec.message.CloseReason;
import io.dtm.codec.message.ContinueEncoder;
import io.dtm.codec.message.DecisionType;
import io.dtm.codec.message.GraceEndedEncoder;
import io.dtm.codec.message.LinkLostEncoder;
import io.dtm.codec.message.OperatorRollbackEncoder;
import io.dtm.codec.message.OperatorSettleEncoder;
import io.dtm.codec.message.TickEncoder;
import org.agrona.concurrent.UnsafeBuffer;

/** Events that the coordinator's host makes itself, as frames. */
final class HostFrames {
    private static final int BODY_OFFSET = HEADER_LENGTH + PREFIX_LENGTH;

    private HostFrames() {
    }

    static Bytes tick() {
        return new Bytes(frame(TickEncoder.TEMPLATE_ID, 0, 0).byteArray());
    }

    static Bytes continueSteps() {
        return new Bytes(frame(ContinueEncoder.TEMPLATE_ID, 0, 0).byteArray());
    }

    static Bytes graceEnded() {
        return new Bytes(frame(GraceEndedEncoder.TEMPLATE_ID, 0, 0).byteArray());
    }

    static Bytes linkLost() {
        final UnsafeBuffer frame =
            frame(LinkLostEncoder.TEMPLATE_ID, LinkLostEncoder.BLOCK_LENGTH, LinkLostEncoder.BLOCK_LENGTH);
        new LinkLostEncoder().wrap(frame, BODY_OFFSET).reason(CloseReason.LOST);
        return new Bytes(frame.byteArray());
    }

    static Bytes operatorRollback(final long transactionId) {
        final int length = OperatorRollbackEncoder.BLOCK_LENGTH;
        final UnsafeBuffer frame = frame(OperatorRollbackEncoder.TEMPLATE_ID, length, length);
        new OperatorRollbackEncoder().wrap(frame, BODY_OFFSET).requestId(1).transactionId(transactionId);
        return new Bytes(frame.byteArray());
    }

    static Bytes operatorSettle(final long transactionId, final int branchId) {
        final int length = OperatorSettleEncoder.BLOCK_LENGTH;
        final UnsafeBuffer frame = frame(OperatorSettleEncoder.TEMPLATE_ID, length, length);
        new OperatorSettleEncoder().wrap(frame, BODY_OFFSET)
            .requestId(2).transactionId(transactionId).branchId(branchId).decision(DecisionType.COMMIT);
        return new Bytes(frame.byteArray());
    }

    private static UnsafeBuffer frame(final int templateId, final int blockLength, final int bodyLength) {
        final UnsafeBuffer frame = new UnsafeBuffer(new byte[BODY_OFFSET + bodyLength]);
        FrameDescriptor.header(frame, 0, 1);
        FrameDescriptor.prefix(frame, HEADER_LENGTH, PREFIX_LENGTH + bodyLength, templateId, blockLength);
        return frame;
    }
}
