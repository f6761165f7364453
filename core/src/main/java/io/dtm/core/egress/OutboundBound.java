package io.dtm.core.egress;

import io.dtm.codec.FrameDescriptor;
import io.dtm.core.coordinator.CoordinatorSettings;

/**
 * How much one frame can cause at most: the coordinator stage takes a frame only when the outbound queue has room for
 * that, so that no frame is left half done.
 * <pre>
 *   a message for a branch, without payload: a prepare has 22 + 3 + 14 + 2 = 41 bytes of body, a decision 25;
 *       with the record's header of 24, aligned                                              72 bytes
 *   any other, the longest with a text of 254: 24 + 280, aligned                            304 bytes
 *
 *   an event of a peer: 2 messages for each of 100 branches, 8 others, the payload of one transaction
 *       2 x 100 x 72 + 8 x 304 + 57,344                                             =    74,176 bytes
 *   a step, that is a tick or a continue event: 200 messages with a payload of 16 KiB each, 200 others
 *       200 x (72 + 16,384) + 200 x 304                                             = 3,352,000 bytes
 *
 *   a frame of a peer: 512 events x 74,176                                          = 37,978,112 bytes
 *   a frame of the host: 8 steps x 3,352,000                                        = 26,816,000 bytes
 *
 *   the greater, and what is lost where the buffer ends, and claimed but not used by the last record
 *       72 + 16,384 + 2 x 352                                                       = 37,995,272 bytes
 *                                                                                     a queue of 64 MiB
 * </pre>
 * The numbers of messages are the coordinator's contract (DESIGN: nothing emits without bound). The limits are those
 * of the code, not those of the settings: a journal written with larger settings may have left larger transactions.
 * Who knows that there are none may use {@link #of(int, int, int)} with smaller ones.
 */
public final class OutboundBound {
    private static final int MESSAGES_PER_BRANCH = 2;
    private static final int BRANCH_MESSAGE_LENGTH = 72;
    private static final int OTHER_MESSAGES = 8;
    private static final int OTHER_MESSAGE_LENGTH = 304;
    private static final int CLAIMED_LENGTH = 352;
    private static final int MAX_BRANCH_PAYLOAD = 16 * 1024;
    private static final int STEPS = 8;
    private static final int STEP_MESSAGES = 200;
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
     * @param settings of the coordinator.
     * @return number of bytes that one participant that serves one resource can be owed, if the journal was written
     *     with these settings: of each transaction a message that is sent again when it comes back, and the answer to
     *     its question.
     */
    public static long ofOneParticipant(final CoordinatorSettings settings) {
        return (long) MESSAGES_PER_BRANCH * BRANCH_MESSAGE_LENGTH * settings.maxTransactions()
            + settings.maxPayloadTotalBytes();
    }

    /**
     * @param events                     of a frame.
     * @param branches                   of a transaction.
     * @param maxTransactionPayloadBytes of a transaction.
     * @return greatest number of bytes that such a frame puts into the outbound queue.
     */
    public static int of(final int events, final int branches, final int maxTransactionPayloadBytes) {
        final int longest = BRANCH_MESSAGE_LENGTH + Math.min(MAX_BRANCH_PAYLOAD, maxTransactionPayloadBytes);
        final int event = MESSAGES_PER_BRANCH * branches * BRANCH_MESSAGE_LENGTH
            + OTHER_MESSAGES * OTHER_MESSAGE_LENGTH + maxTransactionPayloadBytes;
        final int steps = STEPS * STEP_MESSAGES * (longest + OTHER_MESSAGE_LENGTH);
        return Math.addExact(Math.max(Math.multiplyExact(events, event), steps), longest + 2 * CLAIMED_LENGTH);
    }
}
