package io.dtm.core.coordinator;

import io.dtm.core.coordinator.ProtocolCodes.Reject;
import org.agrona.DirectBuffer;

/** Adds branches to transactions, within the limits. */
final class BranchRoom {
    /** {@link #refusal}: none. */
    static final int THERE_IS_ROOM = 0;

    private final CoordinatorState state;

    BranchRoom(final CoordinatorState state) {
        this.state = state;
    }

    /** @return why the transaction can't have one more branch with such a payload: a RejectCode or THERE_IS_ROOM. */
    int refusal(final Transaction transaction, final int payloadLength) {
        final CoordinatorSettings settings = state.settings;
        if (transaction.branchCount >= settings.maxBranches()) {
            return Reject.TOO_MANY_BRANCHES;
        }
        if (payloadLength > settings.maxBranchPayloadBytes()
            || transaction.payloadBytes + payloadLength > settings.maxTransactionPayloadBytes()) {
            return Reject.PAYLOAD_TOO_LARGE;
        }
        return payloadLength > 0 && state.payloads.heldBytes() + PayloadStore.heldBytes(payloadLength)
            > settings.maxPayloadTotalBytes() ? Reject.OVERLOADED : THERE_IS_ROOM;
    }

    String sentence(final int refusal) {
        return switch (refusal) {
            case Reject.TOO_MANY_BRANCHES -> tooManyBranches();
            case Reject.PAYLOAD_TOO_LARGE -> "a payload has at most " + state.settings.maxBranchPayloadBytes()
                + " bytes, all of a transaction " + state.settings.maxTransactionPayloadBytes();
            case Reject.OVERLOADED -> "payloads of running transactions fill the store: try again later";
            default -> throw new IllegalArgumentException("no refusal: " + refusal);
        };
    }

    String tooManyBranches() {
        return "a transaction has at most " + state.settings.maxBranches() + " branches";
    }

    /** @param instance to which the branch is bound; null: to the first that comes (rule 3). */
    Branch add(
        final Transaction transaction,
        final int branchId,
        final Resource resource,
        final Instance instance,
        final DirectBuffer payload,
        final int offset,
        final int length) {
        final Branch branch = transaction.addBranch();
        branch.state = Branch.State.ENLISTED;
        branch.branchId = branchId;
        branch.resource = resource;
        branch.instance = instance;
        branch.incarnation = instance == null ? 0 : instance.incarnation;
        branch.enlistEpoch = state.epoch;
        branch.payloadBlock = state.payloads.put(payload, offset, length);
        branch.payloadLength = length;
        transaction.payloadBytes += length;
        return branch;
    }
}
