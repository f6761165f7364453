package io.dtm.core.journal;

import io.dtm.codec.MarkDescriptor;
import io.dtm.core.journal.JournalException.Category;
import io.dtm.core.journal.SegmentReader.Found;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a journal: at a start, for a checkpoint, for tools. Changes nothing, owns nothing, and may read while the
 * coordinator runs; then it reads what is there at the time. One thread.
 */
public final class JournalReader implements AutoCloseable {
    private final JournalStorage storage;
    private final long coordinatorId;
    private final RecordChecksum checksum;
    private final ForcedEvidence evidence = new ForcedEvidence();
    private SegmentReader segment;

    /**
     * @param storage to read from. It stays the caller's.
     * @param coordinatorId whose journal it must be.
     */
    JournalReader(final JournalStorage storage, final long coordinatorId) {
        this.storage = storage;
        this.coordinatorId = coordinatorId;
        this.checksum = new RecordChecksum(coordinatorId);
    }

    /**
     * @param directory of a coordinator that may run.
     * @return a reader of its journal.
     * @throws JournalException     if it holds none.
     * @throws UncheckedIOException if it can't be read.
     */
    public static JournalReader open(final Path directory) {
        return open(new MappedStorage(directory));
    }

    /**
     * @param storage of a coordinator that may run; it stays the caller's.
     * @return a reader of its journal.
     * @throws JournalException     if it holds none.
     * @throws UncheckedIOException if it can't be read.
     */
    public static JournalReader open(final JournalStorage storage) {
        try {
            return new JournalReader(storage, CoordinatorIdFile.read(storage));
        } catch (final IOException ex) {
            throw new UncheckedIOException("no journal in " + storage.describe(FileNames.COORDINATOR_ID), ex);
        }
    }

    /** @return whose journal it is. */
    public long coordinatorId() {
        return coordinatorId;
    }

    /** @return the first position from which it can be replayed: older segments were let go. */
    public long oldestPosition() {
        try {
            final List<String> names = segmentNames();
            if (names.isEmpty()) {
                throw noSegments();
            }
            openSegment(names.get(0));
            return segment.firstPosition();
        } catch (final IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    /**
     * Hands all records from a position on to a handler, then looks at what lies behind them.
     *
     * @param from    end position of a record, or not beyond {@link #oldestPosition()}: everything that is there.
     * @param handler may throw, and ends the replay so.
     * @return where and how it ends.
     * @throws JournalException     CORRUPT if a record is damaged or missing that was forced; FOREIGN.
     * @throws UncheckedIOException if it can't be read.
     */
    public JournalTail replay(final long from, final RecordHandler handler) {
        try {
            readMark();
            openSegmentOf(from);
            return replayFromSegment(from, handler);
        } catch (final IOException ex) {
            throw new UncheckedIOException("journal can't be read: " + ex, ex);
        } catch (final InternalError error) {
            throw new JournalException(Category.CORRUPT, "a file of " + storage.describe("") + " can't be accessed: it"
                + " was cut from outside while it was read, or its device failed", error);
        }
    }

    @Override
    public void close() {
        if (segment != null) {
            segment.close();
            segment = null;
        }
    }

    private JournalTail replayFromSegment(final long from, final RecordHandler handler) throws IOException {
        long position = segment.firstPosition();
        long timeNs = 0;
        while (true) {
            final Found found = segment.at(position);
            if (found == Found.RECORD) {
                timeNs = checkedTime(position, timeNs);
                evidence.record(position, segment.forcedPosition(position));
                if (position >= from) {
                    segment.deliver(position, timeNs, handler);
                } else if (segment.endOf(position) > from) {
                    throw new IllegalArgumentException("position " + from + " lies inside a record");
                }
                position = segment.endOf(position);
            } else if (found == Found.END && openNext(position)) {
                position = segment.firstPosition();
            } else {
                final JournalTail tail = examine(position, timeNs, found);
                checkReached(from, tail);
                return tail;
            }
        }
    }

    private long checkedTime(final long position, final long previousNs) {
        final long timeNs = segment.timeNs(position, previousNs);
        if (timeNs < previousNs) {
            throw Corruption.exception("segment " + segment.place() + ", position " + position + ": logical time goes"
                + " back from " + previousNs + " to " + timeNs);
        }
        return timeNs;
    }

    /** @return false if there is no next segment, and there need not be one. */
    private boolean openNext(final long position) throws IOException {
        final String name = FileNames.segment(segment.endPosition());
        try {
            openSegment(name);
            return true;
        } catch (final NoSuchFileException ex) {
            if (position == segment.endPosition()) {
                return false; // Full to the last byte: the next one may not have been made.
            }
            if (!segmentNames().contains(FileNames.segment(segment.basePosition()))) {
                throw new IOException("the coordinator let go of " + segment.place() + " while it was read", ex);
            }
            throw Corruption.exception("segment " + storage.describe(name) + " is missing: " + segment.place()
                + " ends with a reference to it at position " + position);
        }
    }

    /**
     * There is no valid record at the position. Nothing behind it is ever accepted; but what is there may prove that
     * something is missing here.
     */
    private JournalTail examine(final long position, final long timeNs, final Found found) throws IOException {
        final long last = Math.max(segment.scan(position, evidence), scanLaterSegments());
        if (hasGrownAt(position)) {
            return new JournalTail(position, timeNs, Math.min(evidence.position(), position), 0,
                "the journal ended at position " + position + " when it was read, and goes on");
        }
        if (evidence.position() > position) {
            throw Corruption.exception(what(found) + " in segment " + segment.place() + ", position " + position
                + " (offset " + (position - segment.basePosition()) + "), but " + evidence.witness()
                + " says that everything up to " + evidence.position() + " was forced");
        }
        final long tornBytes = found == Found.END ? 0 : last - position;
        final String description = tornBytes == 0
            ? "the journal ends at position " + position + " in segment " + segment.place()
            : "torn tail: " + what(found) + " in segment " + segment.place() + ", position " + position + "; the "
            + tornBytes + " bytes from there on are cut off; forced for certain is everything up to "
            + evidence.position() + " (" + evidence.witness() + ")";
        return new JournalTail(position, timeNs, evidence.position(), tornBytes, description);
    }

    /** @return whether the coordinator runs, and has gone on since there was nothing at the position. */
    private boolean hasGrownAt(final long position) throws IOException {
        final Found now = segment.at(position);
        return now == Found.RECORD
            || (now == Found.END && segmentNames().contains(FileNames.segment(segment.endPosition())));
    }

    /** @return position behind the last byte that isn't zero, or 0 if there are only zeros. */
    private long scanLaterSegments() throws IOException {
        long last = 0;
        long expectedPosition = segment.endPosition();
        for (final String name : segmentNames()) {
            if (name.compareTo(FileNames.segment(segment.basePosition())) > 0) {
                try (SegmentReader later = SegmentReader.open(storage, name, coordinatorId, checksum)) {
                    if (later.basePosition() != expectedPosition) {
                        throw Corruption.exception("the segment that starts at position " + expectedPosition
                            + " is missing, but " + later.place() + " is there");
                    }
                    expectedPosition = later.endPosition();
                    evidence.header(later.place(), later.forcedPosition());
                    final long end = later.scan(later.firstPosition(), evidence);
                    if (end > later.firstPosition()) {
                        last = end;
                    }
                }
            }
        }
        return last;
    }

    private void checkReached(final long from, final JournalTail tail) {
        if (from > tail.position()) {
            throw Corruption.exception("the journal ends at position " + tail.position() + " in segment "
                + segment.place() + ", but is needed from " + from + " on");
        }
    }

    private void readMark() throws IOException {
        try (JournalFile file = storage.open(FileNames.MARK, false)) {
            final JournalMark mark = JournalMark.of(file);
            if (mark.isUsable(storage, coordinatorId)) {
                evidence.mark(storage.describe(FileNames.MARK), MarkDescriptor.forcedPosition(file.buffer()));
            }
        } catch (final NoSuchFileException ex) {
            // A power loss may have taken it: less evidence.
            assert evidence.position() >= 0;
        }
    }

    private void openSegmentOf(final long from) throws IOException {
        final List<String> names = segmentNames();
        if (names.isEmpty()) {
            throw noSegments();
        }
        String name = names.get(0);
        for (final String candidate : names) {
            if (candidate.compareTo(FileNames.segment(Math.max(0, from))) <= 0) {
                name = candidate;
            }
        }
        openSegment(name);
        if (from > segment.endPosition()) {
            throw Corruption.exception("the segment that holds position " + from + " is missing; the one before is "
                + segment.place());
        }
        if (from > 0 && from < segment.basePosition()) {
            throw Corruption.exception("the segment that holds position " + from + " is missing; the oldest is "
                + segment.place());
        }
    }

    private void openSegment(final String name) throws IOException {
        final SegmentReader opened = SegmentReader.open(storage, name, coordinatorId, checksum);
        close();
        segment = opened;
        evidence.header(opened.place(), opened.forcedPosition());
    }

    private List<String> segmentNames() throws IOException {
        final List<String> names = new ArrayList<>(storage.list());
        names.removeIf(name -> !FileNames.isSegment(name));
        return names;
    }

    private JournalException noSegments() {
        return Corruption.exception("there is no segment beside " + storage.describe(FileNames.COORDINATOR_ID)
            + ": the whole journal is missing");
    }

    static String what(final Found found) {
        return switch (found) {
            case NOTHING -> "no record";
            case BAD_LENGTH -> "a bad record (its length can't be)";
            case BAD_CHECKSUM -> "a bad record (wrong checksum)";
            case NOT_ZERO -> "a bad record (what lies behind it isn't zero)";
            case RECORD, END -> "the end";
        };
    }
}
