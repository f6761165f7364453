package io.dtm.core.ingress;

import org.agrona.DirectBuffer;

/** The ring as its only writer sees it: the port behind which the Disruptor stands. Ingress agent only. */
public interface EventPublisher {
    /** Result of {@link #offer}: there is no room now. */
    long NO_ROOM = -1;

    /**
     * @param length of a frame in bytes.
     * @return whether a frame of this length would be taken now.
     */
    boolean hasRoomFor(int length);

    /**
     * Publishes one frame, copied before return.
     *
     * @param linkId over which it came; 0: the host's own.
     * @param timeNs logical time, not lower than that of the frame before.
     * @param buffer that holds the frame.
     * @param offset at which it starts.
     * @param length in bytes.
     * @return its sequence, from 0, or {@link #NO_ROOM}.
     */
    long offer(int linkId, long timeNs, DirectBuffer buffer, int offset, int length);

    /** @return the highest sequence that the coordinator has done with, -1 at first. */
    long consumed();
}
