package io.dtm.simulation.transcript;

import io.dtm.core.journal.Journal;
import io.dtm.simulation.node.ForwardingJournal;
import org.agrona.DirectBuffer;

/** A journal whose device gets a record, and nothing behind it until the force is let go. */
final class HeldJournal extends ForwardingJournal {
    /** Says which record. */
    interface Last {
        boolean is(DirectBuffer frame, int offset);
    }

    private final Last last;
    private final Runnable hold;

    HeldJournal(final Journal journal, final Last last, final Runnable hold) {
        super(journal);
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
}
