package io.dtm.bench.journal;

import io.dtm.bench.journal.LoopbackCoordinator.StartTimes;
import io.dtm.bench.journal.LoopbackPeers.PeerListener;
import io.dtm.core.coordinator.TransactionCounts;
import io.dtm.core.journal.JournalContext;
import io.dtm.core.journal.SegmentedJournal;
import io.dtm.server.process.ChildProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * From the start to serving, with many transactions in flight: from the opening of the directory until the epoch event
 * is forced, in a fresh JVM after a kill, and again and again in one JVM. Half of the transactions wait for a vote, the
 * others for acknowledgements.
 */
final class RestartRig {
    private static final String STARTED = "started ";
    private static final int CHILD_SECONDS = 600;
    /** So that nearly all of those in flight lie in closed segments. */
    private static final int SHORT_SEGMENT = 1024 * 1024;

    private final Path parent;
    private final int inFlight;
    private final int finished;
    private final int rounds;

    /** @param finished transactions that ended before, and are in the journal too. */
    RestartRig(final Path parent, final int inFlight, final int finished, final int rounds) {
        this.parent = parent;
        this.inFlight = inFlight;
        this.finished = finished;
        this.rounds = rounds;
    }

    Table run(final List<StorageKind> storages) throws IOException, InterruptedException {
        final Table table = new Table("restart", "Restart with " + inFlight + " transactions in flight to serving, ms;"
            + " median of " + rounds + " rounds", "storage, finished ones, JVM",
            "serving", "least", "greatest", "open", "replay", "live", "epoch", "JVM before");
        for (final StorageKind kind : storages) {
            measure(table, kind, 0, false);
            measure(table, kind, finished, false);
            measure(table, kind, 0, true);
        }
        return table.note("goal: under 1,000 ms; JVM before: from the process's start to the opening of the directory;"
            + " the files are in the page cache");
    }

    private void measure(final Table table, final StorageKind kind, final int before, final boolean isCheckpointed)
        throws IOException, InterruptedException {
        try (BenchDirectory directory = BenchDirectory.under(parent)) {
            final Path journal = directory.resolve("journal");
            LoopbackRun.inFlight(
                isCheckpointed ? SHORT_SEGMENT : JournalContext.DEFAULT_SEGMENT_LENGTH, kind, journal,
                Load.many(Load.DATAGRAM), before, inFlight / 2, inFlight - inFlight / 2);
            if (isCheckpointed) {
                checkpoint(kind, directory);
            }
            final String name = kind.text() + ", " + before + (isCheckpointed ? ", checkpoint" : "");
            cold(table, name + ", fresh", kind, journal);
            warm(table, name + ", the same", kind, journal);
        }
    }

    /** So that a start restores what closed segments held, and replays what the last one holds. */
    private static void checkpoint(final StorageKind kind, final BenchDirectory directory)
        throws IOException, InterruptedException {
        final Path path = directory.resolve("journal");
        final LoopbackPeers peers = new LoopbackPeers(Load.many(Load.DATAGRAM), PeerListener.NONE);
        try (LoopbackCoordinator coordinator =
            LoopbackCoordinator.start(LiveJournal.context(kind, path), LoopbackRun.settings(), peers)) {
            final SegmentedJournal journal = coordinator.journal();
            final CheckpointChild child =
                new CheckpointChild(path, journal.closedPosition(), directory.resolve("child.log"));
            try {
                child.await();
            } finally {
                child.kill();
            }
            journal.adoptCheckpoint(CheckpointChild.checkpoint(child.made()));
            while (journal.isAdopting()) {
                coordinator.pipeline().invoke();
                coordinator.requireRunning();
            }
        }
    }

    private void cold(final Table table, final String name, final StorageKind kind, final Path journal)
        throws IOException, InterruptedException {
        final Figures figures = new Figures();
        for (int round = 0; round < rounds; round++) {
            figures.add(child(kind, journal, 1, inFlight).get(0));
        }
        figures.row(table, name);
    }

    private void warm(final Table table, final String name, final StorageKind kind, final Path journal)
        throws IOException, InterruptedException {
        final Figures figures = new Figures();
        final int warmUps = Math.min(10, 3 * rounds);
        final List<double[]> starts = child(kind, journal, warmUps + rounds, inFlight);
        starts.subList(warmUps, starts.size()).forEach(figures::add);
        figures.row(table, name);
    }

    /** @return milliseconds of each start's parts, and of the JVM's before. */
    static List<double[]> child(
        final StorageKind kind, final Path journal, final int starts, final int expected)
        throws IOException, InterruptedException {
        final List<String> command = ChildProcess.command(List.of(), RestartRig.class.getName(),
            List.of(kind.name(), journal.toString(), Integer.toString(starts), Integer.toString(expected)));
        final Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        final List<double[]> times = new ArrayList<>();
        final StringBuilder said = new StringBuilder();
        try (BufferedReader reader = new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                said.append(line).append('\n');
                if (line.startsWith(STARTED)) {
                    final String[] words = line.substring(STARTED.length()).split(" ");
                    times.add(Arrays.stream(words).mapToDouble(Double::parseDouble).toArray());
                }
            }
        } finally {
            if (!process.waitFor(CHILD_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        }
        if (process.exitValue() != 0 || times.size() != starts) {
            throw new IOException("the child that starts ended with " + process.exitValue() + ":\n" + said);
        }
        return times;
    }

    /**
     * The child: starts so often.
     *
     * @param arguments storage, directory, number of starts, transactions that must be in flight.
     */
    public static void main(final String[] arguments) {
        final StorageKind kind = StorageKind.valueOf(arguments[0]);
        final Path journal = Path.of(arguments[1]);
        final int starts = Integer.parseInt(arguments[2]);
        final int expected = Integer.parseInt(arguments[3]);
        final long jvmMs = System.currentTimeMillis()
            - ManagementFactory.getRuntimeMXBean().getStartTime();
        for (int i = 0; i < starts; i++) {
            // A single one ends as a killed process does; the last of many leaves nothing behind.
            final LoopbackPeers peers = new LoopbackPeers(Load.many(Load.DATAGRAM), PeerListener.NONE);
            try (LoopbackCoordinator coordinator = LoopbackCoordinator.start(
                LiveJournal.context(kind, journal), LoopbackRun.settings(), peers)) {
                final TransactionCounts counts = coordinator.coordinator().countTransactions();
                if (counts.inFlight() != expected) {
                    throw new IllegalStateException("not " + expected + " in flight: " + counts);
                }
                final StartTimes times = coordinator.times();
                System.out.printf(Locale.ROOT, STARTED + "%.3f %.3f %.3f %.3f %d%n", times.opened() / 1e6,
                    (times.replayed() - times.opened()) / 1e6, (times.live() - times.replayed()) / 1e6,
                    (times.serving() - times.live()) / 1e6, jvmMs);
                System.out.flush();
                if (starts == 1) {
                    Runtime.getRuntime().halt(0);
                }
            }
        }
    }

    /** One figure for each part of a start, and their sum. */
    private static final class Figures {
        private final Rounds serving = new Rounds();
        private final Rounds[] parts = {new Rounds(), new Rounds(), new Rounds(), new Rounds(), new Rounds()};

        void add(final double[] milliseconds) {
            double sum = 0;
            for (int i = 0; i < parts.length; i++) {
                parts[i].add(milliseconds[i]);
                sum += i < parts.length - 1 ? milliseconds[i] : 0;
            }
            serving.add(sum);
        }

        void row(final Table table, final String name) {
            table.row(name, serving.median(), serving.least(), serving.greatest(), parts[0].median(),
                parts[1].median(), parts[2].median(), parts[3].median(), parts[parts.length - 1].median());
        }
    }
}
