package io.dtm.simulation.fault;

import io.dtm.core.storage.simulated.Survival;
import io.dtm.simulation.check.FaultCounts;
import io.dtm.simulation.engine.RandomStream;
import io.dtm.simulation.engine.Schedule;
import io.dtm.simulation.network.PeerLink;
import io.dtm.simulation.node.CoordinatorNode;
import io.dtm.simulation.node.Operator;
import io.dtm.simulation.node.ParticipantNode;
import io.dtm.simulation.node.Peer;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes things go wrong as planned, until it is told to stop; then mends what it broke. What it draws can be taken
 * down, and be made to occur once more, all of it or some.
 */
public final class FaultInjector {
    private static final long MILLI = 1_000_000L;
    private static final long MIN_RESTART_NS = MILLI;
    private static final long MAX_RESTART_NS = 3_000 * MILLI;
    private static final long MAX_PARTITION_NS = 15_000 * MILLI;
    private static final long MAX_PAUSE_NS = 15_000 * MILLI;
    private static final long MAX_FULL_NS = 3_000 * MILLI;
    /** After so long an end that hears nothing gives its link up. */
    private static final long MIN_PATIENCE_NS = 5_000 * MILLI;
    private static final long MAX_PATIENCE_NS = 10_000 * MILLI;
    private static final long MIN_JUMP_MS = 1_000;
    private static final long MAX_JUMP_MS = 864_000_000;
    private static final int FORCES = 20;
    private static final int COPIES = 4;
    private static final long ROOM_BYTES = 64 * 1024;

    private final FaultPlan plan;
    private final Schedule schedule;
    private final List<FaultCounts> counts;
    private final List<CoordinatorNode> coordinators;
    private final List<Operator> operators;
    private final List<ParticipantNode> participants;
    private final List<Peer> clients;
    private final List<Peer> peers = new ArrayList<>();
    private RandomStream random;
    private FaultScript record;
    private FaultScript given;
    private boolean isActive = true;
    private int crashes;

    /**
     * @param plan         what goes wrong, and how often.
     * @param schedule     of the simulation.
     * @param random       of faults alone.
     * @param counts       to be counted up, of each coordinator.
     * @param coordinators may die.
     * @param operators    of each of them, in the same order.
     * @param participants may die, be cut off, or stand still.
     * @param clients      may die, be cut off, or stand still.
     */
    public FaultInjector(
        final FaultPlan plan,
        final Schedule schedule,
        final RandomStream random,
        final List<FaultCounts> counts,
        final List<CoordinatorNode> coordinators,
        final List<Operator> operators,
        final List<ParticipantNode> participants,
        final List<Peer> clients) {
        this.plan = plan;
        this.schedule = schedule;
        this.random = random;
        this.counts = counts;
        this.coordinators = coordinators;
        this.operators = operators;
        this.participants = participants;
        this.clients = clients;
        peers.addAll(participants);
        peers.addAll(clients);
    }

    /** @return number of processes that died. */
    public int crashes() {
        return crashes;
    }

    /** Takes down from now on what occurs. */
    public void record() {
        record = new FaultScript();
    }

    /** @return what has occurred since it is taken down, in order. */
    public List<FaultOccurrence> recorded() {
        return record.occurrences();
    }

    /** @param occurrences what is to occur, in order, instead of what the plan says; before it begins. */
    public void occurrences(final List<FaultOccurrence> occurrences) {
        given = new FaultScript(occurrences);
    }

    /** Begins. */
    public void start() {
        if (given != null) {
            given.occurrences().stream().filter(occurrence -> !occurrence.isAtCrashPoint()).forEach(this::await);
        } else {
            for (final Fault fault : Fault.values()) {
                if (plan.has(fault)) {
                    next(fault);
                }
            }
        }
        for (final CoordinatorNode coordinator : coordinators) {
            coordinator.crashPoint(() -> coordinatorCrashPoint(coordinator));
        }
    }

    /** Nothing goes wrong any more, and everything that stood still goes on. */
    public void stop() {
        isActive = false;
        for (final CoordinatorNode coordinator : coordinators) {
            coordinator.storage().capacityBytes(Long.MAX_VALUE);
            coordinator.storage().failForceAfter(-1);
            coordinator.resume();
        }
        for (final Peer peer : peers) {
            peer.resume();
            if (peer.isUp()) {
                peer.links().forEach(PeerLink::speedUp);
            }
        }
    }

    private void next(final Fault fault) {
        schedule.after(1 + random.nextLong(2 * plan.intervalNs(fault)), () -> {
            if (isActive) {
                inject(fault);
                next(fault);
            }
        });
    }

    private void await(final FaultOccurrence occurrence) {
        schedule.at(occurrence.timeNs(), () -> {
            if (isActive) {
                random = RandomStream.at(occurrence.draws());
                inject(occurrence.fault());
            }
        });
    }

    private void inject(final Fault fault) {
        takeDown(fault, "");
        switch (fault) {
            case LINK_LOSS -> loseLink(anyPeer());
            case PARTITION -> {
                final long untilNs = schedule.nowNs() + random.skewed(10 * MILLI, MAX_PARTITION_NS);
                partition(anyPeer(), untilNs);
            }
            case COORDINATOR_KILL, POWER_LOSS, BIT_ROT -> killCoordinator(anyCoordinator(), fault);
            case PARTICIPANT_CRASH -> crash(participants.get(random.nextInt(participants.size())));
            case CLIENT_CRASH -> crash(clients.get(random.nextInt(clients.size())));
            case LEAVE -> leave(anyPeer());
            case PAUSE -> {
                final long untilNs = schedule.nowNs() + random.skewed(10 * MILLI, MAX_PAUSE_NS);
                final Peer peer = anyPeer();
                fails(peer);
                peer.pause(untilNs);
            }
            case COORDINATOR_PAUSE -> {
                anyCoordinator().pause(schedule.nowNs() + random.skewed(10 * MILLI, MAX_PAUSE_NS));
            }
            case FAILING_FORCE -> anyCoordinator().storage().failForceAfter(random.nextInt(FORCES));
            case STORAGE_FULL -> fillStorage(anyCoordinator());
            case OPERATOR -> anyOf(operators).rollBackAny();
            case SETTLEMENT -> anyOf(operators).settleAny();
            case RESTORE -> copyOrRestore(anyCoordinator());
            case REPEATED_FRAME -> repeat(anyPeer());
            case REPEATED_TO_PEER -> repeatToPeer(anyPeer());
            case ONE_WAY_PARTITION -> cutOneWay(anyPeer());
            case SLOW_RECEIVER -> slowDown(anyPeer());
            case CLOCK_JUMP -> {
                final long jumpMs = random.skewed(MIN_JUMP_MS, MAX_JUMP_MS);
                anyCoordinator().jumpClock(random.coin() ? jumpMs : -jumpMs);
            }
            default -> throw new IllegalStateException("no such fault: " + fault);
        }
    }

    private Peer anyPeer() {
        return peers.get(random.nextInt(peers.size()));
    }

    private CoordinatorNode anyCoordinator() {
        return anyOf(coordinators);
    }

    private <T> T anyOf(final List<T> some) {
        return some.size() == 1 ? some.get(0) : some.get(random.nextInt(some.size()));
    }

    /** One of a process's links, or all: as it befalls a way or a host. */
    private List<PeerLink> some(final List<PeerLink> links) {
        return links.size() == 1 || random.nextInt(3) == 0 ? links : List.of(anyOf(links));
    }

    /** A process is one, however many coordinators know it. */
    private void fails(final Peer node) {
        for (final String name : node.linkNames()) {
            counts.forEach(ofOne -> ofOne.peerFails(name, schedule.nowNs()));
        }
    }

    private void loseLink(final Peer node) {
        fails(node);
        if (node.isUp()) {
            some(node.links()).forEach(PeerLink::lose);
        }
    }

    private void repeat(final Peer node) {
        if (node.isUp()) {
            anyOf(node.links()).repeat(random.nextInt(1 << 16));
        }
    }

    private void repeatToPeer(final Peer node) {
        if (node.isUp()) {
            anyOf(node.links()).repeatToPeer(random.nextInt(1 << 16), 1 + random.nextInt(COPIES));
        }
    }

    private void partition(final Peer node, final long untilNs) {
        fails(node);
        if (node.isUp()) {
            some(node.links()).forEach(link -> link.partition(untilNs));
        }
    }

    private void cutOneWay(final Peer node) {
        fails(node);
        final boolean toPeer = random.coin();
        final long untilNs = schedule.nowNs() + random.skewed(10 * MILLI, MAX_PARTITION_NS);
        final long patienceNs = random.between(MIN_PATIENCE_NS, MAX_PATIENCE_NS);
        if (node.isUp()) {
            some(node.links()).forEach(link -> link.cutOneWay(toPeer, untilNs, patienceNs));
        }
    }

    private void slowDown(final Peer node) {
        fails(node);
        final long untilNs = schedule.nowNs() + random.between(10 * MILLI, MAX_PAUSE_NS);
        if (node.isUp()) {
            some(node.links()).forEach(link -> link.slowDown(untilNs));
        }
    }

    private void killCoordinator(final CoordinatorNode coordinator, final Fault fault) {
        if (fault == Fault.POWER_LOSS) {
            crashes++;
            coordinator.losePower(Survival.random(random.nextLong()));
        } else if (fault == Fault.BIT_ROT) {
            crashes++;
            coordinator.losePowerAndBits(Survival.rotten(random.nextLong()));
        } else if (coordinator.isUp()) {
            crashes++;
            coordinator.kill();
        }
    }

    /** The same copy may be put back more than once. */
    private void copyOrRestore(final CoordinatorNode coordinator) {
        if (!coordinator.hasCopy() || random.nextInt(3) == 0) {
            if (coordinator.hasForcedEpoch()) {
                coordinator.copyStorage();
            }
        } else {
            crashes++;
            coordinator.startFromCopy(true);
        }
    }

    private void crash(final Peer node) {
        if (node.isUp()) {
            crashes++;
            fails(node);
            node.kill();
            startLater(node);
        }
    }

    private void leave(final Peer node) {
        if (node.isUp()) {
            fails(node);
            node.leave();
            startLater(node);
        }
    }

    private void startLater(final Peer node) {
        if (random.nextInt(4) == 0) {
            node.forgetEpochs();
        }
        schedule.after(random.skewed(MIN_RESTART_NS, MAX_RESTART_NS), node::start);
    }

    private void fillStorage(final CoordinatorNode coordinator) {
        coordinator.storage().capacityBytes(Long.MAX_VALUE);
        final long usedBytes = Long.MAX_VALUE - coordinator.storage().usableBytes();
        coordinator.storage().capacityBytes(usedBytes + random.nextLong(ROOM_BYTES));
        schedule.after(random.skewed(10 * MILLI, MAX_FULL_NS),
            () -> coordinator.storage().capacityBytes(Long.MAX_VALUE));
    }

    private void takeDown(final Fault fault, final String node) {
        if (record != null) {
            record.occurs(fault, schedule.nowNs(), node, random.state());
        }
    }

    /** Between two stages of a coordinator. */
    private void coordinatorCrashPoint(final CoordinatorNode coordinator) {
        if (!isActive) {
            return;
        }
        pass(coordinator.name());
        if (given != null) {
            final FaultOccurrence due = given.takeDue(coordinator.name());
            if (due != null) {
                random = RandomStream.at(due.draws());
                killHere(coordinator, due.fault());
            }
        } else if (random.chance(plan.crashPointPerMillion() / 20)) {
            if (plan.has(Fault.POWER_LOSS) && random.coin()) {
                killHere(coordinator, Fault.POWER_LOSS);
            } else if (plan.has(Fault.COORDINATOR_KILL)) {
                killHere(coordinator, Fault.COORDINATOR_KILL);
            }
        }
    }

    private void killHere(final CoordinatorNode coordinator, final Fault fault) {
        takeDown(fault, coordinator.name());
        killCoordinator(coordinator, fault);
    }

    /**
     * Between two durable steps of a participant.
     *
     * @param node whose process may die here.
     */
    public void participantCrashPoint(final ParticipantNode node) {
        peerCrashPoint(node, Fault.PARTICIPANT_CRASH);
    }

    /**
     * Between two durable steps of a client.
     *
     * @param node whose process may die here.
     */
    public void clientCrashPoint(final Peer node) {
        peerCrashPoint(node, Fault.CLIENT_CRASH);
    }

    private void peerCrashPoint(final Peer node, final Fault fault) {
        if (!isActive) {
            return;
        }
        pass(node.name());
        if (given != null) {
            final FaultOccurrence due = given.takeDue(node.name());
            if (due != null) {
                random = RandomStream.at(due.draws());
                crashHere(node, fault);
            }
        } else if (plan.has(fault) && random.chance(plan.crashPointPerMillion())) {
            crashHere(node, fault);
        }
    }

    private void crashHere(final Peer node, final Fault fault) {
        takeDown(fault, node.name());
        crash(node);
    }

    private void pass(final String node) {
        if (record != null) {
            record.passes(node, schedule.nowNs());
        }
        if (given != null) {
            given.passes(node, schedule.nowNs());
        }
    }
}
