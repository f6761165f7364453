package io.dtm.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.aeron.driver.Configuration;
import io.aeron.exceptions.ConfigurationException;
import io.dtm.codec.BoundsChecks;
import io.dtm.core.coordinator.CoordinatorSettings;
import io.dtm.core.egress.BacklogBounds;
import io.dtm.core.ingress.OperatorCommands;
import io.dtm.core.journal.JournalContext;
import io.dtm.core.journal.JournalRecovery;
import io.dtm.core.journal.SegmentedJournal;
import io.dtm.core.recovery.Consent;
import io.dtm.core.recovery.EpochStart;
import io.dtm.core.recovery.JournalReplay;
import io.dtm.core.recovery.Recovery;
import io.dtm.core.recovery.RestoredCoordinator;
import io.dtm.core.recovery.StartEvents;
import io.dtm.core.ring.CoordinatorHost;
import io.dtm.core.ring.HaltHandler;
import io.dtm.core.ring.Pipeline;
import io.dtm.core.ring.PipelineContext;
import io.dtm.core.ring.Threading;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalStorage;
import io.dtm.core.storage.PrivateDirectory;
import io.dtm.server.checkpoint.CheckpointAgent;
import io.dtm.server.checkpoint.ProgramFiles;
import io.dtm.transport.aeron.AeronServerContext;
import io.dtm.transport.aeron.AeronServerTransport;
import io.dtm.transport.aeron.EmbeddedDriverContext;
import io.dtm.transport.aeron.TransportChannels;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.agrona.CloseHelper;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.SleepingMillisIdleStrategy;
import org.agrona.concurrent.SystemNanoClock;

/**
 * A coordinator with everything around it: data directory, journal, recovery, pipeline, Aeron. Started and closed by
 * one thread.
 */
final class CoordinatorProcess implements AutoCloseable {
    private static final String JOURNAL = "journal";
    private static final String DRIVER = "aeron";
    private static final String CHECKPOINT_LOG = "checkpoint.log";
    private static final long CHECKPOINT_POLL_MS = 100;
    private static final String ADDRESS_TAKEN = "Address already in use";
    /** Of an Aeron data frame: what a datagram holds beside our frame. */
    private static final int DATA_HEADER_LENGTH = 32;
    /** What a peer needs for a new link once it knows that it needs one, generously. */
    private static final long RECONNECT_MS = 3_000;

    private final SegmentedJournal journal;
    private final AeronServerTransport transport;
    private final Pipeline pipeline;
    private final OperatorCommands operators;
    private final AgentRunner checkpoints;
    private final Path driverDirectory;

    private CoordinatorProcess(
        final SegmentedJournal journal,
        final AeronServerTransport transport,
        final Pipeline pipeline,
        final OperatorCommands operators,
        final AgentRunner checkpoints,
        final Path driverDirectory) {
        this.journal = journal;
        this.transport = transport;
        this.pipeline = pipeline;
        this.operators = operators;
        this.checkpoints = checkpoints;
        this.driverDirectory = driverDirectory;
    }

    /**
     * Recovers, listens and serves.
     *
     * @param log         takes what an operator should know.
     * @param haltHandler ends the process when a stage has failed.
     * @param consents    of the operator, for this start.
     * @param cutAt       position from which on an operator gives the journal up; JournalException.NOWHERE: none.
     * @return the running coordinator.
     * @throws SettingException if it can't be configured so; nothing was started.
     */
    static CoordinatorProcess launch(
        final HostLog log, final HaltHandler haltHandler, final Set<Consent> consents, final long cutAt) {
        BoundsChecks.requireEnabled();
        ServerSetting.checkValues();
        ServerSetting.settle();
        final CoordinatorSettings settings = ServerSetting.coordinatorSettings();
        final Threading threading = ServerSetting.threading();
        final SecureRandom random = new SecureRandom();
        final Path directory = ServerSetting.directory();
        final JournalStorage storage = ServerSetting.storage(directory.resolve(JOURNAL));
        configured(() -> journalContext(storage, random, log).conclude());
        final TransportChannels channels = configured(TransportChannels::new);
        final Path driverDirectory = driverDirectory(directory);
        final AeronServerContext transportContext = configured(() -> transportContext(channels, driverDirectory, log));
        describe(settings, log);
        makePrivate(directory);
        // Before anything runs: of the files that this process has its classes from.
        final long program = programFingerprint();
        final long lastWrittenMs = lastWrittenMs(directory.resolve(JOURNAL));
        AeronServerTransport transport = null;
        JournalRecovery recovery = null;
        try {
            // The lock comes first: the embedded driver's directory is deleted under it.
            final JournalContext journalContext = journalContext(storage, random, log);
            recovery = JournalRecovery.open(journalContext);
            if (recovery.isFirstStart()) {
                log.say("first start: the journal's first segments are made, each of "
                    + ServerSetting.SEGMENT_LENGTH.text());
            }
            if (cutAt != JournalException.NOWHERE) {
                cut(recovery, journalContext, cutAt);
            }
            makeDriverParentPrivate(driverDirectory.getParent(), directory);
            transport = listen(transportContext, log);
            if (transportContext.isDriverExternal()) {
                warnOfSlowDriver(transport.clientLivenessTimeoutNs(), settings, log);
            }
            final RestoredCoordinator restored =
                RestoredCoordinator.newest(journalContext.storage(), recovery.coordinatorId(), log::say);
            final PipelineContext context = new PipelineContext()
                .settings(settings)
                .poller(transport.poller())
                .publisher(transport.publisher())
                .admission(transport.admission())
                .tokens(random::nextLong)
                .coordinator(restored.coordinator())
                .coordinatorClock(restored.coordinator())
                .output(restored.output())
                .egressListener(log)
                .dropListener(log)
                .haltHandler(haltHandler)
                .frameSoftLimitBytes(channels.mtuLength() - DATA_HEADER_LENGTH)
                .threading(threading);
            final JournalRecovery opened = recovery;
            final Pipeline pipeline = CoordinatorHost.recover(
                context,
                new JournalReplay(opened, restored.replayPosition()),
                opened::start,
                restored.recovered(),
                epochStart(opened, random, lastWrittenMs, consents));
            final SegmentedJournal journal = (SegmentedJournal) context.journal();
            pipeline.start();
            return new CoordinatorProcess(journal, transport, pipeline, context.operators(),
                startCheckpoints(journal, directory, program, log), driverDirectory);
        } catch (final RuntimeException failed) {
            CloseHelper.quietCloseAll(transport, recovery);
            deleteEmptyParent(driverDirectory);
            throw failed;
        }
    }

    /** Only where the journal is refused: so it is replayed first, into a coordinator that nobody uses. */
    private static void cut(final JournalRecovery recovery, final JournalContext context, final long position) {
        String reason = "";
        if (recovery.interruptedCut() != position) {
            final RestoredCoordinator trial =
                RestoredCoordinator.newest(context.storage(), recovery.coordinatorId(), context.reportSink());
            reason = new Recovery(trial.coordinator(), trial.output(), trial.recovered())
                .refusalAt(position, new JournalReplay(recovery, trial.replayPosition()));
        }
        recovery.cutAt(position, reason, StartEvents::historyCut);
    }

    /** What goes wrong while it starts to listen is told once: by what is thrown. */
    private static AeronServerTransport listen(final AeronServerContext context, final HostLog log) {
        final AtomicBoolean isListening = new AtomicBoolean();
        final ErrorHandler handler = error -> {
            if (isListening.get() || !isAddressTaken(error)) {
                log.onError(error);
            }
        };
        try {
            final AeronServerTransport transport = AeronServerTransport.launch(context.errorHandler(handler));
            isListening.set(true);
            return transport;
        } catch (final IllegalStateException failed) {
            if (isAddressTaken(failed.getCause())) {
                throw new IllegalStateException("another program has the port " + context.channels().ingressEndpoint()
                    + " or " + context.channels().responseEndpoint() + "; choose another by "
                    + ServerSetting.ENDPOINT.property());
            }
            throw failed;
        }
    }

    /** The driver passes the system's words on as text. */
    private static boolean isAddressTaken(final Throwable error) {
        return error != null && error.getMessage() != null && error.getMessage().contains(ADDRESS_TAKEN);
    }

    private static <T> T configured(final Supplier<T> component) {
        try {
            return component.get();
        } catch (final IllegalArgumentException | ConfigurationException refused) {
            throw new SettingException(refused);
        }
    }

    /** Peers must be back within the sessions' grace period after this process was killed and started again. */
    private static void warnOfSlowDriver(
        final long livenessNs, final CoordinatorSettings settings, final HostLog log) {
        final long livenessMs = TimeUnit.NANOSECONDS.toMillis(livenessNs);
        if (livenessMs + RECONNECT_MS > settings.sessionTimeoutMs()) {
            log.say("WARNING: after a kill of this process its media driver tells peers only after " + livenessMs
                + " ms, and their sessions are lost " + settings.sessionTimeoutMs() + " ms after the next start. Start"
                + " the driver with -D" + Configuration.CLIENT_LIVENESS_TIMEOUT_PROP_NAME + "=5s");
        }
    }

    private static void describe(final CoordinatorSettings settings, final HostLog log) {
        ServerSetting.describe(log::say);
        final long heapBytes = Runtime.getRuntime().maxMemory();
        final long neededBytes = BacklogBounds.of(settings, heapBytes).neededBytes();
        if (heapBytes <= neededBytes) {
            log.say("WARNING: the greatest heap is " + (heapBytes >> 20) + " MiB, and what may have to wait for"
                + " links takes up to " + (neededBytes >> 20) + " MiB of it: start with a greater one (-Xmx), or"
                + " with less in " + ServerSetting.MAX_TRANSACTIONS.property() + " and "
                + ServerSetting.MAX_PAYLOAD_TOTAL.property());
        }
    }

    private static JournalContext journalContext(
        final JournalStorage storage, final SecureRandom random, final HostLog log) {
        return new JournalContext()
            .storage(storage)
            .segmentLength(ServerSetting.SEGMENT_LENGTH.intSize())
            .tailLength(ServerSetting.TAIL_LENGTH.intSize())
            .lowSpaceBytes(ServerSetting.LOW_SPACE.size())
            .maxJournalLength(ServerSetting.maxJournalLength())
            .coordinatorIdSupplier(() -> notZero(random))
            .reportSink(log::say);
    }

    private static AeronServerContext transportContext(
        final TransportChannels channels, final Path driverDirectory, final HostLog log) {
        return new AeronServerContext()
            .channels(channels)
            .embeddedDriver(new EmbeddedDriverContext()
                .directory(driverDirectory.toFile())
                .deleteDirectoryOnStart(true)
                .deleteDirectoryOnClose(true))
            .errorHandler(log)
            .conclude();
    }

    /**
     * A checkpoint that can't be adopted leaves a failed journal behind, and that halts the pipeline.
     *
     * @return what has them made; null: nothing.
     */
    private static AgentRunner startCheckpoints(
        final SegmentedJournal journal, final Path directory, final long program, final HostLog log) {
        if (ServerSetting.CHECKPOINT_INTERVAL.size() == 0) {
            return null;
        }
        final CheckpointAgent agent = CheckpointAgent.of(journal, Dtm.class.getName(), program,
            directory.resolve(JOURNAL), directory.resolve(CHECKPOINT_LOG), ServerSetting.CHECKPOINT_INTERVAL.size(),
            ServerSetting.LOW_SPACE.size(), SystemNanoClock.INSTANCE, log::say);
        final AgentRunner runner = new AgentRunner(
            new SleepingMillisIdleStrategy(CHECKPOINT_POLL_MS), log, null, agent);
        AgentRunner.startOnThread(runner);
        return runner;
    }

    /**
     * The driver's own is deleted at each start: so never one that somebody named, nor one that somebody else may have
     * put there, and another one for each data directory.
     */
    private static Path driverDirectory(final Path directory) {
        final Path parent = Path.of(ServerSetting.DRIVER_DIRECTORY.text()).toAbsolutePath();
        if (parent.equals(directory)) {
            return directory.resolve(DRIVER);
        }
        return parent.resolve("dtm-" + UUID.nameUUIDFromBytes(directory.toString().getBytes(UTF_8))).resolve(DRIVER);
    }

    private static void makePrivate(final Path directory) {
        try {
            PrivateDirectory.make(directory);
        } catch (final IOException failed) {
            throw new SettingException(ServerSetting.DIRECTORY.property() + "=" + directory
                + ": this directory can't be made: " + failed);
        }
    }

    private static void makeDriverParentPrivate(final Path parent, final Path directory) {
        if (!parent.equals(directory)) {
            try {
                PrivateDirectory.makeAmongOthers(parent);
            } catch (final IOException failed) {
                throw new UncheckedIOException("cannot make the media driver's directory " + parent, failed);
            }
        }
    }

    private static long programFingerprint() {
        try {
            return ProgramFiles.fingerprint();
        } catch (final IOException unreadable) {
            throw new UncheckedIOException("cannot look at the program's own files", unreadable);
        }
    }

    /** What is appended to a staged journal is written when it is forced, which may be long after. */
    private static long lastWrittenMs(final Path journalDirectory) {
        if (!Files.isDirectory(journalDirectory)) {
            return 0;
        }
        try (var files = Files.list(journalDirectory)) {
            long lastMs = 0;
            for (final Path file : files.filter(one -> one.toString().endsWith(".segment")).toList()) {
                lastMs = Math.max(lastMs, Files.getLastModifiedTime(file).toMillis());
            }
            return lastMs;
        } catch (final IOException failed) {
            throw new UncheckedIOException("cannot look into " + journalDirectory, failed);
        }
    }

    /** The downtime is since the former process's last trace. It can only bring undecided deadlines nearer. */
    private static EpochStart epochStart(
        final JournalRecovery recovery,
        final SecureRandom random,
        final long lastWrittenMs,
        final Set<Consent> consents) {
        final long nowMs = System.currentTimeMillis();
        final long lastMs = Math.max(lastWrittenMs, recovery.lastActivityMs());
        final long downtimeMs = lastMs == 0 ? 0 : Math.max(0, nowMs - lastMs);
        return new EpochStart(
            recovery.coordinatorId(), notZero(random), TimeUnit.MILLISECONDS.toNanos(downtimeMs), consents, nowMs);
    }

    private static long notZero(final SecureRandom random) {
        long drawn;
        do {
            drawn = random.nextLong();
        } while (drawn == 0);
        return drawn;
    }

    /** @return the coordinator's id. */
    long coordinatorId() {
        return journal.coordinatorId();
    }

    /** @return whether the start is on the device, so that peers are answered. */
    boolean isServing() {
        return pipeline.isServing();
    }

    /** An operator says that nothing beyond the recovered end is missing; the log tells when that is recorded. */
    void confirmRecovered() {
        operators.confirmRecovered(1);
    }

    @Override
    public void close() {
        CloseHelper.closeAll(checkpoints, pipeline, transport, journal);
        deleteEmptyParent(driverDirectory);
    }

    /** Only an empty directory goes: the place that was made for the driver, and not the data directory. */
    private static void deleteEmptyParent(final Path driverDirectory) {
        driverDirectory.toFile().getParentFile().delete();
    }
}
