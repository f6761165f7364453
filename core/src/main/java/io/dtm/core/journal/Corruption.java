package io.dtm.core.journal;

import io.dtm.core.journal.JournalException.Category;

/** Says what an operator can do about a damaged journal. */
final class Corruption {
    private static final String ADVICE = ". What was promised to participants may be lost with it, so the coordinator"
        + " doesn't start. Keep a copy of the data directory and bring the file back from its disk's redundancy or from"
        + " a copy taken while the coordinator was stopped. Don't delete or shorten anything: a transaction whose"
        + " commit is cut off would be rolled back. docs/journal-format.md tells what can be checked by hand";

    private Corruption() {
    }

    /** @return what is wrong, without category and advice: for tools, which go on. */
    static String what(final JournalException refusal) {
        return refusal.getMessage().replace(refusal.category() + " - ", "").replace(ADVICE, "");
    }

    static JournalException exception(final String what) {
        return new JournalException(Category.CORRUPT, what + ADVICE, null);
    }
}
