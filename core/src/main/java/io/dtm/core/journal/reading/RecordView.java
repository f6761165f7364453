package io.dtm.core.journal.reading;

import io.dtm.codec.RecordDescriptor;
import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** A part of the journal in memory: tells valid records from everything else. Owned by one thread. */
public final class RecordView {
    /** What is found at a position. */
    public enum Found {
        /** A valid one. */
        RECORD("the end"),
        /** The segment's records end here, or a copy does. */
        END("the end"),
        /** No record was ever completed here. */
        NOTHING("no record"),
        /** It can't be so long here. */
        BAD_LENGTH("a bad record (its length can't be)"),
        /** Some of it is another record's, or damaged. */
        BAD_CHECKSUM("a bad record (wrong checksum)"),
        /** The rest of it, or of the segment, isn't zero. */
        NOT_ZERO("a bad record (what lies behind it isn't zero)");

        private final String description;

        Found(final String description) {
            this.description = description;
        }

        /** @return what to tell of it where a record was looked for, and none was valid. */
        public String description() {
            return description;
        }
    }

    private final UnsafeBuffer buffer;
    private final ByteBuffer checked;
    private final RecordChecksum checksum;
    private final long startPosition;
    private final long endPosition;
    private final boolean isSegment;

    private RecordView(
        final UnsafeBuffer buffer,
        final ByteBuffer checked,
        final RecordChecksum checksum,
        final long startPosition,
        final int length,
        final boolean isSegment) {
        this.buffer = buffer;
        this.checked = checked;
        this.checksum = checksum;
        this.startPosition = startPosition;
        this.endPosition = startPosition + length;
        this.isSegment = isSegment;
    }

    /**
     * A whole segment: nothing but zeros is behind its end.
     *
     * @param buffer       that holds it.
     * @param checked      another view of the same.
     * @param checksum     of the coordinator.
     * @param basePosition of the segment.
     */
    static RecordView ofSegment(
        final UnsafeBuffer buffer,
        final ByteBuffer checked,
        final RecordChecksum checksum,
        final long basePosition) {
        return new RecordView(buffer, checked, checksum, basePosition, buffer.capacity(), true);
    }

    /**
     * What was copied from a ring: behind the end of a segment it holds whatever was there before.
     *
     * @param bytes         copied.
     * @param checksum      of the coordinator.
     * @param startPosition of the first of them.
     * @return a view of them.
     */
    public static RecordView ofCopy(final ByteBuffer bytes, final RecordChecksum checksum, final long startPosition) {
        return new RecordView(
            new UnsafeBuffer(bytes), bytes.duplicate(), checksum, startPosition, bytes.capacity(), false);
    }

    /** @return position behind the last byte of this part. */
    public long endPosition() {
        return endPosition;
    }

    /**
     * @param position in this part, aligned, or its end.
     * @return what is there.
     */
    public Found at(final long position) {
        if (position == endPosition) {
            return Found.END;
        }
        final int offset = offset(position);
        final int lengthWord = RecordDescriptor.lengthWord(buffer, offset);
        if (lengthWord == 0) {
            return Found.NOTHING;
        }
        if (!RecordDescriptor.isPlausible(lengthWord)
            || RecordDescriptor.recordLength(lengthWord) > endPosition - position) {
            return Found.BAD_LENGTH;
        }
        if (checksum.record(checked, offset, position, lengthWord) != RecordDescriptor.crc(buffer, offset)) {
            return Found.BAD_CHECKSUM;
        }
        // Only the alignment is outside of the checksum, and what nobody uses behind the end.
        if (RecordDescriptor.isEnd(lengthWord)) {
            return !isSegment || Zeros.hold(buffer, offset + RecordDescriptor.END_LENGTH, buffer.capacity())
                ? Found.END : Found.NOT_ZERO;
        }
        return RecordDescriptor.isPaddingZero(buffer, offset, lengthWord) ? Found.RECORD : Found.NOT_ZERO;
    }

    /**
     * @param position in this part, aligned.
     * @return whether nothing but zeros is in the word there.
     */
    public boolean isZero(final long position) {
        return buffer.getLong(offset(position)) == 0;
    }

    /**
     * @param position of a valid record, or of a valid end of a segment.
     * @return position behind it: where the next record starts.
     */
    public long endOf(final long position) {
        return position + RecordDescriptor.aligned(RecordDescriptor.recordLength(lengthWord(position)));
    }

    /**
     * @param position of a valid record.
     * @return whether it has a whole time, and not the difference to that of the record before.
     */
    public boolean isExtended(final long position) {
        return RecordDescriptor.isExtended(lengthWord(position));
    }

    /**
     * @param position       of a valid record.
     * @param previousTimeNs logical time of the record before.
     * @return its logical time in nanoseconds.
     */
    public long timeNs(final long position, final long previousTimeNs) {
        final boolean extended = RecordDescriptor.isExtended(lengthWord(position));
        return RecordDescriptor.timeNs(buffer, offset(position), extended, previousTimeNs);
    }

    /**
     * @param position of a valid record.
     * @return what was known to be forced when it was appended.
     */
    public long forcedPosition(final long position) {
        final boolean extended = RecordDescriptor.isExtended(lengthWord(position));
        return position - RecordDescriptor.unforced(buffer, offset(position), extended);
    }

    /**
     * Hands a valid record over.
     *
     * @param position of the record.
     * @param timeNs   its logical time.
     * @param handler  may throw.
     */
    public void deliver(final long position, final long timeNs, final RecordHandler handler) {
        final int offset = offset(position);
        final int lengthWord = lengthWord(position);
        final int headerLength = RecordDescriptor.headerLength(RecordDescriptor.isExtended(lengthWord));
        handler.onRecord(endOf(position), RecordDescriptor.linkId(buffer, offset), timeNs, buffer,
            offset + headerLength, RecordDescriptor.recordLength(lengthWord) - headerLength);
    }

    private int lengthWord(final long position) {
        return RecordDescriptor.lengthWord(buffer, offset(position));
    }

    private int offset(final long position) {
        return (int) (position - startPosition);
    }
}
