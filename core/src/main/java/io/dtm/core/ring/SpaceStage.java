package io.dtm.core.ring;

import io.dtm.core.journal.Journal;
import org.agrona.concurrent.Agent;

/** Prepares space in the journal ahead of need. */
final class SpaceStage implements Agent {
    private final Journal journal;

    SpaceStage(final Journal journal) {
        this.journal = journal;
    }

    @Override
    public String roleName() {
        return "space";
    }

    @Override
    public int doWork() {
        return journal.prepareSpace();
    }
}
