package io.dtm.core.journal;

/** The contract on mapped files. */
class MappedJournalTest extends JournalContract {
    MappedJournalTest() {
        super(new TestStorage.Mapped());
    }
}
