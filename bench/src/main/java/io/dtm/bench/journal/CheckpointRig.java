package io.dtm.bench.journal;

import io.dtm.bench.journal.LoopbackPeers.Withheld;
import io.dtm.core.journal.SegmentedJournal;
import io.dtm.core.storage.FileNames;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/**
 * A checkpoint of many transactions in flight, made by a child process while the pipeline runs under a steady load; and
 * the pipeline's latency with and without it, in turns. The pipeline has its threads as in life, its peers are in
 * process; the child is the program's own, at the priority that the coordinator gives it.
 */
final class CheckpointRig {
    private static final int SEGMENT_LENGTH = 16 * 1024 * 1024;
    private static final long LIMIT_NS = TimeUnit.MINUTES.toNanos(10);
    private static final long ENDLESS = 0xFFFF_FF00L;

    private final Path parent;
    private final int inFlight;
    private final int ratePerSecond;
    private final int seconds;
    private final int rounds;
    private double secondsWith;

    /** @param seconds of each turn without a checkpoint, and at least of one with it. */
    CheckpointRig(
        final Path parent, final int inFlight, final int ratePerSecond, final int seconds, final int rounds) {
        this.parent = parent;
        this.inFlight = inFlight;
        this.ratePerSecond = ratePerSecond;
        this.seconds = seconds;
        this.rounds = rounds;
    }

    Table run(final StorageKind kind, final LatencyCurves curves) throws IOException, InterruptedException {
        final Table table = new Table("checkpoint", "A pipeline (" + kind.text() + ") at " + ratePerSecond
            + " transactions/s, " + inFlight + " others in flight, with and without a checkpoint beside it; ms",
            "round", "p50", "p99", "p99.9", "max", "commits/s", "checkpoint, s", "MB", "items", "child's peak, MB");
        final CheckpointLoad load = new CheckpointLoad();
        final LoopbackPeers peers = new LoopbackPeers(Load.many(Load.DATAGRAM), load);
        final Histogram without = new Histogram(3);
        final Histogram with = new Histogram(3);
        try (BenchDirectory directory = BenchDirectory.under(parent);
            LoopbackCoordinator coordinator = LoopbackCoordinator.startThreads(
                LiveJournal.context(kind, directory.resolve("journal")).segmentLength(SEGMENT_LENGTH),
                LoopbackRun.settings(), peers)) {
            fill(coordinator, peers, load);
            for (int round = 0; round <= rounds; round++) {
                // The first round only warms up; its checkpoint replays everything, later ones what came since.
                final String name = round == 0 ? "warm-up" : Integer.toString(round);
                without.add(turn(table, name + ", without", load, coordinator, null, round > 0));
                with.add(turn(table, name + ", with", load, coordinator, directory.path(), round > 0));
            }
        }
        row(table, "all, without", without, (double) without.getTotalCount() / rounds / seconds);
        row(table, "all, with", with, with.getTotalCount() / secondsWith);
        curves.add("without a checkpoint", without);
        curves.add("while one is made", with);
        return table.note("latency from when a transaction was due to its outcome; those in flight wait for"
            + " acknowledgements, and repetitions are far apart, so that they cost nothing but memory")
            .note("a turn with a checkpoint lasts from the child's start until it is adopted and what it makes"
                + " superfluous is deleted; the next is made from it");
    }

    private void fill(final LoopbackCoordinator coordinator, final LoopbackPeers peers, final CheckpointLoad load)
        throws InterruptedException {
        load.rate(0);
        peers.withhold(new Withheld(1, 0, inFlight));
        peers.submitUntil(inFlight);
        await(coordinator, () -> peers.told() >= inFlight);
        load.rate(ratePerSecond);
        peers.submitUntil(ENDLESS);
        // All that is in flight lies in closed segments, so that the first checkpoint holds it.
        final long filled = coordinator.journal().appendedPosition();
        await(coordinator, () -> coordinator.journal().closedPosition() >= filled);
        load.taken();
    }

    private static void await(final LoopbackCoordinator coordinator, final BooleanSupplier isDone)
        throws InterruptedException {
        final long deadlineNs = System.nanoTime() + LIMIT_NS;
        while (!isDone.getAsBoolean()) {
            coordinator.requireRunning();
            if (System.nanoTime() - deadlineNs > 0) {
                throw new IllegalStateException("nothing goes on: " + coordinator.coordinator().countTransactions());
            }
            Thread.sleep(1);
        }
    }

    /** @return latencies; empty if they don't count. */
    private Histogram turn(
        final Table table,
        final String name,
        final CheckpointLoad load,
        final LoopbackCoordinator coordinator,
        final Path directory,
        final boolean counts) throws IOException, InterruptedException {
        final SegmentedJournal journal = coordinator.journal();
        if (directory == null) {
            load.taken();
            final long startNs = System.nanoTime();
            Thread.sleep(TimeUnit.SECONDS.toMillis(seconds));
            final Histogram latencies = load.taken();
            coordinator.requireRunning();
            row(table, name, latencies, latencies.getTotalCount() * 1e9 / (System.nanoTime() - startNs));
            return counts ? latencies : new Histogram(3);
        }
        final long covered = journal.checkpointPosition();
        await(coordinator, () -> journal.closedPosition() > covered);
        load.taken();
        final long startNs = System.nanoTime();
        final CheckpointChild child = new CheckpointChild(
            directory.resolve("journal"), journal.closedPosition(), directory.resolve("child.log"));
        try {
            child.await();
        } finally {
            child.kill();
        }
        final String[] made = child.made();
        journal.adoptCheckpoint(CheckpointChild.checkpoint(made));
        await(coordinator, () -> !journal.isAdopting());
        awaitDeleted(coordinator, directory.resolve("journal"), Long.parseLong(made[2]));
        final Histogram latencies = load.taken();
        final double turnSeconds = (System.nanoTime() - startNs) / 1e9;
        coordinator.requireRunning();
        secondsWith += counts ? turnSeconds : 0;
        table.row(name, ms(latencies, 50), ms(latencies, 99), ms(latencies, 99.9), latencies.getMaxValue() / 1e6,
            latencies.getTotalCount() / turnSeconds, child.seconds(), Long.parseLong(made[3]) / 1e6,
            Long.parseLong(made[4]), child.peakMegabytes());
        return counts ? latencies : new Histogram(3);
    }

    /** Segments that end before a position go one after the other, behind the adoption. */
    private static void awaitDeleted(
        final LoopbackCoordinator coordinator, final Path journal, final long beforePosition)
        throws InterruptedException {
        await(coordinator, () -> {
            try (Stream<Path> files = Files.list(journal)) {
                return files.map(file -> file.getFileName().toString()).filter(FileNames::isSegment)
                    .allMatch(name -> FileNames.position(name) >= beforePosition);
            } catch (final IOException ex) {
                throw new UncheckedIOException(ex);
            }
        });
    }

    private static void row(
        final Table table, final String name, final Histogram latencies, final double ratePerSecond) {
        table.row(name, ms(latencies, 50), ms(latencies, 99), ms(latencies, 99.9), latencies.getMaxValue() / 1e6,
            ratePerSecond, "", "", "", "");
    }

    private static double ms(final Histogram latencies, final double percentile) {
        return latencies.getValueAtPercentile(percentile) / 1e6;
    }
}
