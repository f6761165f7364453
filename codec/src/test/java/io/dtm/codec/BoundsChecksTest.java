package io.dtm.codec;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.agrona.DirectBuffer;
import org.junit.jupiter.api.Test;

/** The property is read once, when Agrona is loaded: each case needs a process of its own. */
class BoundsChecksTest {
    private static final int STARTED = 0;
    private static final int REFUSED = 3;

    /** What the host does, in the child process. */
    static final class Host {
        private Host() {
        }

        public static void main(final String[] args) {
            try {
                BoundsChecks.requireEnabled();
            } catch (final IllegalStateException e) {
                System.out.println(e.getMessage());
                System.exit(REFUSED);
            }
        }
    }

    @Test
    void shouldStartWhenNothingIsSwitchedOff() {
        assertDoesNotThrow(BoundsChecks::requireEnabled);
    }

    @Test
    void shouldRefuseToStartWhenBoundsChecksAreSwitchedOff() throws Exception {
        final Process host = start("-Dagrona.disable.bounds.checks=true");
        final String said = new String(host.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(REFUSED, host.waitFor(), said);
        assertTrue(said.contains("Start without -Dagrona.disable.bounds.checks=true"), said);
    }

    @Test
    void shouldStartWhenThePropertyLeavesThemOn() throws Exception {
        final Process host = start("-Dagrona.disable.bounds.checks=false");
        final String said = new String(host.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(STARTED, host.waitFor(), said);
    }

    private static Process start(final String property) throws IOException {
        final String classPath = Stream.of(Host.class, BoundsChecks.class, DirectBuffer.class)
            .map(BoundsChecksTest::location).collect(Collectors.joining(File.pathSeparator));
        final String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return new ProcessBuilder(
            java, "--add-opens", "java.base/jdk.internal.misc=ALL-UNNAMED", property, "-cp", classPath,
            Host.class.getName()).redirectErrorStream(true).start();
    }

    private static String location(final Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
        } catch (final URISyntaxException e) {
            throw new IllegalStateException(type.getName(), e);
        }
    }
}
