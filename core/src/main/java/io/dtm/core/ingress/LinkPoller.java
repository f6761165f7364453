package io.dtm.core.ingress;

import org.agrona.DirectBuffer;

/** Receives frames from links: the port behind which a transport's subscriptions stand. Ingress agent only. */
public interface LinkPoller {
    /** Takes what arrives. */
    interface Handler {
        /**
         * A new link is there. Ids are chosen by the transport, rise from 1, and are never used twice in a process.
         *
         * @param linkId of the link.
         */
        void onLinkUp(int linkId);

        /**
         * A whole frame of a link, as it came off the wire.
         *
         * @param linkId of the link.
         * @param buffer valid during the call.
         * @param offset at which the frame starts.
         * @param length in bytes.
         * @return false if there is no room now: the transport hands over the same frame again later.
         */
        boolean onFrame(int linkId, DirectBuffer buffer, int offset, int length);

        /**
         * A link is gone; nothing more comes over it.
         *
         * @param linkId of the link.
         */
        void onLinkDown(int linkId);
    }

    /**
     * Hands over what has arrived, at most so many frames.
     *
     * @param handler takes it.
     * @param limit   greatest number of frames.
     * @return the number handed over; 0: everything received was drained, unless the handler had no room.
     */
    int poll(Handler handler, int limit);

    /**
     * @return whether what peers send arrives now, as far as is known. False while something between them and this
     *     process stands still, a media driver for instance: then nobody is to be blamed for silence.
     */
    default boolean isReceiving() {
        return true;
    }
}
