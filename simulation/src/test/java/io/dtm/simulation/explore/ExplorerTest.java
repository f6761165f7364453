package io.dtm.simulation.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import picocli.CommandLine;

final class ExplorerTest {
    private static final int LIMIT = 4_000_000;

    @TestFactory
    Stream<DynamicTest> shouldKeepEveryPromiseWhateverHappens() {
        return Scopes.small().stream().map(scope -> DynamicTest.dynamicTest(scope.name(), () -> {
            final Explorer explorer = new Explorer(scope);
            explorer.run(LIMIT, () -> { });
            System.out.println(explorer.summary());
            assertNull(explorer.failure(), () -> String.join("\n", explorer.story()));
            assertTrue(explorer.isExhausted(), explorer.summary());
        }));
    }

    /** What is counted doesn't depend on the machine: no hash order, clock or thread has a say. */
    @Test
    void shouldMeetTheSameStatesEachTime() {
        final Explorer first = new Explorer(Scopes.byName("last-agent"));
        final Explorer second = new Explorer(Scopes.byName("last-agent"));
        first.run(LIMIT, () -> { });
        second.run(LIMIT, () -> { });
        assertEquals(first.summary(), second.summary());
    }

    @Test
    void shouldSayWhenItGivesUp() {
        final Explorer explorer = new Explorer(Scopes.byName("crash"));
        explorer.run(100, () -> { });
        assertFalse(explorer.isExhausted());
        assertTrue(explorer.summary().contains("exhausted=false"), explorer.summary());
    }

    @Test
    void shouldTellABrokenPromiseWhateverElseIsToBeTold() {
        assertEquals(1, ExploreCommand.worse(1, 3));
        assertEquals(1, ExploreCommand.worse(3, 1));
        assertEquals(1, ExploreCommand.worse(1, 0));
        assertEquals(3, ExploreCommand.worse(0, 3));
        assertEquals(0, ExploreCommand.worse(0, 0));
    }

    @Test
    void shouldNameTheScopesAndRefuseOthers() {
        final ByteArrayOutputStream output = new ByteArrayOutputStream();
        final ByteArrayOutputStream errors = new ByteArrayOutputStream();
        final CommandLine command = new CommandLine(new ExploreCommand(new PrintStream(output), System.err));
        command.setErr(new PrintWriter(errors));
        assertEquals(0, command.execute("--list"));
        assertTrue(output.toString(StandardCharsets.UTF_8).contains("scope crash: 2 participants"));
        output.reset();
        assertEquals(0, command.execute("--list", "--scope", "crash"));
        assertEquals(Scopes.byName("crash").text(), output.toString(StandardCharsets.UTF_8).strip());
        assertEquals(2, command.execute("--scope", "none"));
        assertTrue(errors.toString(StandardCharsets.UTF_8).contains("there is no scope none"));
        assertEquals(2, command.execute("--states", "0"));
        assertTrue(errors.toString(StandardCharsets.UTF_8).contains("--states must be at least 1: 0"));
        assertEquals(3, command.execute("--scope", "crash", "--states", "50"));
        output.reset();
        assertEquals(0, command.execute("--scope", "last-agent"));
        final String[] lines = output.toString(StandardCharsets.UTF_8).split("\n");
        assertTrue(lines[lines.length - 1].endsWith("exhausted=true violations=0"), lines[lines.length - 1]);
    }
}
