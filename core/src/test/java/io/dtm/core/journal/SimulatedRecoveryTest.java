package io.dtm.core.journal;

/** The contract on the storage in memory. */
class SimulatedRecoveryTest extends RecoveryContract {
    SimulatedRecoveryTest() {
        super(new TestStorage.Simulated());
    }
}
