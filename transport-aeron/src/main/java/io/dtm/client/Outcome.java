package io.dtm.client;

/**
 * What became of a transaction. "Unknown" is never reported as committed or aborted: an {@link Status#UNKNOWN}
 * transaction may have been either.
 *
 * @param status         what became of it.
 * @param reason         why it was aborted, otherwise {@link AbortReason#NONE}.
 * @param branchId       the branch that caused an abort, {@link #NO_BRANCH} if none did.
 * @param durability     what the outcome survives.
 * @param nothingWritten all branches were read-only; after a power loss the same transaction may be reported aborted.
 * @param mixed          a resource finished its branch by itself, against the decision.
 * @param unacknowledged it was rolled back, and has ended for the coordinator without the acknowledgement of each
 *                       branch: one may stay prepared until its participant is back and asks. Only where the
 *                       completion was asked for.
 * @param neverBegun     nothing was ever begun under this id, nor ever will be: the same work may be run again under
 *                       a new id (rule 2). Only with {@link Status#ABORTED}.
 * @param text           what the participant or the coordinator said, never null. Where they said nothing, the name of
 *                       the participant whose branch caused an abort, if the transaction was submitted here.
 */
public record Outcome(
    Status status,
    AbortReason reason,
    int branchId,
    Durability durability,
    boolean nothingWritten,
    boolean mixed,
    boolean unacknowledged,
    boolean neverBegun,
    String text) {
    /** Stands in a branch id's place where there is no branch. */
    public static final int NO_BRANCH = 0xFFFF;

    private static final Outcome[] COMMITTED = {committed(Durability.NONE), committed(Durability.APPEND),
        committed(Durability.FORCE)};

    /** What became of a transaction. */
    public enum Status {
        /** Sequenced by the coordinator, not decided yet. */
        ACCEPTED,
        /** Every branch commits. */
        COMMITTED,
        /** Every branch rolls back. */
        ABORTED,
        /** One of the two: it can't be told which. */
        UNKNOWN
    }

    /**
     * @param durability that is claimed.
     * @return a plain commit: always the same object, so that the common case makes no garbage.
     */
    public static Outcome plainCommit(final Durability durability) {
        return COMMITTED[durability.ordinal()];
    }

    /**
     * @param reason why.
     * @param text   says more.
     * @return an abort that the library itself knows of.
     */
    public static Outcome aborted(final AbortReason reason, final String text) {
        return new Outcome(Status.ABORTED, reason, NO_BRANCH, Durability.NONE, false, false, false, false, text);
    }

    /**
     * @param text says why it isn't known.
     * @return an unknown outcome.
     */
    public static Outcome unknown(final String text) {
        return new Outcome(
            Status.UNKNOWN, AbortReason.NONE, NO_BRANCH, Durability.NONE, false, false, false, false, text);
    }

    Outcome withText(final String said) {
        return new Outcome(
            status, reason, branchId, durability, nothingWritten, mixed, unacknowledged, neverBegun, said);
    }

    private static Outcome committed(final Durability durability) {
        return new Outcome(Status.COMMITTED, AbortReason.NONE, NO_BRANCH, durability, false, false, false, false, "");
    }
}
