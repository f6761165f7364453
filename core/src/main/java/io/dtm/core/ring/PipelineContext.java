package io.dtm.core.ring;

import io.dtm.core.coordinator.CoordinatorClock;
import io.dtm.core.coordinator.CoordinatorInput;
import io.dtm.core.coordinator.CoordinatorSettings;
import io.dtm.core.egress.BacklogBounds;
import io.dtm.core.egress.EgressListener;
import io.dtm.core.egress.LinkPublisher;
import io.dtm.core.egress.OutboundBound;
import io.dtm.core.ingress.Admission;
import io.dtm.core.ingress.DropListener;
import io.dtm.core.ingress.LinkPoller;
import io.dtm.core.ingress.OperatorCommands;
import io.dtm.core.ingress.TokenSource;
import io.dtm.core.journal.Journal;
import io.dtm.core.recovery.RecoveryOutput;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SleepingMillisIdleStrategy;
import org.agrona.concurrent.SystemEpochClock;
import org.agrona.concurrent.SystemNanoClock;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What a {@link Pipeline} is made of. The ports have no default; everything else has. Not thread-safe: filled before
 * the pipeline is made, read-only afterwards.
 */
public final class PipelineContext {
    // ports
    private LinkPoller poller;
    private LinkPublisher publisher;
    private Admission admission;
    private TokenSource tokens;
    private Journal journal;
    private CoordinatorInput coordinator;
    private CoordinatorClock coordinatorClock;
    private RecoveryOutput output;
    private EgressListener egressListener;
    private DropListener dropListener;
    private HaltHandler haltHandler;

    // start
    private CoordinatorSettings settings = CoordinatorSettings.defaults();
    private List<DirectBuffer> startFrames = List.of();
    private long baseTimeNs;
    private OperatorCommands operators = new OperatorCommands();
    private NanoClock nanoClock = SystemNanoClock.INSTANCE;
    private EpochClock wallClock = SystemEpochClock.INSTANCE;

    // limits
    private int ringSlots = 1024;
    private int arenaBytes = 2 * 1024 * 1024;
    private Supplier<UnsafeBuffer> outboundMemory = () -> new UnsafeBuffer(new byte[OutboundBound.QUEUE_CAPACITY]);
    private int outboundBoundBytes = OutboundBound.MAX_FRAME_BYTES;
    private int frameSoftLimitBytes = 1408 - 32;
    private BacklogBounds backlogs;
    private int inlineForceLimit;
    private int maxLinks = 16 * 1024;
    private int maxUnauthenticatedLinks = 256;
    private long authenticationTimeoutNs = TimeUnit.SECONDS.toNanos(10);
    private int pollLimit = 64;
    private int slowLinks = 64;

    // threads
    private Threading threading = Threading.of(Runtime.getRuntime().availableProcessors());
    private ThreadFactory threadFactory = Thread::new;
    private final Map<Role, Supplier<IdleStrategy>> idleStrategies = new EnumMap<>(Role.class);

    /** Sets what must differ by role. */
    public PipelineContext() {
        for (final Role role : Role.values()) {
            idleStrategies.put(role, () -> new BackoffIdleStrategy(20, 50, 1_000, 100_000));
        }
        idleStrategies.put(Role.SPACE, () -> new SleepingMillisIdleStrategy(1));
    }

    /** Refuses what is missing or out of range. */
    void conclude() {
        Objects.requireNonNull(poller, "poller");
        Objects.requireNonNull(publisher, "publisher");
        Objects.requireNonNull(admission, "admission");
        Objects.requireNonNull(tokens, "tokens");
        Objects.requireNonNull(journal, "journal");
        Objects.requireNonNull(coordinator, "coordinator");
        Objects.requireNonNull(coordinatorClock, "coordinatorClock");
        Objects.requireNonNull(output, "output");
        Objects.requireNonNull(egressListener, "egressListener");
        Objects.requireNonNull(dropListener, "dropListener");
        Objects.requireNonNull(haltHandler, "haltHandler");
        inRange("inlineForceLimit", inlineForceLimit, 0, 1 << 20);
        inRange("maxLinks", maxLinks, 1, 1 << 20);
        inRange("maxUnauthenticatedLinks", maxUnauthenticatedLinks, 1, maxLinks);
        inRange("pollLimit", pollLimit, 1, 4096);
    }

    /** @return hands frames over. */
    public LinkPoller poller() {
        return poller;
    }

    /**
     * @param value hands frames over.
     * @return this.
     */
    public PipelineContext poller(final LinkPoller value) {
        poller = value;
        return this;
    }

    /** @return sends frames. */
    public LinkPublisher publisher() {
        return publisher;
    }

    /**
     * @param value sends frames.
     * @return this.
     */
    public PipelineContext publisher(final LinkPublisher value) {
        publisher = value;
        return this;
    }

    /** @return lets links in. */
    public Admission admission() {
        return admission;
    }

    /**
     * @param value lets links in.
     * @return this.
     */
    public PipelineContext admission(final Admission value) {
        admission = value;
        return this;
    }

    /** @return draws resume tokens. */
    public TokenSource tokens() {
        return tokens;
    }

    /**
     * @param value draws resume tokens.
     * @return this.
     */
    public PipelineContext tokens(final TokenSource value) {
        tokens = value;
        return this;
    }

    /** @return opened and recovered. */
    public Journal journal() {
        return journal;
    }

    /**
     * @param value opened and recovered.
     * @return this.
     */
    public PipelineContext journal(final Journal value) {
        journal = value;
        return this;
    }

    /** @return recovered. */
    public CoordinatorInput coordinator() {
        return coordinator;
    }

    /**
     * @param value recovered.
     * @return this.
     */
    public PipelineContext coordinator(final CoordinatorInput value) {
        coordinator = value;
        return this;
    }

    /** @return of the same coordinator. */
    public CoordinatorClock coordinatorClock() {
        return coordinatorClock;
    }

    /**
     * @param value of the same coordinator.
     * @return this.
     */
    public PipelineContext coordinatorClock(final CoordinatorClock value) {
        coordinatorClock = value;
        return this;
    }

    /** @return of the same coordinator; switched to the pipeline when that is made. */
    public RecoveryOutput output() {
        return output;
    }

    /**
     * @param value of the same coordinator; switched to the pipeline when that is made.
     * @return this.
     */
    public PipelineContext output(final RecoveryOutput value) {
        output = value;
        return this;
    }

    /** @return takes alarms and operators' answers. */
    public EgressListener egressListener() {
        return egressListener;
    }

    /**
     * @param value takes alarms and operators' answers.
     * @return this.
     */
    public PipelineContext egressListener(final EgressListener value) {
        egressListener = value;
        return this;
    }

    /** @return is told of what ingress drops. */
    public DropListener dropListener() {
        return dropListener;
    }

    /**
     * @param value is told of what ingress drops.
     * @return this.
     */
    public PipelineContext dropListener(final DropListener value) {
        dropListener = value;
        return this;
    }

    /** @return is told when the pipeline stops for good. */
    public HaltHandler haltHandler() {
        return haltHandler;
    }

    /**
     * @param value is told when the pipeline stops for good.
     * @return this.
     */
    public PipelineContext haltHandler(final HaltHandler value) {
        haltHandler = value;
        return this;
    }

    /** @return that apply in this epoch. */
    public CoordinatorSettings settings() {
        return settings;
    }

    /**
     * @param value that apply in this epoch.
     * @return this.
     */
    public PipelineContext settings(final CoordinatorSettings value) {
        settings = value;
        return this;
    }

    /** @return the host's first events: epoch and settings. */
    public List<DirectBuffer> startFrames() {
        return startFrames;
    }

    /**
     * @param value the host's first events: epoch and settings.
     * @return this.
     */
    public PipelineContext startFrames(final List<DirectBuffer> value) {
        startFrames = value;
        return this;
    }

    /** @return logical time at which the journal ended. */
    public long baseTimeNs() {
        return baseTimeNs;
    }

    /**
     * @param value logical time at which the journal ended.
     * @return this.
     */
    public PipelineContext baseTimeNs(final long value) {
        baseTimeNs = value;
        return this;
    }

    /** @return from operators. */
    public OperatorCommands operators() {
        return operators;
    }

    /**
     * @param value from operators.
     * @return this.
     */
    public PipelineContext operators(final OperatorCommands value) {
        operators = value;
        return this;
    }

    /** @return monotonic. */
    public NanoClock nanoClock() {
        return nanoClock;
    }

    /**
     * @param value monotonic.
     * @return this.
     */
    public PipelineContext nanoClock(final NanoClock value) {
        nanoClock = value;
        return this;
    }

    /** @return for authenticators only. */
    public EpochClock wallClock() {
        return wallClock;
    }

    /**
     * @param value for authenticators only.
     * @return this.
     */
    public PipelineContext wallClock(final EpochClock value) {
        wallClock = value;
        return this;
    }

    /** @return a power of two: frames on their way. */
    public int ringSlots() {
        return ringSlots;
    }

    /**
     * @param value a power of two: frames on their way.
     * @return this.
     */
    public PipelineContext ringSlots(final int value) {
        ringSlots = value;
        return this;
    }

    /** @return a power of two: their bytes. */
    public int arenaBytes() {
        return arenaBytes;
    }

    /**
     * @param value a power of two: their bytes.
     * @return this.
     */
    public PipelineContext arenaBytes(final int value) {
        arenaBytes = value;
        return this;
    }

    /** @return a power of two in bytes: takes what the coordinator put out and egress has not seen. */
    UnsafeBuffer outboundMemory() {
        return outboundMemory.get();
    }

    /**
     * @param memory a power of two in bytes: takes what the coordinator put out and egress has not seen. A host that
     *               makes one pipeline after the other may give it to each; what it holds doesn't matter.
     * @return this.
     */
    public PipelineContext outboundMemory(final UnsafeBuffer memory) {
        outboundMemory = () -> memory;
        return this;
    }

    /**
     * @param value a power of two: what the coordinator put out and egress has not seen.
     * @return this.
     */
    public PipelineContext outboundBytes(final int value) {
        outboundMemory = () -> new UnsafeBuffer(new byte[value]);
        return this;
    }

    /** @return the most that one frame can cause, see OutboundBound. */
    public int outboundBoundBytes() {
        return outboundBoundBytes;
    }

    /**
     * @param value the most that one frame can cause, see OutboundBound.
     * @return this.
     */
    public PipelineContext outboundBoundBytes(final int value) {
        outboundBoundBytes = value;
        return this;
    }

    /** @return of a frame of small messages: one datagram's payload. */
    public int frameSoftLimitBytes() {
        return frameSoftLimitBytes;
    }

    /**
     * @param value of a frame of small messages: one datagram's payload.
     * @return this.
     */
    public PipelineContext frameSoftLimitBytes(final int value) {
        frameSoftLimitBytes = value;
        return this;
    }

    /** @return how much may wait for links that don't take it. */
    public BacklogBounds backlogs() {
        return backlogs == null ? BacklogBounds.of(settings, Runtime.getRuntime().maxMemory()) : backlogs;
    }

    /**
     * @param value how much may wait for links that don't take it; without it {@link BacklogBounds#of} the settings and
     *              the memory of this process.
     * @return this.
     */
    public PipelineContext backlogs(final BacklogBounds value) {
        backlogs = value;
        return this;
    }

    /** @return messages that wait for a force up to which it is done inline, with shared threads; 0: never. The
     *     journal must allow that its force changes threads, one at a time. */
    public int inlineForceLimit() {
        return inlineForceLimit;
    }

    /**
     * @param value messages that wait for a force up to which it is done inline, with shared threads; 0: never. The
     *     journal must allow that its force changes threads, one at a time.
     * @return this.
     */
    public PipelineContext inlineForceLimit(final int value) {
        inlineForceLimit = value;
        return this;
    }

    /** @return links that can be marked as slow at a time; others wait for their mark. */
    public int slowLinks() {
        return slowLinks;
    }

    /**
     * @param value links that can be marked as slow at a time; others wait for their mark.
     * @return this.
     */
    public PipelineContext slowLinks(final int value) {
        slowLinks = value;
        return this;
    }

    /** @return at a time. */
    public int maxLinks() {
        return maxLinks;
    }

    /**
     * @param value at a time.
     * @return this.
     */
    public PipelineContext maxLinks(final int value) {
        maxLinks = value;
        return this;
    }

    /** @return at a time. */
    public int maxUnauthenticatedLinks() {
        return maxUnauthenticatedLinks;
    }

    /**
     * @param value at a time.
     * @return this.
     */
    public PipelineContext maxUnauthenticatedLinks(final int value) {
        maxUnauthenticatedLinks = value;
        return this;
    }

    /** @return within which a link must have opened or resumed a session. */
    public long authenticationTimeoutNs() {
        return authenticationTimeoutNs;
    }

    /**
     * @param value within which a link must have opened or resumed a session.
     * @return this.
     */
    public PipelineContext authenticationTimeoutNs(final long value) {
        authenticationTimeoutNs = value;
        return this;
    }

    /** @return frames taken from links at a time. */
    public int pollLimit() {
        return pollLimit;
    }

    /**
     * @param value frames taken from links at a time.
     * @return this.
     */
    public PipelineContext pollLimit(final int value) {
        pollLimit = value;
        return this;
    }

    /** @return how the stages share threads. */
    public Threading threading() {
        return threading;
    }

    /**
     * @param value how the stages share threads.
     * @return this.
     */
    public PipelineContext threading(final Threading value) {
        threading = value;
        return this;
    }

    /** @return makes the threads. */
    public ThreadFactory threadFactory() {
        return threadFactory;
    }

    /**
     * @param value makes the threads.
     * @return this.
     */
    public PipelineContext threadFactory(final ThreadFactory value) {
        threadFactory = value;
        return this;
    }

    /**
     * @param role of a thread.
     * @return a new idle strategy for it.
     */
    IdleStrategy idleStrategy(final Role role) {
        return idleStrategies.get(role).get();
    }

    /**
     * @param role     of a thread.
     * @param strategy makes its idle strategy.
     * @return this.
     */
    public PipelineContext idleStrategy(final Role role, final Supplier<IdleStrategy> strategy) {
        idleStrategies.put(role, strategy);
        return this;
    }

    private static void inRange(final String name, final long value, final long min, final long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + " must be " + min + " to " + max + ": " + value);
        }
    }
}
