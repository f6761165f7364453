package io.dtm.session;

import io.dtm.codec.message.AckResult;
import io.dtm.codec.message.DecisionType;
import io.dtm.codec.message.OnePhaseResult;
import io.dtm.codec.message.VoteType;
import io.dtm.participant.BranchId;
import java.util.List;

/** What a participant's process knows of one branch: a row of its repeat table. Duty cycle's thread. */
final class BranchState {
    /** Where the branch stands here. */
    enum Phase {
        /** Joined to an interactive transaction; its work runs outside of the library. */
        ACTIVE,
        /** The participant prepares it. */
        PREPARING,
        /** The participant has voted. */
        VOTED,
        /** The participant carries out a decision. */
        DECIDING,
        /** A decision was carried out. */
        DECIDED,
        /** The participant commits it in one phase. */
        ONE_PHASE_RUNNING,
        /** The participant has answered the one-phase commit. */
        ONE_PHASE_ANSWERED,
        /** What the coordinator asked for last didn't work; it is asked for again. */
        UNRESOLVED
    }

    private final BranchId id;
    /** Another branch of the same transaction; rarely any. */
    BranchState sibling;
    Phase phase;
    /** Whether it stands among the finished ones; it may have left them again for a while. */
    boolean isRemembered;
    /** Journal position that PREPARE named, 0 if none did. */
    long position;

    /** Epoch of the last PREPARE or one-phase COMMIT, or of a result's repetition: the next answer is of that. */
    int askedEpoch;
    VoteType vote;
    byte[] voteText;
    /** Place of its vote in the order of votes sent over the current link; 0: not sent over it. */
    long voteSequence;
    /** Whether its vote went over an earlier link: then a decision doesn't tell which copy arrived. */
    boolean isVoteRepeated;
    /** The coordinator is known to have its vote: no copy of its PREPARE can still come (rule 4). */
    boolean isFenced;
    /** It voted YES, and a later scan didn't find it: another process of the resource has resolved it. */
    boolean isResolvedElsewhere;

    DecisionType decision;
    /** Epoch of the last copy of the decision; 0: decided here, nobody waits for an acknowledgement. */
    int decisionEpoch;
    AckResult result;
    /** Its ROLLBACK came while it was being prepared. */
    boolean isRollbackWaiting;

    OnePhaseResult onePhaseResult;
    byte[] onePhaseText;
    boolean isEvidenceForgotten;
    /** The coordinator was restored since, and hasn't asked for it again: it may not know of it any more. */
    boolean isOfLostHistory;
    /** A one-phase commit was tried and its result couldn't be told: from now on it is only looked for. */
    boolean isOnePhaseTried;
    /** A one-phase commit came for what is being rolled back here: it is answered when that is done. */
    boolean isOnePhaseWaiting;

    /** The number of scans started when it got into its phase: a later scan tells whether it is still prepared. */
    long scansBefore;
    /**
     * A scan found it prepared though nothing of it should be: the next decision is carried out again, and again until
     * that works.
     */
    boolean isFoundPrepared;
    /** The number of the last scan that found it. */
    long lastScan;

    long joinToken;
    long joinDeadlineNs;
    boolean isJoinConfirmed;
    /** The coordinator doesn't have the join, as far as is known: the branch may be another process's. */
    boolean isJoinRefused;
    /** When the join is sent again, which may have overtaken the begin; 0: it isn't. */
    long joinRetryAtNs;
    long joinRetryPauseNs;
    List<JoinListener> joinListeners;

    BranchState(final BranchId id, final Phase phase) {
        this.id = id;
        this.phase = phase;
    }

    BranchId id() {
        return id;
    }

    long transactionId() {
        return id.transactionId();
    }

    int branchId() {
        return id.branchId();
    }

    int enlistEpoch() {
        return id.enlistEpoch();
    }
}
