package io.dtm.server.journal;

import io.dtm.core.coordinator.CommitCoordinator;
import io.dtm.core.coordinator.TransactionCounts;
import io.dtm.core.journal.inspection.JournalDamage;
import io.dtm.core.journal.reading.RecordHandler;
import io.dtm.core.journal.reading.SegmentSummary;
import io.dtm.core.recovery.CheckpointComparison;
import io.dtm.core.recovery.InspectedCheckpoint;
import io.dtm.core.recovery.Recovered;
import io.dtm.core.recovery.Recovery;
import io.dtm.core.recovery.RecoveryOutput;
import io.dtm.core.recovery.RecoveryOutput.DecisionTaker;
import io.dtm.core.recovery.RestoredCoordinator;
import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalStorage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;

/**
 * Gives the records of an inspection to the real recovery, as a start would, until one can't be replayed. It begins as
 * far back as it can: with the whole journal, or with the oldest checkpoint that the segments go on from. Each later
 * checkpoint must be what the records before it give. What a damage leaves out would make everything behind it look
 * wrong, so it ends there; not before, wherever among the others the damage is told. Who wants to know only of what
 * lies behind a position has it begin at the newest checkpoint before that.
 */
final class Replay {
    private final JournalStorage storage;
    private final RestoredCoordinator base;
    private final Recovery recovery;
    private final Queue<InspectedCheckpoint> compared = new ArrayDeque<>();
    private RecordHandler handler;
    private String endReason;
    private long interruption = Long.MAX_VALUE;
    private String interruptionReason;
    private long segmentsEnd;
    private long records;

    private Replay(final JournalStorage storage, final RestoredCoordinator base, final String endReason) {
        this.storage = storage;
        this.base = base;
        this.endReason = endReason;
        segmentsEnd = base.replayPosition();
        recovery = new Recovery(base.coordinator(), base.output(), base.recovered());
        recovery.replay(taker -> handler = taker);
    }

    /**
     * @param storage       of the journal.
     * @param coordinatorId whose it is.
     * @param segments      names of the segments, in order.
     * @param checkpoints   valid ones, oldest first.
     */
    static Replay of(
        final JournalStorage storage,
        final long coordinatorId,
        final List<String> segments,
        final List<InspectedCheckpoint> checkpoints) {
        final boolean isWhole = isWhole(segments);
        final List<InspectedCheckpoint> usable = usable(segments, checkpoints);
        final Replay replay =
            from(storage, coordinatorId, isWhole, isWhole || usable.isEmpty() ? null : usable.get(0));
        usable.stream().filter(one -> one.position() > replay.base.replayPosition()).forEach(replay.compared::add);
        return replay;
    }

    /**
     * As late as it can begin for who wants to know what lies behind a position. Compares nothing.
     *
     * @param storage       of the journal.
     * @param coordinatorId whose it is.
     * @param position      from which on all must be known, if it can be.
     */
    static Replay behind(final JournalStorage storage, final long coordinatorId, final long position) {
        final List<String> segments = segmentNames(storage);
        final List<InspectedCheckpoint> usable = usable(segments, InspectedCheckpoint.all(storage, coordinatorId)
            .stream().filter(InspectedCheckpoint::isValid).toList());
        final boolean isWhole = isWhole(segments);
        InspectedCheckpoint first = isWhole || usable.isEmpty() ? null : usable.get(0);
        for (final InspectedCheckpoint one : usable) {
            first = one.position() <= position ? one : first;
        }
        return from(storage, coordinatorId, isWhole, first);
    }

    private static Replay from(
        final JournalStorage storage,
        final long coordinatorId,
        final boolean isWhole,
        final InspectedCheckpoint checkpoint) {
        if (checkpoint != null) {
            return new Replay(storage, RestoredCoordinator.of(storage, checkpoint.name(), coordinatorId), null);
        }
        final RecoveryOutput output = new RecoveryOutput();
        return new Replay(storage,
            new RestoredCoordinator(new CommitCoordinator(output), output, Recovered.NOTHING, 0),
            isWhole ? null : "there is nothing to begin with");
    }

    private static boolean isWhole(final List<String> segments) {
        return segments.isEmpty() || segments.get(0).equals(FileNames.segment(0));
    }

    /** @return those that the segments go on from. */
    private static List<InspectedCheckpoint> usable(
        final List<String> segments, final List<InspectedCheckpoint> checkpoints) {
        return checkpoints.stream().filter(one ->
            segments.isEmpty() || FileNames.segment(one.position()).compareTo(segments.get(0)) >= 0).toList();
    }

    /** @return names of the segments, in order. */
    static List<String> segmentNames(final JournalStorage storage) {
        try {
            return FileNames.segments(storage);
        } catch (final IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** @param taker of what the coordinator decides, record by record. */
    void tellDecisions(final DecisionTaker taker) {
        base.output().tellDecisions(taker);
    }

    /** @return in the state after all that was replayed. */
    CommitCoordinator coordinator() {
        return base.coordinator();
    }

    /** @return why it ended before the journal did, or null. */
    String endReason() {
        return endReason;
    }

    /** A coordinator that runs may let go of segments before they are read: then there is nothing to replay from. */
    void segment(final SegmentSummary opened) {
        if (opened.basePosition() > segmentsEnd) {
            interrupted(segmentsEnd, "segments before position " + opened.basePosition() + " are missing");
        }
        segmentsEnd = opened.basePosition() + opened.length();
    }

    /** @return from where on records are needed; 0: all of them. */
    long basePosition() {
        return base.replayPosition();
    }

    /** Takes a record; what is wrong with it goes to a sink. */
    void record(
        final long position,
        final long end,
        final int linkId,
        final long timeNs,
        final DirectBuffer frame,
        final int offset,
        final int length,
        final Consumer<JournalDamage> damages,
        final Consumer<String> refusals) {
        if (isWhole() && position >= base.replayPosition()) {
            reach(position, damages);
        }
        if (isWhole() && position >= base.replayPosition()) {
            try {
                handler.onRecord(end, linkId, timeNs, frame, offset, length);
                records++;
            } catch (final JournalException refused) {
                end("a record can't be replayed");
                refusals.accept(refused.getMessage());
            }
        }
    }

    /**
     * Everything before a position was taken: holds the checkpoints up to there against it. Ends if something is
     * damaged or missing before it.
     */
    void reach(final long position, final Consumer<JournalDamage> damages) {
        compareUpTo(Math.min(position, interruption), damages);
        if (interruption <= position) {
            end(interruptionReason);
        }
    }

    private void compareUpTo(final long position, final Consumer<JournalDamage> damages) {
        while (isWhole() && !compared.isEmpty() && compared.peek().position() <= position) {
            final InspectedCheckpoint checkpoint = compared.remove();
            try {
                final String difference = CheckpointComparison.difference(
                    storage, checkpoint, base.coordinator(), recovery.recovered());
                if (difference != null) {
                    damages.accept(new JournalDamage(checkpoint.name(), checkpoint.position(), 0, difference));
                }
            } catch (final UncheckedIOException ex) {
                if (!(ex.getCause() instanceof NoSuchFileException)) {
                    throw ex;
                }
                // A coordinator that runs has let go of it.
            }
        }
    }

    /**
     * What lies behind it isn't replayed. Nothing more is if nobody knows where it lies. The mark file's ends nothing:
     * it isn't needed.
     */
    void damaged(final JournalDamage damage) {
        if (damage.file().equals(FileNames.MARK)) {
            return;
        }
        if (damage.position() == JournalDamage.NOWHERE) {
            end(damage.file() + (damage.isOtherVersion() ? " is another version's" : " is damaged"));
        } else {
            interrupted(damage.position(), (damage.isOtherVersion() ? "another version wrote what is at position "
                : "there is damage at position ") + damage.position());
        }
    }

    /** From a position on nothing is replayed; it doesn't matter if no record follows, or all that it needs do. */
    void interrupted(final long position, final String reason) {
        if (position >= basePosition() && position < interruption) {
            interruption = position;
            interruptionReason = reason;
        }
    }

    private void end(final String reason) {
        endReason = endReason == null ? reason : endReason;
    }

    boolean isWhole() {
        return endReason == null;
    }

    /** @return end of the record with an acknowledgement that a start would refuse to take; 0: there is none. */
    long unexplainedAt() {
        return recovery.recovered().contradictions().unexplainedAt();
    }

    /** @return why the coordinator halted in its last epoch, or null. */
    String haltReason() {
        return recovery.recovered().haltReason();
    }

    int inFlight() {
        return base.coordinator().transactionsInFlight();
    }

    @Override
    public String toString() {
        if (!isWhole() && records == 0) {
            return "nothing was replayed, since " + endReason;
        }
        final TransactionCounts counts = base.coordinator().countTransactions();
        return (isWhole() ? "" : "ended early, since " + endReason + ": ")
            + (basePosition() == 0 ? "" : "from the checkpoint at position " + basePosition() + " on ")
            + String.format(Locale.ROOT,
            "%d records, epoch %d, %d transactions in flight (ACTIVE %d, PREPARING %d, COMMITTING %d, ABORTING %d)",
            records, recovery.recovered().epoch(), counts.inFlight(), counts.active(),
            counts.preparing() + counts.delegated(), counts.committing(), counts.aborting());
    }
}
