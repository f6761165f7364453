package io.dtm.systemtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

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
        assertTrue(committed > 0 && rolledBack > 0, () -> lastLine(demo));
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
}
