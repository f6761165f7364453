package io.dtm.core.recovery;

import io.dtm.codec.FrameDescriptor;
import io.dtm.codec.FrameValidator;
import io.dtm.codec.Origin;
import io.dtm.core.coordinator.CoordinatorInput;
import io.dtm.core.coordinator.CoordinatorSettings;
import io.dtm.core.event.EventAdapter;
import io.dtm.core.event.StartListener;
import io.dtm.core.journal.reading.Upgrade;
import io.dtm.core.recovery.Recovered.Contradictions;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalException.Category;
import org.agrona.DirectBuffer;

/**
 * Replays journalled records into a coordinator, through the same adapter that live processing uses. A record that
 * can't be applied stops the start and is named: it is never stepped over. One thread, before the pipeline runs; also
 * used in the background to make checkpoints.
 */
public final class Recovery {
    /**
     * A coordinator that halts stops its pipeline, so at most what lay in its ring stands behind the record at which
     * it halted. More of the same epoch means that it did not halt then.
     */
    static final int MAX_RECORDS_BEHIND_HALT = 64 * 1024;

    private final EventAdapter adapter;
    private final RecoveryOutput output;
    private long lastTimeNs;
    private long endPosition;
    private long coordinatorId;
    private int epoch;
    private int generation;
    private int recordsBehindHalt;
    private boolean isCut;
    private boolean isRestoring;
    private long forcedEnd;
    private boolean hasEpochBefore;
    private int contradictionsExplained;
    private long unexplainedAt;

    /**
     * @param coordinator in the state that {@code from} tells of.
     * @param output      of that coordinator.
     * @param from        {@link Recovered#NOTHING}, or what its checkpoint says.
     */
    public Recovery(final CoordinatorInput coordinator, final RecoveryOutput output, final Recovered from) {
        this.adapter = new EventAdapter(coordinator, new EpochListener());
        this.output = output;
        lastTimeNs = from.lastTimeNs();
        endPosition = from.endPosition();
        coordinatorId = from.coordinatorId();
        epoch = from.epoch();
        generation = from.generation();
        isCut = from.isCut();
        isRestoring = from.isRestoring();
        forcedEnd = from.forcedEnd();
        hasEpochBefore = epoch > 0;
        contradictionsExplained = from.contradictions().count();
        unexplainedAt = from.contradictions().unexplainedAt();
        output.goOnFrom(from.contradictions().count());
    }

    /**
     * Replays.
     *
     * @param source of the records.
     * @return what is known now.
     * @throws JournalException REPLAY, naming the record, if it can't be applied or the replay contradicts it; FOREIGN
     *                          if another version wrote it: then nothing is wrong with it.
     */
    public Recovered replay(final ReplaySource source) {
        source.replay(this::onRecord);
        forcedEnd = Math.min(source.forcedEnd(), endPosition);
        return recovered();
    }

    /**
     * An operator has put the directory back to a copy: what the next replay decides by records that aren't known to
     * have been forced when the copy was made may have been decided otherwise since.
     *
     * @param source of the records; it is replayed once more.
     */
    public void doubtTheUnforced(final ReplaySource source) {
        output.doubt(UnforcedIntervals.of(source));
    }

    /** @return what is known now. */
    public Recovered recovered() {
        return new Recovered(lastTimeNs, endPosition, coordinatorId, epoch, generation, output.haltReason(),
            new Contradictions(output.contradictions(), unexplainedAt), isCut, isRestoring,
            forcedEnd, output.doubted());
    }

    private void onRecord(
        final long position,
        final int linkId,
        final long timeNs,
        final DirectBuffer frame,
        final int offset,
        final int length) {
        final FrameValidator.Verdict verdict = FrameValidator.validate(frame, offset, length, Origin.HOST);
        if (verdict == FrameValidator.Verdict.WRONG_VERSION) {
            throw new JournalException(Category.FOREIGN, "the record that ends at position " + position
                + " can't be replayed: " + Upgrade.unknownSchema(FrameDescriptor.version(frame, offset)), null);
        }
        if (verdict != FrameValidator.Verdict.VALID) {
            throw notApplied(position, "it is no valid frame (" + verdict + ")", null);
        }
        if (timeNs < lastTimeNs) {
            throw notApplied(position, "its time " + timeNs + " is before " + lastTimeNs, null);
        }
        if (output.haltReason() != null && ++recordsBehindHalt > MAX_RECORDS_BEHIND_HALT) {
            throw notApplied(
                position, "the replay halted, the coordinator had not: " + output.haltReason(), null);
        }
        output.onRecord(position);
        try {
            adapter.onFrame(linkId, timeNs, frame, offset);
        } catch (final RuntimeException | StackOverflowError | AssertionError e) {
            throw notApplied(position, e.toString(), e);
        }
        lastTimeNs = timeNs;
        endPosition = position;
        hasEpochBefore = epoch > 0;
        if (unexplainedAt == 0 && output.contradictions() > contradictionsExplained) {
            unexplainedAt = position;
        }
    }

    private JournalException notApplied(final long position, final String what, final Throwable cause) {
        return new JournalException(Category.REPLAY, "the record after position " + endPosition
            + ", which ends at position " + position + ", can't be replayed: " + what + ". Nothing was changed: keep"
            + " the directory, and start a mended program; or the one that wrote it, if this is another version",
            cause);
    }

    /**
     * Replays for an operator who orders a cut: it may be made only where the journal is refused.
     *
     * @param position at which it is ordered.
     * @param source   of the records, uncut. The coordinator is of no use afterwards.
     * @return why the journal is refused there.
     * @throws JournalException CUT_REFUSED if it isn't, or if nothing would remain to go on from.
     */
    public String refusalAt(final long position, final ReplaySource source) {
        final JournalException refusal = refusalOf(source);
        if (refusal == null) {
            throw new JournalException(Category.CUT_REFUSED, "no cut at position " + position + ": nothing is wrong"
                + " with the journal, it can be replayed to its end at " + endPosition + "; start without --cut-at",
                null);
        }
        if (refusal.cutPosition() != position) {
            throw new JournalException(Category.CUT_REFUSED, "no cut at position " + position + ": the journal is"
                + " refused for another reason: " + refusal.category() + " - " + refusal.what()
                + (refusal.cutPosition() == JournalException.NOWHERE ? ""
                : "; the cut that it allows is --cut-at " + refusal.cutPosition())
                + ". Start without --cut-at to read what can be done", refusal);
        }
        if (!hasEpochBefore) {
            throw new JournalException(Category.CUT_REFUSED, "no cut at position " + position + ": no epoch stands"
                + " before it, so nothing would remain. Keep the directory aside, and start on a new one:"
                + " participants see another coordinator then", refusal);
        }
        return refusal.getMessage();
    }

    private JournalException refusalOf(final ReplaySource source) {
        try {
            replay(source);
            return null;
        } catch (final JournalException refused) {
            return refused;
        }
    }

    private final class EpochListener implements StartListener {
        @Override
        public void onEpochStarted(
            final long ofCoordinatorId, final int startedEpoch, final int ofGeneration, final long nonce) {
            if (unexplainedAt > 0) {
                throw new IllegalStateException("before it, in the record that ends at position " + unexplainedAt
                    + ", " + output.contradiction() + ", and the coordinator went on without having seen that");
            }
            contradictionsExplained = 0;
            coordinatorId = ofCoordinatorId;
            epoch = startedEpoch;
            generation = ofGeneration;
            recordsBehindHalt = 0;
            isCut = false;
            isRestoring = false;
            output.onEpochStarted();
        }

        @Override
        public void onSettings(final CoordinatorSettings settings) {
            // The coordinator keeps them.
        }

        @Override
        public void onContradictionsSeen(final int count) {
            if (count > output.contradictions()) {
                throw new IllegalStateException("the coordinator saw " + count + " acknowledgements in this epoch that "
                    + "contradict its decisions, the replay only " + output.contradictions());
            }
            contradictionsExplained = count;
            unexplainedAt = 0;
        }

        @Override
        public void onHistoryCut(final long position, final long lostBytes, final String reason) {
            isCut = true;
        }

        @Override
        public void onDecisionsDoubted() {
            isRestoring = true;
        }
    }
}
