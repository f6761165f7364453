package io.dtm.core.ring;

import io.dtm.core.egress.Durability;
import io.dtm.core.journal.Journal;

/** The journal as egress sees it. */
final class JournalDurability implements Durability {
    private final Journal journal;

    JournalDurability(final Journal journal) {
        this.journal = journal;
    }

    @Override
    public long forcedPosition() {
        return journal.forcedPosition();
    }

    @Override
    public void requestForce(final long position) {
        journal.requestForce(position);
    }
}
