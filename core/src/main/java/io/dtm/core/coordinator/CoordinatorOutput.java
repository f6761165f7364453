package io.dtm.core.coordinator;

import org.agrona.DirectBuffer;

/**
 * The coordinator's only way out. Implementations send, record or drop; they never call back and never fail: the stage
 * has made sure of room before it took the frame.
 * <p>
 * Each call states its release class (DESIGN: what must be durable before what). <b>On append</b>: may leave once
 * the causing record is appended. <b>On durable</b>: only once it is forced. Calls for one session and class keep
 * their order. A session without a link gets nothing: the call is dropped.
 * <p>
 * Enumerations are the raw values of the schema. Buffers are valid during the call.
 */
public interface CoordinatorOutput {
    /**
     * From now on the session's messages go to this link. Not a message.
     *
     * @param linkId 0: to none, what was queued for it is dropped.
     */
    void sessionAttached(int sessionId, int linkId);

    /**
     * The transaction is decided by the event that is being applied; once. Not a message: what follows is sent by other
     * calls. For who replays and wants to know why.
     *
     * @param decision      a DecisionType.
     * @param reason        an AbortReason; 0: it commits.
     * @param causeBranchId that caused an abort; 65535: none.
     */
    default void decided(final long transactionId, final int decision, final int reason, final int causeBranchId) {
    }

    /** On durable. The first message of a session: {@link #sessionAttached} precedes it. */
    void sessionOpened(
        int sessionId, long requestId, long tokenHigh, long tokenLow, long nonceAtKnownEpoch);

    /**
     * On durable.
     *
     * @param openedInEpoch 0: the session has ended; it can be asked about its transactions, and begins none.
     */
    void sessionResumed(int sessionId, long requestId, int openedInEpoch, long nonceAtKnownEpoch);

    /** On durable. The last message of a session; it is detached after it. */
    void sessionClosed(int sessionId, int reason);

    /** On durable. Refuses what came over a link that may have no session (open, resume). */
    void linkRejected(int linkId, long requestId, int template, int code, String text);

    /** On durable. */
    void registered(int sessionId, long requestId, int resourceId, long nonceAtKnownEpoch);

    /** On durable. */
    void found(int sessionId, long requestId, int resourceId);

    /**
     * On durable.
     *
     * @param requestId or the transaction's id; 0: not asked for, a registration is over.
     * @param branchId  or that registration's resource; 65535: none.
     */
    void rejected(int sessionId, long requestId, int branchId, int template, int code, String text);

    /** On append (rule 5). */
    void joined(int sessionId, long transactionId, int branchId);

    /**
     * @param onAppend true: ACCEPTED, or all branches read-only; false: on durable.
     * @param flags    1: nothing was written; 2: mixed; 4: ended without the acknowledgement of each branch.
     * @param branchId that caused an abort; 65535: none.
     */
    void outcome(
        int sessionId,
        boolean onAppend,
        long transactionId,
        int stage,
        int outcome,
        int reason,
        int flags,
        int branchId,
        DirectBuffer text,
        int textOffset,
        int textLength);

    /** On append, but on durable for a late binding (rule 3). */
    void prepare(
        int sessionId,
        boolean onAppend,
        int resourceId,
        long incarnation,
        long transactionId,
        int branchId,
        int enlistEpoch,
        PayloadReader payload);

    /** On durable. Also answers inquiries: then {@code cause} says so. */
    void decision(
        int sessionId, int resourceId, long transactionId, int branchId, int enlistEpoch, int decision, int cause);

    /** On durable: the delegation (rule 9). */
    void commitOnePhase(
        int sessionId,
        int resourceId,
        long incarnation,
        long transactionId,
        int branchId,
        int enlistEpoch,
        PayloadReader payload);

    /** On durable. */
    void forgetEvidence(int sessionId, int resourceId, long transactionId, int branchId);

    /** On durable. An operator's answer; {@code code} 0: done. */
    void operatorAnswered(long requestId, int code, String text);

    /**
     * Something that must not happen did: a contradicting vote or acknowledgement, a heuristic outcome. Counted and
     * logged by the host; in replay, a contradiction stops the start.
     */
    void alarm(Alarm alarm, long transactionId, int branchId);

    /** On append. The coordinator must not go on; the host stops at once and says why (rule 12). */
    void halt(String reason);

    /** Kinds of {@link #alarm}. */
    enum Alarm {
        /** A participant acknowledged another decision than the one that was made. */
        ACKNOWLEDGEMENT_CONTRADICTS,
        /** A participant voted twice, differently. */
        VOTE_CONTRADICTS,
        /** A resource finished a branch against the decision. */
        HEURISTIC_MIXED,
        /** A COMMIT was acknowledged for a branch of which the resource knows nothing (rule 11). */
        PRESUMED_COMMITTED,
        /** A delegate said that it is aborted, then that it has committed. */
        ONE_PHASE_CONTRADICTS
    }
}
