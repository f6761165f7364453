package io.dtm.core.journal;

import io.dtm.core.storage.TestStorage;

/** The contract on files whose tail was lost. */
class StagedRecoveryTest extends RecoveryContract {
    StagedRecoveryTest() {
        super(new DyingInForce(TestStorage.staged()));
    }
}
