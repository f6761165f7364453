package io.dtm.core.recovery;

import io.dtm.core.coordinator.CommitCoordinator;
import io.dtm.core.coordinator.CoordinatorRestorer;
import io.dtm.core.journal.reading.CheckpointHeader;
import io.dtm.core.journal.reading.Corruption;
import io.dtm.core.recovery.Recovered.Contradictions;
import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalException.Category;
import io.dtm.core.storage.JournalStorage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;

/**
 * A coordinator as its newest valid checkpoint has it, or a new one where the whole journal is there: what a replay
 * starts from. For starts, for the next checkpoint, and for tools.
 *
 * @param coordinator    in the state of the checkpoint.
 * @param output         of that coordinator.
 * @param recovered      what is known.
 * @param replayPosition from which the journal is to be replayed; 0: from its beginning.
 */
public record RestoredCoordinator(
    CommitCoordinator coordinator, RecoveryOutput output, Recovered recovered, long replayPosition) {
    /**
     * Falls back from a damaged checkpoint to the one before, and from that to the whole journal.
     *
     * @param storage       of a coordinator that may run.
     * @param coordinatorId whose it must be.
     * @param reportSink    takes a sentence for each checkpoint that is damaged.
     * @return the coordinator; its owner replays the journal from its position on.
     * @throws JournalException     CORRUPT if neither a checkpoint nor the whole journal is there; FOREIGN.
     * @throws UncheckedIOException if the directory can't be read.
     */
    public static RestoredCoordinator newest(
        final JournalStorage storage, final long coordinatorId, final Consumer<String> reportSink) {
        final List<String> names = names(storage);
        final List<String> damages = new ArrayList<>();
        for (final String name : checkpoints(names)) {
            try {
                return of(storage, name, coordinatorId);
            } catch (final JournalException ex) {
                if (ex.category() != Category.CORRUPT) {
                    throw ex;
                }
                damages.add(ex.what());
            } catch (final UncheckedIOException ex) {
                damages.add(ex.getMessage());
            }
            reportSink.accept("journal: " + damages.get(damages.size() - 1) + ". The checkpoint before it is used, or"
                + " the whole journal if that is there. Look at the device");
        }
        requireWholeJournal(storage, names, damages);
        final RecoveryOutput output = new RecoveryOutput();
        return new RestoredCoordinator(new CommitCoordinator(output), output, Recovered.NOTHING, 0);
    }

    /**
     * Replays what the checkpoint doesn't hold yet.
     *
     * @param source of the records from {@link #replayPosition()} on.
     * @return what is known then.
     * @throws JournalException REPLAY, naming the record, if it can't be applied or the replay contradicts it.
     */
    public Recovered replay(final ReplaySource source) {
        return new Recovery(coordinator, output, recovered).replay(source);
    }

    /**
     * @param storage       where the checkpoint lies.
     * @param name          of its file.
     * @param coordinatorId whose it must be.
     * @return the coordinator as that checkpoint has it.
     * @throws JournalException     CORRUPT, naming the damage; FOREIGN.
     * @throws UncheckedIOException if it can't be read.
     */
    public static RestoredCoordinator of(
        final JournalStorage storage, final String name, final long coordinatorId) {
        final RecoveryOutput output = new RecoveryOutput();
        final CoordinatorRestorer restorer = new CoordinatorRestorer(output);
        try (CheckpointDecoder decoder = CheckpointDecoder.open(storage, name, coordinatorId)) {
            decoder.decode(restorer);
            final CheckpointHeader header = decoder.header();
            return new RestoredCoordinator(
                restorer.coordinator(), output, recovered(header), header.replayPosition());
        }
    }

    private static Recovered recovered(final CheckpointHeader header) {
        return new Recovered(header.lastTimeNs(), header.lastRecordEnd(), header.coordinatorId(), header.epoch(),
            header.generation(), null, new Contradictions(header.contradictions(), header.unexplainedAt()));
    }

    private static List<String> names(final JournalStorage storage) {
        try {
            return storage.list();
        } catch (final IOException ex) {
            throw new UncheckedIOException("the data directory can't be read: " + ex, ex);
        }
    }

    /** Newest first. */
    private static List<String> checkpoints(final List<String> names) {
        return names.stream().filter(FileNames::isCheckpoint).sorted(Comparator.reverseOrder()).toList();
    }

    private static void requireWholeJournal(
        final JournalStorage storage, final List<String> names, final List<String> damages) {
        final String oldest = names.stream().filter(FileNames::isSegment).min(Comparator.naturalOrder()).orElse("");
        final boolean isWhole = oldest.isEmpty() ? damages.isEmpty() : oldest.equals(FileNames.segment(0));
        if (!isWhole) {
            throw Corruption.exception((damages.isEmpty() ? "there is no checkpoint" : String.join("; ", damages))
                + "; and the journal's beginning was let go: its oldest segment is "
                + (oldest.isEmpty() ? "missing" : storage.describe(oldest)));
        }
    }
}
