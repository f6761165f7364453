package io.dtm.core.journal;

import org.agrona.DirectBuffer;

/** Makes the frame of the record that stands for what an operator's cut takes away. */
@FunctionalInterface
public interface CutRecord {
    /**
     * @param position  at which the journal is cut.
     * @param lostBytes from there to the end of what was there.
     * @param reason    why the start was refused.
     * @return the frame, whole.
     */
    DirectBuffer frame(long position, long lostBytes, String reason);
}
