package io.dtm.core.journal;

/** The contract on the storage in memory with a tail, which is in the segments when the process dies. */
class SimulatedStagedCutTest extends CutContract {
    SimulatedStagedCutTest() {
        super(new DyingInForce(new TestStorage.Simulated(true)));
    }
}
