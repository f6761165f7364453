package io.dtm.simulation;

import io.dtm.core.egress.BacklogBounds;
import io.dtm.simulation.Episode.ParticipantMaker;
import io.dtm.simulation.check.Checker;
import io.dtm.simulation.check.Violations;
import io.dtm.simulation.engine.RandomStream;
import io.dtm.simulation.engine.Schedule;
import io.dtm.simulation.engine.Trace;
import io.dtm.simulation.fault.Fault;
import io.dtm.simulation.network.SimulatedNetwork;
import io.dtm.simulation.node.ClientNode;
import io.dtm.simulation.node.CoordinatorNode;
import io.dtm.simulation.node.ExactlyOnceClient;
import io.dtm.simulation.node.Operator;
import io.dtm.simulation.node.ParticipantNode;
import io.dtm.simulation.node.Peer;
import io.dtm.simulation.node.RequestTable;
import io.dtm.simulation.node.Workload;
import io.dtm.simulation.resource.ResourceListener;
import io.dtm.simulation.resource.SimulatedDatabase;
import io.dtm.simulation.resource.SimulatedParticipant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntFunction;

/**
 * A coordinator and what is its own: its network, the clients that are connected to it, its operator, and the checker
 * that watches them. Databases it may share with another domain, and the processes that serve them.
 */
final class Domain {
    /** The coordinators' names. */
    static final List<String> COORDINATORS = List.of(CoordinatorNode.NAME, CoordinatorNode.NAME + 2);
    /** The last letters of processes' names, in the first domain and in the second. */
    private static final List<String> INSTANCES = List.of("ab", "xy");
    /** Where receivers are slow, so little may wait for one that takes nothing: the least that may be set. */
    private static final int SLOW_BACKLOG_BYTES = 1024;
    /** For so many of the network's longest delays it may do so. */
    private static final int SLOW_DELAYS = 4;
    /** Finished branches that a forgetful participant remembers without need. */
    private static final int REMEMBERED = 1;

    final CoordinatorNode coordinator;
    final Operator operator;
    final Checker checker;
    final List<ParticipantNode> participants = new ArrayList<>();
    final List<Peer> clients = new ArrayList<>();

    private final String instances;
    private final String clientSuffix;
    private final EpisodeSettings settings;
    private final Schedule schedule;
    private final RandomStream random;
    private final Trace trace;
    private final SimulatedNetwork network;
    private final List<SimulatedDatabase> databases;
    private boolean forgets;

    /**
     * @param number     0 for the first domain, 1 for the second.
     * @param settings   of the episode.
     * @param schedule   of the simulation.
     * @param random     of this domain alone.
     * @param trace      is told of everything.
     * @param violations takes broken promises.
     * @param databases  that it uses.
     */
    Domain(
        final int number,
        final EpisodeSettings settings,
        final Schedule schedule,
        final RandomStream random,
        final Trace trace,
        final Violations violations,
        final List<SimulatedDatabase> databases) {
        this.instances = INSTANCES.get(number);
        this.settings = settings;
        this.schedule = schedule;
        this.random = random;
        this.trace = trace;
        this.databases = databases;
        this.clientSuffix = number == 0 ? "" : instances.substring(0, 1);
        final String name = COORDINATORS.get(number);
        checker = new Checker(name, schedule, trace, violations);
        checker.faults().takeTurns = settings.takesTurns();
        network = new SimulatedNetwork(schedule, random.split("network"), trace, settings.network(), checker);
        network.repeatsBegins(!settings.mayRefuseBegins());
        coordinator = new CoordinatorNode(name, schedule, random.split("coordinator"), trace, network, checker,
            violations, settings.settings(), settings.coordinator());
        coordinator.staging(random.split("storage"));
        if (settings.faults().has(Fault.SLOW_RECEIVER)) {
            coordinator.backlogs(BacklogBounds.of(settings.settings(), CoordinatorNode.MEMORY_BYTES)
                .withSession(SLOW_BACKLOG_BYTES, SLOW_DELAYS * settings.network().maxDelayNs()));
        }
        if (settings.changes()) {
            final RandomStream changes = random.split("settings");
            coordinator.settingsOfLife(() ->
                EpisodeSettings.drawOtherSettings(changes, settings.settings().durability()));
        }
        operator = new Operator(coordinator, schedule, random.split("operator"), checker.operators(), databases);
    }

    /**
     * What the coordinator sends may be repeated.
     *
     * @param forgetful whether participants forget as soon as they may: then they count on a link's order (rule 4), and
     *                  copies come only in a later epoch.
     */
    void repeatToPeers(final boolean forgetful) {
        forgets = forgetful;
        network.repeatToPeers(forgetful);
    }

    /**
     * Processes that serve all its databases, some of them two.
     *
     * @param maker      of their code.
     * @param listener   sees their votes.
     * @param crashPoint is told where one may die between two steps.
     * @param shared     gives for a process's place the one of another domain that serves this one, too; or null.
     */
    void addParticipants(
        final ParticipantMaker maker,
        final ResourceListener listener,
        final Consumer<ParticipantNode> crashPoint,
        final IntFunction<ParticipantNode> shared) {
        for (int i = 0; i < databases.size(); i++) {
            for (int j = 0; j < settings.instances(); j++) {
                final ParticipantNode other = shared.apply(i * settings.instances() + j);
                if (other == null) {
                    addParticipant(i, instances.charAt(j), maker, listener, crashPoint);
                } else {
                    other.serveToo(other.name() + instances.charAt(j), network);
                    participants.add(other);
                }
            }
        }
    }

    private void addParticipant(
        final int own,
        final char letter,
        final ParticipantMaker maker,
        final ResourceListener listener,
        final Consumer<ParticipantNode> crashPoint) {
        final SimulatedDatabase database = databases.get(own);
        final String name = database.name() + letter;
        final RandomStream ofNode = random.split(database.name()).split(name);
        final ParticipantNode[] node = new ParticipantNode[1];
        final IntFunction<Function<RandomStream, SimulatedParticipant>> code = i -> ofProcess -> maker.make(
            databases.get(i), schedule, ofProcess, settings.resource(), listener, settings.onePhase(i),
            () -> crashPoint.accept(node[0]));
        node[0] = new ParticipantNode(name, settings.sharesInstances() ? database.name() : name, database.name(),
            schedule, ofNode, trace, network, code.apply(own));
        if (settings.servesTwo() && databases.size() > 1 && ofNode.split("second resource").coin()) {
            final int second = (own + 1) % databases.size();
            node[0].serveToo(databases.get(second).name(), code.apply(second));
        }
        if (forgets) {
            node[0].remembered(REMEMBERED);
        }
        participants.add(node[0]);
    }

    /**
     * @param workload   that its clients are to carry out.
     * @param crashPoint is told where one may die between two steps.
     */
    void addClients(final Workload workload, final Consumer<Peer> crashPoint) {
        final RequestTable table = new RequestTable();
        for (int i = 0; i < settings.clients(); i++) {
            final String name = "C" + (i + 1) + clientSuffix;
            final RandomStream ofClient = random.split(name);
            if (ofClient.split("exactly once").chance(settings.client().exactlyOncePerMillion())) {
                final Peer[] node = new Peer[1];
                node[0] = new ExactlyOnceClient(name, schedule, ofClient, trace, network, settings.client(), workload,
                    table, checker, () -> crashPoint.accept(node[0]));
                clients.add(node[0]);
            } else {
                clients.add(new ClientNode(
                    name, schedule, ofClient, trace, network, settings.client(), workload, participants, checker));
            }
        }
    }

    void start() {
        coordinator.start();
        participants.forEach(ParticipantNode::start);
        clients.forEach(Peer::start);
    }

    /**
     * @param peer a client's name, or that of a participant's link.
     * @return name of the coordinator to which it goes.
     */
    static String coordinatorOf(final String peer) {
        return COORDINATORS.get(isOfSecond(peer) ? 1 : 0);
    }

    /**
     * @param peer a client's or participant's name, or that of a participant's link.
     * @return name of the process.
     */
    static String processOf(final String peer) {
        final String shorter = peer.substring(0, peer.length() - 1);
        final boolean isShared = isOfSecond(peer) && INSTANCES.get(0).indexOf(lastOf(shorter)) >= 0;
        return isShared ? shorter : peer;
    }

    private static boolean isOfSecond(final String peer) {
        return INSTANCES.get(1).indexOf(lastOf(peer)) >= 0;
    }

    private static char lastOf(final String name) {
        return name.charAt(name.length() - 1);
    }
}
