package io.dtm.server.journal;

import io.dtm.core.journal.inspection.JournalDamage;
import io.dtm.core.journal.inspection.JournalVisitor;
import io.dtm.core.journal.reading.SegmentSummary;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;
import org.agrona.collections.Long2LongHashMap;

/** Gives an inspection to a replay, and notes on the way when each transaction's begin came first. */
final class Begins implements JournalVisitor {
    private final EventDecoder decoder = EventDecoder.ofMessages();
    private final Long2LongHashMap timesNs = new Long2LongHashMap(InFlight.UNKNOWN);
    private final Replay replay;
    private final Consumer<String> notes;
    private boolean isDamaged;

    /** @param notes takes what is damaged. */
    Begins(final Replay replay, final Consumer<String> notes) {
        this.replay = replay;
        this.notes = notes;
    }

    /** @return logical times by the transaction's id. */
    Long2LongHashMap timesNs() {
        return timesNs;
    }

    boolean isDamaged() {
        return isDamaged;
    }

    @Override
    public void onSegment(final SegmentSummary segment) {
        replay.segment(segment);
    }

    @Override
    public boolean onRecord(
        final long position,
        final long end,
        final int linkId,
        final long timeNs,
        final DirectBuffer frame,
        final int offset,
        final int length) {
        replay.record(position, end, linkId, timeNs, frame, offset, length, this::tell, this::refused);
        for (final Event event : decoder.decode(frame, offset)) {
            if (event.template().equals("Submit") || event.template().equals("Begin")) {
                timesNs.putIfAbsent(event.number("transactionId", 0), timeNs);
            }
        }
        return true;
    }

    @Override
    public void onDamage(final JournalDamage damage) {
        replay.damaged(damage);
        tell(damage);
    }

    private void tell(final JournalDamage damage) {
        refused(DamageLine.of(damage));
    }

    private void refused(final String what) {
        isDamaged = true;
        notes.accept(what);
    }
}
