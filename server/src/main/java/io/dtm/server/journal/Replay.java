package io.dtm.server.journal;

import io.dtm.core.coordinator.CommitCoordinator;
import io.dtm.core.coordinator.TransactionCounts;
import io.dtm.core.journal.inspection.JournalDamage;
import io.dtm.core.journal.reading.RecordHandler;
import io.dtm.core.recovery.CheckpointComparison;
import io.dtm.core.recovery.InspectedCheckpoint;
import io.dtm.core.recovery.Recovered;
import io.dtm.core.recovery.Recovery;
import io.dtm.core.recovery.RecoveryOutput;
import io.dtm.core.recovery.RestoredCoordinator;
import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalStorage;
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
 * wrong, so it ends there; not before, wherever among the others the damage is told.
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
    private long records;

    private Replay(final JournalStorage storage, final RestoredCoordinator base, final String endReason) {
        this.storage = storage;
        this.base = base;
        this.endReason = endReason;
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
        final boolean isWhole = segments.isEmpty() || segments.get(0).equals(FileNames.segment(0));
        final List<InspectedCheckpoint> usable = checkpoints.stream()
            .filter(one -> isWhole || FileNames.segment(one.position()).compareTo(segments.get(0)) >= 0).toList();
        final Replay replay;
        if (isWhole || usable.isEmpty()) {
            final RecoveryOutput output = new RecoveryOutput();
            replay = new Replay(storage,
                new RestoredCoordinator(new CommitCoordinator(output), output, Recovered.NOTHING, 0),
                isWhole ? null : "there is nothing to begin with");
        } else {
            replay = new Replay(storage, RestoredCoordinator.of(storage, usable.get(0).name(), coordinatorId), null);
        }
        usable.stream().filter(one -> one.position() > replay.base.replayPosition()).forEach(replay.compared::add);
        return replay;
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

    /** What lies behind it isn't replayed. Nothing more is if nobody knows where it lies. */
    void damaged(final JournalDamage damage) {
        if (damage.position() == JournalDamage.NOWHERE) {
            end(damage.file() + " is damaged");
        } else {
            interrupted(damage.position(), "there is damage at position " + damage.position());
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
