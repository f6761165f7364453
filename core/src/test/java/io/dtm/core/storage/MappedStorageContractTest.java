package io.dtm.core.storage;

/** The contract of a storage on mapped files. */
class MappedStorageContractTest extends StorageContract {
    MappedStorageContractTest() {
        super(new TestStorage.Mapped());
    }
}
