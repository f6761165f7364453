package io.dtm.simulation.network;

import org.agrona.DirectBuffer;

/** Decides whether a frame is held back. Behind a held frame everything of its direction waits: order is kept. */
@FunctionalInterface
public interface Courier {
    /** Holds nothing. */
    Courier PROMPT = (peer, toPeer, buffer, length) -> false;

    /**
     * @param peer   name of the link's peer.
     * @param toPeer whether the frame goes to the peer.
     * @param buffer holds it, from 0.
     * @param length in bytes.
     * @return whether it is held until somebody lets it go.
     */
    boolean holds(String peer, boolean toPeer, DirectBuffer buffer, int length);
}
