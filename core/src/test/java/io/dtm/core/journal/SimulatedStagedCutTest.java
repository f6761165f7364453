package io.dtm.core.journal;

import io.dtm.core.storage.TestStorage;

/** The contract on the storage in memory with a tail, which is in the segments when the process dies. */
class SimulatedStagedCutTest extends CutContract {
    SimulatedStagedCutTest() {
        super(new DyingInForce(new TestStorage.Simulated(true)));
    }
}
