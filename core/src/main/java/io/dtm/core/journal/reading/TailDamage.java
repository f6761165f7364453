package io.dtm.core.journal.reading;

import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalException.Category;

/** Says what an operator can do about a tail that can't be used. */
public final class TailDamage {
    private static final String ADVICE = ". It holds what was appended and not forced before the coordinator died, so"
        + " the coordinator doesn't start. Keep a copy of it and of the data directory. If this directory was put back"
        + " on purpose to an earlier state, or if what was only appended may be lost as in a power loss, delete the"
        + " tail and start again. docs/journal-format.md tells what is in it";

    private TailDamage() {
    }

    /**
     * @param place of the tail.
     * @param what  is wrong with it.
     * @return a CORRUPT that says what to do.
     */
    public static JournalException exception(final String place, final String what) {
        return JournalException.placed(Category.CORRUPT, "tail " + place + ": ", what, ADVICE);
    }

    /**
     * @param place     of the tail.
     * @param directory that it belongs to, which is still there.
     * @param other     that the start is in.
     * @return a FOREIGN that says what to do.
     */
    public static JournalException otherDirectory(final String place, final String directory, final String other) {
        return JournalException.placed(Category.FOREIGN, "tail " + place + " ", "belongs to data directory " + directory
            + ", not to " + other + ": one is a copy of the other", advice(directory, other) + ". Or delete the tail:"
            + " what is only in it is lost then");
    }

    /**
     * @param place     of the tail.
     * @param directory that it belongs to, of a coordinator that runs.
     * @param other     that the start is in.
     * @return an OWNED that says what to do.
     */
    public static JournalException otherOwner(final String place, final String directory, final String other) {
        return JournalException.placed(Category.OWNED, "tail " + place + " ", "belongs to a coordinator that runs with"
            + " data directory " + directory + "; this one, " + other + ", is a copy of it, or it is one of this",
            advice(directory, other) + "; before that, stop the one that runs");
    }

    private static String advice(final String directory, final String other) {
        return ". A coordinator goes on in one place only: start the one in " + directory + "; or, if " + other
            + " is to go on in its place, move " + directory + " away first: then this start puts what is only in the"
            + " tail into the segments, if the two fit";
    }

    /**
     * @param place of the tail.
     * @param what  it has that the segments contradict.
     * @return a FOREIGN that says what to do.
     */
    public static JournalException otherHistory(final String place, final String what) {
        return JournalException.placed(Category.FOREIGN, "tail " + place + ": ", what, ADVICE);
    }
}
