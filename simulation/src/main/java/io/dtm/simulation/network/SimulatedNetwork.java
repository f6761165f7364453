package io.dtm.simulation.network;

import io.dtm.simulation.engine.RandomStream;
import io.dtm.simulation.engine.Schedule;
import io.dtm.simulation.engine.Trace;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;

/**
 * Links between one coordinator and its peers. Nothing is lost on a live link, and its order is kept; between links
 * everything may overtake. A dead link loses a tail of what was on its way, a different one in each direction, and
 * what it still delivers may arrive after its successor was built.
 */
public final class SimulatedNetwork {
    private final Schedule schedule;
    private final RandomStream random;
    private final Trace trace;
    private final FrameObserver observer;
    private final List<PeerLink> peers = new ArrayList<>();
    private final ArrayDeque<Frame> free = new ArrayDeque<>();
    private NetworkSettings settings;
    private Courier courier = Courier.PROMPT;
    private FrameObserver arrivals = (peer, linkId, toPeer, buffer, offset, length) -> { };
    private CoordinatorPort port;
    private boolean repeatsBegins = true;
    private int histories;
    private boolean repeatsToPeers;
    private boolean repeatsEarlierEpochsOnly;

    /**
     * @param schedule of the simulation.
     * @param random   of the network alone.
     * @param trace    is told of links.
     * @param settings of its behaviour.
     * @param observer sees every frame.
     */
    public SimulatedNetwork(
        final Schedule schedule,
        final RandomStream random,
        final Trace trace,
        final NetworkSettings settings,
        final FrameObserver observer) {
        this.schedule = schedule;
        this.random = random;
        this.trace = trace;
        this.settings = settings;
        this.observer = observer;
    }

    /** @param value from now on. */
    public void settings(final NetworkSettings value) {
        settings = value;
    }

    /**
     * @param value whether what begins a transaction is repeated, too. Where the coordinator may refuse it, a copy
     *              behind the refusal would begin it after all, since a refusal doesn't use the id up. No link delivers
     *              one.
     */
    public void repeatsBegins(final boolean value) {
        repeatsBegins = value;
    }

    /** The coordinator has another history: what peers sent to it before isn't repeated. No link would deliver it. */
    public void startHistory() {
        histories++;
    }

    int histories() {
        return histories;
    }

    boolean repeatsBegins() {
        return repeatsBegins;
    }

    /**
     * Keeps from now on what the coordinator sends, to be repeated.
     *
     * @param earlierEpochsOnly whether a copy comes only in a later epoch.
     */
    public void repeatToPeers(final boolean earlierEpochsOnly) {
        repeatsToPeers = true;
        repeatsEarlierEpochsOnly = earlierEpochsOnly;
    }

    boolean repeatsToPeers() {
        return repeatsToPeers;
    }

    boolean repeatsEarlierEpochsOnly() {
        return repeatsEarlierEpochsOnly;
    }

    /** @param value decides what is held from now on. */
    public void courier(final Courier value) {
        courier = value;
    }

    /** @param value sees what peers take from their current links. */
    public void arrivals(final FrameObserver value) {
        arrivals = value;
    }

    /**
     * A process of the coordinator begins to listen.
     *
     * @param wakeUp is called when something arrives.
     * @return its end of all links.
     */
    public CoordinatorPort startCoordinator(final Runnable wakeUp) {
        stopCoordinator();
        port = new CoordinatorPort(this, wakeUp);
        return port;
    }

    /** The coordinator's process dies, and all links with it. */
    public void stopCoordinator() {
        if (port == null) {
            return;
        }
        final CoordinatorPort dead = port;
        port = null;
        dead.die();
        for (int i = 0; i < peers.size(); i++) {
            final SimulatedLink link = peers.get(i).current();
            if (link != null && link.port == dead && !link.isDead) {
                link.isDead = true;
                link.toCoordinator.cut(schedule.nowNs());
                cutTail(link.toPeer);
                noticeAtPeer(link);
            }
        }
    }

    /**
     * @param name   of a peer's process.
     * @param wakeUp is called when something arrives or changes.
     * @return its connection, not connected yet.
     */
    public PeerLink newPeer(final String name, final Runnable wakeUp) {
        final PeerLink peer = new PeerLink(this, name, wakeUp);
        peers.add(peer);
        return peer;
    }

    /** @param peer whose process is gone for good. */
    public void forget(final PeerLink peer) {
        peer.die();
        peers.remove(peer);
    }

    /**
     * @param peer   of a link.
     * @param toPeer which direction.
     * @return the first frame held there, or null.
     */
    public DirectBuffer firstHeld(final PeerLink peer, final boolean toPeer) {
        final Frame frame = peer.current() == null ? null : direction(peer, toPeer).firstHeld();
        return frame == null ? null : frame.buffer;
    }

    /**
     * Lets the first held frame of a direction go, and what isn't held behind it.
     *
     * @param peer   of a link.
     * @param toPeer which direction.
     */
    public void release(final PeerLink peer, final boolean toPeer) {
        if (peer.current() != null) {
            direction(peer, toPeer).release();
        }
    }

    /**
     * A copy of a frame arrives over a peer's current link, as if it had been sent now. No real link does that: it
     * stands for everything that could make a copy come late.
     *
     * @param peer   of a link that is up.
     * @param toPeer which direction.
     * @param buffer that holds the frame.
     * @param length in bytes.
     */
    public void replay(final PeerLink peer, final boolean toPeer, final DirectBuffer buffer, final int length) {
        direction(peer, toPeer).send(buffer, 0, length);
    }

    private static Direction direction(final PeerLink peer, final boolean toPeer) {
        return toPeer ? peer.current().toPeer : peer.current().toCoordinator;
    }

    void kill(final SimulatedLink link) {
        trace.event(link.peer.name(), "link %1 dies", link.id, 0);
        link.isDead = true;
        cutTail(link.toPeer);
        cutTail(link.toCoordinator);
        noticeAtPeer(link);
        noticeAtCoordinator(link);
    }

    void closeByPeer(final SimulatedLink link) {
        if (!link.isDead) {
            link.isDead = true;
            link.toPeer.cut(schedule.nowNs());
            cutTail(link.toCoordinator);
            noticeAtCoordinator(link);
        }
    }

    void closeByCoordinator(final SimulatedLink link) {
        if (!link.isDead) {
            trace.event(link.peer.name(), "link %1 is closed by the coordinator", link.id, 0);
            link.isDead = true;
            link.toCoordinator.cut(schedule.nowNs());
            // what was sent before arrives first
            link.toPeer.cut(link.toPeer.lastArrivalNs());
            schedule.at(Math.max(schedule.nowNs(), link.toPeer.lastArrivalNs()), () -> noticeAtPeer(link));
            link.port.onLost(link);
        }
    }

    /** What arrives up to a drawn time still arrives: nothing, all, or something between. */
    private void cutTail(final Direction direction) {
        final long nowNs = schedule.nowNs();
        final long latestNs = Math.max(nowNs, direction.lastArrivalNs());
        direction.cut(switch (random.nextInt(3)) {
            case 0 -> nowNs;
            case 1 -> latestNs;
            default -> random.between(nowNs, latestNs);
        });
    }

    private void noticeAtPeer(final SimulatedLink link) {
        schedule.after(random.skewed(settings.minNoticeNs(), settings.maxNoticeNs()), () -> link.peer.onLost(link));
    }

    private void noticeAtCoordinator(final SimulatedLink link) {
        schedule.after(random.skewed(settings.minNoticeNs(), settings.maxNoticeNs()), () -> link.port.onLost(link));
    }

    Schedule schedule() {
        return schedule;
    }

    Trace trace() {
        return trace;
    }

    NetworkSettings settings() {
        return settings;
    }

    Courier courier() {
        return courier;
    }

    FrameObserver arrivals() {
        return arrivals;
    }

    FrameObserver observer() {
        return observer;
    }

    CoordinatorPort port() {
        return port;
    }

    long drawDelayNs() {
        return random.skewed(settings.minDelayNs(), settings.maxDelayNs());
    }

    long retryNs() {
        return 20_000_000L;
    }

    boolean drawPushBack() {
        return random.chance(settings.pushBackPerMillion());
    }

    Frame newFrame() {
        final Frame frame = free.poll();
        return frame == null ? new Frame() : frame;
    }

    void free(final Frame frame) {
        free.push(frame);
    }
}
