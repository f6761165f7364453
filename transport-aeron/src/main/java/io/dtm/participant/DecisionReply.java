package io.dtm.participant;

/** Takes the result of a COMMIT or ROLLBACK, once; a second call is ignored. Any thread. */
public interface DecisionReply {
    /** The decision was carried out, now or before. */
    void done();

    /** The resource, asked itself, knows nothing of the branch (rule 11). */
    void absent();

    /**
     * The resource finished the branch by itself against, or partly against, the decision.
     *
     * @param outcome what it did.
     */
    void heuristic(HeuristicOutcome outcome);

    /**
     * It did not work now; the branch stays as it is and the coordinator sends the decision again.
     *
     * @param cause for the log.
     */
    void retry(Throwable cause);

    /** What a resource did by itself. */
    enum HeuristicOutcome {
        /** Committed it. */
        COMMITTED,
        /** Rolled it back. */
        ROLLED_BACK,
        /** Some of both, or it can't tell. */
        MIXED
    }
}
