package io.dtm.core.storage;

/** The contract of a storage with a tail, on files. */
class StagedStorageContractTest extends StorageContract {
    StagedStorageContractTest() {
        super(TestStorage.staged());
    }
}
