package io.dtm.simulation.node;

import io.dtm.core.journal.Journal;
import io.dtm.simulation.check.Checker;
import org.agrona.DirectBuffer;

/** The real journal, with the checker looking over its shoulder, and with somebody who decides when a force ends. */
final class WatchedJournal implements Journal {
    private final Journal journal;
    private final Checker checker;
    private final Runnable onForceRequested;

    WatchedJournal(final Journal journal, final Checker checker, final Runnable onForceRequested) {
        this.journal = journal;
        this.checker = checker;
        this.onForceRequested = onForceRequested;
    }

    @Override
    public long append(
        final int linkId, final long timeNs, final DirectBuffer frame, final int offset, final int length) {
        final long position = journal.append(linkId, timeNs, frame, offset, length);
        checker.onAppended(position, frame, offset);
        return position;
    }

    @Override
    public long appendedPosition() {
        return journal.appendedPosition();
    }

    @Override
    public long forcedPosition() {
        return journal.forcedPosition();
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

    @Override
    public int prepareSpace() {
        return journal.prepareSpace();
    }

    @Override
    public boolean hasSpaceForNew() {
        return journal.hasSpaceForNew();
    }

    @Override
    public void close() {
        journal.close();
    }
}
