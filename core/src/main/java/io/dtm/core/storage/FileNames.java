package io.dtm.core.storage;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Names of the files in a data directory. */
public final class FileNames {
    /** The file that is locked. It has no content and must never be deleted: a new one would be another lock. */
    public static final String LOCK = "coordinator.lock";
    /** Holds the coordinator's id. */
    public static final String COORDINATOR_ID = "coordinator.id";
    /** For tools, and for the start after a killed process. */
    public static final String MARK = "coordinator.mark";
    /** Says where the tail of a staged journal lies. */
    public static final String TAIL_POINTER = "coordinator.tail";
    /** Ends the name of a segment. */
    public static final String SEGMENT_SUFFIX = ".segment";
    /** Ends the name of a checkpoint. */
    static final String CHECKPOINT_SUFFIX = ".checkpoint";
    /** An operator's order to cut the journal, while it is carried out. */
    public static final String CUT_ORDER = "coordinator.cut";
    /** Ends the name of a file that was taken out of the journal by a cut; a number may follow. */
    public static final String KEPT_SUFFIX = ".cut";
    /** Ends the name of a file that isn't complete. What is found at a start is deleted. */
    public static final String TEMPORARY_SUFFIX = ".tmp";

    private static final int POSITION_DIGITS = 20;
    /** An exabyte, and less than a long can hold. */
    private static final String POSITION_PATTERN = "00[0-9]{18}";
    private static final Pattern CHECKPOINT = Pattern.compile(POSITION_PATTERN + "\\" + CHECKPOINT_SUFFIX);
    private static final Pattern SEGMENT = Pattern.compile(POSITION_PATTERN + "\\" + SEGMENT_SUFFIX);
    private static final Pattern KEPT = Pattern.compile(".*\\" + KEPT_SUFFIX + "(\\.[0-9]+)?");

    private FileNames() {
    }

    /**
     * @param basePosition of a segment.
     * @return its name, which sorts by position.
     */
    public static String segment(final long basePosition) {
        return digits(basePosition) + SEGMENT_SUFFIX;
    }

    /**
     * @param name of a file.
     * @return whether it is called as segments are.
     */
    public static boolean isSegment(final String name) {
        return name.endsWith(SEGMENT_SUFFIX);
    }

    /**
     * @param replayPosition from which replay goes on after the checkpoint.
     * @return its name, which sorts by position.
     */
    public static String checkpoint(final long replayPosition) {
        return digits(replayPosition) + CHECKPOINT_SUFFIX;
    }

    /**
     * @param replayPosition from which replay goes on after the checkpoint.
     * @param unique         letters, digits and hyphens: tells makers apart that don't know of each other.
     * @return name of the checkpoint while it is in the making.
     */
    public static String temporaryCheckpoint(final long replayPosition, final String unique) {
        return digits(replayPosition) + '.' + unique + CHECKPOINT_SUFFIX + TEMPORARY_SUFFIX;
    }

    /**
     * @param name of a file.
     * @return whether it is called as complete checkpoints are.
     */
    public static boolean isCheckpoint(final String name) {
        return CHECKPOINT.matcher(name).matches();
    }

    /**
     * @param name of a segment or checkpoint.
     * @return the position that it names.
     */
    public static long position(final String name) {
        return Long.parseLong(name, 0, POSITION_DIGITS, 10);
    }

    /**
     * @param segmentName as it was found: of whatever form.
     * @param otherwise   what is returned if it has no position.
     * @return the position that the name of a segment should be made of.
     */
    public static long positionOr(final String segmentName, final long otherwise) {
        return SEGMENT.matcher(segmentName).matches() ? position(segmentName) : otherwise;
    }

    /**
     * @param name of a file.
     * @return whether it was taken out of the journal by a cut.
     */
    public static boolean isKept(final String name) {
        return KEPT.matcher(name).matches() && !name.equals(CUT_ORDER);
    }

    /**
     * @param names of all files.
     * @param name  of one that is to be taken out of the journal.
     * @return what it is to be called then: nothing that an earlier cut kept is ever overwritten.
     */
    public static String unusedKept(final List<String> names, final String name) {
        String kept = name + KEPT_SUFFIX;
        for (int number = 2; names.contains(kept); number++) {
            kept = name + KEPT_SUFFIX + "." + number;
        }
        return kept;
    }

    /**
     * @param name of a file.
     * @return whether it is called as a checkpoint in the making.
     */
    public static boolean isTemporaryCheckpoint(final String name) {
        return name.endsWith(CHECKPOINT_SUFFIX + TEMPORARY_SUFFIX);
    }

    /**
     * @param storage that holds a journal.
     * @return names of all segments, by position; may be changed.
     * @throws IOException if the names can't be read.
     */
    public static List<String> segments(final JournalStorage storage) throws IOException {
        final List<String> names = new ArrayList<>(storage.list());
        names.removeIf(name -> !isSegment(name));
        return names;
    }

    /**
     * @param storage that may hold it.
     * @param name    of a file.
     * @return whether it is there, whatever a listing says that was begun before it was made.
     * @throws IOException if that can't be asked.
     */
    public static boolean isThere(final JournalStorage storage, final String name) throws IOException {
        try {
            return storage.length(name) >= 0;
        } catch (final NoSuchFileException ex) {
            return false;
        }
    }

    /**
     * @param name of a file.
     * @return whether it isn't complete: a start deletes it.
     */
    public static boolean isTemporary(final String name) {
        return name.endsWith(TEMPORARY_SUFFIX);
    }

    private static String digits(final long position) {
        final String digits = Long.toString(position);
        return "0".repeat(POSITION_DIGITS - digits.length()) + digits;
    }
}
