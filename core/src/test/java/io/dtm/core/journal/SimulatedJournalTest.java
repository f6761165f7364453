package io.dtm.core.journal;

import io.dtm.core.storage.TestStorage;

/** The contract on the storage in memory. */
class SimulatedJournalTest extends JournalContract {
    SimulatedJournalTest() {
        super(new TestStorage.Simulated());
    }
}
