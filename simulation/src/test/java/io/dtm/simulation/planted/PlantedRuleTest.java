package io.dtm.simulation.planted;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.simulation.RestoreRun;
import io.dtm.simulation.SeedRun;
import io.dtm.simulation.explore.ExploreRun;
import io.dtm.simulation.planted.PlantedBug.Hunt;
import io.dtm.simulation.storage.CrashRun;
import io.dtm.simulation.transcript.TranscriptRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Takes one rule after the other out of the coordinator, the library or the journal and shows that the transcripts
 * about it, the simulator, the explorer, or the crash test, notice.
 * What stays green here without its rule guards nothing.
 */
final class PlantedRuleTest {
    private static final Path DIRECTORY = Path.of("src", "test", "resources", "planted");
    private static final Path PROJECT = Path.of("..");

    @TempDir
    Path classes;

    private static List<Path> files() throws IOException {
        try (Stream<Path> found = Files.walk(DIRECTORY)) {
            return found.filter(path -> path.toString().endsWith(".txt")).sorted().toList();
        }
    }

    @TestFactory
    Stream<DynamicTest> shouldBeNoticedWhenARuleIsMissing() throws IOException {
        return files().stream().map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> plant(file)));
    }

    /** The control: what catches them finds nothing where nothing is planted. */
    @TestFactory
    Stream<DynamicTest> shouldFindNothingInTheSourcesAsTheyAre() throws IOException {
        final Map<String, Long> greatest = new TreeMap<>();
        Path source = null;
        for (final Path file : files()) {
            final PlantedBug bug = PlantedBug.read(file);
            for (final String crashes : bug.crashes()) {
                final int states = crashes.lastIndexOf(' ') + 1;
                greatest.merge(crashes.substring(0, states), Long.parseLong(crashes.substring(states)), Math::max);
                source = bug.source();
            }
        }
        final Path changed = source;
        return greatest.entrySet().stream().map(entry -> entry.getKey() + entry.getValue()).map(crashes ->
            DynamicTest.dynamicTest(crashes, () -> {
                final String text = Files.readString(PROJECT.resolve(changed));
                try (PlantedClasses world = PlantedClasses.compile(changed, text, classes.resolve("control"))) {
                    assertNull(run(world, CrashRun.class, crashes));
                }
            }));
    }

    /** The same, of the simulator: each seed and each stream, in as many transactions as the longest hunt takes. */
    @TestFactory
    Stream<DynamicTest> shouldFindNothingBySeedsInTheSourcesAsTheyAre() throws IOException {
        final Map<Long, Long> budgets = new TreeMap<>();
        final Set<String> streams = new TreeSet<>();
        for (final Path file : files()) {
            final PlantedBug bug = PlantedBug.read(file);
            bug.restores().forEach(restore -> streams.add(restore.where()));
            bug.seeds().stream().map(seed -> seed.where().split(" ")).forEach(words ->
                budgets.merge(Long.parseLong(words[0]), Long.parseLong(words[1]), Math::max));
        }
        return Stream.concat(
            budgets.entrySet().stream().map(entry -> entry.getKey() + " " + entry.getValue()).map(seed ->
                DynamicTest.dynamicTest("seed " + seed, () -> assertNull(new SeedRun().apply(seed)))),
            streams.stream().map(stream ->
                DynamicTest.dynamicTest("stream " + stream, () -> assertNull(new RestoreRun().apply(stream)))));
    }

    private void plant(final Path file) throws Exception {
        final PlantedBug bug = PlantedBug.read(file);
        final String source = bug.plant(Files.readString(PROJECT.resolve(bug.source())));
        try (PlantedClasses world = PlantedClasses.compile(bug.source(), source, classes.resolve(bug.name()))) {
            for (final String transcript : bug.transcripts()) {
                assertNotNull(run(world, TranscriptRun.class, transcript),
                    "the transcript " + transcript + " goes on as if nothing were missing: it does not need its rule");
            }
            for (final Hunt seed : bug.seeds()) {
                assertFound(world, SeedRun.class, seed, "the simulator, with seed and transactions; if it finds nothing"
                    + " look for another seed (./dtm simulate --seed n), or for what the checker no longer sees");
            }
            for (final Hunt stream : bug.restores()) {
                assertFound(world, RestoreRun.class, stream, "an episode of restored directories, drawn from stream;"
                    + " if it notices nothing look for another one");
            }
            for (final Hunt scope : bug.scopes()) {
                assertFound(world, ExploreRun.class, scope, "the explorer, within scope and states; if it finds"
                    + " nothing look for another scope (./dtm explore --list)");
            }
            for (final String crashes : bug.crashes()) {
                assertNotNull(run(world, CrashRun.class, crashes), "the crash test noticed nothing, run with model,"
                    + " seed, records, survivals of a moment, greatest number of crash states: " + crashes);
            }
        }
    }

    private static void assertFound(
        final ClassLoader world, final Class<?> run, final Hunt hunt, final String who) throws Exception {
        final Object found = run(world, run, hunt.where());
        assertTrue(hunt.isFoundBy(found), () -> who + ": " + hunt.where() + ": it must find \"" + hunt.broken()
            + "\", and it found: " + found);
    }

    /** @return how it failed; null: it didn't. */
    @SuppressWarnings("unchecked")
    static Object run(final ClassLoader world, final Class<?> run, final String what) throws Exception {
        final Class<?> changed = world.loadClass(run.getName());
        assertTrue(changed != run, "it is the unchanged class");
        return ((Function<String, Object>) changed.getDeclaredConstructor().newInstance()).apply(what);
    }

    @Test
    void shouldSaySoWhenAChangeDoesNotFitTheSourceAnyMore() {
        final PlantedBug bug = new PlantedBug("any", Path.of("Any.java"),
            List.of(new PlantedBug.Hunk("is gone", "")), List.of(), List.of(), List.of(), List.of(), List.of());
        final AssertionError error = assertThrows(AssertionError.class, () -> bug.plant("is here"));
        assertTrue(error.getMessage().contains("any more"), error.getMessage());
        assertThrows(AssertionError.class, () -> bug.plant("is gone, is gone"));
    }
}
