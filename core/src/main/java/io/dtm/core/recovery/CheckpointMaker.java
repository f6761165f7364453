package io.dtm.core.recovery;

import io.dtm.core.journal.NewCheckpoint;
import io.dtm.core.journal.reading.CheckpointHeader;
import io.dtm.core.journal.reading.JournalReader;
import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalStorage;
import io.dtm.core.storage.SequentialFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.agrona.concurrent.EpochClock;

/**
 * Makes a checkpoint as a start would recover: from the newest valid one and the closed segments after it. The live
 * coordinator isn't touched, so this may run beside it, in another process too, and may outlive it: it changes nothing
 * but a temporary file of its own, which only the owner of the directory gives its name. One thread.
 */
public final class CheckpointMaker {
    /** So many bytes are written between two forces, and two looks at the space that is left. */
    private static final long STEP_BYTES = 4L << 20;

    private final JournalStorage storage;
    private final long keepFreeBytes;
    private final EpochClock clock;
    private final Consumer<String> reportSink;

    /** What came of it. */
    public sealed interface Result permits Made, Declined {
    }

    /**
     * A checkpoint, complete and forced.
     *
     * @param checkpoint for the owner of the directory to adopt.
     * @param items      in it.
     */
    public record Made(NewCheckpoint checkpoint, long items) implements Result {
    }

    /**
     * None was made, and that is no failure.
     *
     * @param reason in a sentence.
     */
    public record Declined(String reason) implements Result {
    }

    /**
     * @param storage       of a coordinator that may run; owned or not. It stays the caller's.
     * @param keepFreeBytes that must be left on the disk: the journal needs them more.
     * @param clock         for operators.
     * @param reportSink    takes a sentence for each checkpoint that is damaged.
     */
    public CheckpointMaker(
        final JournalStorage storage,
        final long keepFreeBytes,
        final EpochClock clock,
        final Consumer<String> reportSink) {
        this.storage = storage;
        this.keepFreeBytes = keepFreeBytes;
        this.clock = clock;
        this.reportSink = reportSink;
    }

    /**
     * @param upTo   end of a segment that is forced and that nobody appends to, as the owner of the journal says.
     * @param unique letters, digits and hyphens that no other maker uses: part of the temporary file's name.
     * @return what came of it.
     * @throws JournalException     CORRUPT, FOREIGN, REPLAY: what a start would refuse.
     * @throws UncheckedIOException if it can't be read, or can't be written for lack of space: nothing is left of it,
     *                              and it may be tried again.
     */
    public Result make(final long upTo, final String unique) {
        final RestoredCoordinator restored;
        final Recovered recovered;
        final long coordinatorId;
        try (JournalReader reader = JournalReader.open(storage)) {
            coordinatorId = reader.coordinatorId();
            restored = RestoredCoordinator.newest(storage, coordinatorId, reportSink);
            if (restored.replayPosition() >= upTo) {
                return new Declined("nothing was closed since the last checkpoint");
            }
            recovered = restored.replay(handler -> reader.replayClosed(restored.replayPosition(), upTo, handler));
        }
        if (recovered.haltReason() != null) {
            return new Declined("the coordinator halted before position " + upTo + ": " + recovered.haltReason());
        }
        if (recovered.epoch() == 0) {
            return new Declined("no epoch has begun yet");
        }
        if (recovered.isCut() || recovered.isRestoring()) {
            // No checkpoint holds that, and the next epoch must know it.
            return new Declined("an operator " + (recovered.isCut() ? "cut the journal" : "restores a copy")
                + ", and no epoch has started since");
        }
        final CheckpointHeader header = recovered.checkpointHeader(coordinatorId, upTo, clock.time());
        return write(restored, header, FileNames.temporaryCheckpoint(upTo, unique));
    }

    private Result write(final RestoredCoordinator restored, final CheckpointHeader header, final String name) {
        boolean isDone = false;
        try (SequentialFile file = storage.createSequential(name)) {
            try {
                final CheckpointEncoder encoder = new CheckpointEncoder(new Frugal(file), header);
                restored.coordinator().writeTo(encoder);
                file.force();
                isDone = true;
                return new Made(
                    new NewCheckpoint(
                        name, header.replayPosition(), restored.replayPosition(), encoder.lengthBytes()),
                    encoder.items());
            } finally {
                if (!isDone) {
                    // A failed force isn't tried again either: the file is given up.
                    storage.delete(name);
                }
            }
        } catch (final IOException ex) {
            throw new UncheckedIOException("checkpoint " + storage.describe(name) + " can't be written: " + ex, ex);
        }
    }

    /**
     * Shares the disk with the coordinator: stops before that would have to refuse transactions, and never gives the
     * device so much to write at a time that a force of the journal would have to wait for it.
     */
    private final class Frugal implements SequentialFile {
        private final SequentialFile file;
        private long untilStep = STEP_BYTES;

        Frugal(final SequentialFile file) {
            this.file = file;
        }

        @Override
        public void write(final ByteBuffer source) throws IOException {
            requireSpace();
            untilStep -= source.remaining();
            file.write(source);
            if (untilStep < 0) {
                untilStep = STEP_BYTES;
                file.force();
            }
        }

        private void requireSpace() throws IOException {
            if (untilStep == STEP_BYTES && storage.usableBytes() < keepFreeBytes) {
                throw new IOException("less than " + keepFreeBytes + " bytes would stay free on the disk");
            }
        }

        @Override
        public void force() throws IOException {
            file.force();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
