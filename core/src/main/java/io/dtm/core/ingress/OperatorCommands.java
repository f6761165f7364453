package io.dtm.core.ingress;

import static io.dtm.codec.FrameDescriptor.HEADER_LENGTH;
import static io.dtm.codec.FrameDescriptor.PREFIX_LENGTH;

import io.dtm.codec.FrameDescriptor;
import io.dtm.codec.message.DecisionType;
import io.dtm.codec.message.OperatorConfirmRecoveredEncoder;
import io.dtm.codec.message.OperatorPurgeEncoder;
import io.dtm.codec.message.OperatorRollbackEncoder;
import io.dtm.codec.message.OperatorSettleEncoder;
import java.nio.ByteBuffer;
import org.agrona.concurrent.ControlledMessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/**
 * What operators ask for, on its way to ingress. Any thread writes, ingress reads; bounded. Each method returns false
 * if there is no room: too many requests at a time.
 */
public final class OperatorCommands {
    private static final int CAPACITY = 16 * 1024;
    private static final int MAX_LENGTH = 64;
    private static final int BODY_OFFSET = HEADER_LENGTH + PREFIX_LENGTH;
    private static final int TYPE = 1;

    private final ManyToOneRingBuffer ring = new ManyToOneRingBuffer(
        new UnsafeBuffer(ByteBuffer.allocateDirect(CAPACITY + RingBufferDescriptor.TRAILER_LENGTH)));

    /**
     * Asks for an undecided transaction to be rolled back.
     *
     * @param requestId     echoed in the answer.
     * @param transactionId of the transaction.
     * @return false if there is no room.
     */
    public boolean rollback(final long requestId, final long transactionId) {
        final UnsafeBuffer frame = frame();
        final OperatorRollbackEncoder encoder = new OperatorRollbackEncoder().wrap(frame, BODY_OFFSET)
            .requestId(requestId).transactionId(transactionId);
        return write(frame, OperatorRollbackEncoder.TEMPLATE_ID, encoder.encodedLength());
    }

    /**
     * Says that a YES branch of a committed transaction was, or will be, finished by hand.
     *
     * @param requestId     echoed in the answer.
     * @param transactionId of the transaction.
     * @param branchId      of the branch.
     * @param isCommit      whether by COMMIT; ROLLBACK is against the decision.
     * @return false if there is no room.
     */
    public boolean settle(
        final long requestId, final long transactionId, final int branchId, final boolean isCommit) {
        final UnsafeBuffer frame = frame();
        final OperatorSettleEncoder encoder = new OperatorSettleEncoder().wrap(frame, BODY_OFFSET)
            .requestId(requestId).transactionId(transactionId).branchId(branchId)
            .decision(isCommit ? DecisionType.COMMIT : DecisionType.ROLLBACK);
        return write(frame, OperatorSettleEncoder.TEMPLATE_ID, encoder.encodedLength());
    }

    /**
     * Asks for a settled branch to be forgotten.
     *
     * @param requestId     echoed in the answer.
     * @param transactionId of the transaction.
     * @param branchId      of the branch.
     * @return false if there is no room.
     */
    public boolean purge(final long requestId, final long transactionId, final int branchId) {
        final UnsafeBuffer frame = frame();
        final OperatorPurgeEncoder encoder = new OperatorPurgeEncoder().wrap(frame, BODY_OFFSET)
            .requestId(requestId).transactionId(transactionId).branchId(branchId);
        return write(frame, OperatorPurgeEncoder.TEMPLATE_ID, encoder.encodedLength());
    }

    /**
     * Says that nothing beyond the recovered end is missing (rule 12).
     *
     * @param requestId echoed in the answer.
     * @return false if there is no room.
     */
    public boolean confirmRecovered(final long requestId) {
        final UnsafeBuffer frame = frame();
        final OperatorConfirmRecoveredEncoder encoder =
            new OperatorConfirmRecoveredEncoder().wrap(frame, BODY_OFFSET).requestId(requestId);
        return write(frame, OperatorConfirmRecoveredEncoder.TEMPLATE_ID, encoder.encodedLength());
    }

    int read(final ControlledMessageHandler handler, final int limit) {
        return ring.controlledRead(handler, limit);
    }

    private static UnsafeBuffer frame() {
        final UnsafeBuffer frame = new UnsafeBuffer(new byte[MAX_LENGTH]);
        FrameDescriptor.header(frame, 0, 1);
        return frame;
    }

    private boolean write(final UnsafeBuffer frame, final int templateId, final int bodyLength) {
        FrameDescriptor.prefix(frame, HEADER_LENGTH, PREFIX_LENGTH + bodyLength, templateId, bodyLength);
        return ring.write(TYPE, frame, 0, BODY_OFFSET + bodyLength);
    }
}
