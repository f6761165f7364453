package io.dtm.core.journal.reading;

import org.agrona.DirectBuffer;

/** Takes records in the order in which they were appended. */
@FunctionalInterface
public interface RecordHandler {
    /**
     * @param position end position of the record.
     * @param linkId   over which its frame came; 0: the host's own.
     * @param timeNs   logical time.
     * @param frame    valid during the call.
     * @param offset   at which the frame starts.
     * @param length   in bytes.
     */
    void onRecord(long position, int linkId, long timeNs, DirectBuffer frame, int offset, int length);
}
