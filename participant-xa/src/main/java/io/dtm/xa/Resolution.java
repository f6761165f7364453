package io.dtm.xa;

import io.dtm.participant.DecisionReply;
import io.dtm.participant.DecisionReply.HeuristicOutcome;

/**
 * What came of a decision in the resource.
 *
 * @param kind      which case.
 * @param heuristic with {@link Kind#HEURISTIC}.
 * @param cause     with {@link Kind#RETRY}.
 * @param inTheOpen with {@link Kind#RETRY}: the attempt may have been carried out after all.
 */
record Resolution(Kind kind, HeuristicOutcome heuristic, Throwable cause, boolean inTheOpen) {
    static final Resolution DONE = new Resolution(Kind.DONE, null, null, false);
    static final Resolution ABSENT = new Resolution(Kind.ABSENT, null, null, false);

    enum Kind { DONE, ABSENT, HEURISTIC, RETRY }

    static Resolution heuristic(final HeuristicOutcome outcome) {
        return new Resolution(Kind.HEURISTIC, outcome, null, false);
    }

    static Resolution retry(final Throwable cause, final boolean inTheOpen) {
        return new Resolution(Kind.RETRY, null, cause, inTheOpen);
    }

    boolean isFinal() {
        return kind != Kind.RETRY;
    }

    /** The result for several branches together: what is worst for the one who asked. */
    Resolution and(final Resolution other) {
        if (kind == other.kind) {
            return kind == Kind.HEURISTIC && heuristic != other.heuristic
                ? heuristic(HeuristicOutcome.MIXED) : this;
        }
        for (final Kind worst : new Kind[] {Kind.RETRY, Kind.HEURISTIC, Kind.DONE}) {
            if (kind == worst) {
                return this;
            }
            if (other.kind == worst) {
                return other;
            }
        }
        throw new AssertionError("two kinds, and neither is known");
    }

    void answer(final DecisionReply reply) {
        switch (kind) {
            case DONE -> reply.done();
            case ABSENT -> reply.absent();
            case HEURISTIC -> reply.heuristic(heuristic);
            case RETRY -> reply.retry(cause);
            default -> throw new AssertionError(kind);
        }
    }
}
