package io.dtm.server.checkpoint;

import io.dtm.core.recovery.CheckpointMaker;
import io.dtm.core.recovery.CheckpointMaker.Declined;
import io.dtm.core.recovery.CheckpointMaker.Made;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.MappedStorage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.agrona.concurrent.SystemEpochClock;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dtm make-checkpoint}: what a coordinator starts to have a checkpoint made. Not for people. */
@Command(
    name = MakeCheckpointCommand.NAME,
    hidden = true,
    description = "Writes a checkpoint of a journal into a temporary file. Started by a coordinator; ends with it.",
    mixinStandardHelpOptions = true)
public final class MakeCheckpointCommand implements Callable<Integer> {
    /** By which a coordinator starts it. */
    public static final String NAME = "make-checkpoint";
    /** Exit status: there is no checkpoint, and the last line says why. */
    static final int NOT_MADE = 1;
    private static final String ANY_PROGRAM = "-1";
    /** Exit status: the process that asked for it has ended. */
    private static final int ORPHANED = 3;

    @Parameters(paramLabel = "DIR", description = "The journal's directory.")
    private Path directory;

    @Option(names = "--up-to", required = true, paramLabel = "POSITION",
        description = "Position up to which all segments are closed and forced.")
    private long upTo;

    @Option(names = "--keep-free", defaultValue = "0", paramLabel = "BYTES",
        description = "That must be left on the disk: the journal needs them more.")
    private long keepFreeBytes;

    @Option(names = "--program", defaultValue = ANY_PROGRAM, paramLabel = "FINGERPRINT",
        description = "Of the program that asks: another version may not replay what that one decided.")
    private long program;

    @Override
    public Integer call() throws IOException {
        endWithParent();
        if (program != Long.parseLong(ANY_PROGRAM) && program != ProgramFiles.fingerprint()) {
            System.out.println("the program's files were replaced while the coordinator runs: start it again");
            return NOT_MADE;
        }
        final CheckpointMaker maker = new CheckpointMaker(
            new MappedStorage(directory), keepFreeBytes, SystemEpochClock.INSTANCE, System.out::println);
        try {
            final CheckpointMaker.Result result = maker.make(upTo, Long.toString(ProcessHandle.current().pid()));
            if (result instanceof Made made) {
                System.out.println(CheckpointProcess.line(made));
                return 0;
            }
            System.out.println(((Declined) result).reason());
        } catch (final JournalException | UncheckedIOException failed) {
            System.out.println(failed.getMessage());
        }
        return NOT_MADE;
    }

    /** The other end of the standard input is the coordinator's, and closes when it ends, however that comes about. */
    private static void endWithParent() {
        final Thread watch = new Thread(() -> {
            try {
                while (System.in.read() >= 0) {
                    Thread.onSpinWait();
                }
            } catch (final IOException closed) {
                System.out.println(closed.getMessage());
            }
            Runtime.getRuntime().halt(ORPHANED);
        }, "parent-watch");
        watch.setDaemon(true);
        watch.start();
    }
}
