package io.dtm.core.journal;

import io.dtm.codec.RecordDescriptor;
import io.dtm.codec.SegmentDescriptor;
import io.dtm.core.journal.JournalException.Category;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Reads one segment and tells valid records from everything else. Owned by one thread. */
final class SegmentReader implements AutoCloseable {
    /** What is found at an offset. */
    enum Found { RECORD, END, NOTHING, BAD_LENGTH, BAD_CHECKSUM, NOT_ZERO }

    private final JournalFile file;
    private final UnsafeBuffer buffer;
    private final ByteBuffer checked;
    private final RecordChecksum checksum;
    private final String place;
    private final long basePosition;

    /**
     * Opens a segment and checks its header.
     *
     * @throws java.nio.file.NoSuchFileException if it doesn't exist.
     * @throws JournalException CORRUPT or FOREIGN if the header isn't what it must be.
     */
    static SegmentReader open(
        final JournalStorage storage, final String name, final long coordinatorId, final RecordChecksum checksum)
        throws IOException {
        final JournalFile file = storage.open(name, false);
        try {
            return new SegmentReader(file, name, storage.describe(name), coordinatorId, checksum);
        } catch (final RuntimeException ex) {
            file.close();
            throw ex;
        }
    }

    private SegmentReader(
        final JournalFile file,
        final String name,
        final String place,
        final long coordinatorId,
        final RecordChecksum checksum) {
        this.file = file;
        this.buffer = file.buffer();
        this.checked = file.byteBuffer();
        this.checksum = checksum;
        this.place = place;
        checkHeader(name, coordinatorId);
        this.basePosition = SegmentDescriptor.basePosition(buffer);
    }

    long basePosition() {
        return basePosition;
    }

    long endPosition() {
        return basePosition + file.length();
    }

    long firstPosition() {
        return basePosition + SegmentDescriptor.HEADER_LENGTH;
    }

    long forcedPosition() {
        return SegmentDescriptor.forcedPosition(buffer);
    }

    String place() {
        return place;
    }

    String name() {
        return FileNames.segment(basePosition);
    }

    SegmentSummary summary() {
        return new SegmentSummary(
            name(), basePosition, file.length(), forcedPosition(), SegmentDescriptor.createdMs(buffer));
    }

    UnsafeBuffer buffer() {
        return buffer;
    }

    /** @param position in this segment, aligned. */
    Found at(final long position) {
        final int offset = offset(position);
        if (offset == file.length()) {
            return Found.END;
        }
        final int lengthWord = RecordDescriptor.lengthWord(buffer, offset);
        if (lengthWord == 0) {
            return Found.NOTHING;
        }
        if (!RecordDescriptor.isPlausible(lengthWord)
            || RecordDescriptor.recordLength(lengthWord) > file.length() - offset) {
            return Found.BAD_LENGTH;
        }
        if (checksum.record(checked, offset, position, lengthWord) != RecordDescriptor.crc(buffer, offset)) {
            return Found.BAD_CHECKSUM;
        }
        // Only the alignment is outside of the checksum, and what nobody uses behind the end.
        if (RecordDescriptor.isEnd(lengthWord)) {
            return Zeros.hold(buffer, offset + RecordDescriptor.END_LENGTH, file.length()) ? Found.END : Found.NOT_ZERO;
        }
        return RecordDescriptor.isPaddingZero(buffer, offset, lengthWord) ? Found.RECORD : Found.NOT_ZERO;
    }

    /** @param position of a valid record. */
    long endOf(final long position) {
        return position + RecordDescriptor.aligned(RecordDescriptor.recordLength(lengthWord(position)));
    }

    /** @param position of a valid record. */
    boolean isExtended(final long position) {
        return RecordDescriptor.isExtended(lengthWord(position));
    }

    /** @param position of a valid record. */
    long timeNs(final long position, final long previousTimeNs) {
        final boolean extended = RecordDescriptor.isExtended(lengthWord(position));
        return RecordDescriptor.timeNs(buffer, offset(position), extended, previousTimeNs);
    }

    /** @return what was known to be forced when the valid record at the position was appended. */
    long forcedPosition(final long position) {
        final boolean extended = RecordDescriptor.isExtended(lengthWord(position));
        return position - RecordDescriptor.unforced(buffer, offset(position), extended);
    }

    /** Hands the valid record at the position over. */
    void deliver(final long position, final long timeNs, final RecordHandler handler) {
        final int offset = offset(position);
        final int lengthWord = lengthWord(position);
        final int headerLength = RecordDescriptor.headerLength(RecordDescriptor.isExtended(lengthWord));
        handler.onRecord(endOf(position), RecordDescriptor.linkId(buffer, offset), timeNs, buffer,
            offset + headerLength, RecordDescriptor.recordLength(lengthWord) - headerLength);
    }

    /**
     * Looks at everything from a position on, whether there is a record before it or not.
     *
     * @param evidence takes what later records know.
     * @return position behind the last byte that isn't zero, not before {@code from}.
     */
    long scan(final long from, final ForcedEvidence evidence) {
        long position = from;
        long last = from;
        while (position < endPosition()) {
            if (buffer.getLong(offset(position)) == 0) {
                position += RecordDescriptor.ALIGNMENT;
            } else if (at(position) == Found.RECORD) {
                evidence.record(position, forcedPosition(position));
                position = endOf(position);
                last = position;
            } else {
                position += RecordDescriptor.ALIGNMENT;
                last = position;
            }
        }
        return last;
    }

    @Override
    public void close() {
        file.close();
    }

    private int lengthWord(final long position) {
        return RecordDescriptor.lengthWord(buffer, offset(position));
    }

    private int offset(final long position) {
        return (int) (position - basePosition);
    }

    private void checkHeader(final String name, final long coordinatorId) {
        if (file.length() < SegmentDescriptor.HEADER_LENGTH) {
            throw corrupt("it is too short to have a header: " + file.length() + " bytes");
        }
        if (SegmentDescriptor.magic(buffer) != SegmentDescriptor.MAGIC) {
            throw corrupt("it doesn't start as a segment does");
        }
        if (SegmentDescriptor.version(buffer) != SegmentDescriptor.FORMAT_VERSION) {
            throw new JournalException(Category.FOREIGN, "segment " + place + " has format version "
                + SegmentDescriptor.version(buffer) + "; this program knows " + SegmentDescriptor.FORMAT_VERSION + ". "
                + Upgrade.ADVICE, null);
        }
        if (RecordChecksum.header(checked) != SegmentDescriptor.crc(buffer)) {
            throw corrupt("the checksum of its header is wrong");
        }
        if (SegmentDescriptor.coordinatorId(buffer) != coordinatorId) {
            throw new JournalException(Category.FOREIGN, String.format(
                "segment %s belongs to coordinator %016x, its directory to %016x; move it back where it came from",
                place, SegmentDescriptor.coordinatorId(buffer), coordinatorId), null);
        }
        if (SegmentDescriptor.segmentLength(buffer) != file.length()
            || SegmentDescriptor.headerLength(buffer) != SegmentDescriptor.HEADER_LENGTH) {
            throw corrupt("it has " + file.length() + " bytes, its header says "
                + SegmentDescriptor.segmentLength(buffer) + ": it was cut or extended");
        }
        if (!FileNames.segment(SegmentDescriptor.basePosition(buffer)).equals(name)) {
            throw corrupt("its header says that its name should be "
                + FileNames.segment(SegmentDescriptor.basePosition(buffer)));
        }
        if (!Zeros.hold(buffer, SegmentDescriptor.CRC_OFFSET + Integer.BYTES, SegmentDescriptor.HEADER_LENGTH)) {
            throw corrupt("the rest of its header's page isn't zero");
        }
    }

    private JournalException corrupt(final String what) {
        return Corruption.exception("segment " + place + ", position "
            + (file.length() < SegmentDescriptor.HEADER_LENGTH ? "unknown" : SegmentDescriptor.basePosition(buffer))
            + ": " + what);
    }
}
