package io.dtm.core.journal;

import io.dtm.core.storage.TestStorage;

/** The contract on the storage in memory. */
class SimulatedRecoveryTest extends RecoveryContract {
    SimulatedRecoveryTest() {
        super(new TestStorage.Simulated());
    }
}
