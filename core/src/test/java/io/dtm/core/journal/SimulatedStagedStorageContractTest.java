package io.dtm.core.journal;

/** The contract of a storage with a tail, simulated. */
class SimulatedStagedStorageContractTest extends StorageContract {
    SimulatedStagedStorageContractTest() {
        super(new TestStorage.Simulated(true));
    }
}
