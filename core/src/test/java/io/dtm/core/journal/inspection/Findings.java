package io.dtm.core.journal.inspection;

import io.dtm.core.journal.reading.JournalTail;
import io.dtm.core.journal.reading.SegmentSummary;
import io.dtm.core.journal.reading.TailSummary;
import io.dtm.core.storage.JournalStorage;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;

/** What an inspection told. */
class Findings implements JournalVisitor {
    final List<SegmentSummary> segments = new ArrayList<>();
    final List<TailSummary> tails = new ArrayList<>();
    final List<Long> positions = new ArrayList<>();
    final List<JournalDamage> damages = new ArrayList<>();
    final List<String> notes = new ArrayList<>();
    JournalTail tail;

    static Findings of(final JournalStorage storage) {
        return of(JournalInspector.open(storage));
    }

    static Findings of(final JournalInspector inspector) {
        final Findings findings = new Findings();
        findings.tail = inspector.inspect(0, findings);
        return findings;
    }

    boolean names(final String file) {
        return damages.stream().anyMatch(damage -> damage.file().equals(file))
            || notes.stream().anyMatch(note -> note.contains(file))
            || (tail.isTorn() && tail.description().contains(file));
    }

    @Override
    public void onSegment(final SegmentSummary segment) {
        segments.add(segment);
    }

    @Override
    public void onTail(final TailSummary found) {
        tails.add(found);
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
        positions.add(position);
        return true;
    }

    @Override
    public void onDamage(final JournalDamage damage) {
        damages.add(damage);
    }

    @Override
    public void onNote(final String note) {
        notes.add(note);
    }

    @Override
    public String toString() {
        return damages + " " + notes + " " + tail;
    }
}
