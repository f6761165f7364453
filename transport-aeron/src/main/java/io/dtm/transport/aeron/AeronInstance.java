package io.dtm.transport.aeron;

import io.aeron.Aeron;
import io.aeron.CncFileDescriptor;
import io.aeron.CommonContext;
import io.aeron.RethrowingErrorHandler;
import io.aeron.exceptions.AeronException;
import java.io.File;
import java.nio.MappedByteBuffer;
import org.agrona.BufferUtil;
import org.agrona.ErrorHandler;
import org.agrona.IoUtil;
import org.agrona.concurrent.AgentInvoker;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.NoOpLock;
import org.agrona.concurrent.SystemEpochClock;

/**
 * An Aeron client that is driven by the thread that uses its handles: it has no thread of its own.
 * <p>
 * That is what makes it safe. A client that was stopped for longer than its driver waits, or whose driver died, is
 * closed by its own conductor, which unmaps its buffers; a publication or image touched afterwards by another thread
 * kills the process. Here the conductor runs in {@link #doWork()} and nowhere else, so that nothing can be unmapped
 * during a call, and afterwards every handle says that it is closed. It also saves a thread.
 * <p>
 * When the client is lost it is reported, dropped, and built anew as soon as there is a driver: {@link #generation()}
 * tells users that theirs is gone. One thread at a time; several links of that thread may share one.
 */
public final class AeronInstance implements AutoCloseable {
    /** A driver gives a sign of life each second, by default. */
    private static final long DRIVER_SILENCE_MS = 2_500;

    private final EpochClock epochClock = SystemEpochClock.INSTANCE;
    private final AeronInstanceContext ctx;
    private final File directory;
    private final ErrorHandler errorHandler;
    private final NanoClock nanoClock;
    private final EmbeddedDriver driver;
    private Aeron aeron;
    private AgentInvoker conductor;
    private long generation;
    private long nextAttemptNs;
    private long lossCount;
    private boolean isClosed;

    /**
     * @param ctx that configures it. The client is connected by the first {@link #doWork()} that finds a driver.
     */
    public AeronInstance(final AeronInstanceContext ctx) {
        this.ctx = ctx.conclude();
        this.driver = ctx.embeddedDriver();
        this.directory = new File(ctx.aeronDirectoryName());
        this.errorHandler = ctx.errorHandler();
        this.nanoClock = ctx.nanoClock();
        this.nextAttemptNs = nanoClock.nanoTime();
    }

    /**
     * Drives the client, and a driver in INVOKER mode; builds the client anew if it is lost. Call it in every duty
     * cycle. Never waits for a driver; mapping its files and giving up a dead client may take some milliseconds.
     *
     * @return a count of work done.
     */
    public int doWork() {
        int workCount = 0;
        if (null != driver && null != driver.invoker()) {
            workCount += driver.invoker().invoke();
        }
        if (null != aeron) {
            workCount += conductor.invoke();
            if (aeron.isClosed() || !conductor.isRunning()) {
                lose();
            }
        } else if (!isClosed && nanoClock.nanoTime() - nextAttemptNs >= 0) {
            workCount += connect();
        }
        return workCount;
    }

    /** @return the client, null: there is none now. Valid until the next {@link #doWork()}. */
    public Aeron aeron() {
        return aeron;
    }

    /** @return whether there is a client, and its driver has given a sign of life of late. */
    boolean isDriverAlive() {
        return null != aeron
            && epochClock.time() - aeron.context().toDriverBuffer().consumerHeartbeatTime() <= DRIVER_SILENCE_MS;
    }

    /** @return a number that changes whenever a client was lost: handles of a former one are dead. */
    public long generation() {
        return generation;
    }

    /** @return how often a client was lost. */
    public long lossCount() {
        return lossCount;
    }

    private int connect() {
        nextAttemptNs = nanoClock.nanoTime() + ctx.retryIntervalNs();
        if (Thread.currentThread().isInterrupted()) {
            return 0;
        }
        try {
            if (!isDriverActive()) {
                if (null == driver) {
                    return 0;
                }
                driver.ensureActive();
            }
            aeron = Aeron.connect(clientContext());
            conductor = aeron.conductorAgentInvoker();
            return 1;
        } catch (final RuntimeException ex) {
            errorHandler.onError(ex);
            return 0;
        }
    }

    private Aeron.Context clientContext() {
        return new Aeron.Context()
            .aeronDirectoryName(ctx.aeronDirectoryName())
            .clientName(ctx.clientName())
            .driverTimeoutMs(ctx.driverTimeoutMs())
            .useConductorAgentInvoker(true)
            .clientLock(NoOpLock.INSTANCE)
            .errorHandler(errorHandler)
            // what a handler of frames throws is its own thread's affair, not the conductor's
            .subscriberErrorHandler(RethrowingErrorHandler.INSTANCE);
    }

    /** As Aeron.connect would see it, without its waiting. */
    private boolean isDriverActive() {
        final File cncFile = new File(directory, CncFileDescriptor.CNC_FILE);
        if (!cncFile.exists() || cncFile.length() <= CncFileDescriptor.META_DATA_LENGTH) {
            return false;
        }
        final MappedByteBuffer cncBuffer = IoUtil.mapExistingFile(cncFile, "CnC file");
        try {
            final boolean isReady = 0 != CncFileDescriptor.createMetaDataBuffer(cncBuffer)
                .getIntVolatile(CncFileDescriptor.cncVersionOffset(0));
            return isReady && CommonContext.isDriverActive(ctx.driverTimeoutMs(), ignore -> {
            }, cncBuffer);
        } finally {
            BufferUtil.free(cncBuffer);
        }
    }

    private void lose() {
        ++lossCount;
        drop();
        errorHandler.onError(new AeronException(
            "Aeron client '" + ctx.clientName() + "' was lost and is built anew: its thread or its driver paused for "
                + "too long, or the driver ended", AeronException.Category.WARN));
    }

    private void drop() {
        final Aeron former = aeron;
        aeron = null;
        conductor = null;
        ++generation;
        nextAttemptNs = nanoClock.nanoTime();
        if (null != former) {
            former.close();
        }
    }

    /** Closes the client and with it every handle. By the thread that drives it, or when that has stopped. */
    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            drop();
        }
    }
}
