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

    static void run(final Path path) throws IOException {
        final TranscriptWorld world = new TranscriptWorld();
        run(world, Files.readAllLines(path));
    }

    static void run(final TranscriptWorld world, final List<String> lines) {
        final Script script = new Script(world);
        for (int i = 0; i < lines.size(); i++) {
            final String line = lines.get(i).replaceFirst("#.*", "").trim();
            if (!line.isEmpty()) {
                try {
                    script.run(line);
                    check(world);
                } catch (final RuntimeException | AssertionError e) {
                    fail("line " + (i + 1) + ": " + line + "\n  " + e.getMessage() + "\n"
                        + String.join("\n", world.trace.last(LAST_EVENTS)), e);
                }
            }
        }
        world.received.expectNothingForAnybody();
    }

    private static void check(final TranscriptWorld world) {
        if (world.violations.count() > 0) {
            throw new AssertionError(String.join("\n  ", world.violations.texts()));
        }
    }
}
