package io.dtm.core.ring;

import io.dtm.core.journal.Journal;
import org.agrona.DirectBuffer;

/** A journal whose force does something besides. */
record ForcingJournal(Journal journal, Runnable onForce) implements Journal {
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
        onForce.run();
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
