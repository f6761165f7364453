package io.dtm.core.coordinator;

import org.agrona.DirectBuffer;

/**
 * The coordinator's only way in: one call for each event, in the order in which the journal holds them. Every call
 * belongs to the frame that {@link #startFrame} named, and is a function of the coordinator's state and its arguments.
 * <p>
 * Called on the coordinator stage only, live and in replay alike. Buffers are read during the call and not kept.
 * Enumerations arrive as the raw values of the schema.
 */
public interface CoordinatorInput {
    /**
     * Starts a frame: all following calls come from it.
     *
     * @param linkId over which it came; 0 for the host's own events.
     * @param timeNs logical time, not lower than that of any frame before.
     */
    void startFrame(int linkId, long timeNs);

    /** Limits and times from now on. Precedes the first epoch, and follows each one. */
    void settings(CoordinatorSettings settings);

    /**
     * A start of the coordinator: links are gone, ACTIVE transactions abort, others go on (rules 2, 5, 6, 12).
     *
     * @param coordinatorId of this data directory; the first call fixes it.
     * @param epoch         one more than the last.
     * @param generation    not lower than the last; higher after an operator's restore, which may skip epochs.
     * @param nonce         drawn by the host, not 0.
     * @param recoveredEnd  end of the last record that was recovered, an opaque position.
     * @param downtimeNs    by the wall clock, not negative; brings undecided deadlines nearer.
     */
    void epochStarted(
        long coordinatorId, int epoch, int generation, long nonce, long recoveredEnd, long downtimeNs);

    /** A deadline or a repetition may be due: see {@link CommitCoordinator#nextWakeUpNs()}. */
    void tick();

    /** One more step of what {@link CommitCoordinator#hasContinuation()} reports. */
    void continueSteps();

    /** The time within which recovered sessions may resume is over (rule 6). */
    void graceEnded();

    /** New transactions are refused from now on. */
    void storageRefused();

    /** New transactions are accepted again. */
    void storageAvailable();

    // sessions

    /**
     * An operator restores a copy (rule 12): whether this decision was ever forced isn't known, so the original may
     * have decided otherwise since. Nobody is told anything about it.
     */
    void decisionDoubted(long transactionId);

    /**
     * @param witnessedOf       the coordinator that the peer has obeyed, which need not be this one.
     * @param witnessedEpoch    in which the peer obeyed something last; 0: it obeyed nothing.
     * @param witnessedPosition the highest that what it obeyed rests on: that epoch's journal was forced up to there.
     */
    void sessionOpening(
        long requestId,
        long tokenHigh,
        long tokenLow,
        int knownEpoch,
        long knownNonce,
        long witnessedOf,
        int witnessedEpoch,
        long witnessedPosition,
        DirectBuffer principal,
        int principalOffset,
        int principalLength);

    void sessionResuming(
        long requestId,
        int sessionId,
        long tokenHigh,
        long tokenLow,
        int knownEpoch,
        long knownNonce,
        long witnessedOf,
        int witnessedEpoch,
        long witnessedPosition,
        DirectBuffer principal,
        int principalOffset,
        int principalLength);

    void sessionClose(int sessionId);

    /**
     * The frame's link gave no sign of life for too long, or doesn't drain: its sessions are lost.
     *
     * @param reason a CloseReason: LOST or TOO_SLOW.
     */
    void linkLost(int reason);

    // participants

    void register(
        long requestId,
        int sessionId,
        long incarnation,
        int capabilities,
        int knownEpoch,
        long knownNonce,
        DirectBuffer names,
        int resourceNameOffset,
        int resourceNameLength,
        int instanceNameOffset,
        int instanceNameLength);

    void unregister(int resourceId, long incarnation);

    void lookup(long requestId, DirectBuffer name, int offset, int length);

    void epochRefused(int knownEpoch, long knownNonce, int offeredEpoch, long offeredNonce);

    // transactions, from clients

    /** Starts a one-shot transaction: {@link #submitBranch} for each branch, then {@link #submitEnd}. */
    void submitStart(long transactionId, int timeoutMs, int acknowledge, int branchCount);

    void submitBranch(int branchId, int resourceId, DirectBuffer payload, int offset, int length);

    void submitEnd();

    void begin(long transactionId, int timeoutMs, long joinToken);

    /**
     * @param incarnation 0 when the client enlists.
     * @param epoch       that the enlister knows: part of the branch's qualifier.
     */
    void enlist(
        long transactionId,
        int branchId,
        int resourceId,
        long incarnation,
        long joinToken,
        int epoch,
        DirectBuffer payload,
        int offset,
        int length);

    /** Starts a commit: {@link #commitExpects} for each branch that it names, then {@link #commitEnd}. */
    void commitStart(long transactionId, int acknowledge, int expectedCount);

    void commitExpects(int branchId);

    void commitEnd();

    void rollback(long transactionId, int acknowledge);

    void inquire(long transactionId, int acknowledge);

    // branches, from participants

    /**
     * @param epoch       of the PREPARE that it answers.
     * @param enlistEpoch with the branch id: the exact qualifier that is prepared.
     * @param vote        a VoteType.
     */
    void vote(
        int resourceId,
        int epoch,
        int enlistEpoch,
        long transactionId,
        int branchId,
        int vote,
        DirectBuffer text,
        int textOffset,
        int textLength);

    /**
     * @param decision a DecisionType: the one that was obeyed.
     * @param result   an AckResult.
     */
    void acknowledge(int resourceId, int epoch, long transactionId, int branchId, int decision, int result);

    /** @param result a OnePhaseResult. */
    void onePhaseResult(
        int resourceId,
        int epoch,
        long transactionId,
        int branchId,
        int result,
        DirectBuffer text,
        int textOffset,
        int textLength);

    /** @param position as PREPARE named it, 0 if not known. */
    void inDoubt(
        long coordinatorId, int resourceId, long transactionId, int branchId, int enlistEpoch, long position);

    // operators (rule 13)

    void operatorRollback(long requestId, long transactionId);

    void operatorSettle(long requestId, long transactionId, int branchId, int decision);

    void operatorPurge(long requestId, long transactionId, int branchId);

    void operatorConfirmRecovered(long requestId);
}
