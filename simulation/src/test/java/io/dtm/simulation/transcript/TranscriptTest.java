package io.dtm.simulation.transcript;

import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Runs every transcript against the real coordinator and the real library. */
final class TranscriptTest {
    private static final Path DIRECTORY = Path.of("src", "test", "resources", "transcripts");
    private static final int LAST_EVENTS = 60;

    @TestFactory
    Stream<DynamicTest> shouldGoAsTheTranscriptSays() throws IOException {
        final List<Path> files;
        try (Stream<Path> found = Files.list(DIRECTORY)) {
            files = found.filter(path -> path.toString().endsWith(".txt")).sorted().toList();
        }
        return files.stream().map(path -> DynamicTest.dynamicTest(path.getFileName().toString(), () -> run(path)));
    }

    private static void run(final Path path) throws IOException {
        run(path, new Rules());
    }

    /** @param transcript its file's name without ".txt". */
    static void run(final String transcript, final Rules rules) throws IOException {
        run(DIRECTORY.resolve(transcript + ".txt"), rules);
    }

    private static void run(final Path path, final Rules rules) throws IOException {
        final TranscriptWorld world = new TranscriptWorld(rules);
        run(world, path.getFileName().toString(), Files.readAllLines(path));
    }

    static void run(final TranscriptWorld world, final String name, final List<String> lines) {
        final Script script = new Script(world);
        for (int i = 0; i < lines.size(); i++) {
            final String line = lines.get(i).replaceFirst("#.*", "").trim();
            if (!line.isEmpty()) {
                try {
                    script.run(line);
                    check(world);
                } catch (final RuntimeException | AssertionError e) {
                    fail(name + " line " + (i + 1) + ": " + line + "\n  " + e.getMessage() + "\n"
                        + String.join("\n", world.trace.last(LAST_EVENTS)), e);
                }
            }
        }
        try {
            world.received.expectNothingForAnybody();
        } catch (final AssertionError e) {
            fail(name + " at its end: " + e.getMessage(), e);
        }
    }

    private static void check(final TranscriptWorld world) {
        if (world.violations.count() > 0) {
            throw new AssertionError(String.join("\n  ", world.violations.texts()));
        }
    }
}
