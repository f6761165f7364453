package io.dtm.session;

import org.agrona.DirectBuffer;

/**
 * The library's narrow port to one coordinator: a connection that comes and goes. Aeron stands behind it in production,
 * an in-memory network in the simulator. One thread at a time: that of the duty cycle.
 */
public interface CoordinatorLink extends AutoCloseable {
    /** Where a link stands. */
    enum Status {
        /** Being built; nothing can be sent yet. */
        CONNECTING,
        /** Both directions work. */
        CONNECTED,
        /** Gone: nothing more comes over it. {@link #reconnect} builds another. */
        LOST
    }

    /** Takes the frames that arrive. */
    @FunctionalInterface
    interface FrameHandler {
        /**
         * One whole frame, as it came off the wire: not validated.
         *
         * @param buffer valid during the call.
         * @param offset at which the frame starts.
         * @param length in bytes.
         */
        void onFrame(DirectBuffer buffer, int offset, int length);
    }

    /**
     * Drives the connection and tells where it stands.
     *
     * @param nowNs of a monotonic clock.
     * @return the status now.
     */
    Status status(long nowNs);

    /**
     * Sends one frame.
     *
     * @param buffer that holds it, copied before return.
     * @param offset at which it starts.
     * @param length in bytes.
     * @return false: not now (back pressure, or not connected); nothing was sent.
     */
    boolean offer(DirectBuffer buffer, int offset, int length);

    /**
     * Hands over frames that arrived over the current link, in order. What a former link still delivers is dropped.
     *
     * @param handler takes them.
     * @param limit   greatest number of frames.
     * @return how many it took.
     */
    int poll(FrameHandler handler, int limit);

    /** Drops this connection, if any, and starts a new one: both directions anew. */
    void reconnect();

    @Override
    void close();
}
