package io.dtm.core.journal;

/** The contract on the storage in memory. */
class SimulatedJournalTest extends JournalContract {
    SimulatedJournalTest() {
        super(new TestStorage.Simulated());
    }
}
