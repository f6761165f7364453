package io.dtm.core.journal;

import io.dtm.core.storage.TestStorage;

/** The contract on the storage in memory. */
class SimulatedCutTest extends CutContract {
    SimulatedCutTest() {
        super(new TestStorage.Simulated());
    }
}
