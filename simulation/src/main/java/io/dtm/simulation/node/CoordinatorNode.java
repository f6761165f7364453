package io.dtm.simulation.node;

import io.dtm.core.coordinator.CommitCoordinator;
import io.dtm.core.coordinator.CoordinatorSettings;
import io.dtm.core.egress.BacklogBounds;
import io.dtm.core.egress.OutboundBound;
import io.dtm.core.ingress.OpenAdmission;
import io.dtm.core.ingress.OperatorCommands;
import io.dtm.core.journal.Journal;
import io.dtm.core.journal.JournalContext;
import io.dtm.core.journal.JournalRecovery;
import io.dtm.core.journal.SegmentedJournal;
import io.dtm.core.recovery.Consent;
import io.dtm.core.recovery.EpochStart;
import io.dtm.core.recovery.RestoredCoordinator;
import io.dtm.core.recovery.StartEvents;
import io.dtm.core.ring.CoordinatorHost;
import io.dtm.core.ring.Pipeline;
import io.dtm.core.ring.PipelineContext;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalException.Category;
import io.dtm.core.storage.simulated.SimulatedStorage;
import io.dtm.core.storage.simulated.Survival;
import io.dtm.simulation.check.Checker;
import io.dtm.simulation.check.Violations;
import io.dtm.simulation.engine.RandomStream;
import io.dtm.simulation.engine.Schedule;
import io.dtm.simulation.engine.Trace;
import io.dtm.simulation.network.CoordinatorPort;
import io.dtm.simulation.network.SimulatedNetwork;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The coordinator's process: the real pipeline, its stages driven by hand, over a storage that outlives it. Dies
 * between any two stages, and starts again by itself.
 */
public final class CoordinatorNode {
    /** Greatest number of branches of a transaction: a life is short, and its buffers are small. */
    public static final int MAX_BRANCHES = 8;
    /** Greatest number of bytes of payload in a transaction. */
    public static final int MAX_PAYLOAD_BYTES = 64;
    /** By which what may wait for links is bounded: none, so that a run is the same on each machine. */
    public static final long MEMORY_BYTES = 0;

    /** By which a trace knows the first one. */
    public static final String NAME = "coordinator";
    private static final int SEGMENT_LENGTH = 32 * 1024;
    private static final int MAX_FRAME_LENGTH = 4 * 1024;
    private static final int TAIL_LENGTH = 64 * 1024;
    private static final long HEARTBEAT_NS = 50_000_000L;
    private static final int COORDINATOR = 2;
    private static final int EGRESS = 3;
    private static final int FORCE = 4;
    private static final int SPACE = 5;
    /** Frames of one datagram hold fewer events. */
    private static final int EVENTS = 128;
    private static final int OUTBOUND_BYTES = 1024 * 1024;
    /** Of so many starts one recovers a second time, and one from the checkpoint before. */
    private static final int ASIDE_ONE_IN = 8;
    private static final int OUTBOUND_BOUND = OutboundBound.of(EVENTS, MAX_BRANCHES, MAX_PAYLOAD_BYTES);

    private final String name;
    private final Schedule schedule;
    private final RandomStream random;
    private final Trace trace;
    private final SimulatedNetwork network;
    private final Checker checker;
    private final Violations violations;
    private SimulatedStorage storage = new SimulatedStorage();
    private SimulatedStorage copy;
    private final BackgroundCheckpoints checkpoints;
    private final RandomStream asides;
    private final HostClock clock;
    /** Of one life after the other. */
    private final UnsafeBuffer outboundMemory = new UnsafeBuffer(new byte[OUTBOUND_BYTES]);
    private CoordinatorTimes times;
    private UnaryOperator<Journal> planted = UnaryOperator.identity();
    private Runnable crashPoint = () -> { };
    private RandomStream staging;
    private BacklogBounds backlogs = BacklogBounds.of(CoordinatorSettings.defaults(), MEMORY_BYTES);
    private Supplier<CoordinatorSettings> settingsOfLife;
    private int durability;
    private long coordinatorId;

    // one life
    private int life;
    private boolean isUp;
    private boolean holdsForce;
    private Pipeline pipeline;
    private List<Agent> stages = List.of();
    private CommitCoordinator coordinator;
    private SegmentedJournal journal;
    private CoordinatorPort port;
    private OperatorCommands operators;
    private long baseTimeNs;
    private long startedNs;
    private long diedWallMs;
    private long pausedUntilNs;
    private long steadySinceNs;
    private long nextStepNs;
    private boolean forceScheduled;
    private boolean mayStart = true;
    /** Of a restore at virtual time 0. Starts come much faster than real ones: a microsecond counts as a second. */
    private static final long EPOCH_AT_START = 1_000_000;
    private boolean mayHalt;
    private Set<Consent> consents = Set.of();
    private String haltReason;
    private long lastOperatorAnswer;
    private Answers answers = (request, isDone) -> { };

    /** Takes what the coordinator answers to an operator. */
    @FunctionalInterface
    interface Answers {
        /** See {@link io.dtm.core.egress.EgressListener#onOperatorAnswered}. */
        void onAnswer(long request, boolean isDone);
    }

    /**
     * @param name       by which a trace knows it.
     * @param schedule   of the simulation.
     * @param random     of the coordinator's host.
     * @param trace      is told of starts and deaths.
     * @param network    that it listens to.
     * @param checker    watches its journal.
     * @param violations takes unexpected halts.
     * @param settings   of the coordinator, within {@link #MAX_BRANCHES} and {@link #MAX_PAYLOAD_BYTES}.
     * @param times      of its stages and its disk.
     */
    public CoordinatorNode(
        final String name,
        final Schedule schedule,
        final RandomStream random,
        final Trace trace,
        final SimulatedNetwork network,
        final Checker checker,
        final Violations violations,
        final CoordinatorSettings settings,
        final CoordinatorTimes times) {
        this.name = name;
        this.schedule = schedule;
        this.random = random;
        this.trace = trace;
        this.network = network;
        this.checker = checker;
        this.violations = violations;
        this.clock = new HostClock(schedule, random.split("clocks"));
        this.checkpoints = new BackgroundCheckpoints(name, random, trace, violations, clock::wallMs);
        this.settingsOfLife = () -> settings;
        this.asides = random.split("asides");
        this.times = times;
    }

    /** @param value from now on. */
    public void times(final CoordinatorTimes value) {
        times = value;
    }

    /** @param value puts a bug around the journal: to show that the checker sees it. */
    public void plant(final UnaryOperator<Journal> value) {
        planted = value;
    }

    /** @param value runs between any two stages; may kill the process. */
    public void crashPoint(final Runnable value) {
        crashPoint = value;
    }

    /** @param draws decide at each start whether that life's journal is staged; without them none is. */
    public void staging(final RandomStream draws) {
        staging = draws;
    }

    /** @param value how much may wait for links, in processes that start from now on. */
    public void backlogs(final BacklogBounds value) {
        backlogs = value;
    }

    /** @param value gives the settings of each process, one after another. */
    public void settingsOfLife(final Supplier<CoordinatorSettings> value) {
        settingsOfLife = value;
    }

    void answers(final Answers value) {
        answers = value;
    }

    /** @return its name. */
    public String name() {
        return name;
    }

    /** @return the id of its directory; 0 before the first start. */
    public long coordinatorId() {
        return coordinatorId;
    }

    /** @param millis by which the host's wall clock is put forward; back, if negative. */
    public void jumpClock(final long millis) {
        trace.event(name, "the wall clock jumps by %1 ms", millis, 0);
        clock.jump(millis);
    }

    /** @return what survives the process. */
    public SimulatedStorage storage() {
        return storage;
    }

    /** @return whether the process runs. */
    public boolean isUp() {
        return isUp;
    }

    /** @return transactions that it has in flight; 0 while it is down. */
    public int transactionsInFlight() {
        return isUp ? coordinator.transactionsInFlight() : 0;
    }

    /** @return id of the operator's request that was answered last. */
    public long lastOperatorAnswer() {
        return lastOperatorAnswer;
    }

    /** @return why the last process halted by itself; null if it didn't. */
    public String haltReason() {
        return haltReason;
    }

    /** @return whether its directory was ever more than new. */
    public boolean hasForcedEpoch() {
        return checker.hasForcedEpoch();
    }

    /** @return whether it was copied. */
    public boolean hasCopy() {
        return copy != null;
    }

    /** The data directory is copied, as a snapshot of a virtual machine would. */
    public void copyStorage() {
        trace.event(name, "its directory is copied");
        copy = StorageCopy.of(storage);
        checker.onCopied(journal == null ? 0 : journal.forcedPosition());
    }

    /**
     * A process starts on the copy, which takes the place of the directory.
     *
     * @param isRestored whether an operator says so; else it may have to halt from now on.
     */
    public void startFromCopy(final boolean isRestored) {
        kill();
        trace.event(name, "its directory is put back to the copy");
        storage = StorageCopy.of(copy);
        mayHalt = !isRestored;
        consents = isRestored ? Set.of(Consent.RESTORED) : Set.of();
        checker.onCopyStarted(isRestored);
        network.startHistory();
        start();
    }

    /** @return for operators' commands, while the process runs. */
    public OperatorCommands operators() {
        return operators;
    }

    /** @param value whether a dead process gets a successor by itself. */
    public void mayStart(final boolean value) {
        mayStart = value;
    }

    /** @param value whether forces wait until this is called with false. */
    public void holdForce(final boolean value) {
        holdsForce = value;
        if (!value && isUp) {
            requestForce();
        }
    }

    /** @param untilNs virtual time up to which the process stands still. */
    public void pause(final long untilNs) {
        if (isUp) {
            trace.event(name, "stands still for %1 us", (untilNs - schedule.nowNs()) / 1000, 0);
            pausedUntilNs = Math.max(pausedUntilNs, untilNs);
            steadySinceNs = pausedUntilNs;
            checker.faults().coordinatorPauses++;
        }
    }

    /** Lets a process that stands still go on. */
    public void resume() {
        pausedUntilNs = 0;
        steadySinceNs = Math.min(steadySinceNs, schedule.nowNs());
        if (isUp) {
            wakeUp();
        }
    }

    /** Lets the checker look at what should have been decided by now. */
    public void look() {
        final long nowNs = schedule.nowNs();
        checker.onLook(baseTimeNs + nowNs - startedNs, isUp ? nowNs - Math.max(startedNs, steadySinceNs) : -1);
    }

    /** Starts a process, if none runs. */
    public void start() {
        if (isUp) {
            return;
        }
        life++;
        try {
            recover();
        } catch (final JournalException e) {
            trace.event(name, "can't start: " + e.category());
            if (e.category() != Category.FORCE_FAILED && e.category() != Category.NO_SPACE) {
                violations.add("I2", "the coordinator refuses to start: " + e.getMessage());
            }
            onDeath();
            return;
        }
        isUp = true;
        wakeUp();
        heartbeat(life);
    }

    private void recover() {
        storage.killProcess();
        clock.restart();
        storage.staged(staging != null && staging.nextInt(2) == 0);
        final JournalRecovery recovery = JournalRecovery.open(new JournalContext()
            .storage(storage)
            .segmentLength(SEGMENT_LENGTH)
            .maxFrameLength(MAX_FRAME_LENGTH)
            .tailLength(TAIL_LENGTH)
            .lowSpaceBytes(0)
            .reservedSegments(2)
            .coordinatorIdSupplier(() -> random.nextLong() | 1)
            .nanoClock(clock::nanoTime)
            .epochClock(clock::wallMs));
        coordinatorId = recovery.coordinatorId();
        final CoordinatorSettings settings = settingsOfLife.get();
        checker.onSettings(settings);
        durability = settings.durability();
        final RestoredCoordinator live = checkpoints.restore(storage, recovery);
        final WatchedReplay source = new WatchedReplay(recovery, live);

        port = network.startCoordinator(this::wakeUp);
        coordinator = live.coordinator();
        live.output().tellDecisions(this::decided);
        operators = new OperatorCommands();
        startedNs = schedule.nowNs();
        forceScheduled = false;
        final long downtimeNs = recovery.isFirstStart() ? 0 : Math.max(0, clock.wallMs() - diedWallMs) * 1_000_000L;
        pipeline = CoordinatorHost.recover(context(live, settings), source, () -> liveJournal(recovery, source),
            live.recovered(), new EpochStart(recovery.coordinatorId(), random.nextLong() | 1, downtimeNs, consents,
                StartEvents.RESTORE_CLOCK_BASE_MS + 1_000 * (EPOCH_AT_START + schedule.nowNs() / 1_000)));
        stages = pipeline.stages();
        baseTimeNs = source.timeNs();
        checker.onStarted(baseTimeNs, downtimeNs);
    }

    /** While it recovers, nothing that it decides is new. */
    private void decided(final long transactionId, final int decision, final int reason, final int causeBranchId) {
        if (pipeline != null) {
            checker.onDecided(transactionId, decision, reason, causeBranchId);
        }
    }

    /** All is replayed. At some starts it is done once more beside the live state: it must come to the same. */
    private Journal liveJournal(final JournalRecovery recovery, final WatchedReplay source) {
        final long digest = coordinator.digest();
        checker.onReplayed(digest);
        trace.event(name, "starts: recovered up to %1", source.endPosition(), 0);
        switch (asides.nextInt(ASIDE_ONE_IN)) {
            case 0 -> checkpoints.checkNewest(storage, recovery, digest);
            case 1 -> checkpoints.checkFallback(storage, recovery, digest);
            default -> { }
        }
        journal = recovery.start();
        checker.onRecovered(source.endPosition(), journal.forcedPosition());
        return planted.apply(new WatchedJournal(journal, checker, this::requestForce));
    }

    private PipelineContext context(final RestoredCoordinator state, final CoordinatorSettings settings) {
        return new PipelineContext()
            .poller(port)
            .publisher(port)
            .admission(new OpenAdmission("simulated"))
            .tokens(random::nextLong)
            .coordinator(coordinator)
            .coordinatorClock(new WatchedClock(coordinator, checker))
            .output(state.output())
            .egressListener(new WatchedEgress(name, trace, port, backlogs, checker, this::onOperatorAnswered))
            .dropListener((reason, linkId) -> trace.event(name, "drops: " + reason, linkId, 0))
            .haltHandler(this::onHalt)
            .settings(settings)
            .operators(operators)
            .nanoClock(clock::nanoTime)
            .wallClock(clock::wallMs)
            .ringSlots(256)
            .arenaBytes(128 * 1024)
            .outboundMemory(outboundMemory)
            .outboundBoundBytes(OUTBOUND_BOUND)
            .backlogs(backlogs);
    }

    /** The process dies; the system lives on. */
    public void kill() {
        if (isUp) {
            trace.event(name, "is killed");
            checker.onCoordinatorCrashed(false);
            network.stopCoordinator();
            applyJournalled();
            storage.killProcess();
            onDeath();
        }
    }

    /** The dead process's state is to be compared with its replay: it must have applied what it appended. */
    private void applyJournalled() {
        if (pipeline.haltCause() != null) {
            return;
        }
        while (work(COORDINATOR) > 0) {
            work(EGRESS);
        }
        checker.onDied(coordinator.digest());
    }

    /**
     * The system dies.
     *
     * @param survival decides what of the unforced survives.
     */
    public void losePower(final Survival survival) {
        die(survival, "loses power");
    }

    /**
     * The system dies, and bits of what wasn't forced rot.
     *
     * @param survival decides what of it survives, and how.
     */
    public void losePowerAndBits(final Survival survival) {
        die(survival, "loses power, and bits rot");
    }

    private void die(final Survival survival, final String how) {
        trace.event(name, how);
        if (durability == CoordinatorSettings.DURABILITY_APPEND) {
            violations.expectHaltsOnly(); // nothing was promised for this case
        }
        checker.onCoordinatorCrashed(true);
        storage.losePower(survival);
        if (isUp) {
            onDeath();
        }
    }

    private void onDeath() {
        if (isUp && pipeline.isServing()) {
            consents = Set.of(); // what an operator said is on the device
        }
        isUp = false;
        life++;
        pausedUntilNs = 0;
        diedWallMs = clock.wallMs();
        pipeline = null;
        stages = List.of();
        network.stopCoordinator();
        if (mayStart) {
            schedule.after(random.skewed(times.minRestartNs(), times.maxRestartNs()), this::start);
        }
    }

    private void onHalt(final String stage, final Throwable cause) {
        trace.event(name, "halts in " + stage);
        final boolean isExpected = cause instanceof JournalException
            && (((JournalException) cause).category() == Category.FORCE_FAILED
                || ((JournalException) cause).category() == Category.NO_SPACE);
        haltReason = cause.getMessage();
        if (!isExpected && !mayHalt) {
            final StackTraceElement[] at = cause.getStackTrace();
            violations.add(Violations.HALT, "the coordinator halted in " + stage + ": " + cause
                + (at.length > 0 ? " at " + at[0] : ""));
        }
        final int halted = life;
        schedule.after(0, () -> {
            if (life == halted) {
                kill();
            }
        });
    }

    // the duty cycle

    void wakeUp() {
        step(times.minStepNs() + random.nextLong(times.maxStepNs() - times.minStepNs() + 1));
    }

    private void step(final long delayNs) {
        final long dueNs = Math.max(schedule.nowNs() + delayNs, pausedUntilNs);
        if (!isUp || (nextStepNs > schedule.nowNs() && nextStepNs <= dueNs)) {
            return;
        }
        nextStepNs = dueNs;
        final int ofLife = life;
        schedule.at(dueNs, () -> {
            if (ofLife == life && nextStepNs == dueNs) {
                round(ofLife);
            }
        });
    }

    private void round(final int ofLife) {
        nextStepNs = 0;
        if (schedule.nowNs() < pausedUntilNs) {
            step(0);
            return;
        }
        int work = 0;
        boolean skipped = false;
        for (int i = 0; i < FORCE; i++) {
            if (random.chance(times.skippedPerMillion())) {
                skipped = true;
            } else {
                work += work(i);
            }
            crashPoint.run();
            if (ofLife != life) {
                return;
            }
        }
        if (random.nextInt(8) == 0) {
            work(SPACE);
        }
        if (work > 0 || skipped) {
            wakeUp();
        } else if (coordinator.nextWakeUpNs() != Long.MAX_VALUE) {
            final long dueNs = startedNs + coordinator.nextWakeUpNs() - baseTimeNs;
            if (dueNs - schedule.nowNs() < HEARTBEAT_NS) {
                step(Math.max(times.minStepNs(), dueNs - schedule.nowNs()));
            }
        }
    }

    private int work(final int stage) {
        try {
            return stages.get(stage).doWork();
        } catch (final Exception e) {
            throw new IllegalStateException("a guarded stage threw", e);
        }
    }

    private void onOperatorAnswered(final long request, final boolean isDone) {
        lastOperatorAnswer = request;
        answers.onAnswer(request, isDone);
    }

    private void requestForce() {
        if (forceScheduled || holdsForce) {
            return;
        }
        forceScheduled = true;
        final int ofLife = life;
        final long endNs = schedule.nowNs() + random.skewed(times.minForceNs(), times.maxForceNs());
        schedule.at(Math.max(endNs, pausedUntilNs), () -> {
            if (ofLife == life) {
                forceScheduled = false;
                work(FORCE);
                wakeUp();
            }
        });
    }

    private void heartbeat(final int ofLife) {
        if (ofLife != life) {
            return;
        }
        if (schedule.nowNs() >= pausedUntilNs) {
            work(SPACE);
            if (pipeline.haltCause() == null) {
                checkpoints.work(journal, storage);
            }
            if (!holdsForce) {
                work(FORCE);
            }
            wakeUp();
        }
        schedule.after(HEARTBEAT_NS, () -> heartbeat(ofLife));
    }
}
