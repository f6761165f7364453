package io.dtm.simulation.check;

/**
 * Logical time passes as the monotonic clock says, from the first record of a process on, whatever a wall clock does. A
 * stage may stand still between a stamp and its record, so that it is behind; ahead it never is.
 */
final class RecordTimes {
    private static final long TOLERANCE_NS = 1_000_000L;
    private static final long NONE = Long.MIN_VALUE;

    private final Violations violations;
    private long firstRecordNs = NONE;
    private long firstAppendNs;

    RecordTimes(final Violations violations) {
        this.violations = violations;
    }

    /** Another process: its clock begins anew. */
    void onStart() {
        firstRecordNs = NONE;
    }

    /** A record is appended that has this logical time. */
    void onAppended(final long recordNs, final long nowNs) {
        if (firstRecordNs == NONE) {
            firstRecordNs = recordNs;
            firstAppendNs = nowNs;
        }
        final long aheadNs = recordNs - firstRecordNs - (nowNs - firstAppendNs);
        if (aheadNs > TOLERANCE_NS) {
            violations.add("AC4", "logical time is " + aheadNs + " ns ahead of the clock: deadlines come early");
        }
    }
}
