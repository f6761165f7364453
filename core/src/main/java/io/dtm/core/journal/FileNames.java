package io.dtm.core.journal;

/** Names of the files in a data directory. */
final class FileNames {
    /** Holds the coordinator's id. */
    static final String COORDINATOR_ID = "coordinator.id";
    /** For tools, and for the start after a killed process. */
    static final String MARK = "coordinator.mark";
    /** Ends the name of a segment. */
    static final String SEGMENT_SUFFIX = ".segment";
    /** Ends the name of a file that isn't complete. What is found at a start is deleted. */
    static final String TEMPORARY_SUFFIX = ".tmp";

    private static final int POSITION_DIGITS = 20;

    private FileNames() {
    }

    /** @return a name that sorts by position. */
    static String segment(final long basePosition) {
        final String digits = Long.toString(basePosition);
        return "0".repeat(POSITION_DIGITS - digits.length()) + digits + SEGMENT_SUFFIX;
    }

    /** @return base position that the name of a segment says, or {@link JournalDamage#NOWHERE}. */
    static long basePosition(final String segmentName) {
        final String digits = segmentName.substring(0, segmentName.length() - SEGMENT_SUFFIX.length());
        try {
            return digits.length() == POSITION_DIGITS ? Long.parseLong(digits) : JournalDamage.NOWHERE;
        } catch (final NumberFormatException ex) {
            return JournalDamage.NOWHERE;
        }
    }

    static boolean isSegment(final String name) {
        return name.endsWith(SEGMENT_SUFFIX);
    }

    static boolean isTemporary(final String name) {
        return name.endsWith(TEMPORARY_SUFFIX);
    }
}
