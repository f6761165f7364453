package io.dtm.simulation.network;

import java.util.ArrayDeque;
import org.agrona.DirectBuffer;

/** One direction of a link: keeps order, delays, and loses its tail when the link dies. */
final class Direction {
    /** A receiver that hardly takes anything lets nobody send much. */
    private static final int SLOW_WINDOW_BYTES = 1024;

    final SimulatedLink link;
    final boolean toPeer;
    private final SimulatedNetwork network;
    private final ArrayDeque<Frame> held = new ArrayDeque<>(0);
    private long lastArrivalNs;
    private long cutNs = Long.MAX_VALUE;
    private int bytesOnWay;

    Direction(final SimulatedNetwork network, final SimulatedLink link, final boolean toPeer) {
        this.network = network;
        this.link = link;
        this.toPeer = toPeer;
    }

    boolean hasRoom(final int length) {
        return bytesOnWay == 0 || bytesOnWay + length <= windowBytes();
    }

    private int windowBytes() {
        final int usual = network.settings().windowBytes();
        return toPeer && link.peer.isSlow() ? Math.min(usual, SLOW_WINDOW_BYTES) : usual;
    }

    void send(final DirectBuffer buffer, final int offset, final int length) {
        if (cutNs != Long.MAX_VALUE) {
            return;
        }
        final Frame frame = network.newFrame();
        frame.fill(this, buffer, offset, length);
        bytesOnWay += length;
        if (!held.isEmpty() || network.courier().holds(link.peer.name(), toPeer, frame.buffer, length)) {
            held.add(frame);
        } else {
            dispatch(frame);
        }
    }

    private void dispatch(final Frame frame) {
        lastArrivalNs = Math.max(lastArrivalNs, network.schedule().nowNs() + network.drawDelayNs());
        network.schedule().at(lastArrivalNs, frame);
    }

    /** Nothing that is sent from now on arrives before this time: it is repeated until something gets through. */
    void stall(final long untilNs) {
        lastArrivalNs = Math.max(lastArrivalNs, untilNs);
    }

    void arrive(final Frame frame) {
        if (network.schedule().nowNs() > cutNs) {
            done(frame);
        } else if (toPeer) {
            link.peer.onArrival(frame);
        } else {
            link.port.onArrival(frame);
        }
    }

    /** The receiver has taken it, or never will. */
    void done(final Frame frame) {
        bytesOnWay -= frame.length;
        network.free(frame);
    }

    /** Nothing that is sent from now on arrives, and nothing after this time. */
    void cut(final long timeNs) {
        if (cutNs == Long.MAX_VALUE) {
            cutNs = timeNs;
            while (!held.isEmpty()) {
                done(held.poll());
            }
        }
    }

    /** Dispatches held frames until one is held again, or none is left. */
    void release() {
        boolean first = true;
        while (!held.isEmpty()) {
            final Frame frame = held.peek();
            if (!first && network.courier().holds(link.peer.name(), toPeer, frame.buffer, frame.length)) {
                return;
            }
            first = false;
            dispatch(held.poll());
        }
    }

    Frame firstHeld() {
        return held.peek();
    }

    long lastArrivalNs() {
        return lastArrivalNs;
    }
}
