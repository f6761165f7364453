package io.dtm.core.storage.simulated;

import io.dtm.core.storage.StorageContract;
import io.dtm.core.storage.TestStorage;

/** The contract of a storage with a tail, simulated. */
class SimulatedStagedStorageContractTest extends StorageContract {
    SimulatedStagedStorageContractTest() {
        super(new TestStorage.Simulated(true));
    }
}
