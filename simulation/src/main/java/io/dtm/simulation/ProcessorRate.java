package io.dtm.simulation;

import java.time.Duration;
import java.util.Locale;

/**
 * How fast a simulation is, by the processor time of this process: what other processes do beside it doesn't count,
 * what the garbage collector and the compiler do for it does. Tells of nothing that the simulation sees.
 */
final class ProcessorRate {
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double SECONDS_PER_MINUTE = 60;

    private final long startNs = processorTimeNs();
    private long lastNs = startNs;
    private long lastTransactions;

    /**
     * @param transactions done since the start.
     * @return the rate since the start, as text.
     */
    String sinceStart(final long transactions) {
        return text(transactions, processorTimeNs() - startNs);
    }

    /**
     * @param transactions done since the start.
     * @return the rate since this was asked last, as text.
     */
    String sinceLast(final long transactions) {
        final long nowNs = processorTimeNs();
        final String text = text(transactions - lastTransactions, nowNs - lastNs);
        lastNs = nowNs;
        lastTransactions = transactions;
        return text;
    }

    private static String text(final long transactions, final long timeNs) {
        final double seconds = timeNs / NANOS_PER_SECOND;
        return String.format(Locale.ROOT, "%.1f s of processor time, %,d transactions a minute of it",
            seconds, seconds > 0 ? Math.round(transactions * SECONDS_PER_MINUTE / seconds) : 0);
    }

    /** All threads together; 0 where the system doesn't tell. */
    private static long processorTimeNs() {
        return ProcessHandle.current().info().totalCpuDuration().map(Duration::toNanos).orElse(0L);
    }
}
