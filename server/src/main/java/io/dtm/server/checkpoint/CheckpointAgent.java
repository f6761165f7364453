package io.dtm.server.checkpoint;

import io.dtm.core.journal.SegmentedJournal;
import io.dtm.core.recovery.CheckpointMaker.Made;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.NanoClock;

/**
 * Has a checkpoint made whenever enough of the journal is closed behind the last one. A child that fails costs nothing
 * but time: the journal is longer until another one succeeds. On a thread of its own.
 */
public final class CheckpointAgent implements Agent {
    private static final long FIRST_RETRY_NS = TimeUnit.SECONDS.toNanos(5);
    private static final long LAST_RETRY_NS = TimeUnit.MINUTES.toNanos(5);
    private static final long CHILD_LIMIT_NS = TimeUnit.HOURS.toNanos(1);

    private final SegmentedJournal journal;
    private final Launcher launcher;
    private final long intervalBytes;
    private final long keepFree;
    private final NanoClock clock;
    private final Consumer<String> log;
    private CheckpointProcess child;
    private long launchedNs;
    private boolean isAdopting;
    private long adopted;
    private long retryDelayNs = FIRST_RETRY_NS;
    private long retryAtNs;
    private boolean waits;

    /** Starts children. */
    interface Launcher {
        CheckpointProcess launch(long upTo, long keepFree) throws IOException;
    }

    CheckpointAgent(
        final SegmentedJournal journal,
        final Launcher launcher,
        final long intervalBytes,
        final long keepFree,
        final NanoClock clock,
        final Consumer<String> log) {
        this.journal = journal;
        this.launcher = launcher;
        this.intervalBytes = intervalBytes;
        this.keepFree = keepFree;
        this.clock = clock;
        this.log = log;
    }

    /**
     * @param journal       that is live.
     * @param mainClass     of the program, to run as a child.
     * @param program       fingerprint of the program's files when this process started.
     * @param directory     of the journal.
     * @param childLog      takes what the last child said.
     * @param intervalBytes of closed segments after which a checkpoint is made.
     * @param keepFree      bytes that must be left on the disk, unless new transactions are refused already.
     * @param clock         monotonic.
     * @param log           takes a sentence for the operator when none could be made.
     * @return the agent.
     */
    public static CheckpointAgent of(
        final SegmentedJournal journal,
        final String mainClass,
        final long program,
        final Path directory,
        final Path childLog,
        final long intervalBytes,
        final long keepFree,
        final NanoClock clock,
        final Consumer<String> log) {
        return new CheckpointAgent(journal, (upTo, free) -> new CheckpointProcess(
            mainClass, directory, upTo, free, program, childLog),
            intervalBytes, keepFree, clock, log);
    }

    @Override
    public String roleName() {
        return "checkpoint";
    }

    @Override
    public int doWork() {
        if (child != null) {
            return watch();
        }
        if (isAdopting && !journal.isAdopting()) {
            isAdopting = false;
            concludeAdoption();
        }
        return isDue() ? launch() : 0;
    }

    private int watch() {
        if (child.isAlive()) {
            if (clock.nanoTime() - launchedNs > CHILD_LIMIT_NS) {
                child.kill();
            }
            return 0;
        }
        final CheckpointProcess ended = child;
        child = null;
        try {
            final Optional<Made> made = ended.result();
            if (made.isPresent()) {
                journal.adoptCheckpoint(made.get().checkpoint());
                isAdopting = true;
                adopted = made.get().checkpoint().replayPosition();
            } else {
                retryLater(ended.lastLine());
            }
        } catch (final IOException unreadable) {
            retryLater(unreadable.toString());
        }
        return 1;
    }

    /** One that can't be used is dropped by the journal, which has said why. */
    private void concludeAdoption() {
        if (journal.checkpointPosition() >= adopted) {
            retryDelayNs = FIRST_RETRY_NS;
            waits = false;
        } else {
            retryLater("it couldn't be adopted");
        }
    }

    @Override
    public void onClose() {
        if (child != null) {
            child.kill();
        }
    }

    /** Where there is no space for new transactions a checkpoint may make some, however short the journal is. */
    private boolean isDue() {
        final long closedBytes = journal.closedPosition() - journal.checkpointPosition();
        return !journal.isAdopting() && closedBytes > 0
            && (closedBytes >= intervalBytes || !journal.hasSpaceForNew())
            && !(waits && clock.nanoTime() - retryAtNs < 0);
    }

    private int launch() {
        launchedNs = clock.nanoTime();
        try {
            // What is reserved is on the disk already. Beside that nothing needs the last of it more than what ends the
            // want: segments are let go. The first one lets none go.
            final boolean letsGo = !journal.hasSpaceForNew() && journal.checkpointPosition() > 0;
            child = launcher.launch(journal.closedPosition(), letsGo ? 0 : keepFree);
        } catch (final IOException failed) {
            retryLater(failed.toString());
        }
        return 1;
    }

    private void retryLater(final String why) {
        waits = true;
        retryAtNs = clock.nanoTime() + retryDelayNs;
        log.accept("checkpoint: none was made, the journal stays longer; tried again in "
            + TimeUnit.NANOSECONDS.toSeconds(retryDelayNs) + " s: " + why);
        retryDelayNs = Math.min(retryDelayNs * 2, LAST_RETRY_NS);
    }
}
