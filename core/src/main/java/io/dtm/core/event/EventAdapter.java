package io.dtm.core.event;

import io.dtm.codec.FrameDescriptor;
import io.dtm.core.coordinator.CoordinatorInput;
import org.agrona.DirectBuffer;

/**
 * Decodes journalled frames into calls of the coordinator, message by message, in order. Live processing and replay
 * share it, so that both read an event the same way.
 * <p>
 * Frames must have passed the validator: nothing is checked again here. Not thread-safe: one adapter belongs to one
 * coordinator and its thread. Allocates nothing, but for settings.
 */
public final class EventAdapter {
    /** Greatest template of what comes from links; those above are the host's. */
    private static final int LAST_PEER_TEMPLATE = 59;
    private static final int LAST_REGISTRATION_TEMPLATE = 19;
    private static final int LAST_TRANSACTION_TEMPLATE = 39;

    private final CoordinatorInput input;
    private final SessionAdapter sessions;
    private final TransactionAdapter transactions;
    private final BranchAdapter branches;
    private final HostAdapter host;

    /** @param input the coordinator. */
    public EventAdapter(final CoordinatorInput input) {
        this(input, StartListener.NONE);
    }

    /**
     * @param input    the coordinator.
     * @param listener is told of epochs and settings before the coordinator is.
     */
    public EventAdapter(final CoordinatorInput input, final StartListener listener) {
        this.input = input;
        this.sessions = new SessionAdapter(input);
        this.transactions = new TransactionAdapter(input);
        this.branches = new BranchAdapter(input);
        this.host = new HostAdapter(input, listener);
    }

    /**
     * Takes one frame: {@link CoordinatorInput#startFrame}, then one call or more for each message.
     *
     * @param linkId over which it came; 0: the host's own.
     * @param timeNs logical time.
     * @param buffer that holds the frame, read during the call.
     * @param offset at which it starts.
     */
    public void onFrame(final int linkId, final long timeNs, final DirectBuffer buffer, final int offset) {
        input.startFrame(linkId, timeNs);
        final int messages = FrameDescriptor.messageCount(buffer, offset);
        int messageOffset = offset + FrameDescriptor.HEADER_LENGTH;
        for (int i = 0; i < messages; i++) {
            onMessage(buffer, messageOffset);
            messageOffset += FrameDescriptor.messageLength(buffer, messageOffset);
        }
    }

    private void onMessage(final DirectBuffer buffer, final int messageOffset) {
        final int templateId = FrameDescriptor.templateId(buffer, messageOffset);
        final int blockLength = FrameDescriptor.blockLength(buffer, messageOffset);
        final int bodyOffset = messageOffset + FrameDescriptor.PREFIX_LENGTH;
        final boolean taken;
        if (templateId > LAST_PEER_TEMPLATE) {
            taken = host.onMessage(templateId, buffer, bodyOffset, blockLength);
        } else if (templateId > LAST_TRANSACTION_TEMPLATE) {
            taken = branches.onMessage(templateId, buffer, bodyOffset, blockLength);
        } else if (templateId > LAST_REGISTRATION_TEMPLATE) {
            taken = transactions.onMessage(templateId, buffer, bodyOffset, blockLength);
        } else {
            taken = sessions.onMessage(templateId, buffer, bodyOffset, blockLength);
        }
        if (!taken) {
            throw new IllegalStateException("template " + templateId + " is no event");
        }
    }
}
