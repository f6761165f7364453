package io.dtm.simulation.network;

import io.dtm.session.CoordinatorLink;
import java.util.ArrayDeque;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** A peer's connection to the coordinator: one link after another. */
public final class PeerLink implements CoordinatorLink {
    private static final int KEPT_LINKS = 8;
    /** While it is slow, it takes a frame so often. */
    private static final long SLOW_NS = 500_000_000L;

    private final SimulatedNetwork network;
    private final String name;
    private final Runnable wakeUp;
    private final ArrayDeque<Frame> inbox = new ArrayDeque<>();
    private Status status = Status.LOST;
    private SimulatedLink current;
    private int attempt;
    private long partitionedUntilNs;
    private long slowUntilNs;
    private long nextSlowNs;
    private boolean isClosed;
    private KeptFrames sent = new KeptFrames();
    private int sentHistory;
    /** The last ones, with what the coordinator sent over each. */
    private final ArrayDeque<SimulatedLink> links = new ArrayDeque<>();
    /** Over which this peer was registered last. */
    private SimulatedLink registered;

    PeerLink(final SimulatedNetwork network, final String name, final Runnable wakeUp) {
        this.network = network;
        this.name = name;
        this.wakeUp = wakeUp;
    }

    /** @return name of the peer. */
    public String name() {
        return name;
    }

    /** @return whether something waits to be polled soon. */
    public boolean hasArrivals() {
        return !inbox.isEmpty() && !isSlow();
    }

    /** The link dies now; each end notices in its own time. */
    public void lose() {
        if (current != null && !current.isDead) {
            network.kill(current);
        }
    }

    /**
     * The link dies and no other comes about for a while.
     *
     * @param untilNs virtual time at which the partition ends.
     */
    public void partition(final long untilNs) {
        partitionedUntilNs = Math.max(partitionedUntilNs, untilNs);
        lose();
    }

    /**
     * One direction is cut for a while. What is sent there arrives afterwards, unless an end has given the link up by
     * then: whoever hears nothing does so after some time.
     *
     * @param toPeer    which direction.
     * @param untilNs   virtual time at which it ends.
     * @param patientNs virtual nanoseconds after which the link is given up.
     */
    public void cutOneWay(final boolean toPeer, final long untilNs, final long patientNs) {
        if (current == null || current.isDead) {
            return;
        }
        final SimulatedLink stalled = current;
        (toPeer ? stalled.toPeer : stalled.toCoordinator).stall(untilNs);
        if (untilNs - network.schedule().nowNs() > patientNs) {
            network.schedule().after(patientNs, () -> {
                if (stalled == current) {
                    partition(untilNs);
                }
            });
        }
    }

    /** @param untilNs virtual time up to which this peer takes hardly anything of what arrives. */
    public void slowDown(final long untilNs) {
        slowUntilNs = Math.max(slowUntilNs, untilNs);
    }

    boolean isSlow() {
        return network.schedule().nowNs() < slowUntilNs;
    }

    /** It takes what arrives as usual from now on. */
    public void speedUp() {
        slowUntilNs = 0;
    }

    /** @param other of a former process of this peer: what that one sent, and was sent, may be repeated, too. */
    public void inherit(final PeerLink other) {
        sent().addAll(other.sent());
        links.addAll(other.links);
    }

    /**
     * Something that was sent before arrives once more.
     *
     * @param chosen any number: decides what.
     */
    public void repeat(final int chosen) {
        if (status == Status.CONNECTED && !sent().isEmpty()) {
            final List<UnsafeBuffer> all = sent().all();
            final UnsafeBuffer frame = all.get(chosen % all.size());
            if (network.repeatsBegins() || !FrameReader.hasBegin(frame)) {
                network.replay(this, false, frame, frame.capacity());
            }
        }
    }

    /**
     * Some of what the coordinator sent to this peer before, over one of its last links, arrives once more, in order.
     *
     * @param chosen any number: decides what.
     * @param most   how many frames, at most.
     */
    public void repeatToPeer(final int chosen, final int most) {
        if (status != Status.CONNECTED) {
            return;
        }
        final List<SimulatedLink> some = links.stream().filter(this::mayRepeat).toList();
        if (some.isEmpty()) {
            return;
        }
        final List<UnsafeBuffer> all = some.get(chosen % some.size()).keptToPeer.all();
        final int first = chosen / some.size() % all.size();
        final List<UnsafeBuffer> frames = all.subList(first, Math.min(first + most, all.size()));
        network.trace().event(name, "gets %1 old frames once more", frames.size(), 0);
        frames.forEach(frame -> network.replay(this, true, frame, frame.capacity()));
    }

    /** Who forgets counts on a link's order: then only what a registered peer knows to be of an earlier epoch comes. */
    private boolean mayRepeat(final SimulatedLink link) {
        final boolean isOfEarlierEpoch = current == registered && link.port != current.port;
        return !link.keptToPeer.isEmpty() && (isOfEarlierEpoch || !network.repeatsEarlierEpochsOnly());
    }

    private KeptFrames sent() {
        if (sentHistory != network.histories()) {
            sentHistory = network.histories();
            sent = new KeptFrames();
        }
        return sent;
    }

    /** Handshakes stand for themselves: the library names another one each time, and tells them apart. */
    private void keepSent(final DirectBuffer buffer, final int offset, final int length) {
        if (!FrameReader.hasHandshake(buffer, offset)) {
            sent().add(buffer, offset, length);
        }
    }

    /** The peer's process dies. */
    public void die() {
        isClosed = true;
        drop();
    }

    SimulatedLink current() {
        return current;
    }

    void onArrival(final Frame frame) {
        if (frame.link != current || status != Status.CONNECTED) {
            frame.direction.done(frame);
            return;
        }
        inbox.add(frame);
        wakeUp.run();
    }

    void onLost(final SimulatedLink link) {
        if (link == current && status != Status.LOST) {
            status = Status.LOST;
            wakeUp.run();
        }
    }

    @Override
    public Status status(final long nowNs) {
        return status;
    }

    @Override
    public boolean offer(final DirectBuffer buffer, final int offset, final int length) {
        if (status != Status.CONNECTED || !current.toCoordinator.hasRoom(length) || network.drawPushBack()) {
            return false;
        }
        network.observer().onSent(name, current.id, false, buffer, offset, length);
        keepSent(buffer, offset, length);
        current.toCoordinator.send(buffer, offset, length);
        return true;
    }

    @Override
    public int poll(final FrameHandler handler, final int limit) {
        int taken = 0;
        final int most = mayTake(limit);
        while (taken < most && !inbox.isEmpty()) {
            final Frame frame = inbox.poll();
            taken++;
            if (frame.link == current) {
                network.arrivals().onSent(name, current.id, true, frame.buffer, 0, frame.length);
                handler.onFrame(frame.buffer, 0, frame.length);
                if (FrameReader.hasRegistration(frame.buffer)) {
                    registered = frame.link;
                }
            }
            frame.direction.done(frame);
        }
        return taken;
    }

    private int mayTake(final int limit) {
        if (!isSlow()) {
            return limit;
        }
        final long nowNs = network.schedule().nowNs();
        if (nowNs < nextSlowNs) {
            return 0;
        }
        nextSlowNs = nowNs + SLOW_NS;
        return 1;
    }

    @Override
    public void reconnect() {
        drop();
        status = Status.CONNECTING;
        tryToConnect(++attempt);
    }

    private void tryToConnect(final int ofAttempt) {
        network.schedule().after(network.drawDelayNs(), () -> {
            if (isClosed || ofAttempt != attempt || status != Status.CONNECTING) {
                return;
            }
            final CoordinatorPort port = network.port();
            if (port == null || network.schedule().nowNs() < partitionedUntilNs) {
                network.schedule().after(network.retryNs(), () -> tryToConnect(ofAttempt));
                return;
            }
            current = port.accept(this);
            links.add(current);
            if (links.size() > KEPT_LINKS) {
                links.poll();
            }
            final SimulatedLink link = current;
            network.schedule().after(network.drawDelayNs(), () -> onConnected(link));
        });
    }

    private void onConnected(final SimulatedLink link) {
        if (link == current && !isClosed && status == Status.CONNECTING) {
            status = Status.CONNECTED;
            wakeUp.run();
        }
    }

    private void drop() {
        while (!inbox.isEmpty()) {
            final Frame frame = inbox.poll();
            frame.direction.done(frame);
        }
        status = Status.LOST;
        if (current != null) {
            network.closeByPeer(current);
            current = null;
        }
    }

    @Override
    public void close() {
        die();
    }
}
