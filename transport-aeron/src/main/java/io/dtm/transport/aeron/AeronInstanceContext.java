package io.dtm.transport.aeron;

import io.aeron.CommonContext;
import io.aeron.exceptions.ConfigurationException;
import java.util.concurrent.TimeUnit;
import org.agrona.ErrorHandler;
import org.agrona.SystemUtil;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemNanoClock;

/** Configures an {@link AeronInstance}. */
public final class AeronInstanceContext {
    /** Property for {@link #driverTimeoutMs(long)}, milliseconds; Aeron's own. */
    public static final String DRIVER_TIMEOUT_PROP = CommonContext.DRIVER_TIMEOUT_PROP_NAME;
    /** Default of {@link #driverTimeoutMs(long)} for another process' driver: 10 s, Aeron's own. */
    public static final long DRIVER_TIMEOUT_DEFAULT_MS = CommonContext.DEFAULT_DRIVER_TIMEOUT_MS;
    /** Property for {@link #retryIntervalNs(long)}, a duration. */
    public static final String RETRY_INTERVAL_PROP = "dtm.transport.retry.interval";
    /** Default of {@link #retryIntervalNs(long)}: 200 ms. */
    public static final long RETRY_INTERVAL_DEFAULT_NS = TimeUnit.MILLISECONDS.toNanos(200);

    private String aeronDirectoryName;
    private EmbeddedDriver embeddedDriver;
    private String clientName = "dtm";
    private long driverTimeoutMs = Long.getLong(DRIVER_TIMEOUT_PROP, 0);
    private long retryIntervalNs = SystemUtil.getDurationInNanos(RETRY_INTERVAL_PROP, RETRY_INTERVAL_DEFAULT_NS);
    private ErrorHandler errorHandler;
    private NanoClock nanoClock = SystemNanoClock.INSTANCE;

    /**
     * Fills in defaults and checks.
     *
     * @return this.
     * @throws ConfigurationException if there is no error handler.
     */
    public AeronInstanceContext conclude() {
        if (null == errorHandler) {
            throw new ConfigurationException("the Aeron client's error handler is not set");
        }
        if (null != embeddedDriver) {
            aeronDirectoryName = embeddedDriver.aeronDirectoryName();
        }
        if (null == aeronDirectoryName) {
            aeronDirectoryName = CommonContext.getAeronDirectoryName();
        }
        if (0 == driverTimeoutMs) {
            driverTimeoutMs = null == embeddedDriver ? DRIVER_TIMEOUT_DEFAULT_MS : embeddedDriver.driverTimeoutMs();
        }
        return this;
    }

    /**
     * @param value directory of the driver; null: {@code aeron.dir}, or Aeron's default.
     * @return this.
     */
    public AeronInstanceContext aeronDirectoryName(final String value) {
        aeronDirectoryName = value;
        return this;
    }

    String aeronDirectoryName() {
        return aeronDirectoryName;
    }

    /**
     * @param value a driver of this process that the instance drives if it is in INVOKER mode, and starts again if it
     *              dies. Several instances may use one driver; this is for one of them, the others name its directory.
     * @return this.
     */
    public AeronInstanceContext embeddedDriver(final EmbeddedDriver value) {
        embeddedDriver = value;
        return this;
    }

    EmbeddedDriver embeddedDriver() {
        return embeddedDriver;
    }

    /**
     * @param value shown by Aeron's tools, up to 100 characters.
     * @return this.
     */
    public AeronInstanceContext clientName(final String value) {
        clientName = value;
        return this;
    }

    String clientName() {
        return clientName;
    }

    /**
     * @param value time without a sign of life of the driver after which it counts as dead, ms; 0: an embedded
     *              driver's own, else 10 s.
     * @return this.
     */
    public AeronInstanceContext driverTimeoutMs(final long value) {
        driverTimeoutMs = value;
        return this;
    }

    long driverTimeoutMs() {
        return driverTimeoutMs;
    }

    /**
     * @param value time between two looks for a driver, or two attempts at what a driver refused, ns.
     * @return this.
     */
    public AeronInstanceContext retryIntervalNs(final long value) {
        retryIntervalNs = value;
        return this;
    }

    long retryIntervalNs() {
        return retryIntervalNs;
    }

    /**
     * @param value takes errors, and that a client was lost (a warning); thread of the instance.
     * @return this.
     */
    public AeronInstanceContext errorHandler(final ErrorHandler value) {
        errorHandler = value;
        return this;
    }

    ErrorHandler errorHandler() {
        return errorHandler;
    }

    /**
     * @param value monotonic clock.
     * @return this.
     */
    public AeronInstanceContext nanoClock(final NanoClock value) {
        nanoClock = value;
        return this;
    }

    NanoClock nanoClock() {
        return nanoClock;
    }
}
