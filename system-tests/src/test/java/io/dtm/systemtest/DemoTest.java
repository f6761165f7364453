package io.dtm.systemtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The demo checks the system; this checks the demo: that it passes, and that it finds a falsified row. */
class DemoTest {
    private static final long LIMIT_S = 240;
    private static final int TERMINATED = 128 + 15;
    private static final Pattern LAST_LINE = Pattern.compile("demo: transactions=(\\d+) committed=(\\d+)"
        + " rolledBack=(\\d+) unknown=(\\d+) inDoubt=0 coordinatorKills=(\\d+) serviceKills=(\\d+)"
        + " databaseKills=(\\d+) conserved=true atomic=true");

    private final House house = new House();

    @AfterEach
    void close() {
        house.close();
    }

    private ChildJvm demo(final String... options) {
        return demo(List.of(), options);
    }

    private ChildJvm demo(final List<String> jvmOptions, final String... options) {
        final List<String> arguments = new ArrayList<>(List.of("demo"));
        arguments.addAll(List.of(options));
        return house.own(new ChildJvm(
            "demo", house.path("demo-log"), jvmOptions, "io.dtm.server.Dtm", arguments)).start();
    }

    /** @return how often transfers ended in this way, by the table. */
    private static int ending(final ChildJvm demo, final String text) {
        final Pattern row = Pattern.compile("[* ] " + Pattern.quote(text) + " +(\\d+)");
        return demo.said().lines().map(row::matcher).filter(Matcher::matches)
            .map(matcher -> Integer.parseInt(matcher.group(1)))
            .findFirst().orElseThrow(() -> new AssertionError("no row '" + text + "':\n" + demo.said()));
    }

    private static void assertTables(
        final ChildJvm demo, final int committed, final int rolledBack, final int unknown) {
        for (final String required : List.of("committed", "committed, read-only", "rolled back: insufficient funds",
            "rolled back: timeout")) {
            assertTrue(ending(demo, required) >= 1, () -> required + ":\n" + demo.said());
            assertTrue(demo.said().contains("\n* " + required), () -> required + " has no mark:\n" + demo.said());
        }
        assertEquals(committed, ending(demo, "committed") + ending(demo, "committed, read-only"));
        assertEquals(rolledBack, ending(demo, "rolled back: insufficient funds") + ending(demo, "rolled back: timeout")
            + ending(demo, "rolled back: by the client")
            + ending(demo, "rolled back: a process was down or restarted"));
        assertEquals(unknown, ending(demo, "unknown to the client"));
        assertTrue(demo.said().contains("(at least 1 of each with a *; 20 in a run of 60 s or more)"), demo::said);
        for (final String victim : List.of("coordinator", "service of bank-\\d", "database server of bank-\\d")) {
            final Pattern row = Pattern.compile("  " + victim
                + " +ACTIVE \\d+, PREPARING [1-9]\\d*, COMMITTING [1-9]\\d*, ABORTING \\d+");
            assertEquals(1, demo.said().lines().filter(line -> row.matcher(line).matches()).count(), demo::said);
        }
    }

    private static String lastLine(final ChildJvm demo) {
        final List<String> lines = demo.said().lines().toList();
        return lines.get(lines.size() - 1);
    }

    @Test
    void shouldEndWithGoodBooksThoughProcessesAreKilled() {
        final ChildJvm demo = demo("--seconds", "10", "--clients", "6");

        assertEquals(0, demo.exitStatus(LIMIT_S), demo::said);

        final Matcher matcher = LAST_LINE.matcher(lastLine(demo));
        assertTrue(matcher.matches(), () -> lastLine(demo));
        final int committed = Integer.parseInt(matcher.group(2));
        final int rolledBack = Integer.parseInt(matcher.group(3));
        final int unknown = Integer.parseInt(matcher.group(4));
        assertEquals(Integer.parseInt(matcher.group(1)), committed + rolledBack + unknown);
        assertTables(demo, committed, rolledBack, unknown);
        for (int group = 5; group <= 7; group++) {
            assertTrue(Integer.parseInt(matcher.group(group)) >= 1, () -> lastLine(demo));
        }
    }

    @Test
    void shouldFailAndNameTheBankAndTheAccountWhenARowIsFalsified() {
        final ChildJvm demo = demo("--seconds", "8", "--clients", "6", "--tamper", "1");

        assertNotEquals(0, demo.exitStatus(LIMIT_S), demo::said);

        assertTrue(demo.said().lines().anyMatch(line -> line.startsWith("WRONG:")
            && line.contains("bank-1") && line.contains("account 7")), demo::said);
        assertTrue(lastLine(demo).contains("conserved=false"), () -> lastLine(demo));
    }

    @Test
    void shouldStopAllThatItStartedAndDeleteItsDataWhenItIsToldToEnd() throws IOException {
        final Path temporary = Files.createDirectory(house.path("temporary"));
        final ChildJvm demo = demo(List.of("-Djava.io.tmpdir=" + temporary), "--seconds", "300", "--clients", "6");
        demo.awaitLine(" s  committed ");
        final List<ProcessHandle> started =
            ProcessHandle.of(demo.pid()).orElseThrow().children().filter(ProcessHandle::isAlive).toList();
        assertTrue(started.size() >= 4, () -> "a coordinator and three services, but " + started);
        final long servers = postgresServers(temporary);
        assertEquals(3, servers);

        demo.stop();

        assertEquals(TERMINATED, demo.exitStatus(LIMIT_S), demo::said);
        assertTrue(demo.said().contains("\ndemo: told to end"), demo::said);
        assertEquals(List.of(), started.stream().filter(ProcessHandle::isAlive).toList());
        Conditions.await(() -> "no server runs, but " + postgresServers(temporary),
            () -> postgresServers(temporary) == 0);
        try (var left = Files.list(temporary)) {
            assertEquals(List.of(), left.filter(path -> path.getFileName().toString().startsWith("dtm-")).toList());
        }
    }

    private static long postgresServers(final Path below) {
        return ProcessHandle.allProcesses()
            .filter(process -> process.info().commandLine().orElse("").contains(" -D " + below))
            .count();
    }
}
