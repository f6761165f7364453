package io.dtm.core.journal;

/** The contract on a simulated tail and device. */
class SimulatedStagedJournalTest extends JournalContract {
    SimulatedStagedJournalTest() {
        super(new TestStorage.Simulated(true));
    }
}
