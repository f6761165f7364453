package io.dtm.simulation.planted;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.simulation.CommandRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code dtm simulate} says when a rule is missing is small, always the same, and can be run again. */
final class ShrunkRuleTest {
    private static final Pattern COMMAND = Pattern.compile("To run just this again: \\./dtm simulate (.*)\n");
    private static final Pattern REQUESTS = Pattern.compile(" --requests (\\d+)");
    private static final Path PROJECT = Path.of("..");

    @TempDir
    Path classes;

    @ParameterizedTest
    @CsvSource({
        "durable-decisions-leave-on-append, I1, COMMIT b",
        "08-no-answer-while-preparing, I4, IN_DOUBT b",
    })
    void shouldShowASmallRunAndTheCommandThatRepeatsIt(
        final String name, final String invariant, final String message) throws Exception {
        final PlantedBug bug =
            PlantedBug.read(Path.of("src", "test", "resources", "planted", name + ".txt"));
        final String source = bug.plant(Files.readString(PROJECT.resolve(bug.source())));
        try (PlantedClasses world = PlantedClasses.compile(bug.source(), source, classes)) {
            final String options = "--seed 2 --transactions 1500 --shrink 100 --shrink-seconds 0";
            final String found = (String) PlantedRuleTest.run(world, CommandRun.class, options);
            assertTrue(found.startsWith("status 1\nBroken: " + invariant + ": "), found);
            assertTrue(found.contains("VIOLATION of " + invariant) && found.contains("PREPARE b")
                && found.contains(message), found);
            assertTrue(found.matches("(?s).*\nsimulation: seed=2 .* violations=\\d+ trace=[0-9a-f]{16}\n"), found);
            assertEquals(found, PlantedRuleTest.run(world, CommandRun.class, options));

            final String command = group(COMMAND, found);
            assertTrue(Integer.parseInt(group(REQUESTS, command)) <= 3, command);
            final String repeated = (String) PlantedRuleTest.run(world, CommandRun.class, command);
            assertTrue(repeated.startsWith("status 1\n"), repeated);
            assertEquals(shown(found), shown(repeated));
            final String mended = (String) new CommandRun().apply(command);
            assertTrue(mended.startsWith("status 0\n"), mended);
        }
    }

    private static String group(final Pattern pattern, final String text) {
        final Matcher matcher = pattern.matcher(text);
        assertTrue(matcher.find(), text);
        return matcher.group(1);
    }

    /** The shrunken run's settings, diagram, command and violation. */
    private static String shown(final String text) {
        final int from = text.indexOf("seed 2, episode ");
        return text.substring(from, text.lastIndexOf("\nWhat "));
    }
}
