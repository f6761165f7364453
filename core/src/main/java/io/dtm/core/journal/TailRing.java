package io.dtm.core.journal;

import io.dtm.codec.TailDescriptor;
import io.dtm.core.storage.JournalFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The tail of the live journal: records are put into a ring in shared memory, by their positions; a force writes them
 * from there to their segments. What was forced stays in the ring for a while: at least half of it is forced, so that a
 * start can compare it with the segments, and readers find one or the other.
 */
final class TailRing implements RecordMemory {
    private final LiveTail tail;
    private final JournalFile file;
    private final UnsafeBuffer buffer;
    /** Of who has the turn to force. */
    private final ByteBuffer source;
    private final int capacity;
    private final int ringEnd;
    private final int reach;

    /** @param tail made, with a header. */
    TailRing(final LiveTail tail) {
        this.tail = tail;
        this.file = tail.file();
        this.buffer = file.buffer();
        this.source = file.byteBuffer();
        this.capacity = TailDescriptor.capacity(buffer);
        this.ringEnd = TailDescriptor.HEADER_LENGTH + capacity;
        this.reach = TailDescriptor.reach(TailDescriptor.margin(buffer));
    }

    @Override
    public Part of(final JournalFile segment, final long basePosition) {
        return new InRing(segment, basePosition);
    }

    @Override
    public void appended(final long position) {
        TailDescriptor.appendedPosition(buffer, position);
    }

    @Override
    public void forced(final long position) {
        TailDescriptor.forcedPosition(buffer, position);
    }

    @Override
    public long roomBound() {
        return capacity / 2;
    }

    @Override
    public long capacityBound() {
        return capacity - 2L * reach;
    }

    @Override
    public long unforcedBound(final long asked) {
        return Math.min(asked, capacity / 4);
    }

    @Override
    public boolean isThere() {
        return tail.isThere();
    }

    @Override
    public void close(final boolean isForced) {
        tail.close(isForced);
    }

    private int offsetOf(final long position) {
        return TailDescriptor.HEADER_LENGTH + (int) (position & (capacity - 1));
    }

    private final class InRing implements Part {
        private final JournalFile segment;
        private final long basePosition;

        InRing(final JournalFile segment, final long basePosition) {
            this.segment = segment;
            this.basePosition = basePosition;
        }

        @Override
        public UnsafeBuffer buffer() {
            return buffer;
        }

        @Override
        public ByteBuffer byteBuffer() {
            return file.byteBuffer();
        }

        @Override
        public int offset(final long position) {
            return offsetOf(position);
        }

        /** What ran into the margin is put to where its position says, so that ranges can be copied. */
        @Override
        public void complete(final int offset, final int length) {
            final int beyond = offset + length - ringEnd;
            if (beyond > 0) {
                buffer.putBytes(TailDescriptor.HEADER_LENGTH, buffer, ringEnd, beyond);
            }
        }

        /** In as few writes as there can be: one, or two where the ring goes round. */
        @Override
        public void force(final long fromPosition, final long toPosition) throws IOException {
            long position = fromPosition;
            while (position < toPosition) {
                final int offset = offsetOf(position);
                final int end = (int) Math.min(ringEnd, offset + toPosition - position);
                source.clear().position(offset).limit(end);
                segment.write((int) (position - basePosition), source);
                position += end - offset;
            }
            segment.forceData();
        }
    }
}
