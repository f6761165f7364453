package io.dtm.simulation.resource;

import io.dtm.participant.BranchId;

/** Sees what becomes durable in resources: the ground truth that a checker compares everything else with. */
public interface ResourceListener {
    /**
     * A branch is prepared.
     *
     * @param resource in which.
     * @param branch   of which transaction.
     * @param work     that it did.
     */
    void onPrepared(String resource, BranchId branch, Work work);

    /**
     * A branch's effects are there for good.
     *
     * @param resource in which.
     * @param branch   of which transaction.
     * @param work     that it did.
     * @param onePhase whether the resource decided itself.
     */
    void onCommitted(String resource, BranchId branch, Work work, boolean onePhase);

    /**
     * A prepared branch is undone.
     *
     * @param resource in which.
     * @param branch   of which transaction.
     */
    void onRolledBack(String resource, BranchId branch);

    /**
     * A process voted.
     *
     * @param resource for which.
     * @param branch   of which transaction.
     * @param vote     1: yes, 2: no, 3: read-only.
     */
    void onVoted(String resource, BranchId branch, int vote);

    /**
     * A process found that a one-phase branch isn't, and never will be, committed.
     *
     * @param resource for which.
     * @param branch   of which transaction.
     */
    void onOnePhaseAborted(String resource, BranchId branch);
}
