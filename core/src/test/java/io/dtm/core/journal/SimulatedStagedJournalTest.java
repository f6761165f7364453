package io.dtm.core.journal;

import io.dtm.core.storage.TestStorage;

/** The contract on a simulated tail and device. */
class SimulatedStagedJournalTest extends JournalContract {
    SimulatedStagedJournalTest() {
        super(new TestStorage.Simulated(true));
    }
}
