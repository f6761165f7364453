package io.dtm.simulation.node;

import io.dtm.core.journal.Journal;
import io.dtm.simulation.check.Checker;
import org.agrona.DirectBuffer;

/** The real journal, with the checker looking over its shoulder, and with somebody who decides when a force ends. */
final class WatchedJournal extends ForwardingJournal {
    private final Checker checker;
    private final Runnable onForceRequested;

    WatchedJournal(final Journal journal, final Checker checker, final Runnable onForceRequested) {
        super(journal);
        this.checker = checker;
        this.onForceRequested = onForceRequested;
    }

    @Override
    public long append(
        final int linkId, final long timeNs, final DirectBuffer frame, final int offset, final int length) {
        final long position = journal.append(linkId, timeNs, frame, offset, length);
        checker.onAppended(position, linkId, timeNs, frame, offset, length);
        return position;
    }

    @Override
    public void requestForce(final long position) {
        journal.requestForce(position);
        onForceRequested.run();
    }

    @Override
    public int force() {
        final int work = journal.force();
        checker.onForced(journal.forcedPosition());
        return work;
    }
}
