package io.dtm.core.journal;

import io.dtm.core.storage.JournalFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Records are put into the segments at once; a force of a range puts it onto the device. */
final class InPlaceMemory implements RecordMemory {
    static final InPlaceMemory INSTANCE = new InPlaceMemory();

    private InPlaceMemory() {
    }

    @Override
    public Part of(final JournalFile segment, final long basePosition) {
        return new InSegment(segment, basePosition);
    }

    @Override
    public void appended(final long position) {
        // The length word says so.
    }

    @Override
    public void forced(final long position) {
        // The mark file says so.
    }

    @Override
    public long roomBound() {
        return Long.MAX_VALUE;
    }

    @Override
    public long capacityBound() {
        return Long.MAX_VALUE;
    }

    @Override
    public long unforcedBound(final long asked) {
        return asked;
    }

    @Override
    public boolean isThere() {
        return true;
    }

    @Override
    public void close(final boolean isForced) {
        // Segments are closed one by one.
    }

    private static final class InSegment implements Part {
        private final JournalFile file;
        private final long basePosition;

        InSegment(final JournalFile file, final long basePosition) {
            this.file = file;
            this.basePosition = basePosition;
        }

        @Override
        public UnsafeBuffer buffer() {
            return file.buffer();
        }

        @Override
        public ByteBuffer byteBuffer() {
            return file.byteBuffer();
        }

        @Override
        public int offset(final long position) {
            return (int) (position - basePosition);
        }

        @Override
        public void complete(final int offset, final int length) {
            // It lies where it belongs.
        }

        @Override
        public void force(final long fromPosition, final long toPosition) throws IOException {
            file.force(offset(fromPosition), (int) (toPosition - fromPosition));
        }
    }
}
