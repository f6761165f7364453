package io.dtm.client;

/** Why a transaction was rolled back. In the order of the schema's values, from 0. */
public enum AbortReason {
    /** It wasn't, or the coordinator said no more. */
    NONE,
    /** The client asked for it. */
    CLIENT_REQUEST,
    /** A participant voted NO. */
    VOTE_NO,
    /** It was undecided at its deadline. */
    DEADLINE,
    /** Nobody was connected for a branch's resource. */
    NO_PARTICIPANT,
    /** A participant's process was replaced before its vote. */
    NEW_INCARNATION,
    /** One branch was enlisted by two processes. */
    TWO_INCARNATIONS,
    /** A participant gave no sign of life. */
    PARTICIPANT_LOST,
    /** The client's session was lost before it asked for a commit. */
    CLIENT_LOST,
    /** It was still active when the coordinator started anew. */
    COORDINATOR_RESTART,
    /** An operator rolled it back. */
    OPERATOR,
    /** The branch that decided by its one-phase commit did not commit. */
    ONE_PHASE_ABORTED;

    private static final AbortReason[] BY_VALUE = values();

    /**
     * @param value as in the schema.
     * @return the reason, {@link #NONE} if this version doesn't know it.
     */
    public static AbortReason of(final int value) {
        return value >= 0 && value < BY_VALUE.length ? BY_VALUE[value] : NONE;
    }
}
