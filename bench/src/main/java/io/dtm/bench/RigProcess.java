package io.dtm.bench;

import io.dtm.server.process.ChildProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * One JVM that the rig owns, with the rig's own class path. It ends when its standard input does, see {@link RigStop};
 * closing it closes that, waits, and kills by id what doesn't end. Not thread-safe.
 */
final class RigProcess implements AutoCloseable {
    private static final int STOP_SECONDS = 15;
    private static final String END = "\0";
    /** To see what the processes say, when the rig itself is looked into. */
    private static final boolean IS_VERBOSE = Boolean.getBoolean("dtm.rig.verbose");

    private final String name;
    private final Process process;
    private final LinkedBlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final List<String> seen = new ArrayList<>();

    private RigProcess(final String name, final Process process) {
        this.name = name;
        this.process = process;
    }

    static RigProcess start(
        final String name, final Class<?> main, final List<String> jvmOptions, final List<String> arguments)
        throws IOException {
        final List<String> command = ChildProcess.command(jvmOptions, main.getName(), arguments);
        final Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        final RigProcess started = new RigProcess(name, process);
        final Thread reader = new Thread(started::read, "rig-output-" + name);
        reader.setDaemon(true);
        reader.start();
        return started;
    }

    private void read() {
        try (BufferedReader reader = new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            String line = reader.readLine();
            while (line != null) {
                lines.add(line);
                line = reader.readLine();
            }
        } catch (final IOException ignore) {
            // It was killed.
        }
        lines.add(END);
    }

    /**
     * Waits for a line.
     *
     * @return what follows the text in it.
     * @throws IOException if the process ends before, or doesn't say so in time.
     */
    String await(final String text, final int timeoutSeconds) throws IOException, InterruptedException {
        final long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(timeoutSeconds);
        while (true) {
            final String line = lines.poll(deadlineNs - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (line == null || line.equals(END)) {
                throw new IOException(name + (line == null ? " didn't say \"" : " ended before it said \"") + text
                    + "\":\n" + String.join("\n", seen));
            }
            seen.add(line);
            if (IS_VERBOSE) {
                System.err.println(name + ": " + line);
            }
            final int at = line.indexOf(text);
            if (at >= 0) {
                return line.substring(at + text.length());
            }
        }
    }

    /** @return processor time that it has taken, ns; its own clock's resolution is 10 ms. */
    long cpuNs() {
        return process.info().totalCpuDuration().map(duration -> duration.toNanos()).orElse(0L);
    }

    /** Orders it to stop; its last lines can still be awaited. */
    void order() {
        try {
            process.getOutputStream().close();
        } catch (final IOException ignore) {
            // It is gone already.
        }
    }

    @Override
    public void close() {
        order();
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (final InterruptedException interrupted) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
