package io.dtm.server.journal;

/** Shows logical nanoseconds as seconds; negative ones, too. */
final class LogicalTime {
    private static final long SECOND_NS = 1_000_000_000L;
    private static final int FRACTION_DIGITS = 9;

    private LogicalTime() {
    }

    static String seconds(final long timeNs) {
        final String fraction = Long.toString(Math.abs(timeNs % SECOND_NS));
        final String sign = timeNs < 0 ? "-" : "";
        return sign + Math.abs(timeNs / SECOND_NS) + "."
            + "0".repeat(FRACTION_DIGITS - fraction.length()) + fraction;
    }
}
