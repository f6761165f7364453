package io.dtm.core.coordinator;

import org.agrona.DirectBuffer;

/**
 * Takes the coordinator's whole state as small items, between two frames: for a checkpoint, a digest, or another
 * coordinator ({@link CoordinatorRestorer}). Two coordinators that applied the same frames give the same calls.
 * <p>
 * Order: {@link #coordinator}, {@link #settings}, the nonces; sessions by id; resources by id, each followed by its
 * instances; transactions by id, each followed by its branches; retained outcomes, oldest first; {@link #end}. Ordinals
 * tell the order within the coordinator's lists, and refer to places in them. Buffers are valid during the call.
 */
public interface CheckpointOutput {
    /** Stands for "no instance": nobody was connected yet. */
    int NO_INSTANCE = -1;
    /** An instance whose place was given to another: its process is a former one. */
    int FORMER_INSTANCE = -2;
    /** Stands for "no timer is set". */
    long NO_TIMER = Long.MAX_VALUE;

    /** Flags of {@link #coordinator}. */
    final class CoordinatorFlag {
        public static final int RECOVERY_CONFIRMED = 1;
        public static final int GRACE_OVER = 2;
        public static final int STORAGE_REFUSED = 4;
        /** The end of the grace period is being applied to transactions that prepare. */
        public static final int WALKS_PREPARING = 8;

        private CoordinatorFlag() {
        }
    }

    /** Flags of {@link #session}. */
    final class SessionFlag {
        public static final int ENDED = 1;
        /** Its end is being applied to its transactions. */
        public static final int SWEEPING = 2;

        private SessionFlag() {
        }
    }

    /** Flags of {@link #transaction}. */
    final class TransactionFlag {
        public static final int INTERACTIVE = 1;
        public static final int TOLD = 2;
        public static final int COMMIT_REQUESTED = 4;
        public static final int MIXED = 8;

        private TransactionFlag() {
        }
    }

    /** Flags of {@link #branch}. */
    final class BranchFlag {
        public static final int BOUND_LATE = 1;

        private BranchFlag() {
        }
    }

    /**
     * The first item.
     *
     * @param generationEpoch      first epoch of the generation.
     * @param recoveredEnd         as the epoch event named it.
     * @param nowNs                time of the last frame, downtimes included.
     * @param downtimeNs           of all restarts.
     * @param lastSessionId        given out.
     * @param lastOrdinal          given out.
     * @param preparingWalkOrdinal of the transaction at which the walk over those that prepare stands; 0: at its end.
     * @param flags                CoordinatorFlag.
     */
    void coordinator(
        long coordinatorId,
        int epoch,
        int generation,
        int generationEpoch,
        long recoveredEnd,
        long nowNs,
        long downtimeNs,
        int lastSessionId,
        long lastOrdinal,
        long preparingWalkOrdinal,
        int flags);

    void settings(CoordinatorSettings settings);

    /**
     * Of each epoch of the generation, in order.
     *
     * @param recoveredEnd where the journal ended when it began.
     */
    void nonce(int epoch, long nonce, long recoveredEnd);

    /**
     * @param highestCounter      unsigned 32 bits.
     * @param sweptTransactionId  at which the sweep of an ended session stands; 0: at its end, or none.
     * @param retiredOrdinal      place among those that are kept for late questions only; 0: not there.
     * @param flags               SessionFlag.
     */
    void session(
        int sessionId,
        long tokenHigh,
        long tokenLow,
        int openedInEpoch,
        int seenInEpoch,
        int linkId,
        long highestCounter,
        long sweptTransactionId,
        long retiredOrdinal,
        long retiredNs,
        int flags,
        DirectBuffer principal,
        int offset,
        int length);

    /**
     * @param pass               of the sweep over its branches: 0 none, 1 PREPAREs, 2 decisions.
     * @param sweptBranchOrdinal at which it stands; 0: at its end, or none.
     */
    void resource(
        int resourceId,
        int connectedEpoch,
        int pass,
        long sweptBranchOrdinal,
        DirectBuffer name,
        int nameOffset,
        int nameLength,
        DirectBuffer principal,
        int principalOffset,
        int principalLength);

    /**
     * @param index     of the instance in its resource's list, from 0.
     * @param sessionId 0: its process has gone.
     */
    void instance(
        int resourceId,
        int index,
        long incarnation,
        int capabilities,
        int sessionId,
        int readyLink,
        DirectBuffer name,
        int offset,
        int length);

    /** A process of the last instance that was replaced; newest first. */
    void formerIncarnation(int resourceId, int index, long incarnation);

    /**
     * @param state   a TransactionState.
     * @param timerNs when it wants to be looked at, or {@link #NO_TIMER}.
     * @param ordinal place among those that are ACTIVE, or that prepare; 0: neither.
     * @param flags   TransactionFlag.
     */
    void transaction(
        long transactionId,
        int state,
        int beginEpoch,
        long deadlineNs,
        long joinToken,
        int wantedStage,
        int reason,
        int causeBranchId,
        int resends,
        long giveUpNs,
        long timerNs,
        long ordinal,
        int flags,
        DirectBuffer text,
        int offset,
        int length);

    /** A branch that the last transaction's commit expects, and that hasn't joined. */
    void expectedBranch(long transactionId, int branchId);

    /**
     * @param state         a BranchState.
     * @param instanceIndex in the resource's list, {@link #NO_INSTANCE} or {@link #FORMER_INSTANCE}.
     * @param vote          VoteType; 0: none arrived.
     * @param settledBy     DecisionType; 0: not by an operator.
     * @param ordinal       place among the resource's unfinished branches; 0: finished.
     * @param sentOver      epoch and link over which its last message went; 0: nothing was sent.
     * @param flags         BranchFlag.
     */
    void branch(
        long transactionId,
        int branchId,
        int state,
        int resourceId,
        int instanceIndex,
        long incarnation,
        int enlistEpoch,
        int voteEpoch,
        int vote,
        int settledBy,
        long ordinal,
        long sentOver,
        int flags);

    /** Of the last branch; left out if it is empty. */
    void payload(long transactionId, int branchId, PayloadReader payload);

    void retainedOutcome(long transactionId, int outcome, int reason, int flags, int branchId, long timeNs);

    /** The last item. */
    void end();
}
