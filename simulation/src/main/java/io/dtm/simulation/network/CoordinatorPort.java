package io.dtm.simulation.network;

import io.dtm.core.egress.LinkPublisher;
import io.dtm.core.ingress.LinkPoller;
import java.util.ArrayDeque;
import org.agrona.DirectBuffer;
import org.agrona.collections.Int2ObjectHashMap;

/** The coordinator's end of all links, for one life of its process. */
public final class CoordinatorPort implements LinkPoller, LinkPublisher {
    private static final int WHOLE_FRAME_BYTES = 2048;

    private final SimulatedNetwork network;
    private final Runnable wakeUp;
    private final ArrayDeque<Frame> arrived = new ArrayDeque<>();
    private final Int2ObjectHashMap<SimulatedLink> links = new Int2ObjectHashMap<>();
    private int lastLinkId;
    private boolean isDead;

    CoordinatorPort(final SimulatedNetwork network, final Runnable wakeUp) {
        this.network = network;
        this.wakeUp = wakeUp;
    }

    boolean isDead() {
        return isDead;
    }

    SimulatedLink accept(final PeerLink peer) {
        final SimulatedLink link = new SimulatedLink(network, peer, this, ++lastLinkId);
        links.put(link.id, link);
        push(network.newFrame().news(Frame.Type.LINK_UP, link));
        return link;
    }

    void onArrival(final Frame frame) {
        if (isDead) {
            frame.direction.done(frame);
        } else {
            push(frame);
        }
    }

    /** This end notices that the link is gone. */
    void onLost(final SimulatedLink link) {
        if (!isDead && links.containsKey(link.id)) {
            push(network.newFrame().news(Frame.Type.LINK_DOWN, link));
        }
    }

    void die() {
        isDead = true;
        arrived.clear();
        links.clear();
    }

    private void push(final Frame frame) {
        arrived.add(frame);
        wakeUp.run();
    }

    /** @return whether something waits to be polled. */
    public boolean hasArrivals() {
        return !arrived.isEmpty();
    }

    @Override
    public int poll(final Handler handler, final int limit) {
        int taken = 0;
        while (taken < limit && !arrived.isEmpty()) {
            final Frame frame = arrived.peek();
            final SimulatedLink link = frame.link;
            switch (frame.type) {
                case LINK_UP -> handler.onLinkUp(link.id);
                case LINK_DOWN -> {
                    if (links.remove(link.id) != null) {
                        handler.onLinkDown(link.id);
                    }
                }
                case FRAME -> {
                    if (links.containsKey(link.id) && !handler.onFrame(link.id, frame.buffer, 0, frame.length)) {
                        return taken;
                    }
                }
                default -> throw new IllegalStateException("no such type: " + frame.type);
            }
            taken++;
            arrived.poll();
            if (frame.direction != null) {
                frame.direction.done(frame);
            } else {
                network.free(frame);
            }
        }
        return taken;
    }

    @Override
    public int offer(final int linkId, final DirectBuffer buffer, final int offset, final int length) {
        final SimulatedLink link = links.get(linkId);
        if (link == null) {
            return GONE;
        }
        if (!link.toPeer.hasRoom(length) || network.drawPushBack()) {
            link.refusedNs = Math.min(link.refusedNs, network.schedule().nowNs());
            return BACK_PRESSURED;
        }
        if (link.toPeer.hasRoom(Math.max(length, WHOLE_FRAME_BYTES))) {
            link.refusedNs = SimulatedLink.NEVER; // else a short answer finds room where a session's frame wouldn't
        }
        network.observer().onSent(link.peer.name(), linkId, true, buffer, offset, length);
        keep(link, buffer, offset, length);
        link.toPeer.send(buffer, offset, length);
        return SENT;
    }

    /** A refusal isn't repeated: what was refused may have been sent again since. Nor are handshakes. */
    private void keep(final SimulatedLink link, final DirectBuffer buffer, final int offset, final int length) {
        if (network.repeatsToPeers() && !FrameReader.hasHandshake(buffer, offset)
            && !FrameReader.hasRefusal(buffer, offset)) {
            link.keptToPeer.add(buffer, offset, length);
        }
    }

    /**
     * @param linkId of a link that is open, or was.
     * @return the name of its peer; empty if the link is gone.
     */
    public String peerName(final int linkId) {
        final SimulatedLink link = links.get(linkId);
        return link == null ? "" : link.peer.name();
    }

    /**
     * @param linkId    of a link.
     * @param timeoutNs for which it took nothing.
     * @return whether it has taken nothing for so long that was offered to it; a link that is gone hasn't, either.
     */
    public boolean isSlow(final int linkId, final long timeoutNs) {
        final SimulatedLink link = links.get(linkId);
        return link == null || network.schedule().nowNs() - timeoutNs >= link.refusedNs;
    }

    @Override
    public void close(final int linkId) {
        final SimulatedLink link = links.get(linkId);
        if (link != null) {
            network.closeByCoordinator(link);
        }
    }
}
