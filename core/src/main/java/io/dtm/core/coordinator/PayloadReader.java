package io.dtm.core.coordinator;

import org.agrona.MutableDirectBuffer;

/** A branch's payload as the coordinator keeps it, to be copied out during an output call. */
public interface PayloadReader {
    /** @return its length in bytes, 0 for none. */
    int length();

    /**
     * Copies all of it.
     *
     * @param target with room for {@link #length()} bytes.
     * @param offset at which to put it.
     */
    void copyTo(MutableDirectBuffer target, int offset);
}
