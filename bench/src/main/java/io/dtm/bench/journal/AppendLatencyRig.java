package io.dtm.bench.journal;

import io.dtm.core.journal.JournalContext;
import io.dtm.core.journal.SegmentedJournal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.SleepingMillisIdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * How long an append takes while forces run: one thread appends at a fixed rate, another forces whatever is there, a
 * third makes segments. Two figures for each append: its own time, and the time since it was due, which holds what an
 * append before it has delayed.
 */
final class AppendLatencyRig {
    private static final int FRAME_LENGTH = 64;
    private static final long SECOND_NS = 1_000_000_000L;
    private static final long MAX_NS = 60 * SECOND_NS;

    private final Path parent;
    private final int ratePerSecond;
    private final int seconds;
    private final int rounds;

    AppendLatencyRig(final Path parent, final int ratePerSecond, final int seconds, final int rounds) {
        this.parent = parent;
        this.ratePerSecond = ratePerSecond;
        this.seconds = seconds;
        this.rounds = rounds;
    }

    /** What one storage showed, with forces and without. */
    private static final class Figures {
        final Histogram own = new Histogram(MAX_NS, 3);
        final Histogram sinceDue = new Histogram(MAX_NS, 3);
        final Histogram ownWithoutForce = new Histogram(MAX_NS, 3);
        int forces;
    }

    /** @param curves takes the distributions. */
    Table run(final List<StorageKind> storages, final LatencyCurves curves) throws IOException {
        final Map<StorageKind, Figures> figures = new EnumMap<>(StorageKind.class);
        storages.forEach(kind -> figures.put(kind, new Figures()));
        for (int round = -1; round < rounds; round++) {
            for (final StorageKind kind : storages) {
                // The first round only warms up.
                measure(kind, round < 0 ? new Figures() : figures.get(kind), true);
                measure(kind, round < 0 ? new Figures() : figures.get(kind), false);
            }
        }
        final Table table = new Table("appendLatency", "Append of a frame of 64 bytes at " + ratePerSecond
            + "/s, ns, by storage", "storage, figure", "p50", "p99", "p99.9", "p99.99", "max", "appends", "forces/s");
        figures.forEach((kind, one) -> {
            final double forcesPerSecond = one.forces / (double) (rounds * seconds);
            row(table, kind.text() + ", while forces run", one.own, forcesPerSecond);
            row(table, kind.text() + ", the same since due", one.sinceDue, forcesPerSecond);
            row(table, kind.text() + ", no force", one.ownWithoutForce, 0);
            curves.add(kind.text() + ", while forces run", one.own);
            curves.add(kind.text() + ", no force", one.ownWithoutForce);
        });
        return table.note("two threads of the rig and the one that makes segments share the cores; \"since due\" holds "
            + "the scheduler's pauses of the appending thread too; without force a staged journal has a longer tail");
    }

    private static void row(
        final Table table, final String name, final Histogram latencies, final double forcesPerSecond) {
        table.row(name, latencies.getValueAtPercentile(50), latencies.getValueAtPercentile(99),
            latencies.getValueAtPercentile(99.9), latencies.getValueAtPercentile(99.99), latencies.getMaxValue(),
            latencies.getTotalCount(), forcesPerSecond);
    }

    private void measure(final StorageKind kind, final Figures figures, final boolean isForcing) throws IOException {
        try (BenchDirectory directory = BenchDirectory.under(parent)) {
            final SegmentedJournal journal = LiveJournal.create(LiveJournal.context(kind, directory.resolve("journal"))
                .reservedSegments(isForcing ? 2 : segmentsWithoutForce())
                .tailLength(isForcing ? JournalContext.DEFAULT_TAIL_LENGTH : JournalContext.MAX_TAIL_LENGTH)
                .unforcedBound(Integer.MAX_VALUE));
            final ForceAgent force = new ForceAgent(journal, 0);
            try (AgentThreads threads = new AgentThreads()) {
                if (isForcing) {
                    threads.start(force, new BackoffIdleStrategy(20, 50, 1_000, 100_000));
                    threads.start(new SpaceAgent(journal), new SleepingMillisIdleStrategy(1));
                }
                append(journal, figures, isForcing, threads);
            } finally {
                journal.close();
            }
            figures.forces += force.groups();
        }
    }

    private int segmentsWithoutForce() {
        return (int) ((long) ratePerSecond * seconds * (FRAME_LENGTH + 24) >> 26) + 1;
    }

    private void append(
        final SegmentedJournal journal, final Figures figures, final boolean isForcing, final AgentThreads threads) {
        final UnsafeBuffer frame = new UnsafeBuffer(new byte[FRAME_LENGTH]);
        final Histogram own = isForcing ? figures.own : figures.ownWithoutForce;
        final long intervalNs = SECOND_NS / ratePerSecond;
        final long count = (long) ratePerSecond * seconds;
        long dueNs = System.nanoTime();
        for (long i = 1; i <= count; i++) {
            dueNs += intervalNs;
            long startNs = System.nanoTime();
            while (startNs - dueNs < 0 || !journal.hasRoom()) {
                Thread.onSpinWait();
                startNs = System.nanoTime();
            }
            journal.append(1, i, frame, 0, FRAME_LENGTH);
            final long endNs = System.nanoTime();
            own.recordValue(Math.min(MAX_NS, endNs - startNs));
            if (isForcing) {
                figures.sinceDue.recordValue(Math.min(MAX_NS, endNs - dueNs));
            }
        }
        threads.check();
    }
}
