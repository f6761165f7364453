package io.dtm.core.journal;

import io.dtm.core.storage.TestStorage;

/** The contract on mapped files. */
class MappedCutTest extends CutContract {
    MappedCutTest() {
        super(new TestStorage.Mapped());
    }
}
