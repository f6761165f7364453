package io.dtm.bench.journal;

import io.dtm.core.journal.NewCheckpoint;
import io.dtm.server.checkpoint.MakeCheckpointCommand;
import io.dtm.server.process.ChildProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code dtm make-checkpoint}, started as a coordinator starts it, and watched. One thread. */
final class CheckpointChild {
    private static final String PROGRAM = "io.dtm.server.Dtm";
    private static final String MADE = "checkpoint made: ";
    private static final String PEAK = "VmHWM:";
    private static final int POLL_MS = 10;

    private final Path log;
    private final Process process;
    private final long startNs = System.nanoTime();
    private long peakKilobytes;
    private long endNs;

    CheckpointChild(final Path journal, final long upTo, final Path log) throws IOException {
        this.log = log;
        final List<String> command = new ArrayList<>(List.of("nice", "-n", "19"));
        command.addAll(ChildProcess.command(
            List.of("-XX:+UseSerialGC", "-XX:-UsePerfData", "-Xmx" + Runtime.getRuntime().maxMemory()),
            PROGRAM, List.of(MakeCheckpointCommand.NAME, journal.toString(), "--up-to", Long.toString(upTo))));
        process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    }

    /** Waits for its end, and looks at its greatest resident memory on the way. */
    void await() throws IOException, InterruptedException {
        while (process.isAlive()) {
            look();
            Thread.sleep(POLL_MS);
        }
        endNs = System.nanoTime();
    }

    private void look() {
        try {
            for (final String line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"))) {
                if (line.startsWith(PEAK)) {
                    peakKilobytes = Math.max(peakKilobytes, Long.parseLong(line.replaceAll("\\D", "")));
                }
            }
        } catch (final IOException ended) {
            assert endNs == 0 : "looked after its end";
        }
    }

    double seconds() {
        return (endNs - startNs) / 1e9;
    }

    double peakMegabytes() {
        return peakKilobytes * 1024 / 1e6;
    }

    /** @return its file, replay position, that of the one before, bytes and items. */
    String[] made() throws IOException {
        final String said = Files.readString(log, StandardCharsets.UTF_8);
        final String line = said.lines().filter(one -> one.startsWith(MADE)).findFirst()
            .orElseThrow(() -> new IOException("no checkpoint was made: " + said));
        return line.substring(MADE.length()).split(" ");
    }

    static NewCheckpoint checkpoint(final String[] made) {
        return new NewCheckpoint(
            made[0], Long.parseLong(made[1]), Long.parseLong(made[2]), Long.parseLong(made[3]));
    }

    void kill() {
        process.destroyForcibly();
    }
}
