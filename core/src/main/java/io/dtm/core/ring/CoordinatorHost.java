package io.dtm.core.ring;

import io.dtm.core.journal.Journal;
import io.dtm.core.journal.JournalException;
import io.dtm.core.journal.JournalException.Category;
import io.dtm.core.recovery.Recovered;
import io.dtm.core.recovery.Recovery;
import io.dtm.core.recovery.ReplaySource;
import io.dtm.core.recovery.StartEvents;

/**
 * The order of a start (rule 7): the open journal is replayed, its tail is durable, and a pipeline is made whose first
 * events are the epoch and its settings. Ingress takes nothing from links before these are in the ring, and egress
 * lets nothing out before the epoch is forced.
 */
public final class CoordinatorHost {
    private CoordinatorHost() {
    }

    /**
     * Recovers and makes the pipeline; it doesn't run yet.
     *
     * @param context       complete but for start frames and base time; its coordinator is in the state that
     *                      {@code from} tells of, its journal is open.
     * @param source        the journal's records after that state.
     * @param from          {@link Recovered#NOTHING}, or what the coordinator's checkpoint says.
     * @param coordinatorId of the directory.
     * @param generation    0, or higher after an operator's restore; the recovered one if that is higher.
     * @param nonce         drawn for this start, not 0.
     * @param downtimeNs    by the wall clock, not negative.
     * @return the pipeline, to be started or driven by hand.
     * @throws JournalException if a record can't be replayed, or the tail can't be made durable.
     */
    public static Pipeline recover(
        final PipelineContext context,
        final ReplaySource source,
        final Recovered from,
        final long coordinatorId,
        final int generation,
        final long nonce,
        final long downtimeNs) {
        final Recovered recovered = new Recovery(context.coordinator(), context.output(), from).replay(source);
        forceTail(context.journal(), recovered.endPosition());
        context.baseTimeNs(recovered.lastTimeNs());
        context.startFrames(StartEvents.after(recovered, coordinatorId,
            Math.max(generation, recovered.generation()), nonce, downtimeNs, context.settings()));
        return new Pipeline(context);
    }

    /** What was replayed may exist only in the page cache: nothing may be answered from it before it is durable. */
    private static void forceTail(final Journal journal, final long endPosition) {
        if (journal.forcedPosition() < endPosition) {
            journal.requestForce(endPosition);
            journal.force();
            if (journal.forcedPosition() < endPosition) {
                throw new JournalException(Category.FORCE_FAILED, "the replayed tail up to position " + endPosition
                    + " could not be forced: forced up to " + journal.forcedPosition(), null);
            }
        }
    }
}
