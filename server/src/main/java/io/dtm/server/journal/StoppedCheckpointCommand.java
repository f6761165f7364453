package io.dtm.server.journal;

import io.dtm.core.journal.JournalContext;
import io.dtm.core.journal.JournalRecovery;
import io.dtm.core.journal.SegmentedJournal;
import io.dtm.core.recovery.CheckpointMaker;
import io.dtm.core.recovery.CheckpointMaker.Declined;
import io.dtm.core.recovery.CheckpointMaker.Made;
import io.dtm.core.recovery.JournalReplay;
import io.dtm.core.recovery.Recovered;
import io.dtm.core.recovery.RestoredCoordinator;
import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalException.Category;
import io.dtm.core.storage.JournalStorage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.Callable;
import org.agrona.concurrent.SystemEpochClock;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * {@code dtm journal checkpoint}: before an upgrade. Does what a start does, but for its epoch: owns the directory,
 * replays, and forces what it replayed; then ends the segment early, so that a checkpoint can hold all of it.
 */
@Command(
    name = "checkpoint",
    description = "Makes a checkpoint of all that the journal of a stopped coordinator holds, so that no record needs"
        + " to be replayed by the version that starts next. Changes the journal, under its lock; decides nothing.",
    exitCodeListHeading = "Exit status:%n",
    exitCodeList = {"0:there is a checkpoint behind the last record", "1:there is none: the last line says why",
        "2:an option is wrong, or there is no journal"},
    sortOptions = false,
    mixinStandardHelpOptions = true)
final class StoppedCheckpointCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private JournalDirectory directory;

    @Override
    public Integer call() {
        directory.inspector(); // Refuses what is no journal; a start would make one.
        try {
            return make(directory.storage());
        } catch (final IOException unreadable) {
            throw directory.unreadable(new UncheckedIOException(unreadable));
        } catch (final JournalException refused) {
            say(refused.category() + " - " + refused.what() + ". None is made; docs/journal-format.md, \"A start\","
                + " says what to do");
            return 1;
        } catch (final UncheckedIOException unreadable) {
            say(unreadable.getMessage());
            return 1;
        }
    }

    private int make(final JournalStorage storage) throws IOException {
        final JournalContext context = new JournalContext()
            .storage(storage)
            .segmentLength(lastSegmentLength(storage))
            .maxFrameLength(1) // Nothing is appended.
            .lowSpaceBytes(0)
            .coordinatorIdSupplier(() -> {
                throw new JournalException(Category.FOREIGN, "no coordinator has ever started in " + directory.path()
                    + ": there is nothing to make a checkpoint of", null);
            })
            .reportSink(this::say);
        try (JournalRecovery recovery = JournalRecovery.open(context)) {
            final RestoredCoordinator restored =
                RestoredCoordinator.newest(storage, recovery.coordinatorId(), this::say);
            final Recovered recovered =
                restored.replay(new JournalReplay(recovery, restored.replayPosition()));
            if (recovered.haltReason() != null || recovered.isCut() || recovered.isRestoring()) {
                say("none is made: the coordinator must start once more, since " + (recovered.isCut()
                    ? "the journal was cut" : recovered.isRestoring() ? "a start with --restored was interrupted"
                    : "it halted: " + recovered.haltReason()));
                return 1;
            }
            try (SegmentedJournal journal = recovery.start()) {
                say(restored.coordinator().transactionsInFlight() + " transactions in flight");
                journal.endSegment();
                return make(journal, storage);
            }
        }
    }

    private int make(final SegmentedJournal journal, final JournalStorage storage) {
        final CheckpointMaker maker = new CheckpointMaker(storage, 0, SystemEpochClock.INSTANCE, this::say);
        final CheckpointMaker.Result result =
            maker.make(journal.closedPosition(), Long.toString(ProcessHandle.current().pid()));
        if (result instanceof Made made) {
            journal.adoptCheckpoint(made.checkpoint());
            journal.prepareSpace();
            say(FileNames.checkpoint(made.checkpoint().replayPosition()) + ": " + made.items() + " items, "
                + made.checkpoint().lengthBytes() + " bytes");
        } else if (journal.checkpointPosition() != journal.closedPosition()) {
            say("none is made: " + ((Declined) result).reason());
        }
        if (journal.checkpointPosition() != journal.closedPosition()) {
            return 1;
        }
        say("the checkpoint at position " + journal.checkpointPosition() + " holds all that there is");
        return 0;
    }

    private static int lastSegmentLength(final JournalStorage storage) throws IOException {
        int length = new JournalContext().segmentLength();
        for (final String name : storage.list()) {
            length = FileNames.isSegment(name) ? (int) storage.length(name) : length;
        }
        return length;
    }

    private void say(final String line) {
        spec.commandLine().getOut().println(line);
    }
}
