package io.dtm.simulation;

import io.dtm.simulation.engine.RandomStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * Runs the real coordinator and the real library through as many transactions as wanted, in episodes with faults drawn
 * from the seed, and stops at the first broken promise. One seed is one way through everything, on every JDK.
 */
public final class Simulate {
    private static final long PROGRESS_NS = 1_000_000_000L;

    private final long seed;
    private final long transactions;
    private final long lengthNs;
    private final PrintStream progress;
    private final ProcessorRate rate = new ProcessorRate();
    private long startNs = System.nanoTime();
    private long lastProgressNs = startNs;
    private Episode.Maker maker = Episode::new;
    private Consumer<String> log;
    private EpisodePlan running;
    private boolean isOneOnly;
    private SimulationReport report;

    /**
     * @param seed         decides everything.
     * @param transactions business requests to be carried out, greater than 0.
     * @param progress     takes a line a second, and one at the end that tells how fast it was; null: none.
     */
    public Simulate(final long seed, final long transactions, final PrintStream progress) {
        this(seed, transactions, Long.MAX_VALUE, progress);
        if (transactions < 1) {
            throw new IllegalArgumentException("at least one transaction: " + transactions);
        }
    }

    private Simulate(final long seed, final long transactions, final long lengthNs, final PrintStream progress) {
        this.seed = seed;
        this.transactions = transactions;
        this.lengthNs = lengthNs;
        this.progress = progress;
    }

    /**
     * One that begins no other episode when a time is over. How many transactions that makes depends on the machine; as
     * many of them with the same seed are the same run.
     *
     * @param seed     decides everything else.
     * @param length   of real time.
     * @param progress takes a line a second, and one at the end that tells how fast it was; null: none.
     * @return it.
     */
    public static Simulate lasting(final long seed, final Duration length, final PrintStream progress) {
        return new Simulate(seed, Long.MAX_VALUE, length.toNanos(), progress);
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
     * @param value makes episodes: tests plant bugs in them.
     * @return this.
     */
    public Simulate maker(final Episode.Maker value) {
        maker = value;
        return this;
    }

    /**
     * Runs.
     *
     * @return what happened; the same for the same seed and number of transactions.
     */
    public SimulationReport run() {
        begin();
        do { // at least one episode, however short the time
            final EpisodePlan drawn = EpisodePlan.drawn(seed, report.episodes());
            final long left = transactions - report.transactions();
            run(left < drawn.requests() ? drawn.withRequests((int) left) : drawn);
        } while (report.transactions() < transactions && report.isClean() && System.nanoTime() - startNs < lengthNs);
        return end();
    }

    /**
     * Runs one episode only.
     *
     * @param plan of it.
     * @return what happened; the same for the same plan.
     */
    public SimulationReport runOnly(final EpisodePlan plan) {
        begin();
        isOneOnly = true;
        run(plan);
        return end();
    }

    private void begin() {
        startNs = System.nanoTime();
        report = new SimulationReport(seed, 0, 0, 0, 0, 0, 0, 0, 0, 0, seed, null, null, List.of());
    }

    private SimulationReport end() {
        if (progress != null) {
            progress.println("simulation: " + rate.sinceStart(report.transactions()));
        }
        return report;
    }

    private void run(final EpisodePlan plan) {
        running = plan;
        final Episode episode = plan.make(maker);
        if (log != null) {
            log.accept("episode " + plan.episode() + ": " + plan.settings());
            episode.trace().log(log);
        }
        episode.run(() -> tell(episode));
        report = add(episode, plan);
    }

    private SimulationReport add(final Episode episode, final EpisodePlan plan) {
        final int violations = episode.violations().count();
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
            violations > 0 ? plan : null,
            episode.violations().invariant(),
            violations > 0 ? EpisodeText.failure(plan, episode) : List.of());
    }

    private void tell(final Episode episode) {
        final long nowNs = System.nanoTime();
        if (progress != null && nowNs - lastProgressNs >= PROGRESS_NS) {
            lastProgressNs = nowNs;
            final long done = report.transactions() + episode.workload().finishedCount();
            progress.println("simulation: seed=" + seed + " transactions=" + done + "/" + end(nowNs)
                + " episode=" + running.episode() + " crashes=" + (report.crashes() + episode.crashes())
                + ", since the last line " + rate.sinceLast(done));
        }
    }

    private String end(final long nowNs) {
        return isOneOnly ? Integer.toString(running.requests())
            : lengthNs == Long.MAX_VALUE ? Long.toString(transactions)
            : "as many as there is time for, " + Math.max(0, lengthNs - (nowNs - startNs)) / PROGRESS_NS + " s left,";
    }
}
