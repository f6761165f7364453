package io.dtm.core.coordinator;

/**
 * Limits and times that influence decisions. They are an event, so that a replay decides with the values that were in
 * force.
 *
 * @param defaultTimeoutMs           of a transaction that names none.
 * @param maxTimeoutMs               longest timeout of a transaction: 60,000 (R9).
 * @param sessionTimeoutMs           silence after which ingress reports a link as lost; told to peers.
 * @param maxBranches                in one transaction: at most 100 (R8).
 * @param maxBranchPayloadBytes      of one branch: at most 16 KiB.
 * @param maxTransactionPayloadBytes of one transaction: at most 56 KiB.
 * @param maxTransactions            in flight.
 * @param maxSessions                open at a time.
 * @param maxResources               ever registered.
 * @param maxInstances               connected at a time, of one resource.
 * @param maxPayloadTotalBytes       held for all transactions that may have to send PREPARE again.
 * @param retainedOutcomes           greatest number of finished transactions whose outcome can be asked for.
 * @param retentionMs                how long an outcome is kept at most.
 * @param resendInitialMs            after which the first repetition of an unanswered message is sent.
 * @param resendMaxMs                greatest time between two repetitions.
 * @param durability                 a DurabilityLevel's raw value.
 */
public record CoordinatorSettings(
    int defaultTimeoutMs,
    int maxTimeoutMs,
    int sessionTimeoutMs,
    int maxBranches,
    int maxBranchPayloadBytes,
    int maxTransactionPayloadBytes,
    int maxTransactions,
    int maxSessions,
    int maxResources,
    int maxInstances,
    long maxPayloadTotalBytes,
    int retainedOutcomes,
    int retentionMs,
    int resendInitialMs,
    int resendMaxMs,
    int durability) {
    /** Greatest number of branches of one transaction (R8). */
    public static final int MAX_BRANCHES = 100;
    /** Longest timeout of a transaction in milliseconds (R9). */
    public static final int MAX_TIMEOUT_MS = 60_000;
    /** DurabilityLevel APPEND: survives a killed process. */
    public static final int DURABILITY_APPEND = 1;
    /** DurabilityLevel FORCE: survives a power loss. */
    public static final int DURABILITY_FORCE = 2;

    /** Refuses values out of range. */
    public CoordinatorSettings {
        inRange("maxTimeoutMs", maxTimeoutMs, 1, MAX_TIMEOUT_MS);
        inRange("defaultTimeoutMs", defaultTimeoutMs, 1, maxTimeoutMs);
        inRange("sessionTimeoutMs", sessionTimeoutMs, 10, 3_600_000);
        inRange("maxBranches", maxBranches, 1, MAX_BRANCHES);
        inRange("maxBranchPayloadBytes", maxBranchPayloadBytes, 0, 16 * 1024);
        inRange("maxTransactionPayloadBytes", maxTransactionPayloadBytes, 0, 56 * 1024);
        inRange("maxTransactions", maxTransactions, 1, 1 << 24);
        inRange("maxSessions", maxSessions, 1, 1 << 20);
        inRange("maxResources", maxResources, 1, 65_000);
        inRange("maxInstances", maxInstances, 1, 64);
        inRange("maxPayloadTotalBytes", maxPayloadTotalBytes, 0, 1L << 36);
        inRange("retainedOutcomes", retainedOutcomes, 0, 1 << 26);
        inRange("retentionMs", retentionMs, 0, Integer.MAX_VALUE);
        inRange("resendInitialMs", resendInitialMs, 1, 60_000);
        inRange("resendMaxMs", resendMaxMs, resendInitialMs, 3_600_000);
        inRange("durability", durability, DURABILITY_APPEND, DURABILITY_FORCE);
    }

    /** @return the defaults, documented in the README. */
    public static CoordinatorSettings defaults() {
        return new CoordinatorSettings(
            60_000, 60_000, 10_000, MAX_BRANCHES, 16 * 1024, 56 * 1024, 1 << 20, 4096, 4096, 8,
            256L << 20, 1 << 20, 600_000, 1_000, 5_000, DURABILITY_FORCE);
    }

    private static void inRange(final String name, final long value, final long min, final long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + " must be " + min + " to " + max + ": " + value);
        }
    }
}
