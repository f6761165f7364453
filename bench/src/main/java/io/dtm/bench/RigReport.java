package io.dtm.bench;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * What a run of the rig found.
 *
 * @param conditions under which it was measured, by name.
 * @param roundTrip  floor of a network round trip, null: not measured.
 * @param force      floor of a force, null: not measured.
 * @param levels     in the order in which they were measured.
 * @param committed  told to the client, warm-up included.
 * @param branches   prepared, committed and rolled back at each participant process.
 * @param problem    why the figures are worth nothing, null: none was seen.
 */
record RigReport(
    Map<String, String> conditions,
    Histogram roundTrip,
    Histogram force,
    List<RigLevel> levels,
    long committed,
    List<long[]> branches,
    String problem) {

    String text() {
        final StringBuilder text = new StringBuilder();
        conditions.forEach((name, value) -> text.append(String.format(Locale.ROOT, "%-14s %s%n", name, value)));
        floor(text, "floor: UDP round trip", roundTrip);
        floor(text, "floor: write and force", force);
        text.append(RigLevel.heading()).append('\n');
        levels.forEach(level -> text.append(level.line()).append('\n'));
        text.append("committed in all ").append(committed).append('\n');
        if (problem != null) {
            text.append("PROBLEM ").append(problem).append('\n');
        }
        return text.toString();
    }

    private static void floor(final StringBuilder text, final String name, final Histogram latencies) {
        if (latencies != null) {
            text.append(String.format(Locale.ROOT, "%-24s p50 %.1f us, p99 %.1f us, p99.9 %.1f us%n", name,
                latencies.getValueAtPercentile(50) / 1e3, latencies.getValueAtPercentile(99) / 1e3,
                latencies.getValueAtPercentile(99.9) / 1e3));
        }
    }

    String json() {
        final StringBuilder text = new StringBuilder("{\n  \"conditions\": {");
        conditions.forEach((name, value) -> text
            .append(text.charAt(text.length() - 1) == '{' ? "\n" : ",\n")
            .append("    \"").append(name).append("\": \"")
            .append(value.replace("\\", "\\\\").replace("\"", "\\\"")).append('"'));
        text.append("\n  },\n");
        floorJson(text, "roundTripFloor", roundTrip);
        floorJson(text, "forceFloor", force);
        text.append("  \"levels\": [\n    ")
            .append(String.join(",\n    ", levels.stream().map(RigLevel::json).toList()))
            .append("\n  ],\n  \"committed\": ").append(committed).append("\n}\n");
        return text.toString();
    }

    private static void floorJson(final StringBuilder text, final String name, final Histogram latencies) {
        if (latencies != null) {
            text.append(String.format(Locale.ROOT, "  \"%s\": {\"p50Ns\": %d, \"p99Ns\": %d, \"p999Ns\": %d},%n", name,
                latencies.getValueAtPercentile(50), latencies.getValueAtPercentile(99),
                latencies.getValueAtPercentile(99.9)));
        }
    }
}
