package io.dtm.core.egress;

import org.agrona.DirectBuffer;

/** Sends frames to links: the port behind which a transport's publications stand. Egress agent only. */
public interface LinkPublisher {
    /** Result of {@link #offer}: the frame was taken. */
    int SENT = 1;
    /** Result of {@link #offer}: the link doesn't take it now; offer it again later. */
    int BACK_PRESSURED = 0;
    /** Result of {@link #offer}: the link is gone; what is queued for it may be dropped. */
    int GONE = -1;

    /**
     * Sends one frame.
     *
     * @param linkId to which.
     * @param buffer that holds the frame, copied before return.
     * @param offset at which it starts.
     * @param length in bytes.
     * @return {@link #SENT}, {@link #BACK_PRESSURED} or {@link #GONE}.
     */
    int offer(int linkId, DirectBuffer buffer, int offset, int length);

    /**
     * Lets a link go: its session was closed.
     *
     * @param linkId to close.
     */
    void close(int linkId);

    /**
     * Drives the transport's own housekeeping. The egress agent calls it once in every duty cycle, busy or idle: a
     * transport may do all its work on the thread that uses its handles, so that nothing is unmapped under a call.
     *
     * @return a count of work done, 0 for none.
     */
    default int doWork() {
        return 0;
    }
}
