package io.dtm.core.journal;

import java.util.Locale;

/** Names of the files in a data directory. */
final class FileNames {
    /** Holds the coordinator's id. */
    static final String COORDINATOR_ID = "coordinator.id";
    /** For tools, and for the start after a killed process. */
    static final String MARK = "coordinator.mark";
    /** Says where the tail of a staged journal lies. */
    static final String TAIL_POINTER = "coordinator.tail";
    /** Ends the name of a segment. */
    static final String SEGMENT_SUFFIX = ".segment";
    /** Ends the name of a file that isn't complete. What is found at a start is deleted. */
    static final String TEMPORARY_SUFFIX = ".tmp";

    private static final int POSITION_DIGITS = 20;

    private FileNames() {
    }

    /** @return a name that sorts by position. */
    static String segment(final long basePosition) {
        return String.format(Locale.ROOT, "%0" + POSITION_DIGITS + "d", basePosition) + SEGMENT_SUFFIX;
    }

    static boolean isSegment(final String name) {
        return name.endsWith(SEGMENT_SUFFIX);
    }

    static boolean isTemporary(final String name) {
        return name.endsWith(TEMPORARY_SUFFIX);
    }
}
