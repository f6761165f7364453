package io.dtm.server.checkpoint;

import io.dtm.core.journal.NewCheckpoint;
import io.dtm.core.recovery.CheckpointMaker.Made;
import io.dtm.server.process.ChildProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One child that makes one checkpoint. Its standard input is a pipe of ours: it ends when we do. One thread.
 */
final class CheckpointProcess {
    private static final String MADE = "checkpoint made:";
    private static final Pattern MADE_LINE = Pattern.compile(MADE + " (\\S+) (\\d+) (\\d+) (\\d+) (\\d+)");
    private static final Path NICE = Path.of("/usr/bin/nice");
    private static final int LOWEST_PRIORITY = 19;

    private final Path log;
    private final Process process;

    /**
     * Starts it.
     *
     * @param mainClass of the program.
     * @param journal   directory.
     * @param upTo      end of a segment that is forced and closed.
     * @param keepFree  bytes that must be left on the disk.
     * @param program   fingerprint of the program's files when this process started.
     * @param log       takes what it says; what a former one said is gone.
     * @throws IOException if it can't be started.
     */
    CheckpointProcess(
        final String mainClass,
        final Path journal,
        final long upTo,
        final long keepFree,
        final long program,
        final Path log)
        throws IOException {
        this.log = log;
        final List<String> command = new ArrayList<>();
        if (Files.isExecutable(NICE)) {
            command.addAll(List.of(NICE.toString(), "-n", Integer.toString(LOWEST_PRIORITY)));
        }
        // The state is as large as the coordinator's, so the heap may be; one collector thread disturbs least.
        command.addAll(ChildProcess.command(
            List.of("-XX:+UseSerialGC", "-XX:-UsePerfData", "-Xmx" + Runtime.getRuntime().maxMemory()),
            mainClass,
            List.of(MakeCheckpointCommand.NAME, journal.toString(),
                "--up-to", Long.toString(upTo), "--keep-free", Long.toString(keepFree),
                "--program", Long.toString(program))));
        process = new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    }

    /** @return what the child says when it has made one. */
    static String line(final Made made) {
        final NewCheckpoint checkpoint = made.checkpoint();
        return String.join(" ", MADE, checkpoint.temporaryName(), Long.toString(checkpoint.replayPosition()),
            Long.toString(checkpoint.previousPosition()), Long.toString(checkpoint.lengthBytes()),
            Long.toString(made.items()));
    }

    /** @return what a line of {@link #line} says, or nothing if it is another one. */
    static Optional<Made> parse(final String line) {
        final Matcher words = MADE_LINE.matcher(line);
        if (!words.matches()) {
            return Optional.empty();
        }
        return Optional.of(new Made(
            new NewCheckpoint(words.group(1), Long.parseLong(words.group(2)), Long.parseLong(words.group(3)),
                Long.parseLong(words.group(4))),
            Long.parseLong(words.group(5))));
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /**
     * After its end.
     *
     * @return what it has made, or nothing: {@link #lastLine} says why.
     * @throws IOException if its log can't be read.
     */
    Optional<Made> result() throws IOException {
        return process.exitValue() == 0 ? parse(lastLine()) : Optional.empty();
    }

    /**
     * @return what it said last, or how it ended.
     * @throws IOException if its log can't be read.
     */
    String lastLine() throws IOException {
        // Whatever it may have written: what can't be read is replaced.
        final List<String> lines = new String(Files.readAllBytes(log), StandardCharsets.UTF_8).lines().toList();
        return lines.isEmpty() ? "it ended with status " + process.exitValue() : lines.get(lines.size() - 1);
    }

    /** Kills it; its temporary file is deleted by the next start. */
    void kill() {
        process.destroyForcibly();
        boolean interrupted = false;
        while (process.isAlive()) {
            try {
                process.waitFor();
            } catch (final InterruptedException stopped) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
