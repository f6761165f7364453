package io.dtm.simulation.transcript;

import io.dtm.core.journal.Journal;
import org.agrona.DirectBuffer;

/** A journal whose device gets a record, and nothing behind it until the force is let go. */
final class HeldJournal implements Journal {
    /** Says which record. */
    interface Last {
        boolean is(DirectBuffer frame, int offset);
    }

    private final Journal journal;
    private final Last last;
    private final Runnable hold;

    HeldJournal(final Journal journal, final Last last, final Runnable hold) {
        this.journal = journal;
        this.last = last;
        this.hold = hold;
    }

    @Override
    public long append(
        final int linkId, final long timeNs, final DirectBuffer frame, final int offset, final int length) {
        final long position = journal.append(linkId, timeNs, frame, offset, length);
        if (last.is(frame, offset)) {
            journal.requestForce(position);
            journal.force();
            hold.run();
        }
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
