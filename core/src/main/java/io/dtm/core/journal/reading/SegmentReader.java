package io.dtm.core.journal.reading;

import io.dtm.codec.RecordDescriptor;
import io.dtm.codec.SegmentDescriptor;
import io.dtm.core.journal.reading.RecordView.Found;
import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalException.Category;
import io.dtm.core.storage.JournalFile;
import io.dtm.core.storage.JournalStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Reads one segment: checks its header, and has a view of its records. Owned by one thread. */
public final class SegmentReader implements AutoCloseable {
    private final JournalFile file;
    private final UnsafeBuffer buffer;
    private final ByteBuffer checked;
    private final String place;
    private final long basePosition;
    private final RecordView records;

    /**
     * Opens a segment and checks its header.
     *
     * @param storage       that holds it; stays the caller's.
     * @param name          of the segment.
     * @param coordinatorId whose it must be.
     * @param checksum      of that coordinator and of this thread.
     * @return its reader.
     * @throws java.nio.file.NoSuchFileException if it doesn't exist.
     * @throws IOException                       if it can't be opened.
     * @throws JournalException CORRUPT or FOREIGN if the header isn't what it must be.
     */
    public static SegmentReader open(
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
        this.place = place;
        checkHeader(name, coordinatorId);
        this.basePosition = SegmentDescriptor.basePosition(buffer);
        this.records = RecordView.ofSegment(buffer, checked, checksum, basePosition);
    }

    /** @return position of its first byte, which is its header's. */
    public long basePosition() {
        return basePosition;
    }

    /** @return position behind its last byte. */
    public long endPosition() {
        return basePosition + file.length();
    }

    /** @return position of its first record. */
    public long firstPosition() {
        return basePosition + SegmentDescriptor.HEADER_LENGTH;
    }

    /** @return what was known to be forced when it was made. */
    public long forcedPosition() {
        return SegmentDescriptor.forcedPosition(buffer);
    }

    /** @return how an operator finds it. */
    public String place() {
        return place;
    }

    /** @return what it holds. */
    public RecordView records() {
        return records;
    }

    /**
     * @param tail of the same coordinator.
     * @param from position in this segment, not before the lowest of the tail.
     * @param to   position in this segment, not beyond what is appended to the tail.
     * @return whether the tail has the same bytes between them.
     */
    public boolean isEqual(final TailReader tail, final long from, final long to) {
        return tail.isEqual(from, to, buffer, (int) (from - basePosition));
    }

    /** @return name of its file. */
    public String name() {
        return FileNames.segment(basePosition);
    }

    /** @return what its header says. */
    public SegmentSummary summary() {
        return new SegmentSummary(
            name(), basePosition, file.length(), forcedPosition(), SegmentDescriptor.createdMs(buffer));
    }

    /**
     * Looks at everything from a position on, whether there is a record before it or not.
     *
     * @param from     position in this segment, aligned.
     * @param evidence takes what later records know.
     * @return position behind the last byte that isn't zero, not before {@code from}.
     */
    public long scan(final long from, final ForcedEvidence evidence) {
        long position = from;
        long last = from;
        while (position < endPosition()) {
            if (records.isZero(position)) {
                position += RecordDescriptor.ALIGNMENT;
            } else if (records.at(position) == Found.RECORD) {
                evidence.record(position, records.forcedPosition(position));
                position = records.endOf(position);
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

    private void checkHeader(final String name, final long coordinatorId) {
        if (file.length() < SegmentDescriptor.HEADER_LENGTH) {
            throw corrupt("it is too short to have a header: " + file.length() + " bytes");
        }
        if (SegmentDescriptor.magic(buffer) != SegmentDescriptor.MAGIC) {
            throw corrupt("it doesn't start as a segment does");
        }
        if (SegmentDescriptor.version(buffer) != SegmentDescriptor.FORMAT_VERSION) {
            throw JournalException.otherVersion("segment " + place + " ", "has format version "
                + SegmentDescriptor.version(buffer) + "; this program knows " + SegmentDescriptor.FORMAT_VERSION + ". "
                + Upgrade.advice(SegmentDescriptor.version(buffer) > SegmentDescriptor.FORMAT_VERSION));
        }
        if (RecordChecksum.header(checked) != SegmentDescriptor.crc(buffer)) {
            throw corrupt("the checksum of its header is wrong");
        }
        if (SegmentDescriptor.coordinatorId(buffer) != coordinatorId) {
            throw foreign(String.format(
                "belongs to coordinator %016x, its directory to %016x; move it back where it came from",
                SegmentDescriptor.coordinatorId(buffer), coordinatorId));
        }
        if (SegmentDescriptor.segmentLength(buffer) != file.length()
            || file.length() % RecordDescriptor.ALIGNMENT != 0
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
            + ": ", what);
    }

    private JournalException foreign(final String what) {
        return JournalException.placed(Category.FOREIGN, "segment " + place + " ", what, "");
    }
}
