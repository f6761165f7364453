package io.dtm.core.journal;

/** The contract on files and a tail beside them. */
class StagedTailCutTest extends TailCutContract {
    StagedTailCutTest() {
        super(TestStorage.staged());
    }
}
