package io.dtm.core.journal;

import io.dtm.codec.RecordDescriptor;
import io.dtm.codec.SegmentDescriptor;
import io.dtm.core.journal.reading.RecordChecksum;
import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.JournalFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A segment of the live journal. It wanders: made by the agent that prepares space, appended to by the journal stage,
 * forced by the force agent, and closed by the first again. The journal stage lets go of it when it sets the next one,
 * the force agent when it has forced all of it after that; so nobody can touch it any more when it is closed.
 */
final class Segment {
    private final JournalFile file;
    private final RecordMemory.Part memory;
    private final UnsafeBuffer buffer;
    private final ByteBuffer checked;
    private final long basePosition;
    private final int length;
    /** Written before {@link #next}. */
    private long recordsEnd;
    private volatile Segment next;

    Segment(final JournalFile file, final RecordMemory memory) {
        this.file = file;
        this.basePosition = SegmentDescriptor.basePosition(file.buffer());
        this.length = file.length();
        this.memory = memory.of(file, basePosition);
        this.buffer = this.memory.buffer();
        this.checked = this.memory.byteBuffer();
    }

    long basePosition() {
        return basePosition;
    }

    long endPosition() {
        return basePosition + length;
    }

    String name() {
        return FileNames.segment(basePosition);
    }

    JournalFile file() {
        return file;
    }

    /** Journal stage only. The record exists, for whoever reads the memory, from its last store on. */
    void append(
        final RecordChecksum checksum,
        final long position,
        final boolean extended,
        final int linkId,
        final long time,
        final long unforced,
        final DirectBuffer frame,
        final int frameOffset,
        final int frameLength) {
        final UnsafeBuffer buffer = this.buffer;
        final int offset = memory.offset(position);
        final int headerLength = RecordDescriptor.headerLength(extended);
        final int lengthWord = RecordDescriptor.lengthWord(headerLength + frameLength, extended);
        final int alignedLength = RecordDescriptor.aligned(headerLength + frameLength);

        buffer.putLong(offset + alignedLength - RecordDescriptor.ALIGNMENT, 0); // what aligns the next one is zero
        RecordDescriptor.header(buffer, offset, extended, linkId, time, unforced);
        buffer.putBytes(offset + headerLength, frame, frameOffset, frameLength);
        RecordDescriptor.crc(buffer, offset, checksum.record(checked, offset, position, lengthWord));
        memory.complete(offset, alignedLength);

        RecordDescriptor.commit(buffer, offset, lengthWord);
    }

    /** Journal stage only: no record follows in this segment. The last touch but {@link #next(Segment)}. */
    void end(final RecordChecksum checksum, final long position) {
        recordsEnd = position;
        if (position < endPosition()) {
            final int endWord = RecordDescriptor.endWord();
            final int offset = memory.offset(position);
            RecordDescriptor.crc(buffer, offset, checksum.record(checked, offset, position, endWord));
            RecordDescriptor.commit(buffer, offset, endWord);
            recordsEnd = position + RecordDescriptor.END_LENGTH;
        }
    }

    /** Journal stage only: lets go of this one. */
    void next(final Segment segment) {
        assert segment.basePosition == endPosition() : "a gap between segments";
        next = segment;
    }

    /** @return the segment that follows, or null while this one is appended to. */
    Segment next() {
        return next;
    }

    /** @return where the records of one that has a next end: behind the mark that says so, if there is one. */
    long recordsEnd() {
        return recordsEnd;
    }

    /** Force agent only. */
    void force(final long fromPosition, final long toPosition) throws IOException {
        memory.force(fromPosition, toPosition);
    }

    void close() {
        file.close();
    }
}
