package io.dtm.core.journal;

import io.dtm.core.storage.JournalFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Where records are put, and how they get from there onto the device: in the segments themselves, or in a tail that the
 * segments follow. The journal stage appends, who has the turn to force forces.
 */
interface RecordMemory {
    /** @return the part of it where a segment's records are put. */
    Part of(JournalFile segment, long basePosition);

    /** Journal stage only, after each record. From now on it survives the death of the process. */
    void appended(long position);

    /** Force agent only, after each force. */
    void forced(long position);

    /** @return unforced bytes above which no record may be taken, until there are less. */
    long roomBound();

    /** @return unforced bytes above which even a record that was taken can't be appended any more. */
    long capacityBound();

    /**
     * @param asked unforced bytes above which a force is to start that nobody asked for.
     * @return the same, or less: so much that the force ends before the room does.
     */
    long unforcedBound(long asked);

    /** @return whether the next process would find what is in it. The agent that prepares space, now and then. */
    boolean isThere();

    /**
     * When nobody appends or forces any more.
     *
     * @param isForced whether all that was appended is on the device: then it isn't needed any more.
     */
    void close(boolean isForced);

    /** What belongs to one segment. */
    interface Part {
        /** @return the memory. */
        UnsafeBuffer buffer();

        /** @return another view of the memory, to compute checksums. */
        ByteBuffer byteBuffer();

        /** @return offset in the memory of a record that starts at a position of the segment; it is contiguous. */
        int offset(long position);

        /** Journal stage only: all of the record is stored but its length word. */
        void complete(int offset, int length);

        /** Force agent only. */
        void force(long fromPosition, long toPosition) throws IOException;
    }
}
