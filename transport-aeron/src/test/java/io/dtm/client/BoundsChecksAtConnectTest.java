package io.dtm.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The library, too, refuses to run without Agrona's bounds checks: in a process of its own. */
class BoundsChecksAtConnectTest {
    private static final int CONNECTED = 0;
    private static final int REFUSED = 3;

    /** What an application does, in the child process. */
    static final class Application {
        private Application() {
        }

        public static void main(final String[] arguments) {
            try (Dtm dtm = Dtm.connect(new DtmContext().polled(true).errorHandler(error -> { }))) {
                dtm.doWork();
            } catch (final IllegalStateException ex) {
                System.out.println(ex.getMessage());
                System.exit(REFUSED);
            }
        }
    }

    private static Process start(final boolean isDisabled) throws IOException {
        final String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        final String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        return new ProcessBuilder(
            java, "--add-opens", "java.base/jdk.internal.misc=ALL-UNNAMED",
            "-Dagrona.disable.bounds.checks=" + isDisabled, "-cp", classPath, Application.class.getName())
            .redirectErrorStream(true).start();
    }

    @Test
    void shouldRefuseToConnectWhenBoundsChecksAreSwitchedOff() throws Exception {
        final Process application = start(true);
        final String said = new String(application.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(REFUSED, application.waitFor(), said);
        assertTrue(said.contains("Start without -Dagrona.disable.bounds.checks=true"), said);
    }

    @Test
    void shouldConnectWhenTheyAreOn() throws Exception {
        final Process application = start(false);
        final String said = new String(application.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(CONNECTED, application.waitFor(), said);
    }
}
