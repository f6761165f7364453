package io.dtm.bench.journal;

import io.dtm.core.journal.SegmentedJournal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Group commit at full speed: one thread appends as fast as it can and holds back only while too much is unforced,
 * another forces whatever is there. Against it a bare loop of {@code FileChannel.write} and {@code force(false)} of as
 * many bytes in groups of the very same sizes. Both into space made before; rounds alternate within one run.
 */
final class AppendRateRig {
    private static final int SEGMENT_LENGTH = 64 * 1024 * 1024;
    private static final int ZERO_CHUNK = 4096;
    private static final int MAX_GROUPS = 1 << 20;
    private static final double MEGA = 1e6;

    private final Path parent;
    private final int megabytes;
    private final int backlogBytes;
    private final int rounds;

    /**
     * @param megabytes    appended in each round.
     * @param backlogBytes unforced, above which the appending thread waits.
     */
    AppendRateRig(final Path parent, final int megabytes, final int backlogBytes, final int rounds) {
        this.parent = parent;
        this.megabytes = megabytes;
        this.backlogBytes = backlogBytes;
        this.rounds = rounds;
    }

    /** One storage beside the bare loop that follows it. */
    private static final class Figures {
        final Rounds rate = new Rounds();
        final Rounds bareRate = new Rounds();
        final Rounds groupBytes = new Rounds();
        final Rounds appending = new Rounds();
        final Rounds forcing = new Rounds();
    }

    /** @param frameLengths bytes of a frame; one measurement for each. */
    Table run(final List<StorageKind> storages, final int... frameLengths) throws IOException {
        final Table table = new Table("appendRate", "Group commit at full speed, MB/s; " + rounds
            + " alternating rounds of " + megabytes + " MB each, at most " + backlogBytes / 1024 + " KiB unforced",
            "storage, bytes of a frame", "journal", "bare", "ratio", "least ratio", "greatest", "KiB a group",
            "appending %", "forcing %");
        for (final int frameLength : frameLengths) {
            final Map<StorageKind, Figures> figures = new EnumMap<>(StorageKind.class);
            storages.forEach(kind -> figures.put(kind, new Figures()));
            for (int round = -1; round < rounds; round++) {
                for (final StorageKind kind : storages) {
                    measure(kind, frameLength, round < 0 ? new Figures() : figures.get(kind));
                }
            }
            figures.forEach((kind, one) -> row(table, kind.text() + ", " + frameLength, one));
        }
        return table
            .note("bare: the same number of bytes, in groups of the sizes that the journal's groups had; the ratio is"
                + " the median of the rounds' ratios; goal for staged: at least 0.85")
            .note("appending: share of the time that the appending thread doesn't wait; forcing: share that the force"
                + " agent spends in forces");
    }

    private static void row(final Table table, final String name, final Figures figures) {
        table.row(name, figures.rate.median(), figures.bareRate.median(),
            figures.rate.medianRatioTo(figures.bareRate), figures.rate.leastRatioTo(figures.bareRate),
            figures.rate.greatestRatioTo(figures.bareRate), figures.groupBytes.median() / 1024,
            figures.appending.median() * 100, figures.forcing.median() * 100);
    }

    private void measure(final StorageKind kind, final int frameLength, final Figures figures) throws IOException {
        try (BenchDirectory directory = BenchDirectory.under(parent)) {
            final int[] groups = journal(kind, directory.resolve("journal"), frameLength, figures);
            final int greatest = Arrays.stream(groups).max().orElseThrow();
            final long bytes = Arrays.stream(groups).asLongStream().sum();
            try (BareFile bare = new BareFile(
                directory.resolve("bare"), bytes + greatest, ZERO_CHUNK, greatest)) {
                final long startNs = System.nanoTime();
                for (final int group : groups) {
                    bare.writeAndForce(group);
                }
                figures.bareRate.add(bytes * 1e9 / MEGA / (System.nanoTime() - startNs));
            }
        }
    }

    /** @return bytes of each group that was forced. */
    private int[] journal(
        final StorageKind kind, final Path directory, final int frameLength, final Figures figures) {
        final long bytes = (long) (megabytes * MEGA);
        final SegmentedJournal journal = LiveJournal.create(LiveJournal.context(kind, directory)
            .segmentLength(SEGMENT_LENGTH)
            .unforcedBound(Integer.MAX_VALUE)
            .reservedSegments((int) (bytes / SEGMENT_LENGTH) + 1));
        final TimedForces force = new TimedForces(new ForceAgent(journal, MAX_GROUPS));
        final long startPosition = journal.appendedPosition();
        final long startNs = System.nanoTime();
        long waitedNs = 0;
        try (AgentThreads threads = new AgentThreads()) {
            threads.start(force, new BackoffIdleStrategy(20, 50, 1_000, 100_000));
            final UnsafeBuffer frame = new UnsafeBuffer(new byte[frameLength]);
            long position = startPosition;
            long timeNs = 0;
            while (position - startPosition < bytes) {
                if (!journal.hasRoom() || position - journal.forcedPosition() > backlogBytes) {
                    waitedNs += await(journal, position - backlogBytes / 2, threads);
                }
                position = journal.append(1, ++timeNs, frame, 0, frameLength);
            }
            waitedNs += await(journal, position, threads);
        } finally {
            journal.close();
        }
        final long tookNs = System.nanoTime() - startNs;
        figures.rate.add((journal.forcedPosition() - startPosition) * 1e9 / MEGA / tookNs);
        figures.appending.add(1 - (double) waitedNs / tookNs);
        figures.forcing.add((double) force.tookNs / tookNs);
        figures.groupBytes.add((double) (journal.forcedPosition() - startPosition) / force.agent.groups());
        return force.agent.groupBytes();
    }

    /** @return how long it took until so much was forced. */
    private static long await(final SegmentedJournal journal, final long position, final AgentThreads threads) {
        final long startNs = System.nanoTime();
        while (journal.forcedPosition() < position) {
            threads.check();
            Thread.yield();
        }
        return System.nanoTime() - startNs;
    }

    /** The force agent, and how long its forces took. */
    private static final class TimedForces implements Agent {
        private final ForceAgent agent;
        private long tookNs;

        TimedForces(final ForceAgent agent) {
            this.agent = agent;
        }

        @Override
        public int doWork() {
            final long startNs = System.nanoTime();
            final int work = agent.doWork();
            if (work > 0) {
                tookNs += System.nanoTime() - startNs;
            }
            return work;
        }

        @Override
        public String roleName() {
            return agent.roleName();
        }
    }
}
