package io.dtm.simulation;

import io.dtm.core.journal.Journal;
import io.dtm.simulation.node.ForwardingJournal;

/** A bug to plant: a journal that says that everything appended is on the device. */
public class AppendIsDurable extends ForwardingJournal {
    /** @param journal the real one. */
    public AppendIsDurable(final Journal journal) {
        super(journal);
    }

    @Override
    public long forcedPosition() {
        return journal.appendedPosition();
    }
}
