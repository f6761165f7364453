package io.dtm.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The library, too, refuses to run without what it needs of the JVM and of Agrona: in a process of its own. */
class BoundsChecksAtConnectTest {
    private static final int CONNECTED = 0;
    private static final int REFUSED = 3;
    private static final String OPENED = "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED";

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

    private static Process start(final String... options) throws IOException {
        final String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        final String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        final List<String> command = new ArrayList<>(List.of(java));
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", classPath, Application.class.getName()));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    @Test
    void shouldRefuseToConnectWhenBoundsChecksAreSwitchedOff() throws Exception {
        final Process application = start(OPENED, "-Dagrona.disable.bounds.checks=true");
        final String said = new String(application.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(REFUSED, application.waitFor(), said);
        assertTrue(said.contains("Start without -Dagrona.disable.bounds.checks=true"), said);
    }

    @Test
    void shouldNameTheOptionWithoutWhichAgronasBuffersCanNotBeUsed() throws Exception {
        final Process application = start();
        final String said = new String(application.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(REFUSED, application.waitFor(), said);
        assertTrue(said.contains("--add-opens java.base/jdk.internal.misc=ALL-UNNAMED"), said);
    }

    @Test
    void shouldConnectWhenTheyAreOn() throws Exception {
        final Process application = start(OPENED, "-Dagrona.disable.bounds.checks=false");
        final String said = new String(application.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(CONNECTED, application.waitFor(), said);
    }
}
