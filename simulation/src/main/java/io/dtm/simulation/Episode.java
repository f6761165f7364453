package io.dtm.simulation;

import io.dtm.simulation.check.Checker;
import io.dtm.simulation.check.Violations;
import io.dtm.simulation.engine.RandomStream;
import io.dtm.simulation.engine.Schedule;
import io.dtm.simulation.engine.Trace;
import io.dtm.simulation.fault.FaultInjector;
import io.dtm.simulation.network.SimulatedNetwork;
import io.dtm.simulation.node.ClientNode;
import io.dtm.simulation.node.CoordinatorNode;
import io.dtm.simulation.node.ParticipantNode;
import io.dtm.simulation.node.Workload;
import io.dtm.simulation.resource.OnePhase;
import io.dtm.simulation.resource.ResourceListener;
import io.dtm.simulation.resource.ResourceSettings;
import io.dtm.simulation.resource.SimulatedDatabase;
import io.dtm.simulation.resource.SimulatedParticipant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * One life of a small world: a coordinator, resources, clients, and what goes wrong between them. First everything is
 * tried while faults occur (safety); then faults stop, and everything must end within bounded time (liveness).
 */
public final class Episode {
    private static final long SECOND = 1_000_000_000L;
    private static final long MAX_FAULTY_NS = 120 * SECOND;
    private static final int MAX_CRASHES = 120;
    private static final long MAX_REST_NS = 300 * SECOND;
    private static final long SETTLE_NS = 12 * SECOND;
    private static final long LOOK_NS = SECOND / 10;

    private final EpisodeSettings settings;
    private final ParticipantMaker maker;
    private final Schedule schedule = new Schedule();
    private final Trace trace = new Trace(schedule);
    private final Violations violations = new Violations(schedule, trace);
    private final Checker checker = new Checker(schedule, trace, violations);
    private final List<SimulatedDatabase> databases = new ArrayList<>();
    private final List<ParticipantNode> participants = new ArrayList<>();
    private final List<ClientNode> clients = new ArrayList<>();
    private final CoordinatorNode coordinator;
    private final Workload workload;
    private final FaultInjector injector;

    /** Makes an episode: tests plant bugs in it. */
    @FunctionalInterface
    public interface Maker {
        /** See {@link Episode#Episode(RandomStream, EpisodeSettings, int)}. */
        Episode make(RandomStream random, EpisodeSettings settings, int transactions);
    }

    /** Makes the code of a participant's process. */
    @FunctionalInterface
    public interface ParticipantMaker {
        /** See the constructor of {@link SimulatedParticipant}. */
        SimulatedParticipant make(
            SimulatedDatabase database,
            Schedule schedule,
            RandomStream random,
            ResourceSettings settings,
            ResourceListener listener,
            OnePhase onePhase,
            Runnable crashPoint);
    }

    /**
     * @param random       decides everything.
     * @param settings     of this episode.
     * @param transactions business requests to be carried out.
     */
    public Episode(final RandomStream random, final EpisodeSettings settings, final int transactions) {
        this(random, settings, transactions, SimulatedParticipant::new);
    }

    /**
     * @param random       decides everything.
     * @param settings     of this episode.
     * @param transactions business requests to be carried out.
     * @param maker        of participants: tests plant bugs there.
     */
    public Episode(
        final RandomStream random,
        final EpisodeSettings settings,
        final int transactions,
        final ParticipantMaker maker) {
        this.settings = settings;
        this.maker = maker;
        final SimulatedNetwork network =
            new SimulatedNetwork(schedule, random.split("network"), trace, settings.network(), checker);
        network.repeatsBegins(!settings.mayRefuseBegins());
        coordinator = new CoordinatorNode(schedule, random.split("coordinator"), trace, network, checker, violations,
            settings.settings(), settings.coordinator());
        coordinator.staging(random.split("storage"));
        final List<String> names = new ArrayList<>();
        for (int i = 0; i < settings.resources(); i++) {
            final String name = "R" + (i + 1);
            names.add(name);
            addResource(name, settings.onePhase(i), random.split(name), network);
        }
        workload = new Workload(names, participants, transactions);
        for (int i = 0; i < settings.clients(); i++) {
            final String name = "C" + (i + 1);
            clients.add(new ClientNode(name, schedule, random.split(name), trace, network, settings.client(),
                workload, checker));
        }
        if (settings.instances() > 1 && settings.sharesInstances()) {
            checker.faults().peerFaults++; // each start of one takes the other's place
            checker.faults().always = true;
        }
        injector = new FaultInjector(settings.faults(), schedule, random.split("faults"), checker.faults(),
            coordinator, participants, clients);
    }

    private void addResource(
        final String name, final OnePhase onePhase, final RandomStream random, final SimulatedNetwork network) {
        final SimulatedDatabase database = new SimulatedDatabase(name, trace, checker.resources());
        databases.add(database);
        for (int i = 0; i < settings.instances(); i++) {
            final String instance = name + (char) ('a' + i);
            final ParticipantNode[] node = new ParticipantNode[1];
            final String place = settings.sharesInstances() ? name : instance;
            node[0] = new ParticipantNode(instance, place, name, schedule, random.split(instance), trace, network,
                ofProcess -> maker.make(database, schedule, ofProcess, settings.resource(),
                    checker.resources(), onePhase, () -> injector.participantCrashPoint(node[0])));
            participants.add(node[0]);
        }
    }

    /** @return to plant bugs in, before it runs. */
    public CoordinatorNode coordinator() {
        return coordinator;
    }

    /** @return what goes wrong; may be taken down, or given, before it runs. */
    public FaultInjector faults() {
        return injector;
    }

    /** @return what is done. */
    public Workload workload() {
        return workload;
    }

    /** @return all that happened. */
    public Trace trace() {
        return trace;
    }

    /** @return broken promises. */
    public Violations violations() {
        return violations;
    }

    /** @return number of processes that died. */
    public int crashes() {
        return injector.crashes();
    }

    /** @return virtual nanoseconds that have passed. */
    public long virtualNs() {
        return schedule.nowNs();
    }

    /**
     * Runs to the end, or to the first violation.
     *
     * @param progress runs now and then.
     */
    public void run(final Runnable progress) {
        coordinator.start();
        participants.forEach(ParticipantNode::start);
        clients.forEach(ClientNode::start);
        injector.start();
        runUntil(MAX_FAULTY_NS, progress, () -> workload.isDone() || injector.crashes() > MAX_CRASHES);
        injector.stop();
        trace.event("simulation", "faults stop");
        int finished;
        do { // bounded: each round finishes a request, or it is the last
            finished = workload.finishedCount();
            runUntil(schedule.nowNs() + MAX_REST_NS, progress, this::isAtRest);
        } while (violations.count() == 0 && !isAtRest() && workload.finishedCount() > finished);
        if (violations.count() == 0) {
            runUntil(schedule.nowNs() + SETTLE_NS, progress, () -> false);
            checkRest();
        }
    }

    private void checkRest() {
        if (!workload.isDone()) {
            violations.add("I11", "clients still wait: " + workload.finishedCount() + " requests are finished");
        }
        if (coordinator.transactionsInFlight() > 0) {
            violations.add("I11", coordinator.transactionsInFlight() + " transactions are still in flight");
        }
        checker.atRest();
    }

    private boolean isAtRest() {
        if (!workload.isDone() || !coordinator.isUp() || coordinator.transactionsInFlight() > 0) {
            return false;
        }
        for (final SimulatedDatabase database : databases) {
            if (database.preparedCount() > 0) {
                return false;
            }
        }
        return true;
    }

    private void runUntil(
        final long timeNs, final Runnable progress, final BooleanSupplier isEnough) {
        long lookNs = schedule.nowNs();
        while (violations.count() == 0 && schedule.nextDueNs() <= timeNs) {
            schedule.runNext();
            if (schedule.nowNs() >= lookNs) {
                lookNs = schedule.nowNs() + LOOK_NS;
                progress.run();
                if (isEnough.getAsBoolean()) {
                    return;
                }
            }
        }
    }
}
