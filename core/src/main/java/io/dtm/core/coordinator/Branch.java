package io.dtm.core.coordinator;

import io.dtm.core.coordinator.ProtocolCodes.BranchState;

/** One branch of a transaction. Pooled with its transaction; touched by the coordinator stage only. */
final class Branch {
    /** Where a branch stands. */
    enum State {
        /** Joined an ACTIVE transaction; or is its last agent, which waits for the others' votes. */
        ENLISTED(BranchState.ENLISTED),
        /** PREPARE was, or will be, sent; no vote yet. */
        ASKED(BranchState.ASKED),
        /** The one-phase commit was, or will be, sent; no result yet. */
        DELEGATED(BranchState.DELEGATED),
        /** Voted YES: it must learn the decision. */
        PREPARED(BranchState.PREPARED),
        /** Needs nothing more: read-only, voted NO, acknowledged, or never bound. */
        DONE(BranchState.DONE);

        private static final State[] ALL = values();

        final int code;

        State(final int code) {
            this.code = code;
        }

        static State of(final int code) {
            return ALL[code - 1];
        }
    }

    final Transaction transaction;
    State state;
    int branchId;
    Resource resource;
    /** To whose process it is bound; null while nobody was connected (grace period). */
    Instance instance;
    long incarnation;
    int enlistEpoch;
    int voteEpoch;
    /** Was bound after the submit: its PREPARE waits for the force of that binding (rule 3). */
    boolean boundLate;
    /** An operator finished it by hand: DecisionType, or 0 (rule 13). */
    int settledBy;
    /** VoteType; 0: none arrived. */
    int vote;
    int payloadBlock = PayloadStore.NONE;
    int payloadLength;
    /** Place in the resource's list: rises with each (re)append, so it orders PREPAREs. */
    long ordinal;
    /** Epoch and link over which its last message went; a sweep doesn't send it there twice. */
    long sentOver;
    Branch previousOfResource;
    Branch nextOfResource;
    boolean listed;

    Branch(final Transaction transaction) {
        this.transaction = transaction;
    }

    void reset() {
        state = State.DONE;
        branchId = ProtocolCodes.NO_BRANCH;
        resource = null;
        instance = null;
        incarnation = 0;
        enlistEpoch = 0;
        voteEpoch = 0;
        boundLate = false;
        settledBy = 0;
        vote = 0;
        payloadBlock = PayloadStore.NONE;
        payloadLength = 0;
        ordinal = 0;
        sentOver = 0;
    }

    /** @return whether the process that it is bound to is no longer the one that its instance runs. */
    boolean isOfFormerIncarnation() {
        return instance != null && instance.incarnation != incarnation;
    }

    boolean hasNotVoted() {
        return state == State.ENLISTED || state == State.ASKED;
    }
}
