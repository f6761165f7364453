package io.dtm.simulation.network;

import org.agrona.DirectBuffer;

/** Sees every frame that leaves somebody, whether or not it arrives. */
@FunctionalInterface
public interface FrameObserver {
    /**
     * @param peer   name of the link's peer.
     * @param linkId of the link.
     * @param toPeer whether the coordinator sent it.
     * @param buffer valid during the call.
     * @param offset at which the frame starts.
     * @param length in bytes.
     */
    void onSent(String peer, int linkId, boolean toPeer, DirectBuffer buffer, int offset, int length);
}
