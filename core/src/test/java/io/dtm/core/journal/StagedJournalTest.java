package io.dtm.core.journal;

import io.dtm.core.storage.TestStorage;

/** The contract on a tail and files. */
class StagedJournalTest extends JournalContract {
    StagedJournalTest() {
        super(TestStorage.staged());
    }
}
