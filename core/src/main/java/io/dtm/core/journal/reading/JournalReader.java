package io.dtm.core.journal.reading;

import io.dtm.core.journal.reading.RecordView.Found;
import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalException.Category;
import io.dtm.core.storage.JournalFile;
import io.dtm.core.storage.JournalStorage;
import io.dtm.core.storage.MappedStorage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/**
 * Reads a journal: at a start, for a checkpoint, for tools. Changes nothing, owns nothing, and may read while the
 * coordinator runs; then it reads what is there at the time. What the segments don't hold yet it reads from the tail of
 * a staged journal. One thread.
 */
public final class JournalReader implements AutoCloseable {
    /** Ends a replay nowhere: at the first place without a valid record. */
    private static final long ALL = Long.MAX_VALUE;
    private static final long STORING_LIMIT_NS = 100_000_000L;

    private final JournalStorage storage;
    private final long coordinatorId;
    private final RecordChecksum checksum;
    private final ForcedEvidence evidence = new ForcedEvidence();
    private final UnforcedRecords unforced;
    private SegmentReader segment;
    private boolean isOwnerAlive;
    private String markDamage;
    /** Logical time of the last record before the first that is read, if a checkpoint knows it; else 0. */
    private long timeBeforeNs;
    private long cutPosition = JournalException.NOWHERE;
    private long neededFrom;
    private long unforcedEnd;

    /**
     * Of the segments alone: where there is a tail, it has been drained.
     *
     * @param storage       to read from. It stays the caller's.
     * @param coordinatorId whose journal it must be.
     */
    public JournalReader(final JournalStorage storage, final long coordinatorId) {
        this(storage, coordinatorId, false);
    }

    private JournalReader(final JournalStorage storage, final long coordinatorId, final boolean readsTail) {
        this.storage = storage;
        this.coordinatorId = coordinatorId;
        this.checksum = new RecordChecksum(coordinatorId);
        this.unforced = readsTail ? new UnforcedRecords(storage, coordinatorId, checksum) : null;
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
            return new JournalReader(storage, CoordinatorIdFile.read(storage), true);
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
            final List<String> names = FileNames.segments(storage);
            if (names.isEmpty()) {
                throw Corruption.noSegments(storage);
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
        return reading(() -> {
            readMark();
            readCheckpoints(from);
            neededFrom = from;
            return replayBehindCheckpoint(from, handler);
        });
    }

    /**
     * Hands the records of closed segments to a handler, and looks at nothing behind them.
     *
     * @param from    end position of a record, or not beyond {@link #oldestPosition()}: everything that is there.
     * @param upTo    end of a segment that is forced and that nobody appends to.
     * @param handler may throw, and ends the replay so.
     * @throws JournalException         CORRUPT if anything before {@code upTo} is damaged or missing; FOREIGN.
     * @throws IllegalArgumentException if no segment ends at {@code upTo}.
     * @throws UncheckedIOException     if it can't be read.
     */
    public void replayClosed(final long from, final long upTo, final RecordHandler handler) {
        reading(() -> {
            openSegmentOf(from);
            return replayFromSegment(from, upTo, handler);
        });
    }

    private <T> T reading(final Reading<T> reading) {
        try {
            return reading.read();
        } catch (final IOException ex) {
            throw new UncheckedIOException("journal can't be read: " + ex, ex);
        } catch (final InternalError error) {
            throw new JournalException(Category.CORRUPT, "a file of " + storage.describe("") + " can't be accessed: it"
                + " was cut from outside while it was read, or its device failed", error);
        } finally {
            if (unforced != null) {
                unforced.close();
            }
        }
    }

    /**
     * From now on the journal ends at this position, whatever follows, and if a record ends there.
     *
     * @param position end of the last record that is read.
     * @param appended up to here there is more that the segments don't hold, or 0: it is lost with the rest.
     */
    public void cutAt(final long position, final long appended) {
        cutPosition = position;
        unforcedEnd = appended;
    }

    /** @return what the last replay found to be wrong with the mark file, which isn't needed; or null. */
    public String markDamage() {
        return markDamage;
    }

    @Override
    public void close() {
        if (segment != null) {
            segment.close();
            segment = null;
        }
    }

    private JournalTail replayFromSegment(final long from, final long upTo, final RecordHandler handler)
        throws IOException {
        RecordView records = segment.records();
        long position = segment.firstPosition();
        long lastPosition = position;
        long timeNs = segment.basePosition() == from ? timeBeforeNs : 0;
        while (position != cutPosition) {
            final Found found = records.at(position);
            if (found == Found.RECORD) {
                timeNs = checkedTime(records, position, timeNs);
                evidence.record(position, records.forcedPosition(position));
                if (position >= from) {
                    deliver(records, position, timeNs, handler);
                } else if (records.endOf(position) > from) {
                    throw new IllegalArgumentException("position " + from + " lies inside a record");
                }
                final long end = records.endOf(position);
                lastPosition = records == segment.records() ? position : end; // Only what the segment has is compared.
                position = end;
                if (position == records.endPosition()) {
                    records = segment.records(); // It was a copy of what the segment hadn't yet.
                }
            } else if (found == Found.END && segment.endPosition() >= upTo) {
                requireEnd(upTo);
                return new JournalTail(position, timeNs, upTo, 0, "closed up to position " + upTo);
            } else if (found == Found.END && openNext(position)) {
                records = segment.records();
                position = segment.firstPosition();
                lastPosition = position;
            } else if (upTo != ALL) {
                throw Corruption.exception(found.description() + " in segment " + segment.place() + ", position "
                    + position + ", but everything up to " + upTo + " was forced");
            } else {
                final RecordView following = following(position, lastPosition);
                if (following == null) {
                    final JournalTail tail = examine(position, timeNs, found);
                    checkReached(from, tail);
                    return tail;
                }
                records = following;
            }
        }
        return cutOff(position, timeNs);
    }

    /** Who can't replay a record doesn't know where it starts, and so where an operator could cut it off. */
    private static void deliver(
        final RecordView records, final long position, final long timeNs, final RecordHandler handler) {
        try {
            records.deliver(position, timeNs, handler);
        } catch (final JournalException refused) {
            throw refused.category() == Category.REPLAY ? refused.cuttableAt(position) : refused;
        }
    }

    private void requireEnd(final long upTo) {
        if (segment.endPosition() != upTo) {
            throw new IllegalArgumentException("no segment ends at position " + upTo);
        }
    }

    /** @return what has a record at a position where there was none yet, if anything has; else null. */
    private RecordView following(final long position, final long lastPosition) throws IOException {
        if (unforced == null) {
            return null;
        }
        final UnforcedRecords.Copy copy = unforced.copy(position, segment, lastPosition);
        final RecordView following = switch (copy) {
            case NONE -> null;
            case OVERTAKEN -> segment.records();
            case DONE -> unforced.records();
        };
        if (following != null && !hasRecord(following.at(position))) {
            throw TailDamage.exception(unforced.place(), "it says that it is appended beyond position " + position
                + ", but there is no valid record in " + (copy == UnforcedRecords.Copy.DONE ? "it" : segment.place()));
        }
        return following;
    }

    private static boolean hasRecord(final Found found) {
        return found == Found.RECORD || found == Found.END;
    }

    private long checkedTime(final RecordView records, final long position, final long previousNs) {
        final long timeNs = records.timeNs(position, previousNs);
        if (timeNs < previousNs) {
            throw cuttable(Corruption.exception("segment " + segment.place() + ", position " + position
                + ": logical time goes back from " + previousNs + " to " + timeNs), position);
        }
        return timeNs;
    }

    /** @return false if there is no next segment, and there need not be one. */
    private boolean openNext(final long position) throws IOException {
        final String name = FileNames.segment(segment.endPosition());
        try {
            openSegment(name);
            return true;
        } catch (final JournalException damaged) {
            throw cuttable(damaged, position);
        } catch (final NoSuchFileException ex) {
            if (position == segment.endPosition()) {
                return false; // Full to the last byte: the next one may not have been made.
            }
            if (!FileNames.segments(storage).contains(FileNames.segment(segment.basePosition()))) {
                throw new IOException("the coordinator let go of " + segment.place() + " while it was read", ex);
            }
            throw cuttable(Corruption.exception("segment " + storage.describe(name) + " is missing: "
                + segment.place() + " ends with a reference to it at position " + position), position);
        }
    }

    /**
     * There is no valid record at the position. Nothing behind it is ever accepted; but what is there may prove that
     * something is missing here.
     */
    private JournalTail examine(final long position, final long timeNs, final Found found) throws IOException {
        final long last = Math.max(segment.scan(position, evidence), scanLaterSegments(position));
        if (hasGrownAt(position) || found == Found.NOTHING && last > position && isBeingStored(position)) {
            return new JournalTail(position, timeNs, Math.min(evidence.position(), position), 0,
                "the journal ended at position " + position + " when it was read, and goes on");
        }
        if (evidence.position() > position) {
            throw cuttable(Corruption.exception(found.description() + " in segment " + segment.place() + ", position "
                + position + " (offset " + (position - segment.basePosition()) + "), but " + evidence.witness()
                + " says that everything up to " + evidence.position() + " was forced"), position);
        }
        final long tornBytes = found == Found.END ? 0 : last - position;
        final String description = tornBytes == 0
            ? "the journal ends at position " + position + " in segment " + segment.place()
            : "torn tail: " + found.description() + " in segment " + segment.place() + ", position " + position
            + "; the " + tornBytes + " bytes from there on are cut off; forced for certain is everything up to "
            + evidence.position() + " (" + evidence.witness() + ")";
        return new JournalTail(position, timeNs, evidence.position(), tornBytes, description);
    }

    /** @return whether the coordinator runs, and has gone on since there was nothing at the position. */
    private boolean hasGrownAt(final long position) throws IOException {
        final Found now = segment.records().at(position);
        return now == Found.RECORD
            || (now == Found.END && FileNames.segments(storage).contains(FileNames.segment(segment.endPosition())));
    }

    /** A record's length is stored last. Who appends to a mapped segment is given the time to end what it began. */
    private boolean isBeingStored(final long position) throws IOException {
        final long deadlineNs = System.nanoTime() + STORING_LIMIT_NS;
        while (unforced != null && isOwnerAlive && System.nanoTime() - deadlineNs < 0) {
            if (hasGrownAt(position)) {
                return true;
            }
            Thread.onSpinWait();
        }
        return false;
    }

    /** Not before the checkpoint: a cut there would be refused. */
    private JournalException cuttable(final JournalException damaged, final long position) {
        return damaged.category() == Category.CORRUPT && position >= neededFrom
            ? damaged.cuttableAt(position) : damaged;
    }

    /** What follows is given up: it may be anything. */
    private JournalTail cutOff(final long position, final long timeNs) throws IOException {
        long last = Math.max(unforcedEnd, Math.max(segment.scan(position, evidence), evidence.position()));
        for (final String name : FileNames.segments(storage)) {
            if (name.compareTo(FileNames.segment(segment.basePosition())) > 0) {
                last = Math.max(last, endOfWhateverItIs(name));
            }
        }
        final long lostBytes = Math.max(0, last - position);
        return new JournalTail(position, timeNs, Math.min(evidence.position(), position), lostBytes,
            "by an operator's order the journal is cut at position " + position + " in segment " + segment.place()
                + ": the " + lostBytes + " bytes from there on are lost; the files are kept as *"
                + FileNames.KEPT_SUFFIX);
    }

    private long endOfWhateverItIs(final String name) throws IOException {
        try (SegmentReader later = SegmentReader.open(storage, name, coordinatorId, checksum)) {
            final long end = later.scan(later.firstPosition(), new ForcedEvidence());
            return end > later.firstPosition() ? end : 0;
        } catch (final JournalException damaged) {
            try (JournalFile file = storage.open(name, false)) {
                return FileNames.position(name) + file.length();
            }
        }
    }

    /**
     * @param position at which there is no valid record.
     * @return position behind the last byte that isn't zero, or 0 if there are only zeros.
     */
    private long scanLaterSegments(final long position) throws IOException {
        try {
            return scanLaterSegments();
        } catch (final JournalException damaged) {
            throw cuttable(damaged, position);
        }
    }

    private long scanLaterSegments() throws IOException {
        long last = 0;
        long expectedPosition = segment.endPosition();
        for (final String name : FileNames.segments(storage)) {
            if (name.compareTo(FileNames.segment(segment.basePosition())) > 0) {
                try (SegmentReader later = SegmentReader.open(storage, name, coordinatorId, checksum)) {
                    if (later.basePosition() != expectedPosition) {
                        if (FileNames.isThere(storage, FileNames.segment(expectedPosition))) {
                            return scanLaterSegments(); // Made while the directory was read, which isn't one moment.
                        }
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
            final String place = storage.describe(FileNames.MARK);
            final MarkReader mark = MarkReader.ofStart(file, place, coordinatorId);
            evidence.mark(place, mark.forcedPosition());
            isOwnerAlive = ProcessHandle.of(mark.pid()).isPresent();
            markDamage = mark.damage(place);
        } catch (final NoSuchFileException ex) {
            // A power loss may have taken it: less evidence.
            assert evidence.position() >= 0;
        }
    }

    /** Whoever made one had applied everything before it, and that was forced. A damaged header says nothing. */
    private void readCheckpoints(final long from) throws IOException {
        timeBeforeNs = 0;
        for (final String name : storage.list()) {
            if (FileNames.isCheckpoint(name)) {
                readCheckpoint(name, from);
            }
        }
    }

    private void readCheckpoint(final String name, final long from) throws IOException {
        final String place = storage.describe(name);
        try (ReadableByteChannel channel = storage.openSequential(name)) {
            final CheckpointHeader header = CheckpointHeader.read(channel, place);
            if (header.isOf(coordinatorId, FileNames.position(name))) {
                evidence.checkpoint(place, header.replayPosition());
                if (header.replayPosition() == from) {
                    timeBeforeNs = header.lastTimeNs();
                }
            }
        } catch (final JournalException | NoSuchFileException useless) {
            // Whether it can be done without is for those to say who restore from it.
            assert place != null;
        }
    }

    /** A position before the checkpoint is none to cut at: a start from there would be refused. */
    private JournalTail replayBehindCheckpoint(final long from, final RecordHandler handler) throws IOException {
        try {
            openSegmentOf(from);
            return replayFromSegment(from, ALL, handler);
        } catch (final JournalException refused) {
            throw refused.category() == Category.CORRUPT && refused.cutPosition() == JournalException.NOWHERE
                ? OlderCheckpoint.advise(storage, coordinatorId, refused, from) : refused;
        }
    }

    private void openSegmentOf(final long from) throws IOException {
        final List<String> names = FileNames.segments(storage);
        if (names.isEmpty()) {
            throw Corruption.noSegments(storage);
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

    /** Reads something. */
    @FunctionalInterface
    private interface Reading<T> {
        T read() throws IOException;
    }
}
