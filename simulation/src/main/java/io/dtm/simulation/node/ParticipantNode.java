package io.dtm.simulation.node;

import io.dtm.client.Refusal;
import io.dtm.session.ClientTransaction;
import io.dtm.session.CoordinatorSession;
import io.dtm.session.JoinListener;
import io.dtm.session.RegistrationListener;
import io.dtm.session.ResourceRegistration;
import io.dtm.session.SessionContext;
import io.dtm.simulation.engine.RandomStream;
import io.dtm.simulation.engine.Schedule;
import io.dtm.simulation.engine.Trace;
import io.dtm.simulation.network.SimulatedNetwork;
import io.dtm.simulation.resource.SimulatedParticipant;
import io.dtm.simulation.resource.Work;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongUnaryOperator;

/**
 * One of the places at which a resource is served, or several: one process after another, for one coordinator or
 * several. Each process is a new incarnation: the same at all of its places, or another at each.
 */
public final class ParticipantNode extends Peer {
    private static final int UNFINISHED = 1 << 16;
    private static final int REMEMBERED = 1 << 15;

    /** A resource, the place at which it is served, and what makes the code of each process for it. */
    private record Place(
        String resourceName, String instanceName, Function<RandomStream, SimulatedParticipant> participants) {
    }

    /** The first one's resource is its own. */
    private final List<Place> places = new ArrayList<>(1);
    private final Map<String, SimulatedParticipant> participants = new LinkedHashMap<>();
    private LongUnaryOperator incarnations = LongUnaryOperator.identity();
    private int remembered = REMEMBERED;

    /**
     * @param name         of the process.
     * @param instanceName of the place at which it serves: two processes may claim the same.
     * @param resourceName that it serves.
     * @param schedule     of the simulation.
     * @param random       of this node alone.
     * @param trace        is told of starts and deaths.
     * @param network      to the coordinator, the first one.
     * @param participants makes the code of each process.
     */
    public ParticipantNode(
        final String name,
        final String instanceName,
        final String resourceName,
        final Schedule schedule,
        final RandomStream random,
        final Trace trace,
        final SimulatedNetwork network,
        final Function<RandomStream, SimulatedParticipant> participants) {
        super(name, schedule, random, trace, network);
        places.add(new Place(resourceName, instanceName, participants));
    }

    /**
     * Serves another resource, too, at a place that it shares with nobody: from its next start on.
     *
     * @param resourceName that it serves.
     * @param ofProcess    makes the code of each process for it.
     */
    public void serveToo(final String resourceName, final Function<RandomStream, SimulatedParticipant> ofProcess) {
        places.add(new Place(resourceName, name, ofProcess));
    }

    /**
     * Serves another coordinator, too: with the same code, as the same incarnation.
     *
     * @param linkName by which a trace knows its links there.
     * @param network  to that coordinator.
     */
    public void serveToo(final String linkName, final SimulatedNetwork network) {
        connectTo(linkName, network);
    }

    /** @param value changes the incarnation that is drawn: for tests that break rule 3. */
    public void incarnations(final LongUnaryOperator value) {
        incarnations = value;
    }

    /** @param value greatest number of finished branches that its processes remember without need. */
    public void remembered(final int value) {
        remembered = value;
    }

    /** @return name of the resource that is its own. */
    public String resourceName() {
        return places.get(0).resourceName;
    }

    /**
     * @param resourceName of a resource.
     * @return whether it serves it.
     */
    public boolean serves(final String resourceName) {
        return places.stream().anyMatch(place -> place.resourceName.equals(resourceName));
    }

    /**
     * @param resourceName of a resource that it serves.
     * @return the running process's code for it.
     */
    public SimulatedParticipant participant(final String resourceName) {
        return participants.get(resourceName);
    }

    /**
     * A service's work for an interactive transaction: done, then joined; the caller hears of it only then (rule 5).
     *
     * @param caller       whose transaction it is.
     * @param resourceName of the resource in which it works.
     * @param transaction  that it is to join.
     * @param work         to do.
     * @param listener     hears that it has joined.
     */
    public void serve(
        final Peer caller,
        final String resourceName,
        final ClientTransaction transaction,
        final Work work,
        final JoinListener listener) {
        final CoordinatorSession session = sessionWith(caller.session().coordinatorId());
        participants.get(resourceName).work(caller.session().coordinatorId(), transaction.transactionId(), work);
        final int ofLife = life();
        session.join(resourceName, transaction.transactionId(), transaction.joinToken(), session.epoch(),
            transaction.deadlineNs() - caller.clockNs(), new JoinListener() {
                @Override
                public void onJoined() {
                    if (ofLife == life()) {
                        listener.onJoined();
                    }
                }

                @Override
                public void onRefused(final Refusal refusal, final String text) {
                    if (ofLife == life()) {
                        listener.onRefused(refusal, text);
                    }
                }
            });
        wakeUp();
    }

    /** The one that the caller's context names; one that isn't connected yet refuses. */
    private CoordinatorSession sessionWith(final long coordinatorId) {
        final List<CoordinatorSession> all = sessions();
        return all.stream().filter(session -> session.coordinatorId() == coordinatorId).findFirst().orElse(
            all.stream().filter(session -> session.coordinatorId() == 0).findFirst().orElse(all.get(0)));
    }

    @Override
    protected SessionContext context(final SessionContext context) {
        return context.scanIntervalNs(TimeUnit.SECONDS.toNanos(2)).maxBranches(UNFINISHED, remembered);
    }

    @Override
    protected void onStart() {
        final RandomStream ofLife = random.split("process " + life());
        final long incarnation = random.nextLong();
        start(places.get(0), ofLife, incarnation);
        for (final Place place : places.subList(1, places.size())) {
            final RandomStream ofPlace = ofLife.split(place.resourceName);
            final RandomStream ofIncarnation = ofPlace.split("incarnation");
            final long ofItsOwn = ofIncarnation.nextLong();
            start(place, ofPlace, ofIncarnation.nextInt(2) == 0 ? incarnation : ofItsOwn);
        }
    }

    private void start(final Place place, final RandomStream ofProcess, final long incarnation) {
        final SimulatedParticipant participant = place.participants.apply(ofProcess);
        participants.put(place.resourceName, participant);
        final ResourceRegistration registration = new ResourceRegistration(
            place.resourceName, place.instanceName, incarnations.applyAsLong(incarnation | 1), participant);
        sessions().forEach(session -> session.register(registration, RegistrationListener.NONE));
    }

    @Override
    protected void onKilled() {
        participants.values().forEach(SimulatedParticipant::die);
    }
}
