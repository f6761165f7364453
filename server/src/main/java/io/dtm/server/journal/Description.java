package io.dtm.server.journal;

import io.dtm.codec.FrameDescriptor;
import io.dtm.core.journal.inspection.JournalDamage;
import io.dtm.core.journal.inspection.JournalInspector;
import io.dtm.core.journal.inspection.JournalVisitor;
import io.dtm.core.journal.inspection.MarkSummary;
import io.dtm.core.journal.reading.JournalTail;
import io.dtm.core.journal.reading.SegmentSummary;
import io.dtm.core.journal.reading.TailSummary;
import io.dtm.core.recovery.InspectedCheckpoint;
import io.dtm.core.storage.JournalStorage;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.agrona.DirectBuffer;

/** What there is in a journal's directory. */
final class Description implements JournalVisitor {
    /** A segment and how far it is used. */
    private static final class Used {
        private final String name;
        /** Null if its header can't be read. */
        private final SegmentSummary summary;
        private long bytes;

        Used(final String name, final SegmentSummary summary) {
            this.name = name;
            this.summary = summary;
        }
    }

    private final EventDecoder decoder = EventDecoder.ofMessages();
    private final Map<String, Used> segments = new TreeMap<>();
    private final List<String> damages = new ArrayList<>();
    private final List<String> unreadable = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final Path directory;
    private final long coordinatorId;
    private final MarkSummary mark;
    private final List<InspectedCheckpoint> checkpoints;
    private final List<TailSummary> tails = new ArrayList<>();
    private final JournalTail end;
    private Used last;
    private long records;
    private long events;
    private long firstTimeNs;
    private long lastTimeNs;

    Description(final Path directory, final JournalStorage storage, final JournalInspector inspector) {
        this.directory = directory;
        coordinatorId = inspector.coordinatorId();
        mark = inspector.mark();
        checkpoints = InspectedCheckpoint.all(storage, coordinatorId);
        checkpoints.stream().filter(one -> !one.isValid()).forEach(one ->
            onDamage(new JournalDamage(one.name(), one.position(), 0, one.damage(), one.isOtherVersion())));
        end = inspector.inspect(0, this);
    }

    /** @return whether there is anything that this program can't use. */
    boolean isDamaged() {
        return !damages.isEmpty() || !unreadable.isEmpty();
    }

    @Override
    public void onSegment(final SegmentSummary opened) {
        last = new Used(opened.name(), opened);
        segments.put(opened.name(), last);
    }

    @Override
    public void onUnreadableSegment(final String name) {
        segments.put(name, new Used(name, null));
    }

    @Override
    public void onTail(final TailSummary found) {
        tails.add(found);
    }

    @Override
    public boolean onRecord(
        final long position,
        final long recordEnd,
        final int linkId,
        final long timeNs,
        final DirectBuffer frame,
        final int offset,
        final int length) {
        last.bytes = recordEnd - last.summary.basePosition();
        firstTimeNs = records == 0 ? timeNs : firstTimeNs;
        lastTimeNs = timeNs;
        records++;
        events += FrameDescriptor.messageCount(frame, offset) == 0 ? 0 : decoder.decode(frame, offset).size();
        return true;
    }

    @Override
    public void onDamage(final JournalDamage damage) {
        (damage.isOtherVersion() ? unreadable : damages).add(DamageLine.withoutLabel(damage));
    }

    @Override
    public void onNote(final String note) {
        notes.add(note);
    }

    private String process() {
        if (mark == null) {
            return "unknown: the mark file says nothing";
        }
        if (mark.pid() == 0) {
            return "none, closed in order";
        }
        return mark.pid() + (mark.isProcessAlive()
            ? ", running" : ", isn't seen to run: it was killed, or runs in another container");
    }

    String text() {
        final StringBuilder text = new StringBuilder();
        line(text, "coordinator", String.format(Locale.ROOT, "%016x", coordinatorId));
        line(text, "directory", directory.toString());
        line(text, "process", process());
        if (mark != null) {
            line(text, "positions", "forced " + mark.forcedPosition() + ", appended at least "
                + mark.appendedPosition() + "; last activity " + Instant.ofEpochMilli(mark.activityMs()));
            line(text, "space", space());
        }
        for (final Used used : segments.values()) {
            final SegmentSummary one = used.summary;
            line(text, "segment", Value.Text.printable(used.name) + "  " + (one == null
                ? "UNREADABLE, so nobody knows what it holds" : "base " + one.basePosition() + ", " + used.bytes
                + " of " + one.length() + " bytes used, forced " + one.forcedPosition() + " when made "
                + Instant.ofEpochMilli(one.createdMs())));
        }
        for (final InspectedCheckpoint one : checkpoints) {
            line(text, "checkpoint", one.name() + "  " + describe(one));
        }
        for (final TailSummary one : tails) {
            line(text, "staged", Value.Text.printable(one.location()) + "  ring of " + one.capacity()
                + " bytes, forced " + one.forcedPosition() + ", appended " + one.appendedPosition());
        }
        line(text, "total", bytes() + " bytes in segments, " + records + " records, " + events + " events");
        line(text, "time", LogicalTime.seconds(firstTimeNs) + " to " + LogicalTime.seconds(lastTimeNs) + " s");
        line(text, "end", end.description() + "; forced for certain: " + end.evidencePosition());
        notes.forEach(note -> line(text, "note", Value.Text.printable(note)));
        damages.forEach(damage -> line(text, "damage", damage));
        unreadable.forEach(what -> line(text, "unreadable", what));
        return text.toString();
    }

    private String space() {
        return (mark.usableBytes() == 0 ? "not asked for yet" : mark.usableBytes() + " bytes can be had"
            + (mark.lowSpaceBytes() == 0 ? "" : ", " + mark.lowSpaceBytes() + " stay free"))
            + (mark.refusedSinceMs() == 0 ? "" : "; new transactions are REFUSED since "
            + Instant.ofEpochMilli(mark.refusedSinceMs()))
            + (mark.refusals() == 0 ? "" : "; new transactions weren't taken "
            + (mark.refusals() == 1 ? "once" : mark.refusals() + " times") + " since the start");
    }

    private static String describe(final InspectedCheckpoint one) {
        return "position " + one.position() + (one.header() == null ? "" : ", epoch " + one.header().epoch() + ", made "
            + Instant.ofEpochMilli(one.header().createdMs())) + ", " + one.items() + " items, " + one.lengthBytes()
            + " bytes, " + state(one, "DAMAGED");
    }

    private static String state(final InspectedCheckpoint one, final String damaged) {
        if (one.isValid()) {
            return "valid";
        }
        return one.isOtherVersion() ? "of another version" : damaged;
    }

    private long bytes() {
        return segments.values().stream().mapToLong(used -> used.bytes).sum();
    }

    private static void line(final StringBuilder text, final String name, final String value) {
        text.append(String.format(Locale.ROOT, "%-11s  ", name)).append(value).append('\n');
    }

    String json() {
        final List<Field> fields = new ArrayList<>();
        fields.add(new Field("coordinator", new Value.Id(coordinatorId, Long.BYTES * 2)));
        fields.add(text("directory", directory.toString()));
        fields.add(text("process", process()));
        if (mark != null) {
            fields.add(number("pid", mark.pid()));
            fields.add(number("forcedPosition", mark.forcedPosition()));
            fields.add(number("appendedPosition", mark.appendedPosition()));
            fields.add(number("lastActivityMs", mark.activityMs()));
            fields.add(number("usableBytes", mark.usableBytes()));
            fields.add(number("lowSpaceBytes", mark.lowSpaceBytes()));
            fields.add(number("refusedSinceMs", mark.refusedSinceMs()));
            fields.add(number("refusals", mark.refusals()));
        }
        fields.add(new Field("segments",
            new Value.Group(segments.values().stream().map(Description::segment).toList())));
        fields.add(new Field("checkpoints",
            new Value.Group(checkpoints.stream().map(Description::checkpoint).toList())));
        fields.add(new Field("tails", new Value.Group(tails.stream().map(Description::tail).toList())));
        fields.add(number("bytes", bytes()));
        fields.add(number("records", records));
        fields.add(number("events", events));
        fields.add(number("firstTimeNs", firstTimeNs));
        fields.add(number("lastTimeNs", lastTimeNs));
        fields.add(number("endPosition", end.position()));
        fields.add(number("certainlyForcedPosition", end.evidencePosition()));
        fields.add(number("tornBytes", end.tornBytes()));
        fields.add(text("end", end.description()));
        fields.add(texts("notes", notes));
        fields.add(texts("damages", damages));
        fields.add(texts("unreadable", unreadable));
        final StringBuilder json = new StringBuilder();
        Field.appendJson(fields, json);
        return json.append('\n').toString();
    }

    private static List<Field> segment(final Used used) {
        final SegmentSummary one = used.summary;
        return one == null ? List.of(text("name", used.name), text("state", "unreadable"))
            : List.of(text("name", used.name), text("state", "readable"), number("basePosition", one.basePosition()),
            number("length", one.length()), number("used", used.bytes),
            number("forcedPosition", one.forcedPosition()), number("createdMs", one.createdMs()));
    }

    private static List<Field> checkpoint(final InspectedCheckpoint one) {
        final List<Field> fields = new ArrayList<>(List.of(
            text("name", one.name()), number("position", one.position()), number("items", one.items()),
            number("length", one.lengthBytes()), text("state", state(one, "damaged"))));
        if (one.header() != null) {
            fields.add(number("epoch", one.header().epoch()));
            fields.add(number("createdMs", one.header().createdMs()));
            fields.add(number("lastTimeNs", one.header().lastTimeNs()));
        }
        return fields;
    }

    private static List<Field> tail(final TailSummary one) {
        return List.of(text("location", one.location()), number("capacity", one.capacity()),
            number("startPosition", one.startPosition()), number("forcedPosition", one.forcedPosition()),
            number("appendedPosition", one.appendedPosition()));
    }

    private static Field text(final String name, final String value) {
        return new Field(name, new Value.Text(value));
    }

    private static Field number(final String name, final long value) {
        return new Field(name, new Value.Number(value));
    }

    private static Field texts(final String name, final List<String> texts) {
        return new Field(name, new Value.Group(texts.stream().map(one -> List.of(text("text", one))).toList()));
    }
}
