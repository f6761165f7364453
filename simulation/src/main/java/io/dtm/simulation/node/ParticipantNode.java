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
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongUnaryOperator;

/**
 * One of the places at which a resource is served: one process after another, each a new incarnation, for one
 * coordinator or several.
 */
public final class ParticipantNode extends Peer {
    private static final int UNFINISHED = 1 << 16;
    private static final int REMEMBERED = 1 << 15;

    private final String instanceName;
    private final String resourceName;
    private final Function<RandomStream, SimulatedParticipant> participants;
    private SimulatedParticipant participant;
    private LongUnaryOperator incarnations = LongUnaryOperator.identity();
    private ResourceRegistration registration;
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
        this.instanceName = instanceName;
        this.resourceName = resourceName;
        this.participants = participants;
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

    /** @return name of the resource that it serves. */
    public String resourceName() {
        return resourceName;
    }

    /** @return the running process's code. */
    public SimulatedParticipant participant() {
        return participant;
    }

    /**
     * A service's work for an interactive transaction: done, then joined; the caller hears of it only then (rule 5).
     *
     * @param caller      whose transaction it is.
     * @param transaction that it is to join.
     * @param work        to do.
     * @param listener    hears that it has joined.
     */
    public void serve(
        final Peer caller, final ClientTransaction transaction, final Work work, final JoinListener listener) {
        final CoordinatorSession session = sessionWith(caller.session().coordinatorId());
        participant.work(caller.session().coordinatorId(), transaction.transactionId(), work);
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
        participant = participants.apply(random.split("process " + life()));
        registration = new ResourceRegistration(
            resourceName, instanceName, incarnations.applyAsLong(random.nextLong() | 1), participant);
        sessions().forEach(session -> session.register(registration, RegistrationListener.NONE));
    }

    @Override
    protected void onKilled() {
        participant.die();
    }
}
