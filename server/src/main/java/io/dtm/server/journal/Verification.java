package io.dtm.server.journal;

import io.dtm.core.journal.inspection.JournalDamage;
import io.dtm.core.journal.inspection.JournalInspector;
import io.dtm.core.journal.inspection.JournalVisitor;
import io.dtm.core.journal.reading.JournalTail;
import io.dtm.core.journal.reading.SegmentSummary;
import io.dtm.core.recovery.InspectedCheckpoint;
import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.JournalStorage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;

/** Checks a journal in every way that a start does, and some more, and tells all that is wrong. */
final class Verification implements JournalVisitor {
    private final Consumer<String> lines;
    private final Set<String> damagedFiles = new LinkedHashSet<>();
    private final List<SegmentSummary> segments = new ArrayList<>();
    private Replay replay;
    private JournalTail tail;
    private long records;
    private int checkpoints;
    private int damages;

    /** @param lines takes what is found, in sentences; the last one says whether all is well. */
    Verification(final Consumer<String> lines) {
        this.lines = lines;
    }

    /** @return whether nothing is damaged. */
    boolean run(final JournalInspector inspector, final JournalStorage storage) {
        final List<InspectedCheckpoint> all = InspectedCheckpoint.all(storage, inspector.coordinatorId());
        final List<InspectedCheckpoint> valid = all.stream().filter(InspectedCheckpoint::isValid).toList();
        checkpoints = valid.size();
        replay = Replay.of(storage, inspector.coordinatorId(), segmentNames(storage), valid);
        for (final InspectedCheckpoint one : all) {
            if (one.isValid()) {
                lines.accept("checkpoint " + one.name() + ": " + one.items() + " items, " + one.lengthBytes()
                    + " bytes, whole");
            } else {
                tellDamage(new JournalDamage(one.name(), one.position(), 0, one.damage()));
            }
        }
        tail = inspector.inspect(0, this);
        replay.reach(tail.position(), this::tellDamage);
        tellReplay();
        lines.accept("tail: " + tail.description());
        lines.accept(damages == 0 ? "journal verify: ok: " + summary() : "journal verify: DAMAGED: " + damages
            + (damages == 1 ? " place" : " places") + " in " + String.join(", ", damagedFiles));
        return damages == 0;
    }

    private static List<String> segmentNames(final JournalStorage storage) {
        try {
            return storage.list().stream().filter(FileNames::isSegment).toList();
        } catch (final IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private void tellReplay() {
        if (replay.isWhole() && replay.unexplainedAt() > 0) {
            damage(replay.unexplainedAt(), "the record that ends here holds an acknowledgement that contradicts the"
                + " replayed decision, and nothing explains it: a start refuses it without --accept-contradictions");
        }
        if (replay.haltReason() != null) {
            lines.accept("note: the coordinator halted in its last epoch: " + replay.haltReason());
        }
        lines.accept("replay: " + replay);
    }

    private String summary() {
        return count(segments.size(), "segment") + (checkpoints == 0 ? "" : count(checkpoints, "checkpoint")) + records
            + " records up to position " + tail.position() + ", " + replay.inFlight() + " transactions in flight"
            + (tail.isTorn() ? "; a start cuts off " + tail.tornBytes() + " bytes behind it" : "");
    }

    private static String count(final int count, final String what) {
        return count + " " + what + (count == 1 ? ", " : "s, ");
    }

    /** A coordinator that runs may let go of segments before they are read: then there is nothing to replay from. */
    @Override
    public void onSegment(final SegmentSummary opened) {
        final long reached = segments.isEmpty() ? replay.basePosition() : endOfLast();
        if (opened.basePosition() > reached) {
            replay.interrupted(reached, "segments before position " + opened.basePosition() + " are missing");
        }
        segments.add(opened);
    }

    private long endOfLast() {
        final SegmentSummary last = segments.get(segments.size() - 1);
        return last.basePosition() + last.length();
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
        replay.record(position, end, linkId, timeNs, frame, offset, length, this::tellDamage,
            refusal -> damage(position, refusal));
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
        replay.damaged(damage);
        tellDamage(damage);
    }

    private void tellDamage(final JournalDamage damage) {
        damages++;
        damagedFiles.add(damage.file());
        lines.accept(DamageLine.of(damage));
    }

    @Override
    public void onNote(final String note) {
        lines.accept("note: " + note);
    }
}
