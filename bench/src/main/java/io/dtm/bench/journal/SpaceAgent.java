package io.dtm.bench.journal;

import io.dtm.core.journal.SegmentedJournal;
import org.agrona.concurrent.Agent;

/** Prepares space as the pipeline's agent does. */
final class SpaceAgent implements Agent {
    private final SegmentedJournal journal;

    SpaceAgent(final SegmentedJournal journal) {
        this.journal = journal;
    }

    @Override
    public int doWork() {
        return journal.prepareSpace();
    }

    @Override
    public String roleName() {
        return "space";
    }
}
