package io.dtm.core.journal;

import io.dtm.core.storage.TestStorage;

/** The contract on files and a tail beside them. */
class StagedTailSpaceTest extends TailSpaceContract {
    StagedTailSpaceTest() {
        super(TestStorage.staged());
    }
}
