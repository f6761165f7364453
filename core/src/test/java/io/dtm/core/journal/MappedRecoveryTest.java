package io.dtm.core.journal;

import io.dtm.core.storage.TestStorage;

/** The contract on mapped files. */
class MappedRecoveryTest extends RecoveryContract {
    MappedRecoveryTest() {
        super(new TestStorage.Mapped());
    }
}
