package io.dtm.simulation.check;

/**
 * Logical time passes as the monotonic clock says, whatever a wall clock does. A stage may stand still between a stamp
 * and its record, so that a record is behind; ahead it never is.
 */
final class RecordTimes {
    private final Violations violations;
    private long startedAtNs;
    private long startedNs;

    RecordTimes(final Violations violations) {
        this.violations = violations;
    }

    /** A process starts, at this logical time. */
    void onStarted(final long logicalNs, final long nowNs) {
        startedAtNs = logicalNs;
        startedNs = nowNs;
    }

    /** A record is appended that has this logical time. */
    void onAppended(final long logicalNs, final long nowNs) {
        final long aheadNs = logicalNs - startedAtNs - (nowNs - startedNs);
        if (aheadNs > 0) {
            violations.add("AC4", "logical time is " + aheadNs + " ns ahead of the clock: deadlines come early");
        }
    }
}
