package io.dtm.server.demo;

import io.dtm.server.demo.TransferLog.Ending;
import java.io.PrintStream;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** Prints a line a second: how the run goes. One thread. */
final class Progress {
    private final TransferLog log;
    private final DemoHouse house;
    private final PrintStream out;
    private final long startNs = System.nanoTime();
    private long lastNs = startNs;
    private long lastEnded;

    Progress(final TransferLog log, final DemoHouse house, final PrintStream out) {
        this.log = log;
        this.house = house;
        this.out = out;
    }

    void print() {
        final Map<Ending, Integer> endings = log.endings();
        final long committed = committed(endings);
        final long rolledBack = rolledBack(endings);
        final long ended = endings.values().stream().mapToLong(Integer::longValue).sum();
        final long nowNs = System.nanoTime();
        final double rate = (ended - lastEnded) * 1e9 / Math.max(1, nowNs - lastNs);
        final Histogram latencies = log.latencies();
        out.printf(Locale.ROOT,
            "%4d s  committed %6d  rolled back %5d  in doubt %s  %5.0f/s  p50 %s  p99 %s%n",
            (nowNs - startNs) / 1_000_000_000L, committed, rolledBack, inDoubt(), rate,
            milliseconds(latencies, 50), milliseconds(latencies, 99));
        lastNs = nowNs;
        lastEnded = ended;
    }

    /** What is prepared in the databases now; a question mark where one doesn't answer. */
    private String inDoubt() {
        int sum = 0;
        boolean complete = true;
        for (int bank = 0; bank < house.banks(); bank++) {
            final int prepared = house.prepared(bank);
            complete &= prepared >= 0;
            sum += Math.max(0, prepared);
        }
        return String.format(Locale.ROOT, "%3d%s", sum, complete ? " " : "?");
    }

    private static String milliseconds(final Histogram latencies, final double percentile) {
        return latencies.getTotalCount() == 0
            ? "    -   "
            : String.format(Locale.ROOT, "%6.1f ms", latencies.getValueAtPercentile(percentile) / 1000.0);
    }

    static long committed(final Map<Ending, Integer> endings) {
        return endings.entrySet().stream().filter(one -> one.getKey().isCommitted()).mapToLong(Map.Entry::getValue)
            .sum();
    }

    static long rolledBack(final Map<Ending, Integer> endings) {
        return endings.entrySet().stream().filter(one -> one.getKey().isRolledBack()).mapToLong(Map.Entry::getValue)
            .sum();
    }
}
