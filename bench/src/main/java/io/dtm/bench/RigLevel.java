package io.dtm.bench;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What was measured with one number of transactions in flight.
 *
 * @param inFlight  one-shot transactions.
 * @param commits   counted in the measured time.
 * @param tookNs    the measured time.
 * @param aborted   transactions that didn't commit, since the client's start.
 * @param refused   requests that were refused, since the client's start.
 * @param p50Ns     latency from submit to outcome.
 * @param p99Ns     of the same.
 * @param p999Ns    of the same.
 * @param maxNs     of the same.
 * @param meanNs    of the same.
 * @param cpuNs     processor time that each process took meanwhile, by its name.
 * @param load      one-minute load average at the end.
 */
record RigLevel(
    int inFlight,
    long commits,
    long tookNs,
    long aborted,
    long refused,
    long p50Ns,
    long p99Ns,
    long p999Ns,
    long maxNs,
    long meanNs,
    Map<String, Long> cpuNs,
    double load) {

    static RigLevel parse(final String text, final Map<String, Long> cpuNs, final double load) {
        final List<Long> values = List.of(text.trim().split(" ")).stream().map(Long::valueOf).toList();
        return new RigLevel(
            values.get(0).intValue(), values.get(1), values.get(2), values.get(3), values.get(4), values.get(5),
            values.get(6), values.get(7), values.get(8), values.get(9), cpuNs, load);
    }

    double commitsPerSecond() {
        return commits * 1e9 / tookNs;
    }

    String line() {
        final StringBuilder cpu = new StringBuilder();
        cpuNs.forEach((name, ns) -> cpu.append(String.format(Locale.ROOT, " %s %.1f", name,
            commits == 0 ? 0 : ns / 1e3 / commits)));
        return String.format(Locale.ROOT,
            "%9d %,12.0f %10.1f %10.1f %10.1f %10.1f %8d %8d %6.2f  %s",
            inFlight, commitsPerSecond(), p50Ns / 1e3, p99Ns / 1e3, p999Ns / 1e3, maxNs / 1e3, aborted, refused, load,
            cpu.toString().trim());
    }

    static String heading() {
        return String.format(Locale.ROOT, "%9s %12s %10s %10s %10s %10s %8s %8s %6s  %s",
            "in flight", "commits/s", "p50 us", "p99 us", "p99.9 us", "max us", "aborted", "refused", "load",
            "processor us a commit");
    }

    String json() {
        final StringBuilder cpu = new StringBuilder();
        cpuNs.forEach((name, ns) -> cpu.append(cpu.isEmpty() ? "" : ", ").append('"').append(name).append("\": ")
            .append(ns));
        return String.format(Locale.ROOT,
            "{\"inFlight\": %d, \"commits\": %d, \"tookNs\": %d, \"commitsPerSecond\": %.0f, \"p50Ns\": %d,"
                + " \"p99Ns\": %d, \"p999Ns\": %d, \"maxNs\": %d, \"meanNs\": %d, \"aborted\": %d, \"refused\": %d,"
                + " \"loadAverage\": %.2f, \"processorNs\": {%s}}",
            inFlight, commits, tookNs, commitsPerSecond(), p50Ns, p99Ns, p999Ns, maxNs, meanNs, aborted, refused,
            load, cpu);
    }
}
