package io.dtm.core.journal;

/** The contract on mapped files. */
class MappedRecoveryTest extends RecoveryContract {
    MappedRecoveryTest() {
        super(new TestStorage.Mapped());
    }
}
