package io.dtm.simulation;

import io.dtm.simulation.engine.RandomStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Runs the real coordinator and the real library through as many transactions as wanted, in episodes with faults drawn
 * from the seed, and stops at the first broken promise. One seed is one way through everything, on every JDK.
 */
public final class Simulate {
    private static final int MIN_EPISODE = 200;
    private static final int MAX_EPISODE = 4_000;
    private static final int LAST_EVENTS = 200;
    private static final long PROGRESS_NS = 1_000_000_000L;

    private final long seed;
    private final long transactions;
    private final PrintStream progress;
    private final ProcessorRate rate = new ProcessorRate();
    private long lastProgressNs = System.nanoTime();
    private Consumer<String> log;
    private SimulationReport report;

    /**
     * @param seed         decides everything.
     * @param transactions business requests to be carried out, greater than 0.
     * @param progress     takes a line a second, and one at the end that tells how fast it was; null: none.
     */
    public Simulate(final long seed, final long transactions, final PrintStream progress) {
        if (transactions < 1) {
            throw new IllegalArgumentException("at least one transaction: " + transactions);
        }
        this.seed = seed;
        this.transactions = transactions;
        this.progress = progress;
    }

    /**
     * @param value takes every event of every episode, as text. Slow.
     * @return this.
     */
    public Simulate log(final Consumer<String> value) {
        log = value;
        return this;
    }

    /**
     * Runs.
     *
     * @return what happened; the same for the same seed and number of transactions.
     */
    public SimulationReport run() {
        final RandomStream root = new RandomStream(seed);
        report = new SimulationReport(seed, 0, 0, 0, 0, 0, 0, 0, 0, 0, seed, List.of());
        while (report.transactions() < transactions && report.isClean()) {
            final RandomStream random = root.split("episode " + report.episodes());
            final long left = transactions - report.transactions();
            final int size = (int) Math.min(left, random.skewed(MIN_EPISODE, MAX_EPISODE));
            final EpisodeSettings settings = EpisodeSettings.draw(random.split("settings"));
            final Episode episode = new Episode(random, settings, size);
            if (log != null) {
                log.accept("episode " + report.episodes() + ": " + settings);
                episode.trace().log(log);
            }
            episode.run(() -> tell(episode));
            report = add(episode, settings);
        }
        if (progress != null) {
            progress.println("simulation: " + rate.sinceStart(report.transactions()));
        }
        return report;
    }

    private SimulationReport add(final Episode episode, final EpisodeSettings settings) {
        final List<String> texts = new ArrayList<>();
        final int violations = episode.violations().count();
        if (violations > 0) {
            texts.add("seed " + seed + ", episode " + report.episodes() + ": " + settings);
            texts.addAll(episode.trace().last(LAST_EVENTS));
            texts.addAll(episode.violations().texts());
        }
        return new SimulationReport(
            seed,
            report.transactions() + episode.workload().finishedCount(),
            report.episodes() + 1,
            report.attempts() + episode.workload().attempts(),
            report.committed() + episode.workload().committedCount(),
            report.aborted() + episode.workload().abortedCount(),
            report.unknown() + episode.workload().unknownCount(),
            report.crashes() + episode.crashes(),
            report.virtualNs() + episode.virtualNs(),
            violations,
            new RandomStream(report.traceHash() ^ episode.trace().hash()).nextLong(),
            texts);
    }

    private void tell(final Episode episode) {
        final long nowNs = System.nanoTime();
        if (progress != null && nowNs - lastProgressNs >= PROGRESS_NS) {
            lastProgressNs = nowNs;
            final long done = report.transactions() + episode.workload().finishedCount();
            progress.println("simulation: seed=" + seed + " transactions=" + done + "/" + transactions
                + " episode=" + report.episodes() + " crashes=" + (report.crashes() + episode.crashes())
                + ", since the last line " + rate.sinceLast(done));
        }
    }
}
