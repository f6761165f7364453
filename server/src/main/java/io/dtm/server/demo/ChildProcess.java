package io.dtm.server.demo;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One JVM that the demo owns: started with this program's own class path, its output in a file, killed by its id. Not
 * thread-safe.
 */
final class ChildProcess {
    private static final int POLL_MS = 20;

    private final String name;
    private final Path log;
    private final List<String> command;
    private Process process;

    /**
     * @param name       for messages.
     * @param log        takes all its output, appended.
     * @param jvmOptions before the class path.
     * @param arguments  of this program.
     */
    ChildProcess(final String name, final Path log, final List<String> jvmOptions, final List<String> arguments) {
        this.name = name;
        this.log = log;
        this.command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("--add-opens");
        command.add("java.base/jdk.internal.misc=ALL-UNNAMED");
        command.addAll(jvmOptions);
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add("io.dtm.server.Dtm");
        command.addAll(arguments);
    }

    void start() throws IOException {
        Files.createDirectories(log.getParent());
        process = new ProcessBuilder(command)
            .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    }

    /**
     * Waits until its log has a line with this text, in what this start of it wrote.
     *
     * @throws IOException if it ends before, or doesn't say so in time.
     */
    void awaitLine(final String text, final long fromByte, final int timeoutSeconds)
        throws IOException, InterruptedException {
        final long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(timeoutSeconds);
        while (!logFrom(fromByte).contains(text)) {
            if (!process.isAlive()) {
                throw new IOException(name + " ended with status " + process.exitValue() + " before it was ready:\n"
                    + tail());
            }
            if (System.nanoTime() > deadlineNs) {
                throw new IOException(name + " was not ready after " + timeoutSeconds + " s:\n" + tail());
            }
            Thread.sleep(POLL_MS);
        }
    }

    long logLength() throws IOException {
        return Files.exists(log) ? Files.size(log) : 0;
    }

    private String logFrom(final long fromByte) throws IOException {
        final byte[] bytes = Files.readAllBytes(log);
        final int from = (int) Math.min(fromByte, bytes.length);
        return new String(bytes, from, bytes.length - from, StandardCharsets.UTF_8);
    }

    private String tail() throws IOException {
        final List<String> lines = Files.readAllLines(log);
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 15), lines.size()));
    }

    /** SIGKILL, and waits for its end. */
    void kill() throws InterruptedException {
        if (process != null) {
            process.destroyForcibly();
            process.waitFor();
        }
    }

    /** Sends a signal, by its name without SIG. */
    void signal(final String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
    }

    /** SIGTERM, and SIGKILL if that doesn't do. */
    void stop(final int timeoutSeconds) throws InterruptedException {
        if (process != null) {
            process.destroy();
            if (!process.waitFor(timeoutSeconds, TimeUnit.SECONDS)) {
                kill();
            }
        }
    }

    boolean isAlive() {
        return process != null && process.isAlive();
    }

    String name() {
        return name;
    }

    Path log() {
        return log;
    }
}
