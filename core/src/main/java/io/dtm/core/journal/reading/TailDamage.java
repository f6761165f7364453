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
     * @param place of the tail.
     * @param what  it has that the segments contradict.
     * @return a FOREIGN that says what to do.
     */
    public static JournalException otherHistory(final String place, final String what) {
        return JournalException.placed(Category.FOREIGN, "tail " + place + ": ", what, ADVICE);
    }
}
