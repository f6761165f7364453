package io.dtm.core.journal;

import io.dtm.codec.SegmentDescriptor;
import io.dtm.core.journal.reading.Corruption;
import io.dtm.core.journal.reading.RecordChecksum;
import io.dtm.core.journal.reading.RecordView;
import io.dtm.core.journal.reading.RecordView.Found;
import io.dtm.core.journal.reading.SegmentReader;
import io.dtm.core.journal.reading.TailDamage;
import io.dtm.core.journal.reading.TailReader;
import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.Forcing;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalFile;
import io.dtm.core.storage.JournalStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;

/**
 * Puts what a tail holds beyond the segments into them, and forces it: before a replay, which reads segments alone.
 * May be cut short anywhere and done again. All is checked before anything is written.
 * <pre>
 *   segments   ──────────────────────────────┤ P       P: no valid record
 *   tail               ├─────────────────────────────────────┤ appended
 *                      └ must be the same ───┘└─ written ────┘
 * </pre>
 */
final class TailDrain {
    private final JournalStorage storage;
    private final long coordinatorId;
    private final RecordChecksum checksum;
    private final TailReader tail;
    /** The segment that {@link #segmentsEnd} found the end in. */
    private String lastName;
    private long mendedBytes;

    TailDrain(final JournalStorage storage, final long coordinatorId, final TailReader tail) {
        this.storage = storage;
        this.coordinatorId = coordinatorId;
        this.checksum = new RecordChecksum(coordinatorId);
        this.tail = tail;
    }

    /**
     * @return number of bytes that were only in the tail.
     * @throws JournalException CORRUPT if the two don't meet, or a record of the tail is bad; FOREIGN if they differ;
     *                          FORCE_FAILED.
     */
    long drain() throws IOException {
        final long appended = tail.appendedPosition();
        final long lowest = tail.lowestPosition();
        final long end = segmentsEnd(lowest, appended);
        if (appended <= end) {
            return 0;
        }
        if (lowest > end) {
            throw TailDamage.exception(tail.place(), "it starts at position " + lowest + ", but the segments end at "
                + end + " in " + storage.describe(lastName) + ": something that was forced is missing in them");
        }
        final ByteBuffer bytes = ByteBuffer.allocateDirect((int) (appended - end));
        tail.copy(end, appended, bytes);
        for (final Piece piece : pieces(bytes, end, appended)) {
            try (JournalFile segment = storage.open(piece.name, true)) {
                final int offset = (int) (piece.from - end);
                bytes.clear().position(offset).limit(offset + (int) (piece.to - piece.from));
                segment.write((int) (piece.from - piece.basePosition), bytes);
                Forcing.file(storage, segment, piece.name);
            }
        }
        mendedBytes = Math.max(0, tail.forcedPosition() - end);
        return appended - end;
    }

    /** @return of the bytes that the last drain wrote: how many had been forced before. */
    long mendedBytes() {
        return mendedBytes;
    }

    /** Walks to the first place without a valid record, and compares on the way what both have. */
    private long segmentsEnd(final long lowest, final long appended) throws IOException {
        final List<String> names = FileNames.segments(storage);
        if (names.isEmpty()) {
            throw Corruption.noSegments(storage);
        }
        lastName = names.get(0);
        for (final String name : names) {
            if (name.compareTo(FileNames.segment(lowest)) <= 0) {
                lastName = name;
            }
        }
        long position;
        while (true) {
            try (SegmentReader segment = SegmentReader.open(storage, lastName, coordinatorId, checksum)) {
                position = endIn(segment, lowest, appended);
                final String next = FileNames.segment(segment.endPosition());
                if (segment.records().at(position) != Found.END || !storage.list().contains(next)) {
                    return position;
                }
                lastName = next;
            }
        }
    }

    private long endIn(final SegmentReader segment, final long lowest, final long appended) {
        final RecordView records = segment.records();
        long position = segment.firstPosition();
        while (records.at(position) == Found.RECORD) {
            final long end = records.endOf(position);
            final long from = Math.max(position, lowest);
            final long to = Math.min(end, appended);
            if (from < to && !segment.isEqual(tail, from, to)) {
                throw TailDamage.otherHistory(tail.place(), "the record at position " + position + " is another one"
                    + " than in segment " + segment.place() + ": they are of different histories of this coordinator");
            }
            position = end;
        }
        return position;
    }

    /** @return what goes where, in order; every record of it is valid. */
    private List<Piece> pieces(final ByteBuffer bytes, final long from, final long appended) throws IOException {
        final RecordView records = RecordView.ofCopy(bytes, checksum, from);
        final List<Piece> pieces = new ArrayList<>();
        String name = lastName;
        long position = from;
        while (position < appended) {
            final Piece piece = piece(records, name, position, appended);
            pieces.add(piece);
            position = piece.to;
            if (position < appended) {
                name = FileNames.segment(piece.endPosition);
                position = piece.endPosition + SegmentDescriptor.HEADER_LENGTH;
            }
        }
        return pieces;
    }

    private Piece piece(final RecordView records, final String name, final long from, final long appended)
        throws IOException {
        try (SegmentReader segment = SegmentReader.open(storage, name, coordinatorId, checksum)) {
            long position = from;
            while (position < Math.min(appended, segment.endPosition())) {
                final Found found = records.at(position);
                final long end = found == Found.RECORD || found == Found.END ? records.endOf(position) : position;
                if (end == position || end > segment.endPosition()) {
                    throw TailDamage.exception(tail.place(), "there is a bad record at position " + position
                        + ", before position " + appended + " up to which it says that it is appended");
                }
                position = end;
                if (found == Found.END) {
                    break;
                }
            }
            return new Piece(name, segment.basePosition(), segment.endPosition(), from, position);
        } catch (final NoSuchFileException ex) {
            throw Corruption.exception("segment " + storage.describe(name) + " is missing: the tail " + tail.place()
                + " goes on in it, up to position " + appended);
        }
    }

    /** What of the tail belongs into one segment. */
    private record Piece(String name, long basePosition, long endPosition, long from, long to) {
    }
}
