package io.dtm.core.journal;

/** The contract on a simulated device whose tail was lost. */
class SimulatedStagedRecoveryTest extends RecoveryContract {
    SimulatedStagedRecoveryTest() {
        super(new DyingInForce(new TestStorage.Simulated(true)));
    }
}
