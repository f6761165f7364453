package io.dtm.server.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.core.journal.NewCheckpoint;
import io.dtm.core.recovery.CheckpointMaker.Made;
import io.dtm.server.process.ChildProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The child's ends that are no checkpoint. That it makes one is shown by the system tests. */
class CheckpointProcessTest {
    private static final String PROGRAM = "io.dtm.server.Dtm";
    private static final int LIMIT_S = 60;
    private static final int ORPHANED = 3;

    @TempDir
    private Path directory;

    private Path log() {
        return directory.resolve("log");
    }

    @Test
    void shouldReadWhatAChildSays() {
        final Made made = new Made(new NewCheckpoint("00000000000000008192.7.checkpoint.tmp", 8192, 4096, 77), 12);

        assertEquals(Optional.of(made), CheckpointProcess.parse(CheckpointProcess.line(made)));
        assertEquals(Optional.empty(), CheckpointProcess.parse("checkpoint made: nothing"));
        assertEquals(Optional.empty(), CheckpointProcess.parse("Exception in thread main"));
    }

    @Test
    void shouldTellWhyThereIsNone() throws Exception {
        final Path journal = Files.createDirectory(directory.resolve("journal"));
        final CheckpointProcess child =
            new CheckpointProcess(PROGRAM, journal, 4096, 0, ProgramFiles.fingerprint(), log());
        awaitEnd(child);

        assertEquals(Optional.empty(), child.result());
        assertTrue(child.lastLine().contains("no journal in"), child.lastLine());
    }

    /** As after an upgrade in place: the child would be of the new version. */
    @Test
    void shouldMakeNoneByAnotherProgramThanTheOneThatRuns() throws Exception {
        final Path program = Files.writeString(directory.resolve("program.jar"), "old");
        final long before = ProgramFiles.fingerprint(program.toString());
        assertEquals(before, ProgramFiles.fingerprint(program.toString()));
        Files.writeString(program, "newer");
        assertTrue(before != ProgramFiles.fingerprint(program.toString()));

        final CheckpointProcess child =
            new CheckpointProcess(PROGRAM, blocking(), 4096, 0, before, log());
        awaitEnd(child);

        assertEquals(Optional.empty(), child.result());
        assertTrue(child.lastLine().contains("were replaced while the coordinator runs"), child.lastLine());
    }

    @Test
    void shouldTellHowItEndedWhenItSaidNothing() throws Exception {
        final CheckpointProcess child =
            new CheckpointProcess(PROGRAM, blocking(), 4096, 0, ProgramFiles.fingerprint(), log());
        child.kill();

        assertEquals(Optional.empty(), child.result());
        assertTrue(child.lastLine().contains("137"), child.lastLine());
    }

    @Test
    void shouldEndWithTheProcessThatAskedForIt() throws Exception {
        final Process child = new ProcessBuilder(ChildProcess.command(
            List.of(), PROGRAM, List.of(MakeCheckpointCommand.NAME, blocking().toString(), "--up-to", "4096")))
            .redirectErrorStream(true)
            .redirectOutput(log().toFile())
            .start();
        try {
            child.getOutputStream().close(); // As the death of its parent does.

            assertTrue(child.waitFor(LIMIT_S, TimeUnit.SECONDS), "it lives on");
            assertEquals(ORPHANED, child.exitValue(), Files.readString(log()));
        } finally {
            child.destroyForcibly();
        }
    }

    /** A journal whose first file is a pipe that nobody writes to: whoever opens it waits for ever. */
    private Path blocking() throws IOException, InterruptedException {
        final Path journal = Files.createDirectory(directory.resolve("journal"));
        assertEquals(0, new ProcessBuilder("mkfifo", journal.resolve("coordinator.id").toString()).start().waitFor());
        return journal;
    }

    private static void awaitEnd(final CheckpointProcess child) throws InterruptedException {
        final long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_S);
        while (child.isAlive()) {
            assertTrue(System.nanoTime() - deadlineNs < 0, "the child lives on");
            Thread.sleep(1);
        }
    }
}
