package io.dtm.core.journal;

import io.dtm.core.storage.TestStorage;

/** The contract on the storage in memory with a tail. */
class SimulatedStagedTailSpaceTest extends TailSpaceContract {
    SimulatedStagedTailSpaceTest() {
        super(new TestStorage.Simulated(true));
    }
}
