package io.dtm.simulation.node;

import io.dtm.core.journal.Journal;
import org.agrona.DirectBuffer;

/** Passes every call on: for those who look on, or plant a bug, at one of them. */
public abstract class ForwardingJournal implements Journal {
    /** The real one. */
    protected final Journal journal;

    /** @param journal the real one. */
    protected ForwardingJournal(final Journal journal) {
        this.journal = journal;
    }

    @Override
    public long append(
        final int linkId, final long timeNs, final DirectBuffer frame, final int offset, final int length) {
        return journal.append(linkId, timeNs, frame, offset, length);
    }

    @Override
    public boolean hasRoom() {
        return journal.hasRoom();
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
    }

    @Override
    public int force() {
        return journal.force();
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
