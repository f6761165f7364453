package io.dtm.client;

import io.aeron.driver.ThreadingMode;
import io.aeron.protocol.DataHeaderFlyweight;
import io.dtm.codec.BoundsChecks;
import io.dtm.session.CoordinatorSession;
import io.dtm.session.SessionContext;
import io.dtm.transport.aeron.AeronCoordinatorLink;
import io.dtm.transport.aeron.AeronInstance;
import io.dtm.transport.aeron.AeronInstanceContext;
import io.dtm.transport.aeron.AeronLinkContext;
import io.dtm.transport.aeron.EmbeddedDriver;
import io.dtm.transport.aeron.EmbeddedDriverContext;
import io.dtm.transport.aeron.TransportChannels;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.agrona.CloseHelper;
import org.agrona.ErrorHandler;
import org.agrona.UnsafeApi;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.AgentTerminationException;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.SystemNanoClock;

/**
 * A process's connection to its coordinators over Aeron, as a client, as a participant or as both.
 * <p>
 * By default it has one thread, which runs the sessions, the Aeron client and an embedded media driver. A caller that
 * has no thread to spare asks for a polled one and calls {@link #doWork()} itself, from one thread at a time: again and
 * again, since the connection lives by it. Where it has nothing to do but wait for an answer, {@link #await} does that.
 * <p>
 * <b>Threads.</b> {@link #session(int)} and {@link #close()} may be called by any thread; of a session's own methods
 * only {@link CoordinatorSession#execute}. What the connection holds belongs to the thread that is in the duty cycle,
 * also while it is closed: a mapping that went away under a poll would end the process.
 */
public final class Dtm implements AutoCloseable {
    /**
     * Silence of the coordinator's media driver after which the link counts as lost. Short, since a coordinator that
     * was killed and is back takes requests over the old stream again but can't answer it (aeron issue 1686).
     */
    private static final long IMAGE_LIVENESS_NS = 2_000_000_000L;
    /** Of the embedded driver, for what is left to send at the end: one does, if nothing stands before it. */
    private static final int LAST_TURNS = 10;
    private static final long CLOSE_PAUSE_NS = 100_000L;
    private static final String OPENED_PACKAGE = "jdk.internal.misc";

    private final EmbeddedDriver driver;
    private final AeronInstance aeron;
    private final List<CoordinatorSession> sessions = new ArrayList<>();
    private final List<DtmClient> clients = new ArrayList<>();
    private final Duty duty = new Duty();
    private final ErrorHandler errorHandler;
    private final ErrorHandler transportErrors;
    private final AgentRunner runner;
    /** Around the embedded driver's, if nobody named one. */
    private Path privateDirectory;
    private final AtomicBoolean closing = new AtomicBoolean();
    private final Supplier<IdleStrategy> idleStrategy;
    /** The connection's own thread; the runner forgets it when it is closed. */
    private volatile Thread dutyThread;
    /** The thread that was in the last turn of a polled duty cycle. */
    private volatile Thread lastPoller;
    /** The thread that is in a turn of a polled duty cycle. */
    private final AtomicReference<Thread> poller = new AtomicReference<>();

    private Dtm(final DtmContext context) {
        BoundsChecks.requireEnabled();
        errorHandler = context.errorHandler();
        transportErrors = new TransportErrors(errorHandler, SystemNanoClock.INSTANCE);
        idleStrategy = context.idleStrategy();
        driver = context.aeronDirectoryName() == null ? launchDriver(context) : null;
        try {
            aeron = new AeronInstance(new AeronInstanceContext()
                .aeronDirectoryName(context.aeronDirectoryName())
                .embeddedDriver(driver)
                .clientName(context.name())
                .errorHandler(transportErrors)
                .conclude());
            for (final String endpoint : context.endpoints()) {
                sessions.add(session(context, endpoint));
                clients.add(new DtmClient(sessions.get(sessions.size() - 1), this::isDutyThread));
            }
        } catch (final RuntimeException failed) {
            closeDriver();
            throw failed;
        }
        runner = context.polled()
            ? null
            : new AgentRunner(context.idleStrategy().get(), this::onError, null, duty);
    }

    /**
     * Starts to connect; requests wait until it has.
     *
     * @param context how.
     * @return the connection.
     * @throws IllegalStateException if Agrona's bounds checks are switched off, or the JVM was started without
     *                               {@code --add-opens java.base/jdk.internal.misc=ALL-UNNAMED}.
     */
    public static Dtm connect(final DtmContext context) {
        requireOpenPackage();
        final Dtm dtm = new Dtm(context);
        if (dtm.runner != null) {
            final Thread thread = new Thread(dtm.runner, context.name());
            thread.setDaemon(true);
            thread.start();
        }
        return dtm;
    }

    /** Where nobody else takes it. A method of its own, since the platform's log names the method that wrote a line. */
    static void log(final Throwable error) {
        final boolean isAllSaid = error instanceof DtmWarning && error.getCause() == null;
        System.getLogger(Dtm.class.getName()).log(
            System.Logger.Level.WARNING, isAllSaid ? error.getMessage() : error.toString(), isAllSaid ? null : error);
    }

    /** Said here, since what fails without it is a class that can't be loaded, and names no option. */
    private static void requireOpenPackage() {
        if (!Object.class.getModule().isExported(OPENED_PACKAGE, UnsafeApi.class.getModule())) {
            throw new IllegalStateException("start this JVM with --add-opens java.base/" + OPENED_PACKAGE
                + "=ALL-UNNAMED: Agrona's buffers need it");
        }
    }

    private EmbeddedDriver launchDriver(final DtmContext context) {
        try {
            // A driver makes its directory anew and closes it to others a little later: so it stands in a private one.
            privateDirectory = context.driverDirectory() == null ? Files.createTempDirectory("dtm-driver-") : null;
            final Path directory =
                privateDirectory == null ? context.driverDirectory() : privateDirectory.resolve("aeron");
            return EmbeddedDriver.launch(new EmbeddedDriverContext()
                .directory(directory.toFile())
                .deleteDirectoryOnStart(true)
                .deleteDirectoryOnClose(true)
                .threadingMode(ThreadingMode.INVOKER)
                .imageLivenessTimeoutNs(IMAGE_LIVENESS_NS)
                .errorHandler(transportErrors)
                .conclude());
        } catch (final IOException failed) {
            throw new UncheckedIOException("no directory for the media driver", failed);
        }
    }

    private void closeDriver() {
        CloseHelper.close(errorHandler, driver);
        try {
            if (privateDirectory != null) {
                Files.deleteIfExists(privateDirectory);
            }
        } catch (final IOException failed) {
            errorHandler.onError(failed);
        }
    }

    private CoordinatorSession session(final DtmContext context, final String endpoint) {
        final TransportChannels channels = new TransportChannels().ingressEndpoint(endpoint).conclude();
        final AeronCoordinatorLink link = new AeronCoordinatorLink(aeron, new AeronLinkContext()
            .channels(channels)
            .ipc(context.ipc())
            .errorHandler(transportErrors)
            .conclude());
        return new CoordinatorSession(new SessionContext()
            .link(link)
            .clientName(context.name())
            .frameSoftLimitBytes(channels.mtuLength() - DataHeaderFlyweight.HEADER_LENGTH)
            .credentials(context.credentials())
            .epochMemory(context.epochMemory().get())
            .listener(context.listener(endpoint))
            .errorHandler(context.errorHandler())
            .random(new SecureRandom()::nextLong));
    }

    /** @return what an application does with the first coordinator. Any thread. */
    public DtmClient client() {
        return client(0);
    }

    /**
     * @param index of the coordinator, in the order of the context.
     * @return what an application does with it. Any thread.
     */
    public DtmClient client(final int index) {
        return clients.get(index);
    }

    /**
     * @param index of the coordinator, in the order of the context.
     * @return the session with it.
     */
    public CoordinatorSession session(final int index) {
        return sessions.get(index);
    }

    /**
     * One turn of the duty cycle, if the connection is polled. By one thread at a time: while another is in a turn,
     * nothing is done.
     *
     * @return how much was done; 0: the caller may idle, or the connection is closed.
     * @throws IllegalStateException if the connection has a thread of its own, or the caller is in a turn already: it
     *                               was called back in one.
     */
    public int doWork() {
        if (runner != null) {
            throw new IllegalStateException("this connection has a thread of its own; ask for a polled one");
        }
        final Thread me = Thread.currentThread();
        if (!poller.compareAndSet(null, me)) {
            if (poller.get() == me) {
                throw new IllegalStateException("a callback must not poll");
            }
            return 0;
        }
        if (lastPoller != me) {
            lastPoller = me;
        }
        return turn();
    }

    private int turn() {
        try {
            return duty.doWork();
        } finally {
            if (closing.get()) {
                duty.onClose();
            }
            poller.set(null);
        }
    }

    /**
     * Waits for an answer, as {@link CompletableFuture#join} does. A polled connection is polled meanwhile, unless
     * another thread does that. Any thread but the one that is in the duty cycle.
     *
     * @param future that one of this connection's clients gave, or that is derived from such a one.
     * @param <T>    of its result.
     * @return its result.
     * @throws IllegalStateException if a callback of the connection waits: it would wait for itself.
     */
    public <T> T await(final CompletableFuture<T> future) {
        if (runner == null && poller.get() != Thread.currentThread()) {
            final IdleStrategy idle = idleStrategy.get();
            while (!future.isDone()) {
                idle.idle(poller.get() == null ? pollOrNothing() : 0);
            }
        } else if (!future.isDone() && isDutyThread()) {
            throw new IllegalStateException("a callback must not wait for what its own thread has to complete");
        }
        return future.join();
    }

    /** Another thread may be faster. */
    private int pollOrNothing() {
        final Thread me = Thread.currentThread();
        if (!poller.compareAndSet(null, me)) {
            return 0;
        }
        if (lastPoller == null) {
            lastPoller = me;
        }
        return turn();
    }

    private boolean isDutyThread() {
        final Thread me = Thread.currentThread();
        return runner == null ? me == poller.get() || me == lastPoller : me == dutyThread;
    }

    /**
     * Closes the sessions as far as the coordinators take it now; what is unfinished is reported. Any thread. When it
     * returns the connection is closed, with one exception: in a callback of the connection's own thread, or of the
     * turn that polls it, it takes effect at the end of the turn. If the connection is polled and nobody is in a turn,
     * the caller closes it; a turn later on does nothing.
     */
    @Override
    public void close() {
        final boolean isFirst = closing.compareAndSet(false, true);
        final Thread me = Thread.currentThread();
        if (runner == null) {
            closePolled(me);
        } else if (dutyThread != me) {
            if (isFirst) {
                runner.close();
            }
            while (!duty.isClosed) {
                LockSupport.parkNanos(CLOSE_PAUSE_NS);
            }
        }
    }

    private void closePolled(final Thread me) {
        while (!duty.isClosed && poller.get() != me) {
            if (poller.compareAndSet(null, me)) {
                try {
                    duty.onClose();
                } finally {
                    poller.set(null);
                }
            } else {
                LockSupport.parkNanos(CLOSE_PAUSE_NS);
            }
        }
    }

    /** Ending by itself is no error. */
    private void onError(final Throwable error) {
        if (!(error instanceof AgentTerminationException)) {
            errorHandler.onError(error);
        }
    }

    /** What the connection's thread does. */
    private final class Duty implements Agent {
        private volatile boolean isClosed;

        @Override
        public void onStart() {
            dutyThread = Thread.currentThread();
        }

        @Override
        public int doWork() {
            if (isClosed) {
                return 0;
            }
            int work = aeron.doWork();
            final long nowNs = System.nanoTime();
            for (int i = 0; i < sessions.size(); i++) {
                work += doWork(sessions.get(i), nowNs);
            }
            if (runner != null && closing.get()) {
                throw new AgentTerminationException();
            }
            return work;
        }

        /** An error would end the thread, and with it what the other sessions do. */
        private int doWork(final CoordinatorSession session, final long nowNs) {
            try {
                return session.doWork(nowNs);
            } catch (final Throwable failed) {
                errorHandler.onError(failed);
                return 0;
            }
        }

        @Override
        public void onClose() {
            if (!isClosed) {
                if (runner != null) {
                    dutyThread = Thread.currentThread(); // the closer's, if the connection's own has not begun to run
                }
                try {
                    sessions.forEach(session -> CloseHelper.close(errorHandler, session));
                    sendLast();
                } finally {
                    closeTransport();
                }
            }
        }

        private void closeTransport() {
            try {
                CloseHelper.close(errorHandler, aeron);
                closeDriver();
            } finally {
                isClosed = true;
            }
        }

        /** This thread drives the embedded driver: that sessions are closed is still in its buffers. */
        private void sendLast() {
            try {
                for (int i = 0; i < LAST_TURNS && aeron.aeron() != null; i++) {
                    aeron.doWork();
                }
            } catch (final RuntimeException failed) {
                errorHandler.onError(failed);
            }
        }

        @Override
        public String roleName() {
            return "dtm";
        }
    }
}
