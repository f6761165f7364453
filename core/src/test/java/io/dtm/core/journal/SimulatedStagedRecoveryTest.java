package io.dtm.core.journal;

import io.dtm.core.storage.TestStorage;

/** The contract on a simulated device whose tail was lost. */
class SimulatedStagedRecoveryTest extends RecoveryContract {
    SimulatedStagedRecoveryTest() {
        super(new DyingInForce(new TestStorage.Simulated(true)));
    }
}
