package io.dtm.systemtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A process of a test: a JVM with this one's class path, its output in a file, stopped and killed by its id. May be
 * started again. One thread.
 */
final class ChildJvm implements AutoCloseable {
    private final String name;
    private final Path log;
    private final List<String> command = new ArrayList<>();
    private long startedAt;
    private Process process;

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
        this.name = name;
        this.log = log;
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(
            "--add-opens", "java.base/jdk.internal.misc=ALL-UNNAMED", "-ea", "-XX:+UseSerialGC", "-Xmx256m",
            "-XX:TieredStopAtLevel=1"));
        command.addAll(jvmOptions);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass));
        command.addAll(arguments);
    }

    ChildJvm start() {
        try {
            startedAt = Files.exists(log) ? Files.size(log) : 0;
            process = new ProcessBuilder(command)
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
            return this;
        } catch (final IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Waits until it has said this since its start; fails if it ends before. */
    ChildJvm awaitLine(final String text) {
        Conditions.await(() -> name + " says '" + text + "', but only:\n" + said(), () -> {
            final boolean alive = process.isAlive();
            final boolean isSaid = said().contains(text);
            assertTrue(isSaid || alive, () -> name + " ended before it said '" + text + "':\n" + said());
            return isSaid;
        });
        return this;
    }

    /** @return what it has said since its start. */
    String said() {
        try {
            final byte[] bytes = Files.readAllBytes(log);
            final int from = (int) Math.min(startedAt, bytes.length);
            return new String(bytes, from, bytes.length - from, StandardCharsets.UTF_8);
        } catch (final IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Waits for its end. */
    int exitStatus(final long limitSeconds) {
        try {
            assertTrue(process.waitFor(limitSeconds, TimeUnit.SECONDS),
                () -> name + " did not end within " + limitSeconds + " s:\n" + said());
            return process.exitValue();
        } catch (final InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return fail("interrupted");
        }
    }

    /** SIGKILL, and waits for its end. */
    void kill() {
        process.destroyForcibly();
        exitStatus(Conditions.LIMIT_S);
    }

    /** SIGSTOP: it doesn't run any more until {@link #resume}. */
    void pause() {
        signal("-STOP");
        Conditions.await(name + " is stopped", () -> state() == 'T');
    }

    /** SIGCONT. */
    void resume() {
        signal("-CONT");
    }

    private void signal(final String signal) {
        try {
            final Process kill = new ProcessBuilder("kill", signal, Long.toString(process.pid())).inheritIO().start();
            assertEquals(0, kill.waitFor(), "kill " + signal);
        } catch (final IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (final InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private char state() {
        try {
            final String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2);
        } catch (final IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process != null && process.isAlive();
    }

    @Override
    public void close() {
        if (isAlive()) {
            kill();
        }
    }
}
