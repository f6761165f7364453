package io.dtm.server.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.server.process.ChildProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Options that make no sense: a real process each time, which starts nothing. */
class DemoCommandTest {
    private static final int LIMIT_S = 60;
    private static final int BAD_OPTION = 2;

    @TempDir
    private Path directory;

    private void assertRefused(final String why, final String... options) throws Exception {
        final List<String> arguments = new ArrayList<>(List.of("demo"));
        arguments.addAll(List.of(options));
        final ChildProcess demo = new ChildProcess("demo", directory.resolve("log"),
            List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"), "io.dtm.server.Dtm", arguments);
        demo.start();
        try {
            assertEquals(BAD_OPTION, demo.exitStatus(LIMIT_S), demo.said());
            assertEquals(1, demo.said().lines().count(), demo.said());
            assertTrue(demo.said().contains(why), demo.said());
        } finally {
            demo.kill();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "--services, 1, --services must be 2 to 20: 1",
        "--services, 21, --services must be 2 to 20: 21",
        "--clients, 0, --clients must be 2 to 500: 0",
        "--seconds, -5, --seconds must be 5 to 86400: -5",
        "--seconds, soon, 'soon' is not an int",
        "--seed, x, 'x' is not a long",
        "--speed, 3, Unknown option",
    })
    void shouldSayInOneLineWhatIsWrongWithAnOption(final String option, final String value, final String why)
        throws Exception {
        assertRefused(why, option, value);
    }

    @Test
    void shouldRefuseADirectoryToKeepThatIsNotEmptyAndLeaveItAlone() throws Exception {
        final Path kept = Files.createDirectory(directory.resolve("kept"));
        final Path file = Files.writeString(kept.resolve("mine"), "mine");

        assertRefused("--keep must name an empty or a new directory: " + kept, "--keep", kept.toString());

        assertEquals("mine", Files.readString(file));
    }

    @Test
    void shouldRefuseADirectoryToKeepThatCanNotBeMade() throws Exception {
        final Path file = Files.writeString(directory.resolve("file"), "mine");

        assertRefused("--keep names a directory that can't be made", "--keep", file.toString());
        assertRefused("--keep names a directory that can't be made", "--keep", file.resolve("below").toString());
    }
}
