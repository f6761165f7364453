package io.dtm.core.journal;

/** The contract of a storage on the storage in memory. */
class SimulatedStorageContractTest extends StorageContract {
    SimulatedStorageContractTest() {
        super(new TestStorage.Simulated());
    }
}
