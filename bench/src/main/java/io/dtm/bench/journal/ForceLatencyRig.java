package io.dtm.bench.journal;

import io.dtm.core.journal.SegmentedJournal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One record of 128 bytes for each force: append, and force on the same thread, against {@code FileChannel.write} and
 * {@code force(false)} of 128 bytes. Rounds of both alternate within one run.
 */
final class ForceLatencyRig {
    private static final int RECORD_LENGTH = 128;
    private static final int FRAME_LENGTH = 108;
    private static final int SEGMENT_LENGTH = 64 * 1024 * 1024;
    private static final int ZERO_CHUNK = 4096;
    private static final int WARM_UP_ROUNDS = 2;
    private static final long MAX_NS = 60_000_000_000L;

    private final Path parent;
    private final int forces;
    private final int rounds;

    /** @param forces of each round. */
    ForceLatencyRig(final Path parent, final int forces, final int rounds) {
        this.parent = parent;
        this.forces = forces;
        this.rounds = rounds;
    }

    /** Latencies of a contender: all, the medians of rounds, and what went to the device. */
    private static final class Figures {
        final Histogram all = new Histogram(MAX_NS, 3);
        final Rounds medians = new Rounds();
        long deviceBytes;
        long allocatedBytes;
    }

    /** @param curves takes the distributions. */
    Table run(final List<StorageKind> storages, final LatencyCurves curves) throws IOException {
        final Map<StorageKind, SegmentedJournal> journals = new EnumMap<>(StorageKind.class);
        final Map<StorageKind, Figures> figures = new EnumMap<>(StorageKind.class);
        final Figures bareFigures = new Figures();
        try (BenchDirectory directory = BenchDirectory.under(parent);
            BareFile bare =
                new BareFile(directory.resolve("bare"), SEGMENT_LENGTH, ZERO_CHUNK, RECORD_LENGTH)) {
            final DeviceWrites device = DeviceWrites.under(directory.path());
            for (final StorageKind kind : storages) {
                figures.put(kind, new Figures());
                journals.put(kind, LiveJournal.create(LiveJournal.context(kind, directory.resolve(kind.text()))
                    .segmentLength(SEGMENT_LENGTH)));
            }
            try {
                for (int round = -WARM_UP_ROUNDS; round < rounds; round++) {
                    for (final StorageKind kind : storages) {
                        final ForcedRecords records = new ForcedRecords(journals.get(kind));
                        measure(round < 0 ? new Figures() : figures.get(kind), device, records::appendAndForce);
                    }
                    measure(round < 0 ? new Figures() : bareFigures, device, () -> bare.writeAndForce(RECORD_LENGTH));
                }
            } finally {
                journals.values().forEach(SegmentedJournal::close);
            }
        }
        return table(figures, bareFigures, curves);
    }

    private void measure(final Figures figures, final DeviceWrites device, final Force force) throws IOException {
        final Histogram latencies = new Histogram(MAX_NS, 3);
        final long deviceBefore = device.bytes();
        final long allocatedBefore = Allocation.ofThisThread();
        for (int i = 0; i < forces; i++) {
            final long startNs = System.nanoTime();
            force.once();
            latencies.recordValue(System.nanoTime() - startNs);
        }
        figures.allocatedBytes += Allocation.ofThisThread() - allocatedBefore;
        figures.deviceBytes += device.bytes() - deviceBefore;
        figures.all.add(latencies);
        figures.medians.add(latencies.getValueAtPercentile(50));
    }

    private Table table(
        final Map<StorageKind, Figures> figures, final Figures bare, final LatencyCurves curves) {
        final Table table = new Table("forceLatency", "A record of 128 bytes for each force, \u00b5s; " + rounds
            + " alternating rounds of " + forces + " forces each",
            "", "p50", "p99", "max", "median of rounds", "ratio to bare", "device bytes/force", "heap bytes/force");
        figures.forEach((kind, one) -> {
            row(table, "journal, " + kind.text(), one, one.medians.medianRatioTo(bare.medians));
            curves.add("journal, " + kind.text(), one.all);
        });
        row(table, "write + force(false)", bare, 1.0);
        curves.add("write + force(false)", bare.all);
        return table.note("the ratio is the median of the rounds' ratios; goal for staged: at most 1.1")
            .note("device bytes are the whole device's, whoever wrote: they count only on a quiet machine");
    }

    private void row(final Table table, final String name, final Figures figures, final double ratio) {
        final double all = (double) forces * rounds;
        table.row(name, figures.all.getValueAtPercentile(50) / 1e3, figures.all.getValueAtPercentile(99) / 1e3,
            figures.all.getMaxValue() / 1e3, figures.medians.median() / 1e3, ratio, figures.deviceBytes / all,
            figures.allocatedBytes / all);
    }

    /** Does what is measured, once. */
    @FunctionalInterface
    private interface Force {
        void once() throws IOException;
    }

    /** Appends to a journal, and forces, a record at a time. */
    private static final class ForcedRecords {
        private final SegmentedJournal journal;
        private final UnsafeBuffer frame = new UnsafeBuffer(new byte[FRAME_LENGTH]);
        private long timeNs = System.nanoTime();

        ForcedRecords(final SegmentedJournal journal) {
            this.journal = journal;
        }

        void appendAndForce() {
            journal.requestForce(journal.append(1, ++timeNs, frame, 0, FRAME_LENGTH));
            if (journal.force() != 1) {
                throw new IllegalStateException("nothing was forced");
            }
        }
    }
}
