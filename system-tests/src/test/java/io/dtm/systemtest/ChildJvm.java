package io.dtm.systemtest;

import static org.junit.jupiter.api.Assertions.fail;

import io.dtm.server.process.ChildProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A process of a test: what goes wrong with it fails the test. May be started again. One thread. */
final class ChildJvm implements AutoCloseable {
    private final ChildProcess process;

    /**
     * @param name       for messages.
     * @param log        takes all its output, appended.
     * @param jvmOptions before the class path.
     * @param mainClass  to run.
     * @param arguments  of the program.
     */
    ChildJvm(
        final String name,
        final Path log,
        final List<String> jvmOptions,
        final String mainClass,
        final List<String> arguments) {
        final List<String> options =
            new ArrayList<>(List.of("-ea", "-XX:+UseSerialGC", "-Xmx256m", "-XX:TieredStopAtLevel=1"));
        options.addAll(jvmOptions);
        process = new ChildProcess(name, log, options, mainClass, arguments);
    }

    private ChildJvm(final ChildProcess process) {
        this.process = process;
    }

    /** @return the same under another program that becomes it, as nsenter(1); not started. */
    ChildJvm under(final List<String> words) {
        return new ChildJvm(process.under(words));
    }

    ChildJvm start() {
        run(process::start);
        return this;
    }

    /** Waits until it has said this since its start; fails if it ends before. */
    ChildJvm awaitLine(final String text) {
        run(() -> process.awaitLine(text, (int) Conditions.LIMIT_S));
        return this;
    }

    /** @return what it has said since its start. */
    String said() {
        try {
            return process.said();
        } catch (final IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Waits for its end. */
    int exitStatus(final long limitSeconds) {
        final int[] status = new int[1];
        run(() -> status[0] = process.exitStatus(limitSeconds));
        return status[0];
    }

    /** SIGKILL, and waits for its end. */
    void kill() {
        run(process::kill);
    }

    /** SIGTERM, and SIGKILL if that doesn't do within the limit. */
    void stop() {
        run(() -> process.stop((int) Conditions.LIMIT_S));
    }

    /** SIGSTOP: it doesn't run any more until {@link #resume}. */
    void pause() {
        run(process::pause);
    }

    /** SIGCONT. */
    void resume() {
        run(process::resume);
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    @Override
    public void close() {
        if (isAlive()) {
            kill();
        }
    }

    private interface Action {
        void run() throws IOException, InterruptedException;
    }

    private static void run(final Action action) {
        try {
            action.run();
        } catch (final IOException failed) {
            fail(failed);
        } catch (final InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            fail("interrupted");
        }
    }
}
