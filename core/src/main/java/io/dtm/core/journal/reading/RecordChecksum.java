package io.dtm.core.journal.reading;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.dtm.codec.RecordDescriptor;
import io.dtm.codec.SegmentDescriptor;
import io.dtm.codec.TailDescriptor;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Computes the CRC32C of records and segment headers; allocates nothing. Not thread-safe: each thread that appends or
 * reads has its own.
 */
public final class RecordChecksum {
    private static final int POSITION_OFFSET = 8;
    private static final int LENGTH_WORD_OFFSET = 16;
    private static final int PREFIX_LENGTH = 20;

    static {
        if (SegmentDescriptor.CRC_OFFSET != TailDescriptor.CRC_OFFSET) {
            throw new AssertionError("headers");
        }
    }

    private final CRC32C crc = new CRC32C();
    /** What isn't stored, and what is stored only after the CRC. Direct: from the heap the CRC is slower. */
    private final ByteBuffer prefix = ByteBuffer.allocateDirect(PREFIX_LENGTH).order(LITTLE_ENDIAN);

    /** @param coordinatorId whose journal it is: part of each checksum. */
    public RecordChecksum(final long coordinatorId) {
        prefix.putLong(0, coordinatorId);
    }

    /**
     * @param segment    holds the record; its position and limit are changed.
     * @param offset     at which the record starts.
     * @param position   of the record in the journal.
     * @param lengthWord of the record.
     * @return the CRC that the record must have.
     */
    public int record(final ByteBuffer segment, final int offset, final long position, final int lengthWord) {
        prefix.putLong(POSITION_OFFSET, position);
        prefix.putInt(LENGTH_WORD_OFFSET, lengthWord);
        prefix.clear();
        crc.reset();
        crc.update(prefix);
        segment.limit(offset + RecordDescriptor.recordLength(lengthWord));
        segment.position(offset + RecordDescriptor.CHECKED_OFFSET);
        crc.update(segment);
        segment.clear();
        return (int) crc.getValue();
    }

    /**
     * @param segment or tail, starts with a header; its position and limit are changed.
     * @return the CRC that the header must have.
     */
    public static int header(final ByteBuffer segment) {
        return of(segment, 0, SegmentDescriptor.CRC_OFFSET);
    }

    /**
     * @param tail starts with a header; its position and limit are changed.
     * @return the CRC that what tells its directory must have.
     */
    public static int directory(final ByteBuffer tail) {
        return of(tail, TailDescriptor.DIRECTORY_OFFSET, TailDescriptor.HEADER_LENGTH);
    }

    static int of(final ByteBuffer buffer, final int from, final int to) {
        final CRC32C crc = new CRC32C();
        buffer.limit(to);
        buffer.position(from);
        crc.update(buffer);
        buffer.clear();
        return (int) crc.getValue();
    }
}
