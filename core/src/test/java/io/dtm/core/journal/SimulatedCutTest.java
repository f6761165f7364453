package io.dtm.core.journal;

/** The contract on the storage in memory. */
class SimulatedCutTest extends CutContract {
    SimulatedCutTest() {
        super(new TestStorage.Simulated());
    }
}
