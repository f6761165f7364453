package io.dtm.core.ring;

import io.dtm.core.journal.Journal;
import io.dtm.core.recovery.Consent;
import io.dtm.core.recovery.EpochStart;
import io.dtm.core.recovery.Recovered;
import io.dtm.core.recovery.Recovery;
import io.dtm.core.recovery.ReplaySource;
import io.dtm.core.recovery.StartEvents;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalException.Category;
import java.util.function.Supplier;

/**
 * The order of a start (rule 7): the records are replayed, the journal is made live with all of them durable, and a
 * pipeline is made whose first events are the epoch and its settings. Ingress takes nothing from links before these
 * are in the ring, and egress lets nothing out before the epoch is forced.
 */
public final class CoordinatorHost {
    private CoordinatorHost() {
    }

    /**
     * Recovers and makes the pipeline; it doesn't run yet.
     *
     * @param context     complete but for journal, start frames and base time; its coordinator is in the state that
     *                    {@code from} tells of.
     * @param source      the journal's records after that state.
     * @param liveJournal makes the journal live, with everything that was replayed forced; called after the replay.
     * @param from        {@link Recovered#NOTHING}, or what the coordinator's checkpoint says.
     * @param start       of the epoch.
     * @return the pipeline, to be started or driven by hand.
     * @throws JournalException if a record can't be replayed, or what was replayed isn't durable.
     */
    public static Pipeline recover(
        final PipelineContext context,
        final ReplaySource source,
        final Supplier<? extends Journal> liveJournal,
        final Recovered from,
        final EpochStart start) {
        final Recovery recovery = new Recovery(context.coordinator(), context.output(), from);
        if (start.consents().contains(Consent.RESTORED)) {
            recovery.doubtTheUnforced(source);
        }
        final Recovered recovered = recovery.replay(source);
        requireExplained(recovered, start);
        requireRestored(recovered, start);
        context.startFrames(StartEvents.after(recovered, start, context.settings()));
        context.baseTimeNs(recovered.lastTimeNs());
        final Journal journal = liveJournal.get();
        // It may have existed only in the page cache: nothing may be answered from it before it is durable.
        if (journal.forcedPosition() < recovered.endPosition()) {
            throw new JournalException(Category.FORCE_FAILED, "what was replayed up to position "
                + recovered.endPosition() + " is forced only up to " + journal.forcedPosition(), null);
        }
        context.journal(journal);
        return new Pipeline(context);
    }

    /** Decisions are forgotten already, and presumed abort would hold for them. */
    private static void requireRestored(final Recovered recovered, final EpochStart start) {
        if (recovered.isRestoring() && !recovered.isCut() && !start.consents().contains(Consent.RESTORED)) {
            throw new JournalException(Category.REPLAY, "a start with --restored was interrupted before its epoch"
                + " began: say --restored once more. Nothing was changed", null);
        }
    }

    private static void requireExplained(final Recovered recovered, final EpochStart start) {
        final long position = recovered.contradictions().unexplainedAt();
        if (position > 0 && !start.consents().contains(Consent.CONTRADICTIONS)) {
            throw new JournalException(Category.REPLAY, "the record that ends at position " + position
                + " holds an acknowledgement that contradicts the replayed decision, and the journal doesn't say that "
                + "it did so when it came. Either this program decides otherwise than the one that wrote the journal: "
                + "keep the directory, and start the version that wrote it. Or the coordinator died, or lost power, "
                + "soon after a participant contradicted it: then look at that participant's databases, and start with "
                + "--accept-contradictions, which is recorded", null);
        }
    }
}
