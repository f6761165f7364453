package io.dtm.systemtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.server.process.ChildProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The demo checks the system; this checks the demo: that it passes, and that it finds a falsified row. */
class DemoTest {
    private static final long LIMIT_S = 240;
    private static final Pattern LAST_LINE = Pattern.compile("demo: transactions=(\\d+) committed=(\\d+)"
        + " rolledBack=(\\d+) unknown=(\\d+) inDoubt=0 coordinatorKills=(\\d+) serviceKills=(\\d+)"
        + " databaseKills=(\\d+) conserved=true atomic=true");

    private final House house = new House();

    @AfterEach
    void close() {
        house.close();
    }

    private ChildJvm demo(final String... options) {
        final List<String> arguments = new ArrayList<>(List.of("demo"));
        arguments.addAll(List.of(options));
        return house.own(new ChildJvm(
            "demo", house.path("demo-log"), List.of(), "io.dtm.server.Dtm", arguments)).start();
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

    /** A terminal's Ctrl-C is SIGINT to the demo's process group: its children get it, too. */
    @ParameterizedTest
    @CsvSource({
        "' s  committed ', TERM, 143",
        "' s  committed ', INT, 130",
        "starting 3 PostgreSQL servers, TERM, 143",
        "starting 3 PostgreSQL servers, INT, 130",
    })
    void shouldStopAllThatItStartedAndDeleteItsDataWhenItIsToldToEnd(
        final String moment, final String signal, final int status) throws Exception {
        final Path temporary = Files.createDirectory(house.path("temporary"));
        // A group of its own; and a shell without job control would let it ignore SIGINT.
        final ChildJvm demo = house.own(new ChildJvm("demo", house.path("demo-log"),
            List.of("-Djava.io.tmpdir=" + temporary), "io.dtm.server.Dtm",
            List.of("demo", "--seconds", "300", "--clients", "6"))
            .under(List.of("setsid", "env", "--default-signal=INT"))).start();
        demo.awaitLine(moment);
        final Set<Path> memory = DemoProcesses.sharedMemory(temporary);

        ChildProcess.signal(signal.equals("INT") ? -demo.pid() : demo.pid(), signal);

        assertEquals(status, demo.exitStatus(LIMIT_S), demo::said);
        assertTrue(demo.said().contains("\ndemo: told to end"), demo::said);
        Conditions.await(() -> "nothing runs, but " + DemoProcesses.of(temporary) + ":\n" + demo.said(),
            () -> DemoProcesses.of(temporary).isEmpty());
        try (var left = Files.list(temporary)) {
            assertEquals(List.of(), left.filter(path -> path.getFileName().toString().startsWith("dtm-")).toList(),
                demo::said);
        }
        assertEquals(List.of(), memory.stream().filter(Files::exists).toList(), demo::said);
    }
}
