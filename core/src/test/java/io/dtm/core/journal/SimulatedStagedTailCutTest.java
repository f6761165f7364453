package io.dtm.core.journal;

import io.dtm.core.storage.TestStorage;

/** The contract on the storage in memory with a tail. */
class SimulatedStagedTailCutTest extends TailCutContract {
    SimulatedStagedTailCutTest() {
        super(new TestStorage.Simulated(true));
    }
}
