package io.dtm.transport.aeron;

import io.aeron.driver.ThreadingMode;
import io.aeron.exceptions.ConfigurationException;
import java.io.File;
import java.util.concurrent.TimeUnit;
import org.agrona.ErrorHandler;
import org.agrona.SystemUtil;

/**
 * Configures an {@link EmbeddedDriver}. Two durations are raised over Aeron's defaults where that lets a process live
 * through a pause of 15 s: a client whose thread didn't run for the client liveness timeout is closed by its driver,
 * and must be built anew. With a driver in the same process both pause together, so a longer timeout costs nothing;
 * a shared external driver should have a shorter one than Aeron's 10 s, since that is how fast it notices a killed
 * client.
 */
public final class EmbeddedDriverContext {
    /** Property for {@link #clientLivenessTimeoutNs(long)}, a duration. */
    public static final String CLIENT_LIVENESS_TIMEOUT_PROP = "dtm.driver.client.liveness.timeout";
    /** Default of {@link #clientLivenessTimeoutNs(long)}: 30 s (Aeron's own: 10 s). */
    public static final long CLIENT_LIVENESS_TIMEOUT_DEFAULT_NS = TimeUnit.SECONDS.toNanos(30);
    /** Property for {@link #imageLivenessTimeoutNs(long)}, a duration. */
    public static final String IMAGE_LIVENESS_TIMEOUT_PROP = "dtm.driver.image.liveness.timeout";
    /** Default of {@link #imageLivenessTimeoutNs(long)}: 10 s, Aeron's own. */
    public static final long IMAGE_LIVENESS_TIMEOUT_DEFAULT_NS = TimeUnit.SECONDS.toNanos(10);
    /** Property for {@link #streamSessionLimit(int)}. */
    public static final String STREAM_SESSION_LIMIT_PROP = "dtm.driver.stream.session.limit";
    /** Default of {@link #streamSessionLimit(int)}. */
    public static final int STREAM_SESSION_LIMIT_DEFAULT = 4096;
    /** Property for {@link #maxTermLength(int)}, a size. */
    public static final String MAX_TERM_LENGTH_PROP = "dtm.driver.max.term.length";
    /** Default of {@link #maxTermLength(int)}: 16 MiB. */
    public static final int MAX_TERM_LENGTH_DEFAULT = 16 * 1024 * 1024;
    /** Property for {@link #driverTimeoutMs(long)}, milliseconds. */
    public static final String DRIVER_TIMEOUT_PROP = "dtm.driver.timeout.ms";
    /** Default of {@link #driverTimeoutMs(long)}: 30 s (Aeron's own: 10 s). */
    public static final long DRIVER_TIMEOUT_DEFAULT_MS = 30_000;

    private File directory;
    private boolean deleteDirectoryOnStart;
    private boolean deleteDirectoryOnClose = true;
    private ThreadingMode threadingMode;
    private int cores = Runtime.getRuntime().availableProcessors();
    private long clientLivenessTimeoutNs = SystemUtil.getDurationInNanos(
        CLIENT_LIVENESS_TIMEOUT_PROP, CLIENT_LIVENESS_TIMEOUT_DEFAULT_NS);
    private long imageLivenessTimeoutNs = SystemUtil.getDurationInNanos(
        IMAGE_LIVENESS_TIMEOUT_PROP, IMAGE_LIVENESS_TIMEOUT_DEFAULT_NS);
    private int streamSessionLimit = Integer.getInteger(STREAM_SESSION_LIMIT_PROP, STREAM_SESSION_LIMIT_DEFAULT);
    private int maxTermLength = SystemUtil.getSizeAsInt(MAX_TERM_LENGTH_PROP, MAX_TERM_LENGTH_DEFAULT);
    private long driverTimeoutMs = Long.getLong(DRIVER_TIMEOUT_PROP, DRIVER_TIMEOUT_DEFAULT_MS);
    private ErrorHandler errorHandler;

    /**
     * Fills in defaults and checks.
     *
     * @return this.
     * @throws ConfigurationException if something is missing or out of range.
     */
    public EmbeddedDriverContext conclude() {
        if (null == directory) {
            throw new ConfigurationException("the embedded driver's directory is not set");
        }
        if (null == errorHandler) {
            throw new ConfigurationException("the embedded driver's error handler is not set");
        }
        if (null == threadingMode) {
            threadingMode = DriverThreading.mode(cores);
        }
        if (streamSessionLimit < 1 || maxTermLength < TransportChannels.TERM_LENGTH_DEFAULT) {
            throw new ConfigurationException(
                "stream session limit must be positive, greatest term length at least 1 MiB: "
                    + streamSessionLimit + ", " + maxTermLength);
        }
        return this;
    }

    /**
     * @param value of the driver's files. In shared memory they cost no disk writes; access is restricted to the
     *              owner either way.
     * @return this.
     */
    public EmbeddedDriverContext directory(final File value) {
        directory = value;
        return this;
    }

    /** @return the directory of the driver's files. */
    public File directory() {
        return directory;
    }

    /**
     * @param value true only if the caller holds a lock that makes the directory its own: after SIGKILL a driver's
     *              directory looks active for ten seconds, and would be refused. Default: false.
     * @return this.
     */
    public EmbeddedDriverContext deleteDirectoryOnStart(final boolean value) {
        deleteDirectoryOnStart = value;
        return this;
    }

    boolean deleteDirectoryOnStart() {
        return deleteDirectoryOnStart;
    }

    /**
     * @param value whether closing the driver deletes its directory. Default: true.
     * @return this.
     */
    public EmbeddedDriverContext deleteDirectoryOnClose(final boolean value) {
        deleteDirectoryOnClose = value;
        return this;
    }

    boolean deleteDirectoryOnClose() {
        return deleteDirectoryOnClose;
    }

    /**
     * @param value threads of the driver; null: by the number of cores, or {@code aeron.threading.mode}. INVOKER: none,
     *              the thread that drives the {@link AeronInstance} drives the driver too, and must not pause.
     * @return this.
     */
    public EmbeddedDriverContext threadingMode(final ThreadingMode value) {
        threadingMode = value;
        return this;
    }

    ThreadingMode threadingMode() {
        return threadingMode;
    }

    /**
     * @param value number of cores from which threads and idling are chosen. Default: those of this process.
     * @return this.
     */
    public EmbeddedDriverContext cores(final int value) {
        cores = value;
        return this;
    }

    int cores() {
        return cores;
    }

    /**
     * @param value time without a sign of life after which the driver drops a client, ns.
     * @return this.
     */
    public EmbeddedDriverContext clientLivenessTimeoutNs(final long value) {
        clientLivenessTimeoutNs = value;
        return this;
    }

    long clientLivenessTimeoutNs() {
        return clientLivenessTimeoutNs;
    }

    /**
     * @param value time without a datagram after which a peer's stream is gone, ns.
     * @return this.
     */
    public EmbeddedDriverContext imageLivenessTimeoutNs(final long value) {
        imageLivenessTimeoutNs = value;
        return this;
    }

    long imageLivenessTimeoutNs() {
        return imageLivenessTimeoutNs;
    }

    /**
     * @param value greatest number of senders on one stream over UDP: what a flood of SETUPs can take.
     * @return this.
     */
    public EmbeddedDriverContext streamSessionLimit(final int value) {
        streamSessionLimit = value;
        return this;
    }

    int streamSessionLimit() {
        return streamSessionLimit;
    }

    /**
     * @param value greatest term length in bytes of a stream from elsewhere; a SETUP that asks for more is dropped.
     * @return this.
     */
    public EmbeddedDriverContext maxTermLength(final int value) {
        maxTermLength = value;
        return this;
    }

    int maxTermLength() {
        return maxTermLength;
    }

    /**
     * @param value time without a sign of life of the driver after which its own process' clients call it dead, ms.
     *              After a pause of the process a client may look before the driver's thread has run again.
     * @return this.
     */
    public EmbeddedDriverContext driverTimeoutMs(final long value) {
        driverTimeoutMs = value;
        return this;
    }

    long driverTimeoutMs() {
        return driverTimeoutMs;
    }

    /**
     * @param value takes what goes wrong in the driver; any thread.
     * @return this.
     */
    public EmbeddedDriverContext errorHandler(final ErrorHandler value) {
        errorHandler = value;
        return this;
    }

    ErrorHandler errorHandler() {
        return errorHandler;
    }
}
