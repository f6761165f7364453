package io.dtm.server.journal;

import io.dtm.core.journal.JournalDamage;
import io.dtm.core.journal.JournalInspector;
import io.dtm.core.journal.JournalTail;
import io.dtm.core.journal.JournalVisitor;
import io.dtm.core.journal.SegmentSummary;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;

/** Checks a journal in every way that a start does, and some more, and tells all that is wrong. */
final class Verification implements JournalVisitor {
    private final Consumer<String> lines;
    private final Replay replay = new Replay();
    private final Set<String> damagedFiles = new LinkedHashSet<>();
    private final List<SegmentSummary> segments = new ArrayList<>();
    private JournalTail tail;
    private long records;
    private int damages;

    /** @param lines takes what is found, in sentences; the last one says whether all is well. */
    Verification(final Consumer<String> lines) {
        this.lines = lines;
    }

    /** @return whether nothing is damaged. */
    boolean run(final JournalInspector inspector, final List<CheckpointFile> checkpoints) {
        replay.run(() -> tail = inspector.inspect(0, this));
        checkpoints.forEach(one -> lines.accept("checkpoint " + one.name() + ": " + one.lengthBytes() + " bytes"));
        if (replay.isWhole()) {
            tellReplay();
        } else {
            lines.accept("replay: ended before the first damage: " + replay);
        }
        lines.accept("tail: " + tail.description());
        lines.accept(damages == 0 ? "journal verify: ok: " + summary() : "journal verify: DAMAGED: " + damages
            + (damages == 1 ? " place" : " places") + " in " + String.join(", ", damagedFiles));
        return damages == 0;
    }

    private void tellReplay() {
        if (replay.unexplainedAt() > 0) {
            damage(replay.unexplainedAt(), "the record that ends here holds an acknowledgement that contradicts the"
                + " replayed decision, and nothing explains it: a start refuses it without --accept-contradictions");
        }
        if (replay.haltReason() != null) {
            lines.accept("note: the coordinator halted in its last epoch: " + replay.haltReason());
        }
        lines.accept("replay: " + replay);
    }

    private String summary() {
        return segments.size() + (segments.size() == 1 ? " segment, " : " segments, ") + records
            + " records up to position " + tail.position() + ", " + replay.inFlight() + " transactions in flight"
            + (tail.isTorn() ? "; a start cuts off " + tail.tornBytes() + " bytes behind it" : "");
    }

    @Override
    public void onSegment(final SegmentSummary opened) {
        segments.add(opened);
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
        records++;
        replay.record(end, linkId, timeNs, frame, offset, length, refusal -> damage(position, refusal));
        return true;
    }

    private void damage(final long position, final String what) {
        SegmentSummary holder = segments.get(0);
        for (final SegmentSummary one : segments) {
            holder = one.basePosition() <= position ? one : holder;
        }
        onDamage(new JournalDamage(holder.name(), position, position - holder.basePosition(), what));
    }

    @Override
    public void onDamage(final JournalDamage damage) {
        damages++;
        damagedFiles.add(damage.file());
        replay.end();
        lines.accept(DamageLine.of(damage));
    }

    @Override
    public void onNote(final String note) {
        lines.accept("note: " + note);
    }
}
