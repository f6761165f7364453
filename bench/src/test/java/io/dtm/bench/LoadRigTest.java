package io.dtm.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Counts, never times: the machine may be busy. */
class LoadRigTest {
    private static final int BRANCHES = 3;

    @TempDir
    private Path parent;

    @Test
    void shouldCommitEveryBranchOfEveryTransactionAndLeaveNothingBehind() throws Exception {
        final Path directory = Files.createDirectory(parent.resolve("rig"));

        final RigReport report = LoadRig.run(new RigConfiguration(
            directory, 2, 1, 1, new int[] {1, 64}, BRANCHES, 2, 16, "force", RigDriver.EMBEDDED, 0, RigIdle.BACKOFF,
            List.of(), List.of()));

        assertNull(report.problem());
        assertEquals(2, report.levels().size());
        for (final RigLevel level : report.levels()) {
            assertTrue(level.commits() > 0, level::line);
            assertEquals(0, level.aborted());
            assertEquals(0, level.refused());
        }
        assertEquals(List.of(2 * report.committed(), report.committed()),
            report.branches().stream().map(counts -> counts[1]).toList());
        assertTrue(report.roundTrip().getTotalCount() > 0);
        assertTrue(report.force().getTotalCount() > 0);
        assertTrue(report.json().contains("\"inFlight\": 64"));
        assertFalse(Files.exists(directory));
        assertEquals(0, ProcessHandle.current().children().filter(ProcessHandle::isAlive).count());
    }

    @Test
    void shouldSayWhatTheProcessSaidWhenItEndsBeforeItIsReady() throws Exception {
        final Path directory = Files.createDirectory(parent.resolve("rig"));

        final String message = messageOf(() -> LoadRig.run(new RigConfiguration(
            directory, 1, 0, 0, new int[] {1}, 1, 1, 16, "no such level", RigDriver.EMBEDDED, 0, RigIdle.BACKOFF,
            List.of(), List.of())));

        assertTrue(message.startsWith("coordinator ended before it said \"coordinator ready\""), message);
        assertTrue(message.contains("dtm.durability=no such level: must be force or append"), message);
        assertFalse(Files.exists(directory));
    }

    private static String messageOf(final Callable<?> call) throws Exception {
        try {
            call.call();
        } catch (final IOException expected) {
            return expected.getMessage();
        }
        throw new AssertionError("nothing was thrown");
    }
}
