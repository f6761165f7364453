package io.dtm.server.process;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One JVM that this one owns: started with this one's class path, its output in a file, killed by its id. May be
 * started again. Not thread-safe.
 */
public final class ChildProcess {
    private static final int POLL_MS = 5;
    private static final int TAIL_LINES = 15;

    private final String name;
    private final Path log;
    private final List<String> command;
    private long startedAt;
    private Process process;

    /**
     * @param name       for messages.
     * @param log        takes all its output, appended.
     * @param jvmOptions before the class path.
     * @param mainClass  to run.
     * @param arguments  of the program.
     */
    public ChildProcess(
        final String name,
        final Path log,
        final List<String> jvmOptions,
        final String mainClass,
        final List<String> arguments) {
        this.name = name;
        this.log = log;
        this.command = command(jvmOptions, mainClass, arguments);
    }

    private ChildProcess(final String name, final Path log, final List<String> command) {
        this.name = name;
        this.log = log;
        this.command = command;
    }

    /**
     * The same under another program, which must become it (exec) and not be its parent: signals go to its id.
     *
     * @param words of that program's command line; none: the very same.
     * @return a process that isn't started.
     */
    public ChildProcess under(final List<String> words) {
        final List<String> all = new ArrayList<>(words);
        all.addAll(command);
        return new ChildProcess(name, log, all);
    }

    /**
     * The command line of a JVM like this one: the same Java, the same class path, and what Agrona's buffers need.
     *
     * @param jvmOptions before the class path.
     * @param mainClass  to run.
     * @param arguments  of the program.
     * @return the words.
     */
    public static List<String> command(
        final List<String> jvmOptions, final String mainClass, final List<String> arguments) {
        final List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("--add-opens", "java.base/jdk.internal.misc=ALL-UNNAMED"));
        command.addAll(jvmOptions);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass));
        command.addAll(arguments);
        return command;
    }

    /**
     * Starts it, for the first time or again.
     *
     * @throws IOException if it can't be started.
     */
    public void start() throws IOException {
        Files.createDirectories(log.toAbsolutePath().getParent());
        startedAt = Files.exists(log) ? Files.size(log) : 0;
        process = new ProcessBuilder(command)
            .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    }

    /**
     * Waits until it has said this since its last start.
     *
     * @param text           that a line contains.
     * @param timeoutSeconds after which it is given up.
     * @throws EndedException       if it ends before; tells what it said last.
     * @throws IOException          if it doesn't say so in time; tells what it said last.
     * @throws InterruptedException if this thread is interrupted.
     */
    public void awaitLine(final String text, final int timeoutSeconds) throws IOException, InterruptedException {
        final long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(timeoutSeconds);
        while (true) {
            // First whether it lives: what it says before its end counts.
            final boolean alive = isAlive();
            if (said().contains(text)) {
                return;
            }
            if (!alive) {
                throw new EndedException(name + " ended with status " + process.exitValue() + " before it said '" + text
                    + "':\n" + tail());
            }
            if (System.nanoTime() - deadlineNs > 0) {
                throw new IOException(name + " did not say '" + text + "' within " + timeoutSeconds + " s:\n" + tail());
            }
            Thread.sleep(POLL_MS);
        }
    }

    /**
     * @return what it has said since its last start.
     * @throws IOException if its file can't be read.
     */
    public String said() throws IOException {
        final byte[] bytes = Files.readAllBytes(log);
        final int from = (int) Math.min(startedAt, bytes.length);
        return new String(bytes, from, bytes.length - from, StandardCharsets.UTF_8);
    }

    private String tail() throws IOException {
        final List<String> lines = said().lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
    }

    /**
     * SIGKILL, and waits for its end.
     *
     * @throws InterruptedException if this thread is interrupted.
     */
    public void kill() throws InterruptedException {
        if (process != null) {
            process.destroyForcibly();
            process.waitFor();
        }
    }

    /**
     * SIGTERM, and SIGKILL if that doesn't do.
     *
     * @param timeoutSeconds between the two.
     * @throws InterruptedException if this thread is interrupted.
     */
    public void stop(final int timeoutSeconds) throws InterruptedException {
        if (process != null) {
            process.destroy();
            if (!process.waitFor(timeoutSeconds, TimeUnit.SECONDS)) {
                kill();
            }
        }
    }

    /**
     * SIGSTOP: it doesn't run any more, from when this returns until {@link #resume}.
     *
     * @throws IOException          if it can't be stopped.
     * @throws InterruptedException if this thread is interrupted.
     */
    public void pause() throws IOException, InterruptedException {
        signal(process.pid(), "STOP");
        while (isAlive() && !isStopped(process.pid())) {
            Thread.sleep(1);
        }
    }

    /**
     * SIGCONT; nothing if it is dead.
     *
     * @throws IOException          if it can't be signalled.
     * @throws InterruptedException if this thread is interrupted.
     */
    public void resume() throws IOException, InterruptedException {
        if (isAlive()) {
            signal(process.pid(), "CONT");
        }
    }

    /**
     * Sends a signal to a process, by its id.
     *
     * @param pid  of the process; below zero: of a process group, to all of it.
     * @param name of the signal, without SIG.
     * @throws IOException          if it can't be sent.
     * @throws InterruptedException if this thread is interrupted.
     */
    public static void signal(final long pid, final String name) throws IOException, InterruptedException {
        final Process kill =
            new ProcessBuilder("kill", "-" + name, "--", Long.toString(pid)).redirectErrorStream(true).start();
        final String said = new String(kill.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        final int status = kill.waitFor();
        if (status != 0) {
            throw new IOException("kill -" + name + " " + pid + " ended with status " + status + ": " + said);
        }
    }

    /**
     * @param pid of a process.
     * @return whether it is stopped by a signal.
     * @throws IOException if there is none.
     */
    public static boolean isStopped(final long pid) throws IOException {
        final String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
        return stat.startsWith(" T ", stat.lastIndexOf(')') + 1);
    }

    /**
     * Waits for its end.
     *
     * @param timeoutSeconds after which it is given up.
     * @return its exit status.
     * @throws IOException          if it doesn't end in time.
     * @throws InterruptedException if this thread is interrupted.
     */
    public int exitStatus(final long timeoutSeconds) throws IOException, InterruptedException {
        if (!process.waitFor(timeoutSeconds, TimeUnit.SECONDS)) {
            throw new IOException(name + " did not end within " + timeoutSeconds + " s:\n" + tail());
        }
        return process.exitValue();
    }

    /** @return whether it was started and hasn't ended. */
    public boolean isAlive() {
        return process != null && process.isAlive();
    }

    /** @return the id of its last start. */
    public long pid() {
        return process.pid();
    }

    /** @return its name for messages. */
    public String name() {
        return name;
    }

    /** @return the file with its output. */
    public Path log() {
        return log;
    }
}
