package io.dtm.core.journal;

/** The contract of a storage with a tail, on files. */
class StagedStorageContractTest extends StorageContract {
    StagedStorageContractTest() {
        super(TestStorage.staged());
    }
}
