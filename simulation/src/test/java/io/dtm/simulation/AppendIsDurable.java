package io.dtm.simulation;

import io.dtm.core.journal.Journal;
import org.agrona.DirectBuffer;

/** A bug to plant: a journal that says that everything appended is on the device. */
public class AppendIsDurable implements Journal {
    final Journal journal;

    /** @param journal the real one. */
    public AppendIsDurable(final Journal journal) {
        this.journal = journal;
    }

    @Override
    public long append(
        final int linkId, final long timeNs, final DirectBuffer frame, final int offset, final int length) {
        return journal.append(linkId, timeNs, frame, offset, length);
    }

    @Override
    public long appendedPosition() {
        return journal.appendedPosition();
    }

    @Override
    public long forcedPosition() {
        return journal.appendedPosition();
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
