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
            final FailStop failStop = new FailStop(new HostLog(System.out, new PrintStream(new Unread())));
            new NoThread().set("");
            failStop.halt("journal", new JournalException(Category.FORCE_FAILED, "on purpose", null));
        }
    }

    /** A thread that has it can't make another one. */
    private static final class NoThread extends InheritableThreadLocal<String> {
        @Override
        protected String childValue(final String ofParent) {
            throw new OutOfMemoryError("unable to create native thread, on purpose");
        }
    }

    /** Fails for lack of memory, and what it says fails for lack of it too. */
    static final class MainWithoutMemory {
        private MainWithoutMemory() {
        }

        public static void main(final String[] arguments) {
            final FailStop failStop = new FailStop(new HostLog(System.out, new PrintStream(new NoMemory())));
            new NoThread().set("");
            failStop.halt("journal", new OutOfMemoryError("on purpose"));
        }
    }

    /** Nothing can be allocated. */
    private static final class NoMemory extends OutputStream {
        @Override
        public void write(final int one) {
            throw new OutOfMemoryError("on purpose");
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
    void shouldEndThoughNobodyReadsWhatItSaysAndNoThreadCanBeHad(@TempDir final Path directory) throws Exception {
        assertEquals(ExitStatus.of(new JournalException(Category.FORCE_FAILED, "", null)).code(),
            statusOf(Main.class, directory));
    }

    @Test
    void shouldEndThoughThereIsNoMemoryToSayWhyAndNoThreadCanBeHad(@TempDir final Path directory) throws Exception {
        assertEquals(ExitStatus.STAGE_FAILED.code(), statusOf(MainWithoutMemory.class, directory));
    }

    private static int statusOf(final Class<?> main, final Path directory) throws Exception {
        final ChildProcess failing = new ChildProcess("failing", directory.resolve("log"),
            List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"), main.getName(), List.of());
        failing.start();
        try {
            return failing.exitStatus(LIMIT_S);
        } finally {
            failing.kill();
        }
    }
}
