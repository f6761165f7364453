package io.dtm.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalException.Category;
import io.dtm.server.process.ChildProcess;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FailStopTest {
    private static final int LIMIT_S = 60;

    /** Fails in a process of its own. */
    static final class Main {
        private Main() {
        }

        public static void main(final String[] arguments) {
            FailStop.halt(new HostLog(System.out, new PrintStream(new Unread())), "journal",
                new JournalException(Category.FORCE_FAILED, "on purpose", null));
        }
    }

    /** A pipe that is full. */
    private static final class Unread extends OutputStream {
        @Override
        public void write(final int one) {
            try {
                new CountDownLatch(1).await();
            } catch (final InterruptedException interrupted) {
                throw new AssertionError(interrupted);
            }
        }
    }

    @Test
    void shouldEndThoughNobodyReadsWhatItSays(@TempDir final Path directory) throws Exception {
        final ChildProcess failing = new ChildProcess("failing", directory.resolve("log"),
            List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"), Main.class.getName(), List.of());
        failing.start();
        try {
            assertEquals(ExitStatus.of(new JournalException(Category.FORCE_FAILED, "", null)).code(),
                failing.exitStatus(LIMIT_S), failing.said());
        } finally {
            failing.kill();
        }
    }
}
