package io.dtm.core.egress;

import io.dtm.codec.FrameDescriptor;
import io.dtm.core.coordinator.CoordinatorSettings;

/**
 * How much one frame can cause at most: the coordinator stage takes a frame only when the outbound queue has room for
 * that, so that no frame is left half done.
 * <p>
 * What one event causes at most (the coordinator's contract, DESIGN: nothing emits without bound):
 * <pre>
 *   per branch    2 messages of one element, without payload      24 header + 43 body, aligned   72 bytes each
 *                 (a decision is 25 bytes, a one-phase commit or a prepare 22 + 3 + 14 + 2 = 41)
 *   per event     8 others, the longest with a text of 255        24 + 274, aligned             304 bytes each
 *   payload       of one transaction, once                                                  57,344 bytes
 *
 *   an event      2 x 100 x 72 + 8 x 304 + 57,344        =      74,176 bytes
 *   a frame       512 events x 74,176 + one record lost
 *                 where the buffer ends (16,384 + 72)    =  37,994,568 bytes: a queue of 64 MiB
 * </pre>
 * The limits are those of the code, not those of the settings: a journal written with larger settings may have left
 * larger transactions. Who knows that there are none may use {@link #of(int, int, int)} with smaller ones.
 */
public final class OutboundBound {
    private static final int MESSAGES_PER_BRANCH = 2;
    private static final int BRANCH_MESSAGE_LENGTH = 72;
    private static final int OTHER_MESSAGES = 8;
    private static final int OTHER_MESSAGE_LENGTH = 304;
    private static final int MAX_BRANCH_PAYLOAD = 16 * 1024;
    private static final int MAX_TRANSACTION_PAYLOAD = 56 * 1024;

    /** The worst case of a frame, in bytes of the outbound queue. */
    public static final int MAX_FRAME_BYTES =
        of(FrameDescriptor.MAX_EVENTS, CoordinatorSettings.MAX_BRANCHES, MAX_TRANSACTION_PAYLOAD);
    /** Capacity of the outbound queue that holds it. */
    public static final int QUEUE_CAPACITY = 64 * 1024 * 1024;

    static {
        if (MAX_FRAME_BYTES > QUEUE_CAPACITY) {
            throw new AssertionError("the outbound queue is smaller than a frame's outputs: " + MAX_FRAME_BYTES);
        }
    }

    private OutboundBound() {
    }

    /**
     * @param events                     of a frame.
     * @param branches                   of a transaction.
     * @param maxTransactionPayloadBytes of a transaction.
     * @return greatest number of bytes that such a frame puts into the outbound queue.
     */
    public static int of(final int events, final int branches, final int maxTransactionPayloadBytes) {
        final int event = MESSAGES_PER_BRANCH * branches * BRANCH_MESSAGE_LENGTH
            + OTHER_MESSAGES * OTHER_MESSAGE_LENGTH + maxTransactionPayloadBytes;
        final int lostAtEnd = Math.min(MAX_BRANCH_PAYLOAD, maxTransactionPayloadBytes) + BRANCH_MESSAGE_LENGTH;
        return Math.addExact(Math.multiplyExact(events, event), lostAtEnd);
    }
}
