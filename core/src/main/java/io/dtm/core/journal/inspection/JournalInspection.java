package io.dtm.core.journal.inspection;

import io.dtm.codec.FrameDescriptor;
import io.dtm.codec.FrameValidator;
import io.dtm.codec.FrameValidator.Verdict;
import io.dtm.codec.Origin;
import io.dtm.codec.RecordDescriptor;
import io.dtm.core.journal.reading.ForcedEvidence;
import io.dtm.core.journal.reading.JournalTail;
import io.dtm.core.journal.reading.RecordChecksum;
import io.dtm.core.journal.reading.RecordView;
import io.dtm.core.journal.reading.RecordView.Found;
import io.dtm.core.journal.reading.SegmentReader;
import io.dtm.core.journal.reading.SegmentSummary;
import io.dtm.core.journal.reading.Upgrade;
import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalStorage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;

/** One inspection of a journal: see {@link JournalInspector}. */
final class JournalInspection {
    /** How the records of a segment end. */
    private enum End { NEXT_SEGMENT, TAIL, STOPPED }

    private final JournalStorage storage;
    private final long coordinatorId;
    private final long from;
    private final JournalVisitor visitor;
    private final RecordChecksum checksum;
    private final ForcedEvidence evidence = new ForcedEvidence();
    /** Segments whose headers are right, in order. */
    private final List<SegmentSummary> segments = new ArrayList<>();
    private final List<String> damagedSegments = new ArrayList<>();
    private MarkInspection mark;
    private TailInspection unforced;
    private SegmentReader segment;
    /** Of the segment, or a copy of what only the tail has. */
    private RecordView records;
    private long timeNs;
    private long position;
    private boolean isBehindKnown;
    /** Up to here everything is whole that lies before the next segment; 0 if its beginning is missing. */
    private long reached;
    /** Here begins what is missing or damaged since the last record; NOWHERE: nothing is. The end may lie there. */
    private long brokenFrom = JournalDamage.NOWHERE;
    private long endOfOthers;
    private String fileOfOthers;
    private JournalTail tail;
    private boolean isDamaged;
    private boolean isStopped;

    JournalInspection(
        final JournalStorage storage,
        final long coordinatorId,
        final RecordChecksum checksum,
        final long from,
        final JournalVisitor visitor) {
        this.from = from;
        this.storage = storage;
        this.coordinatorId = coordinatorId;
        this.visitor = visitor;
        this.checksum = checksum;
    }

    JournalTail run() {
        try {
            mark = MarkInspection.of(storage, coordinatorId);
            mark.tell(this::report, visitor);
            unforced = TailInspection.of(storage, coordinatorId, checksum, this::report, visitor);
            readHeaders();
            final DirectoryInspection directory =
                new DirectoryInspection(storage, coordinatorId, this::report, visitor);
            directory.inspect(evidence);
            final boolean isFrontWhole = directory.checkFront(segments, damagedSegments);
            reached = isFrontWhole ? segments.get(0).basePosition() : 0;
            return walk();
        } catch (final IOException ex) {
            throw new UncheckedIOException("journal can't be read: " + ex, ex);
        } catch (final InternalError error) {
            damage(JournalDamage.NOWHERE, 0, "can't be accessed: it was cut from outside while it was read, or its"
                + " device failed");
            return new JournalTail(position, timeNs, 0, 0, "the journal could be read up to position " + position);
        } finally {
            closeSegment();
            if (unforced != null) {
                unforced.close();
            }
        }
    }

    /** Of those that are new since it was last called. */
    private void readHeaders() throws IOException {
        final String last = segments.isEmpty() ? "" : segments.get(segments.size() - 1).name();
        boolean isSkipped = false;
        for (final String name : storage.list()) {
            if (FileNames.isSegment(name) && name.compareTo(last) > 0 && !damagedSegments.contains(name)) {
                addUnlistedBefore(name);
                final SegmentSummary summary = header(name);
                if (summary != null) {
                    checkChain(summary, isSkipped);
                    segments.add(summary);
                }
                isSkipped = summary == null;
            }
        }
    }

    /** A directory isn't read at one moment: a name that is made meanwhile may be missed, and a later one seen. */
    private void addUnlistedBefore(final String name) throws IOException {
        while (!segments.isEmpty()) {
            final String expected = FileNames.segment(endOf(segments.get(segments.size() - 1)));
            final SegmentSummary missed = expected.compareTo(name) < 0 && !damagedSegments.contains(expected)
                && FileNames.isThere(storage, expected) ? header(expected) : null;
            if (missed == null) {
                return;
            }
            segments.add(missed);
        }
    }

    /** @return null if it is damaged, or gone since it was listed. */
    private SegmentSummary header(final String name) {
        try (SegmentReader reader = SegmentReader.open(storage, name, coordinatorId, checksum)) {
            evidence.header(reader.place(), reader.forcedPosition());
            return reader.summary();
        } catch (final NoSuchFileException ex) {
            visitor.onNote(name + " was let go of while it was read");
        } catch (final JournalException ex) {
            unreadable(new JournalDamage(name, FileNames.positionOr(name, JournalDamage.NOWHERE), 0,
                ex.defect() + "; its records aren't looked at", ex.isOtherVersion()));
        } catch (final IOException ex) {
            unreadable(JournalDamage.unreadable(name, FileNames.positionOr(name, JournalDamage.NOWHERE), ex));
        }
        return null;
    }

    private void unreadable(final JournalDamage segmentDamage) {
        damagedSegments.add(segmentDamage.file());
        report(segmentDamage);
        visitor.onUnreadableSegment(segmentDamage.file());
    }

    private void checkChain(final SegmentSummary next, final boolean isSkipped) {
        if (!segments.isEmpty() && !isSkipped) {
            final SegmentSummary before = segments.get(segments.size() - 1);
            final long end = endOf(before);
            if (next.basePosition() != end) {
                report(new JournalDamage(FileNames.segment(end), end, 0, "the segment that starts at position "
                    + end + " is missing: " + before.name() + " ends there, and " + next.name() + " comes next"));
            }
        }
    }

    private JournalTail walk() throws IOException {
        int index = first();
        reached = index == 0 ? reached : endOf(segments.get(index - 1));
        tail = new JournalTail(0, 0, 0, 0, "there is nothing to read");
        for (; index < segments.size(); index++) {
            if (!open(segments.get(index).name())) {
                reached = endOf(segments.get(index));
                continue;
            }
            if (segment.basePosition() != reached) {
                broken(reached);
            }
            reached = segment.endPosition();
            visitor.onSegment(segments.get(index));
            final End end = readRecords();
            if (end == End.STOPPED) {
                return null;
            }
            if (end == End.TAIL) {
                break;
            }
            if (index + 1 == segments.size()) {
                readHeaders(); // The coordinator may have gone on.
            }
        }
        while (++index < segments.size()) {
            visitor.onSegment(segments.get(index)); // Made ahead of need: without records.
        }
        unforced.tell(tail.position(), visitor);
        if (!isDamaged) {
            mark.tellAgainst(tail.position(), evidence, this::report, visitor);
        }
        return tail;
    }

    /** @return the segment to begin with: not one behind the last record, so that the end is found. */
    private int first() {
        int index = 0;
        while (index + 1 < segments.size() && segments.get(index + 1).basePosition() <= from) {
            index++;
        }
        while (index > 0 && !(open(segments.get(index).name()) && records.at(position) == Found.RECORD)) {
            index--;
        }
        return index;
    }

    private static long endOf(final SegmentSummary one) {
        return one.basePosition() + one.length();
    }

    private void broken(final long at) {
        brokenFrom = brokenFrom == JournalDamage.NOWHERE ? at : brokenFrom;
    }

    private boolean open(final String name) {
        closeSegment();
        try {
            segment = SegmentReader.open(storage, name, coordinatorId, checksum);
            records = segment.records();
            position = segment.firstPosition();
            return true;
        } catch (final NoSuchFileException ex) {
            visitor.onNote(name + " was let go of while it was read");
        } catch (final IOException ex) {
            report(JournalDamage.unreadable(name, FileNames.position(name), ex));
        }
        return false;
    }

    private void closeSegment() {
        if (segment != null) {
            segment.close();
            segment = null;
        }
    }

    private End readRecords() throws IOException {
        while (true) {
            final Found found = records.at(position);
            if (found == Found.RECORD) {
                if (!record()) {
                    return End.STOPPED;
                }
                position = records.endOf(position);
                if (position == records.endPosition() || unforced.isForced(position)) {
                    records = segment.records(); // It may have been a copy of what the segment hadn't.
                }
            } else if (found == Found.END) {
                return ended();
            } else if (records != segment.records()) {
                unforced.damage(position, found.description() + ", before the position up to which it says that"
                    + " it is appended");
                records = segment.records();
            } else if (goesOnInTail()) {
                assert records.endPosition() > position;
            } else if (!isForcedBeyond()) {
                tail = tail(found);
                return End.TAIL;
            } else if (records.at(position) == found && !skip(found)) { // Else the coordinator has gone on meanwhile.
                return End.NEXT_SEGMENT;
            }
        }
    }

    private boolean goesOnInTail() {
        final RecordView following = unforced.following(position, segment);
        if (following == null) {
            return false;
        }
        if (following != segment.records() && unforced.isForced(position)) {
            final Found now = segment.records().at(position);
            if (now == Found.RECORD || now == Found.END) {
                return true; // The coordinator runs, and has forced it since it wasn't there.
            }
            damage(position, position - segment.basePosition(), now.description()
                + "; the tail still has it, so a start repairs this");
        }
        records = following;
        return true;
    }

    /** Checks and hands over what lies at the position. @return whether to go on. */
    private boolean record() {
        brokenFrom = JournalDamage.NOWHERE;
        if (records == segment.records()) {
            unforced.compare(segment, position, records.endOf(position));
        } else {
            unforced.count(position);
        }
        final long forced = records.forcedPosition(position);
        final long before = timeNs;
        timeNs = records.timeNs(position, before);
        if (timeNs < before) {
            damage(position, position - segment.basePosition(),
                "logical time goes back from " + before + " to " + timeNs);
        }
        if (position == segment.firstPosition() && !records.isExtended(position)) {
            damage(position, position - segment.basePosition(), "a segment's first record must be extended");
        }
        if (forced < 0 || forced > position) {
            damage(position, position - segment.basePosition(), "says that " + forced + " was forced when it was"
                + " appended");
        } else {
            evidence.record(position, forced);
        }
        records.deliver(position, timeNs, this::onFrame);
        return !isStopped;
    }

    private void onFrame(
        final long end,
        final int linkId,
        final long recordTimeNs,
        final DirectBuffer frame,
        final int offset,
        final int length) {
        final Verdict verdict = FrameValidator.validate(frame, offset, length, Origin.HOST);
        if (verdict != Verdict.VALID) {
            final boolean isOtherVersion = verdict == Verdict.WRONG_VERSION;
            report(new JournalDamage(segment.name(), position, position - segment.basePosition(), isOtherVersion
                ? Upgrade.unknownSchema(FrameDescriptor.version(frame, offset))
                : "holds no valid frame (" + verdict + ")", isOtherVersion));
        } else if (end > from) {
            isStopped = !visitor.onRecord(position, end, linkId, recordTimeNs, frame, offset, length);
        }
    }

    /** The segment says, or its length does, that records go on in the next. */
    private End ended() throws IOException {
        if (position < segment.endPosition()) {
            brokenFrom = JournalDamage.NOWHERE; // As good as a record.
        }
        tail = tail(Found.END);
        readHeaders();
        final boolean isLast = segments.get(segments.size() - 1).basePosition() == segment.basePosition();
        if (!isLast) {
            return End.NEXT_SEGMENT;
        }
        final String next = FileNames.segment(segment.endPosition());
        if (position < segment.endPosition() || damagedSegments.contains(next)) {
            broken(segment.endPosition());
            tail = tail(Found.END);
        }
        if (position < segment.endPosition() && !damagedSegments.contains(next)) {
            report(new JournalDamage(next, segment.endPosition(), 0, "the segment is missing: " + segment.name()
                + " ends with a reference to it at position " + position));
        }
        return End.TAIL;
    }

    /** @return whether anything proves that there was a record at the position. */
    private boolean isForcedBeyond() {
        if (!isBehindKnown) {
            isBehindKnown = true;
            endOfOthers = segment.scan(position, evidence);
            fileOfOthers = segment.name();
            for (final SegmentSummary later : segments) {
                if (later.basePosition() > segment.basePosition()) {
                    scanLater(later);
                }
            }
        }
        return Math.max(evidence.position(), mark.forcedPosition()) > position;
    }

    private void scanLater(final SegmentSummary later) {
        try (SegmentReader reader = SegmentReader.open(storage, later.name(), coordinatorId, checksum)) {
            final long end = reader.scan(reader.firstPosition(), evidence);
            if (end > reader.firstPosition()) {
                endOfOthers = end;
                fileOfOthers = later.name();
            }
        } catch (final IOException ex) {
            report(JournalDamage.unreadable(later.name(), later.basePosition(), ex));
        }
    }

    /** Names the damage at the position and goes to the next valid record. @return whether there is one here. */
    private boolean skip(final Found found) throws IOException {
        final long start = position;
        Found next;
        do {
            position += RecordDescriptor.ALIGNMENT;
            next = records.at(position);
        } while (next != Found.RECORD && next != Found.END);
        final boolean goesOn = position < segment.endPosition();
        damage(start, start - segment.basePosition(), found.description()
            + (goesOn ? "; the next valid one starts at position " + position : "; no valid one follows in this file")
            + "; " + witness() + " says that everything up to "
            + Math.max(evidence.position(), mark.forcedPosition()) + " was forced");
        if (!goesOn) {
            broken(start);
            tail = tail(next);
        }
        return goesOn;
    }

    private String witness() {
        return mark.forcedPosition() > evidence.position() ? "the mark file " + FileNames.MARK : evidence.witness();
    }

    /** @return whether the coordinator runs, and has appended since there was nothing at the position. */
    private boolean hasGrown() throws IOException {
        final Found now = segment.records().at(position);
        return now == Found.RECORD
            || now == Found.END && storage.list().contains(FileNames.segment(segment.endPosition()));
    }

    private JournalTail tail(final Found found) throws IOException {
        if (brokenFrom != JournalDamage.NOWHERE) {
            return new JournalTail(brokenFrom, timeNs, 0, 0, "the journal can be read up to position " + brokenFrom
                + "; where it ends isn't known, since what comes next is missing or can't be read");
        }
        final String at = " at position " + position + " in segment " + segment.name();
        final long forced = Math.min(position, Math.max(evidence.position(), mark.forcedPosition()));
        if (found == Found.END || endOfOthers <= position) {
            return new JournalTail(position, timeNs, forced, 0, "the journal ends" + at);
        }
        if (hasGrown()) {
            return new JournalTail(position, timeNs, forced, 0, "the journal ended" + at + " when it was read, and"
                + " goes on");
        }
        final long torn = endOfOthers - position;
        return new JournalTail(position, timeNs, forced, torn, (mark.isProcessAlive()
            ? "a record is being written" : "torn end: " + found.description()) + at + "; a start cuts off the "
            + torn + " bytes that follow" + (fileOfOthers.equals(segment.name()) ? "" : ", up to " + fileOfOthers));
    }

    private void report(final JournalDamage damage) {
        isDamaged = true;
        visitor.onDamage(damage);
    }

    private void damage(final long at, final long offset, final String what) {
        report(new JournalDamage(segment == null ? "" : segment.name(), at, offset, what));
    }
}
