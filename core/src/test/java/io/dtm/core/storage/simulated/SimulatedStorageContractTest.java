package io.dtm.core.storage.simulated;

import io.dtm.core.storage.StorageContract;
import io.dtm.core.storage.TestStorage;

/** The contract of a storage on the storage in memory. */
class SimulatedStorageContractTest extends StorageContract {
    SimulatedStorageContractTest() {
        super(new TestStorage.Simulated());
    }
}
