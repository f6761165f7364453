package io.dtm.simulation;

import io.dtm.simulation.check.Violations;
import io.dtm.simulation.engine.RandomStream;
import io.dtm.simulation.engine.Schedule;
import io.dtm.simulation.engine.Trace;
import io.dtm.simulation.fault.Fault;
import io.dtm.simulation.fault.FaultInjector;
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
import java.util.function.IntFunction;

/**
 * One life of a small world: coordinators, resources, clients, and what goes wrong between them. First everything is
 * tried while faults occur (safety); then faults stop, and everything must end within bounded time (liveness).
 */
public final class Episode {
    private static final long SECOND = 1_000_000_000L;
    private static final long MAX_FAULTY_NS = 120 * SECOND;
    private static final int MAX_CRASHES = 120;
    /** Within which some request must end. */
    private static final long MAX_REQUEST_NS = 300 * SECOND;
    /** Within which, after the last one and some time, everything must have: the longest timeout, and as much again. */
    private static final long MAX_REST_NS = 120 * SECOND;
    /** Of a virtual second. Half a million were seen. */
    private static final long MAX_STEPS = 4_000_000L;
    private static final long SETTLE_NS = 12 * SECOND;
    /** What is in doubt for so long without a fault is so for good. */
    private static final long DOUBT_NS = 60 * SECOND;
    private static final long LOOK_NS = SECOND / 10;

    private final Schedule schedule = new Schedule();
    private final Trace trace = new Trace(schedule);
    private final Violations violations = new Violations(schedule, trace);
    private final List<SimulatedDatabase> databases = new ArrayList<>();
    private final List<Domain> domains = new ArrayList<>();
    private final Workload workload;
    private final FaultInjector injector;
    private final boolean mayRestore;
    private final boolean sharesInstances;
    private long countedSecond = -1;
    private long countedSteps;

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
        mayRestore = settings.faults().has(Fault.RESTORE);
        final boolean isForgetful = random.split("forgetful").coin();
        final OwnResources observer = new OwnResources(domains);
        final List<String> names = new ArrayList<>();
        for (int i = 0; i < settings.resources(); i++) {
            names.add("R" + (i + 1));
            databases.add(new SimulatedDatabase(names.get(i), trace, observer));
        }
        workload = new Workload(names, transactions);
        for (int i = 0; i < settings.coordinators(); i++) {
            final RandomStream ofDomain = i == 0 ? random : random.split("domain " + i);
            final Domain domain = new Domain(i, settings, schedule, ofDomain, trace, violations, databases);
            if (settings.faults().has(Fault.REPEATED_TO_PEER)) {
                domain.repeatToPeers(isForgetful);
            }
            domain.addParticipants(maker, observer, node -> injector().participantCrashPoint(node),
                i == 0 ? place -> null : sharing(ofDomain.split("shared processes"), domains.get(0)));
            domain.addClients(workload, node -> injector().clientCrashPoint(node));
            domains.add(domain);
        }
        sharesInstances = settings.takesTurns();
        injector = new FaultInjector(settings.faults(), schedule, random.split("faults"),
            domains.stream().map(domain -> domain.checker.faults()).toList(),
            domains.stream().map(domain -> domain.coordinator).toList(),
            domains.stream().map(domain -> domain.operator).toList(),
            domains.stream().flatMap(domain -> domain.participants.stream()).distinct().toList(),
            domains.stream().flatMap(domain -> domain.clients.stream()).toList());
    }

    private FaultInjector injector() {
        return injector;
    }

    /** All of a domain's processes, some of them, or none. */
    private static IntFunction<ParticipantNode> sharing(final RandomStream random, final Domain first) {
        final int share = Math.min(2, random.nextInt(4));
        return place -> switch (share) {
            case 0 -> null;
            case 1 -> random.coin() ? first.participants.get(place) : null;
            default -> first.participants.get(place);
        };
    }

    /** @return the first one: to plant bugs in, before it runs. */
    public CoordinatorNode coordinator() {
        return domains.get(0).coordinator;
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
     * Runs to the end, or to the first violation; what is thrown is one, too.
     *
     * @param progress runs now and then.
     */
    public void run(final Runnable progress) {
        try {
            runToItsEnd(progress);
        } catch (final RuntimeException | AssertionError ex) {
            violations.addThrown(ex);
        }
    }

    private void runToItsEnd(final Runnable progress) {
        domains.forEach(Domain::start);
        injector.start();
        runUntil(MAX_FAULTY_NS, progress, () -> workload.isDone() || injector.crashes() > MAX_CRASHES);
        injector.stop();
        trace.event("simulation", "faults stop");
        if (mayRestore) {
            endWhatIsInDoubt();
        }
        int finished;
        do { // each round finishes a request, or it is the last
            finished = workload.finishedCount();
            runUntil(schedule.nowNs() + MAX_REQUEST_NS, progress, workload::isDone);
        } while (violations.count() == 0 && !workload.isDone() && workload.finishedCount() > finished);
        if (violations.count() == 0) {
            // What had reached a coordinator that stood still may have begun only now.
            runUntil(schedule.nowNs() + SETTLE_NS, progress, () -> false);
            runUntil(schedule.nowNs() + MAX_REST_NS, progress, () -> isAtRest() && isAllReleased());
            checkRest();
        }
    }

    private void endWhatIsInDoubt() {
        schedule.after(DOUBT_NS, () -> {
            domains.forEach(domain -> domain.operator.endWhatIsInDoubt());
            endWhatIsInDoubt();
        });
    }

    private void checkRest() {
        if (!workload.isDone()) {
            violations.add("I11", "clients still wait: " + workload.finishedCount() + " requests are finished");
        }
        for (final Domain domain : domains) {
            final int inFlight = domain.coordinator.transactionsInFlight();
            if (inFlight > 0) {
                violations.add("I11", inFlight + " transactions of " + domain.coordinator.name()
                    + " are still in flight");
            }
            domain.checker.atRest();
            checkEvidence(domain);
        }
    }

    private void checkEvidence(final Domain domain) {
        for (final SimulatedDatabase database : databases) {
            final int left = unreleased(domain, database);
            if (left > 0) {
                violations.add("I8", "evidence of " + left + " branches was never released in " + database.name());
            }
        }
    }

    /** Who was replaced isn't told any more that evidence may go, nor is anybody after a restore. */
    private int unreleased(final Domain domain, final SimulatedDatabase database) {
        return sharesInstances || domain.checker.wasRestored()
            ? 0 : database.unreleasedCount(domain.coordinator.coordinatorId());
    }

    private boolean isAllReleased() {
        return domains.stream().allMatch(
            domain -> databases.stream().allMatch(database -> unreleased(domain, database) == 0));
    }

    private boolean isAtRest() {
        return workload.isDone()
            && domains.stream().allMatch(
                domain -> domain.coordinator.isUp() && domain.coordinator.transactionsInFlight() == 0)
            && databases.stream().allMatch(database -> database.preparedCount() == 0);
    }

    /** What goes round in circles must end, and be seen. */
    private void limitSteps() {
        final long second = schedule.nowNs() / SECOND;
        if (second != countedSecond) {
            countedSecond = second;
            countedSteps = schedule.steps();
        } else if (schedule.steps() - countedSteps > MAX_STEPS) {
            violations.add("I11", "more than " + MAX_STEPS + " steps within a second");
        }
    }

    private void runUntil(
        final long timeNs, final Runnable progress, final BooleanSupplier isEnough) {
        long lookNs = schedule.nowNs();
        while (violations.count() == 0 && schedule.nextDueNs() <= timeNs) {
            schedule.runNext();
            limitSteps();
            if (schedule.nowNs() >= lookNs) {
                lookNs = schedule.nowNs() + LOOK_NS;
                progress.run();
                domains.forEach(domain -> domain.coordinator.look());
                if (isEnough.getAsBoolean()) {
                    return;
                }
            }
        }
    }
}
