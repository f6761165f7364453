package io.dtm.core.journal.reading;

import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalException.Category;
import io.dtm.core.storage.JournalStorage;

/** Says what an operator can do about a damaged journal. */
public final class Corruption {
    private static final String ADVICE = ". What was promised to participants may be lost with it, so the coordinator"
        + " doesn't start. Keep a copy of the data directory and bring the file back from its disk's redundancy or from"
        + " a copy taken while the coordinator was stopped. Don't delete or shorten anything: a transaction whose"
        + " commit is cut off would be rolled back. docs/journal-format.md tells what can be checked by hand";

    private Corruption() {
    }

    /**
     * @param what is damaged or missing, where, and how that is known.
     * @return the refusal to start.
     */
    public static JournalException exception(final String what) {
        return exception("", what);
    }

    /**
     * @param storage that holds a coordinator's id, and nothing else of its journal.
     * @return the refusal to start.
     */
    public static JournalException noSegments(final JournalStorage storage) {
        return exception("there is no segment beside " + storage.describe(FileNames.COORDINATOR_ID)
            + ": the whole journal is missing");
    }

    /**
     * @param place  that is damaged, as the begin of a sentence.
     * @param defect how the sentence goes on.
     * @return the refusal to start.
     */
    static JournalException exception(final String place, final String defect) {
        return JournalException.placed(Category.CORRUPT, place, defect, ADVICE);
    }
}
