package io.dtm.session;

/**
 * What a coordinator allows, as it said when a session was opened.
 *
 * @param maxTimeoutMs               of a transaction.
 * @param maxBranches                of a transaction.
 * @param maxBranchPayloadBytes      of one branch.
 * @param maxTransactionPayloadBytes of all branches together.
 */
public record CoordinatorLimits(
    int maxTimeoutMs, int maxBranches, int maxBranchPayloadBytes, int maxTransactionPayloadBytes) {
    /** The greatest that any coordinator allows. */
    public static final CoordinatorLimits GREATEST = new CoordinatorLimits(60_000, 100, 16 * 1024, 56 * 1024);
}
