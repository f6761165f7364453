package io.dtm.core.journal;

/** The contract on mapped files. */
class MappedCutTest extends CutContract {
    MappedCutTest() {
        super(new TestStorage.Mapped());
    }
}
