package io.dtm.core.journal;

import io.dtm.core.storage.TestStorage;

/** The contract on files and a tail beside them, which is in the segments when the process dies. */
class StagedCutTest extends CutContract {
    StagedCutTest() {
        super(new DyingInForce(TestStorage.staged()));
    }
}
