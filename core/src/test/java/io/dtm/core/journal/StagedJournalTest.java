package io.dtm.core.journal;

/** The contract on a tail and files. */
class StagedJournalTest extends JournalContract {
    StagedJournalTest() {
        super(TestStorage.staged());
    }
}
