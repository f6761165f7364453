package io.dtm.session;

import io.dtm.client.Acknowledge;
import io.dtm.client.Refusal;
import io.dtm.client.RefusedException;
import io.dtm.codec.message.SubmitEncoder;
import java.util.Arrays;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * A one-shot transaction, encoded as its branches are added. Filled by one thread, then handed to
 * {@link CoordinatorSession#submit}, which owns it until the outcome; after {@link #reset} it may be filled again.
 */
public final class SubmitRequest {
    private final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer(256);
    private final SubmitEncoder encoder = new SubmitEncoder();
    private SubmitEncoder.BranchesEncoder branches;
    private int[] resources = new int[4];
    private int branchCount;
    private int payloadBytes;
    private int largestPayloadBytes;
    private int timeoutMs;
    private Acknowledge acknowledge;

    /** Makes an empty request. */
    public SubmitRequest() {
        reset();
    }

    /** Empties it: no branches, the coordinator's default timeout, acknowledged when decided. @return this. */
    public SubmitRequest reset() {
        branchCount = 0;
        payloadBytes = 0;
        largestPayloadBytes = 0;
        timeoutMs = 0;
        acknowledge = Acknowledge.DECIDED;
        branches = encoder.wrap(buffer, Outbox.BODY_OFFSET)
            .transactionId(0)
            .branchesCount(CoordinatorLimits.GREATEST.maxBranches());
        return this;
    }

    /** @param value in milliseconds from when it is sequenced; 0: the coordinator's default. @return this. */
    public SubmitRequest timeoutMs(final int value) {
        if (value < 0) {
            throw new IllegalArgumentException("a timeout isn't negative: " + value);
        }
        timeoutMs = value;
        return this;
    }

    /** @param value the one acknowledgement that is wanted. @return this. */
    public SubmitRequest acknowledge(final Acknowledge value) {
        acknowledge = value;
        return this;
    }

    /**
     * Adds a branch.
     *
     * @param resource handle of a resource that was looked up.
     * @param payload  for its participant, copied.
     * @param offset   at which it starts.
     * @param length   in bytes.
     * @return this.
     * @throws RefusedException if the transaction would break a limit that holds for every coordinator.
     */
    public SubmitRequest branch(
        final int resource, final DirectBuffer payload, final int offset, final int length) {
        final CoordinatorLimits limits = CoordinatorLimits.GREATEST;
        if (branchCount == limits.maxBranches()) {
            throw new RefusedException(
                Refusal.TOO_MANY_BRANCHES, "a transaction has at most " + limits.maxBranches() + " branches");
        }
        for (int i = 0; i < branchCount; i++) {
            if (resources[i] == resource) {
                throw new RefusedException(Refusal.DUPLICATE_PARTICIPANT,
                    "resource " + ResourceHandle.resourceId(resource)
                        + " has a branch already; put both payloads into one");
            }
        }
        final String tooLarge = tooLarge(limits, Math.max(length, largestPayloadBytes), payloadBytes + length);
        if (tooLarge != null) {
            throw new RefusedException(Refusal.PAYLOAD_TOO_LARGE, tooLarge);
        }
        if (branchCount == resources.length) {
            resources = Arrays.copyOf(resources, branchCount * 2);
        }
        resources[branchCount] = resource;
        branches.next()
            .branchId(branchCount)
            .resourceId(ResourceHandle.resourceId(resource))
            .putPayload(payload, offset, length);
        branchCount++;
        payloadBytes += length;
        largestPayloadBytes = Math.max(largestPayloadBytes, length);
        return this;
    }

    int timeoutMs() {
        return timeoutMs;
    }

    Acknowledge acknowledge() {
        return acknowledge;
    }

    MutableDirectBuffer buffer() {
        return buffer;
    }

    int bodyLength() {
        return encoder.encodedLength();
    }

    void transactionId(final long value) {
        branches.resetCountToIndex();
        encoder.transactionId(value).timeoutMs(timeoutMs)
            .acknowledge(io.dtm.codec.message.Acknowledge.get((short) acknowledge.value()));
    }

    /** What this coordinator won't take, or null. */
    Refusal refusedBy(final CoordinatorLimits limits) {
        if (branchCount == 0) {
            return Refusal.NO_BRANCHES;
        }
        if (branchCount > limits.maxBranches()) {
            return Refusal.TOO_MANY_BRANCHES;
        }
        if (tooLarge(limits, largestPayloadBytes, payloadBytes) != null) {
            return Refusal.PAYLOAD_TOO_LARGE;
        }
        return timeoutMs > limits.maxTimeoutMs() ? Refusal.TIMEOUT_TOO_LONG : null;
    }

    /** Whether a resource was looked up before the last restore: its id may be another's now. */
    boolean isStale(final int restores) {
        return firstStale(restores) >= 0;
    }

    String staleText(final int restores) {
        return ResourceHandle.staleText(resources[firstStale(restores)]);
    }

    private int firstStale(final int restores) {
        for (int i = 0; i < branchCount; i++) {
            if (!ResourceHandle.isCurrent(resources[i], restores)) {
                return i;
            }
        }
        return -1;
    }

    String refusedText(final CoordinatorLimits limits) {
        return branchCount + " branches with " + payloadBytes + " bytes, the largest " + largestPayloadBytes
            + ", timeout " + timeoutMs + " ms; this coordinator allows 1 to " + limits.maxBranches()
            + " branches, " + limits.maxBranchPayloadBytes() + " bytes a branch, "
            + limits.maxTransactionPayloadBytes() + " bytes in all, " + limits.maxTimeoutMs() + " ms";
    }

    private static String tooLarge(final CoordinatorLimits limits, final int largest, final int sum) {
        if (largest > limits.maxBranchPayloadBytes()) {
            return "a branch's payload has at most " + limits.maxBranchPayloadBytes() + " bytes: " + largest;
        }
        if (sum > limits.maxTransactionPayloadBytes()) {
            return "a transaction's payloads have at most " + limits.maxTransactionPayloadBytes()
                + " bytes together: " + sum;
        }
        return null;
    }
}
