package io.dtm.core.journal;

import io.dtm.codec.RecordDescriptor;
import io.dtm.codec.SegmentDescriptor;
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
    private final UnsafeBuffer buffer;
    private final ByteBuffer checked;
    private final long basePosition;
    private final int length;
    private volatile Segment next;

    Segment(final JournalFile file) {
        this.file = file;
        this.buffer = file.buffer();
        this.checked = file.byteBuffer();
        this.basePosition = SegmentDescriptor.basePosition(buffer);
        this.length = file.length();
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

    /** Journal stage only. The record exists, for whoever reads the file, from its last store on. */
    void append(
        final RecordChecksum checksum,
        final int offset,
        final boolean extended,
        final int linkId,
        final long time,
        final long unforced,
        final DirectBuffer frame,
        final int frameOffset,
        final int frameLength) {
        final UnsafeBuffer buffer = this.buffer;
        final int headerLength = RecordDescriptor.headerLength(extended);
        final int lengthWord = RecordDescriptor.lengthWord(headerLength + frameLength, extended);

        RecordDescriptor.header(buffer, offset, extended, linkId, time, unforced);
        buffer.putBytes(offset + headerLength, frame, frameOffset, frameLength);
        RecordDescriptor.crc(buffer, offset, checksum.record(checked, offset, basePosition + offset, lengthWord));

        RecordDescriptor.commit(buffer, offset, lengthWord);
    }

    /** Journal stage only: no record follows in this segment. The last touch but {@link #next(Segment)}. */
    void end(final RecordChecksum checksum, final int offset) {
        if (offset < length) {
            final int endWord = RecordDescriptor.endWord();
            RecordDescriptor.crc(buffer, offset, checksum.record(checked, offset, basePosition + offset, endWord));
            RecordDescriptor.commit(buffer, offset, endWord);
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

    /** Force agent only. */
    void force(final long fromPosition, final long toPosition) throws IOException {
        file.force((int) (fromPosition - basePosition), (int) (toPosition - fromPosition));
    }

    void close() {
        file.close();
    }
}
