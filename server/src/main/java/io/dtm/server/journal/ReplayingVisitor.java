package io.dtm.server.journal;

import io.dtm.core.journal.inspection.JournalDamage;
import io.dtm.core.journal.inspection.JournalVisitor;
import io.dtm.core.journal.reading.SegmentSummary;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;

/** Gives what an inspection finds to a replay, if there is one, and tells what is damaged or can't be replayed. */
abstract class ReplayingVisitor implements JournalVisitor {
    /** Or null. */
    private final Replay replay;
    private final Consumer<String> notes;
    private boolean isDamaged;

    /**
     * @param replay or null: nothing is replayed.
     * @param notes  takes what is damaged.
     */
    ReplayingVisitor(final Replay replay, final Consumer<String> notes) {
        this.replay = replay;
        this.notes = notes;
    }

    final boolean isDamaged() {
        return isDamaged;
    }

    final void replay(
        final long position,
        final long end,
        final int linkId,
        final long timeNs,
        final DirectBuffer frame,
        final int offset,
        final int length) {
        if (replay != null) {
            replay.record(position, end, linkId, timeNs, frame, offset, length, this::tell, this::refused);
        }
    }

    @Override
    public final void onSegment(final SegmentSummary segment) {
        if (replay != null) {
            replay.segment(segment);
        }
    }

    @Override
    public final void onDamage(final JournalDamage damage) {
        if (replay != null) {
            replay.damaged(damage);
        }
        tell(damage);
    }

    private void tell(final JournalDamage damage) {
        refused(DamageLine.of(damage));
    }

    private void refused(final String what) {
        isDamaged = true;
        beforeNote();
        notes.accept(what);
    }

    /** What is printed already comes before the note. */
    abstract void beforeNote();
}
