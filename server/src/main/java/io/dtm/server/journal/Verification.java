package io.dtm.server.journal;

import io.dtm.core.journal.inspection.JournalDamage;
import io.dtm.core.journal.inspection.JournalInspector;
import io.dtm.core.journal.inspection.JournalVisitor;
import io.dtm.core.journal.reading.JournalTail;
import io.dtm.core.journal.reading.SegmentSummary;
import io.dtm.core.recovery.InspectedCheckpoint;
import io.dtm.core.storage.JournalStorage;
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
    private final Set<String> filesOfOtherVersions = new LinkedHashSet<>();
    private final List<SegmentSummary> segments = new ArrayList<>();
    private Replay replay;
    private JournalTail tail;
    private long records;
    private int checkpoints;
    private int damages;
    private int unreadable;

    /** @param lines takes what is found, in sentences; the last one says whether all is well. */
    Verification(final Consumer<String> lines) {
        this.lines = lines;
    }

    /** @return whether nothing is damaged, and all is of this version. */
    boolean run(final JournalInspector inspector, final JournalStorage storage) {
        final List<InspectedCheckpoint> all = InspectedCheckpoint.all(storage, inspector.coordinatorId());
        final List<InspectedCheckpoint> valid = all.stream().filter(InspectedCheckpoint::isValid).toList();
        checkpoints = valid.size();
        replay = Replay.of(storage, inspector.coordinatorId(), Replay.segmentNames(storage), valid);
        for (final InspectedCheckpoint one : all) {
            if (one.isValid()) {
                lines.accept("checkpoint " + one.name() + ": " + one.items() + " items, " + one.lengthBytes()
                    + " bytes, whole");
            } else {
                tellDamage(new JournalDamage(one.name(), one.position(), 0, one.damage(), one.isOtherVersion()));
            }
        }
        tail = inspector.inspect(0, this);
        replay.reach(tail.position(), this::tellDamage);
        tellReplay();
        lines.accept("end: " + tail.description());
        lines.accept("journal verify: " + verdict());
        return damages + unreadable == 0;
    }

    private String verdict() {
        if (damages > 0) {
            return "DAMAGED: " + places(damages, damagedFiles);
        }
        return unreadable > 0
            ? "UNREADABLE by this version: " + places(unreadable, filesOfOtherVersions) : "ok: " + summary();
    }

    private static String places(final int count, final Set<String> files) {
        return count + (count == 1 ? " place" : " places") + " in " + Value.Text.printable(String.join(", ", files));
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

    @Override
    public void onSegment(final SegmentSummary opened) {
        replay.segment(opened);
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
        if (damage.isOtherVersion()) {
            unreadable++;
            filesOfOtherVersions.add(damage.file());
        } else {
            damages++;
            damagedFiles.add(damage.file());
        }
        lines.accept(DamageLine.of(damage));
    }

    @Override
    public void onNote(final String note) {
        lines.accept("note: " + Value.Text.printable(note));
    }
}
