package io.dtm.participant;

import org.agrona.DirectBuffer;

/**
 * What a service implements to take part in transactions. The library calls it on its own duty-cycle thread, in the
 * coordinator's order of PREPAREs; each call is answered through its reply object, at once or later and from any
 * thread. Repeats are answered by the library's own table: each call is made once for a branch and phase within one
 * process, but for {@link #commit} and {@link #rollback}, which may also come for a branch of a former process.
 * <p>
 * A call that throws, an {@link Error} too, counts as a NO (prepare), or is made again later (commit, rollback).
 */
public interface Participant {
    /**
     * Do the work of a one-shot branch, or finish that of an interactive one, and make it so that {@link #commit} can
     * no longer fail.
     *
     * @param branch  that is asked.
     * @param payload of a one-shot or client-enlisted branch, valid during the call; empty for none.
     * @param offset  at which it starts.
     * @param length  in bytes.
     * @param reply   takes the vote.
     */
    void prepare(BranchId branch, DirectBuffer payload, int offset, int length, VoteReply reply);

    /**
     * Its ROLLBACK has come while {@link #prepare} is unanswered. What still waits, for a lock say, may be answered NO
     * now; the rest is answered as it ends, and rolled back then.
     *
     * @param branch that is being prepared.
     */
    default void abandonPrepare(final BranchId branch) {
    }

    /**
     * Make a prepared branch's effects durable and visible. Any other prepared branch of the same transaction and
     * branch id that was enlisted in another epoch must be rolled back (rule 3).
     *
     * @param branch that voted YES, maybe to a former process.
     * @param reply  takes the result. {@link DecisionReply#absent()} only after the resource itself was asked.
     */
    void commit(BranchId branch, DecisionReply reply);

    /**
     * Undo a branch, prepared or not: all of that transaction and branch id, whatever the epoch of enlistment.
     *
     * @param branch to undo.
     * @param reply  takes the result.
     */
    void rollback(BranchId branch, DecisionReply reply);

    /**
     * Do the work and commit it in one phase, with evidence written in the same local transaction (rule 9). Called
     * only if {@link #supportsOnePhase()}.
     *
     * @param branch         to commit.
     * @param payload        as in {@link #prepare}.
     * @param offset         at which it starts.
     * @param length         in bytes.
     * @param namedIsOther   the delegation names another incarnation than this one, or this one has answered {@link
     *                       OnePhaseReply#retry} before: only find out and answer, by the evidence; without evidence
     *                       write an ABORTED row under the branch's key first.
     * @param reply          takes the result.
     */
    default void commitOnePhase(
        BranchId branch, DirectBuffer payload, int offset, int length, boolean namedIsOther, OnePhaseReply reply) {
        throw new IllegalStateException("one phase was not declared");
    }

    /**
     * The result of a one-phase commit is forced at the coordinator: its evidence may go. Not so an ABORTED row that
     * was written to find out: it stays until no database session of a former incarnation can exist (rule 9).
     *
     * @param branch whose evidence it is.
     */
    default void forgetEvidence(final BranchId branch) {
    }

    /**
     * Report every branch of this coordinator that is prepared in the resource, whoever prepared it (rule 8). Called at
     * the start, on each new session or epoch, and periodically.
     *
     * @param coordinatorId whose branches are meant; others must not be touched.
     * @param reply         takes the branches, and that the scan is complete.
     */
    void scan(long coordinatorId, ScanReply reply);

    /** @return whether {@link #commitOnePhase} is implemented with evidence that survives this process. */
    default boolean supportsOnePhase() {
        return false;
    }

    /** @return whether {@link #prepare} may be answered READ_ONLY; asked at each registration. */
    default boolean mayVoteReadOnly() {
        return true;
    }

    /**
     * Whether this participant can't prepare: it takes part only by deciding in one phase after all others have voted
     * (rule 9), so that there is at most one such branch in a transaction. A PREPARE that comes all the same is to be
     * answered NO. Asked at each registration.
     *
     * @return whether it is; then {@link #supportsOnePhase()} must be true as well.
     */
    default boolean isLastAgent() {
        return false;
    }
}
