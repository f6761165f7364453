package io.dtm.transport.aeron;

import io.aeron.CommonContext;
import io.aeron.exceptions.ConfigurationException;
import io.aeron.security.AuthenticatorSupplier;
import io.aeron.security.AuthorisationServiceSupplier;
import java.util.concurrent.TimeUnit;
import org.agrona.ErrorHandler;
import org.agrona.Strings;
import org.agrona.SystemUtil;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemNanoClock;

/**
 * Configures an {@link AeronServerTransport}. Properties give the defaults; durations take units ("5s"), sizes too
 * ("1m"). Unchanged after {@link #conclude()}.
 */
public final class AeronServerContext {
    /** Property for {@link #udpEnabled(boolean)}. */
    public static final String UDP_ENABLED_PROP = "dtm.ingress.udp";
    /** Property for {@link #ipcEnabled(boolean)}. */
    public static final String IPC_ENABLED_PROP = "dtm.ingress.ipc";
    /** Property for {@link #maxLinks(int)}. */
    public static final String MAX_LINKS_PROP = "dtm.ingress.max.links";
    /** Default of {@link #maxLinks(int)}. */
    public static final int MAX_LINKS_DEFAULT = 1024;
    /** Property for {@link #maxTermLength(int)}, a size. */
    public static final String MAX_TERM_LENGTH_PROP = EmbeddedDriverContext.MAX_TERM_LENGTH_PROP;
    /** Property for {@link #connectTimeoutNs(long)}, a duration. */
    public static final String CONNECT_TIMEOUT_PROP = "dtm.response.connect.timeout";
    /** Default of {@link #connectTimeoutNs(long)}: 5 s. */
    public static final long CONNECT_TIMEOUT_DEFAULT_NS = TimeUnit.SECONDS.toNanos(5);
    /** Property for {@link #challengeTimeoutNs(long)}, a duration. */
    public static final String CHALLENGE_TIMEOUT_PROP = "dtm.ingress.challenge.timeout";
    /** Default of {@link #challengeTimeoutNs(long)}: 5 s. */
    public static final long CHALLENGE_TIMEOUT_DEFAULT_NS = TimeUnit.SECONDS.toNanos(5);
    /** Property for {@link #maxUnauthenticated(int)}. */
    public static final String MAX_UNAUTHENTICATED_PROP = "dtm.ingress.max.unauthenticated";
    /** Default of {@link #maxUnauthenticated(int)}. */
    public static final int MAX_UNAUTHENTICATED_DEFAULT = 64;
    /** Property for {@link #unauthenticatedAllowed(boolean)}. */
    public static final String UNAUTHENTICATED_ALLOWED_PROP = "dtm.ingress.unauthenticated.allowed";

    private TransportChannels channels = new TransportChannels();
    private EmbeddedDriverContext embeddedDriver;
    private String aeronDirectoryName = System.getProperty(CommonContext.AERON_DIR_PROP_NAME);
    private boolean udpEnabled = Boolean.parseBoolean(System.getProperty(UDP_ENABLED_PROP, "true"));
    private boolean ipcEnabled = Boolean.parseBoolean(System.getProperty(IPC_ENABLED_PROP, "true"));
    private int maxLinks = Integer.getInteger(MAX_LINKS_PROP, MAX_LINKS_DEFAULT);
    private int maxTermLength = SystemUtil.getSizeAsInt(
        MAX_TERM_LENGTH_PROP, EmbeddedDriverContext.MAX_TERM_LENGTH_DEFAULT);
    private long connectTimeoutNs = SystemUtil.getDurationInNanos(CONNECT_TIMEOUT_PROP, CONNECT_TIMEOUT_DEFAULT_NS);
    private long retryIntervalNs = SystemUtil.getDurationInNanos(
        AeronInstanceContext.RETRY_INTERVAL_PROP, AeronInstanceContext.RETRY_INTERVAL_DEFAULT_NS);
    private long driverTimeoutMs = Long.getLong(AeronInstanceContext.DRIVER_TIMEOUT_PROP, 0);
    private long challengeTimeoutNs = SystemUtil.getDurationInNanos(
        CHALLENGE_TIMEOUT_PROP, CHALLENGE_TIMEOUT_DEFAULT_NS);
    private int maxUnauthenticated = Integer.getInteger(MAX_UNAUTHENTICATED_PROP, MAX_UNAUTHENTICATED_DEFAULT);
    private boolean unauthenticatedAllowed = Boolean.getBoolean(UNAUTHENTICATED_ALLOWED_PROP);
    private AuthenticatorSupplier authenticatorSupplier;
    private AuthorisationServiceSupplier authorisationServiceSupplier;
    private ErrorHandler errorHandler;
    private NanoClock nanoClock = SystemNanoClock.INSTANCE;

    /**
     * Fills in defaults and checks.
     *
     * @return this.
     * @throws ConfigurationException if something is missing or out of range, or if anybody could reach the
     *                                coordinator without being asked who it is.
     */
    public AeronServerContext conclude() {
        if (null == errorHandler) {
            throw new ConfigurationException("the transport's error handler is not set");
        }
        if (!udpEnabled && !ipcEnabled) {
            throw new ConfigurationException("neither UDP nor IPC is enabled: nobody could connect");
        }
        if (maxLinks < 1 || maxUnauthenticated < 1) {
            throw new ConfigurationException("limits must be positive: links " + maxLinks + ", unauthenticated "
                + maxUnauthenticated);
        }
        channels.conclude();
        if (udpEnabled && !channels.isLoopback() && null == authenticatorSupplier && !unauthenticatedAllowed) {
            throw new ConfigurationException(
                "refusing to listen on " + channels.ingressEndpoint() + " without an authenticator: anybody who "
                    + "reaches this address could decide transactions. Configure an authenticator, bind to loopback, "
                    + "or set " + UNAUTHENTICATED_ALLOWED_PROP + "=true");
        }
        if (Strings.isEmpty(aeronDirectoryName)) {
            aeronDirectoryName = null;
            if (null == embeddedDriver) {
                throw new ConfigurationException(
                    "neither an embedded driver nor the directory of another one is set; see "
                        + CommonContext.AERON_DIR_PROP_NAME);
            }
            embeddedDriver
                .errorHandler(errorHandler)
                .maxTermLength(maxTermLength)
                .streamSessionLimit(sessionLimit())
                .conclude();
        }
        if (0 == driverTimeoutMs) {
            driverTimeoutMs = isDriverExternal()
                ? AeronInstanceContext.DRIVER_TIMEOUT_DEFAULT_MS : embeddedDriver.driverTimeoutMs();
        }
        return this;
    }

    /** Images of links that ended linger: twice the links, and some for the rest; unless the property says it. */
    private int sessionLimit() {
        return Integer.getInteger(
            EmbeddedDriverContext.STREAM_SESSION_LIMIT_PROP, (int) Math.min(Integer.MAX_VALUE, 2L * maxLinks + 16));
    }

    /** @return whether the driver is another process's. */
    public boolean isDriverExternal() {
        return null != aeronDirectoryName;
    }

    /**
     * @param value endpoints and streams.
     * @return this.
     */
    public AeronServerContext channels(final TransportChannels value) {
        channels = value;
        return this;
    }

    /** @return endpoints and streams. */
    public TransportChannels channels() {
        return channels;
    }

    /**
     * @param value a driver to start with the transport, unless {@link #aeronDirectoryName(String)} names another's.
     *              Its error handler and greatest term length are set from here, its session limit too unless
     *              {@link EmbeddedDriverContext#STREAM_SESSION_LIMIT_PROP} is set.
     * @return this.
     */
    public AeronServerContext embeddedDriver(final EmbeddedDriverContext value) {
        embeddedDriver = value;
        return this;
    }

    EmbeddedDriverContext embeddedDriver() {
        return embeddedDriver;
    }

    /**
     * @param value directory of an external driver; null or empty: the embedded one. Default:
     *              the property {@code aeron.dir}.
     *              A killed coordinator looks alive to an external driver for its client liveness timeout (Aeron's
     *              default: 10 s); peers are held up for so long, and those that come back after the sessions' grace
     *              period have lost what they had not submitted. Give such a driver
     *              {@code aeron.client.liveness.timeout=5s}.
     * @return this.
     */
    public AeronServerContext aeronDirectoryName(final String value) {
        aeronDirectoryName = value;
        return this;
    }

    String aeronDirectoryName() {
        return aeronDirectoryName;
    }

    /**
     * @param value whether to listen on UDP. Default: true.
     * @return this.
     */
    public AeronServerContext udpEnabled(final boolean value) {
        udpEnabled = value;
        return this;
    }

    boolean udpEnabled() {
        return udpEnabled;
    }

    /**
     * @param value whether to take peers under the same driver over shared memory. Default: true. Access is what the
     *              file system grants to the driver's directory.
     * @return this.
     */
    public AeronServerContext ipcEnabled(final boolean value) {
        ipcEnabled = value;
        return this;
    }

    boolean ipcEnabled() {
        return ipcEnabled;
    }

    /**
     * @param value greatest number of links at a time; more are refused.
     * @return this.
     */
    public AeronServerContext maxLinks(final int value) {
        maxLinks = value;
        return this;
    }

    int maxLinks() {
        return maxLinks;
    }

    /**
     * @param value greatest term length of a peer's stream, bytes; one with longer terms is refused.
     * @return this.
     */
    public AeronServerContext maxTermLength(final int value) {
        maxTermLength = value;
        return this;
    }

    int maxTermLength() {
        return maxTermLength;
    }

    /**
     * @param value how long a reply may wait for a peer that doesn't take replies, at first or any more, ns; then its
     *              link is gone.
     * @return this.
     */
    public AeronServerContext connectTimeoutNs(final long value) {
        connectTimeoutNs = value;
        return this;
    }

    long connectTimeoutNs() {
        return connectTimeoutNs;
    }

    /**
     * @param value time between two attempts at what a driver refused, or at finding a driver, ns.
     * @return this.
     */
    public AeronServerContext retryIntervalNs(final long value) {
        retryIntervalNs = value;
        return this;
    }

    long retryIntervalNs() {
        return retryIntervalNs;
    }

    /**
     * @param value time without a sign of life of the driver after which it counts as dead, ms; 0: an embedded
     *              driver's own, else 10 s.
     * @return this.
     */
    public AeronServerContext driverTimeoutMs(final long value) {
        driverTimeoutMs = value;
        return this;
    }

    long driverTimeoutMs() {
        return driverTimeoutMs;
    }

    /**
     * @param value how long a peer may take to be authenticated, and to answer each challenge, ns.
     * @return this.
     */
    public AeronServerContext challengeTimeoutNs(final long value) {
        challengeTimeoutNs = value;
        return this;
    }

    long challengeTimeoutNs() {
        return challengeTimeoutNs;
    }

    /**
     * @param value greatest number of peers being authenticated at a time; more are refused.
     * @return this.
     */
    public AeronServerContext maxUnauthenticated(final int value) {
        maxUnauthenticated = value;
        return this;
    }

    int maxUnauthenticated() {
        return maxUnauthenticated;
    }

    /**
     * @param value whether to listen on an address that isn't loopback without an authenticator. Default: false.
     * @return this.
     */
    public AeronServerContext unauthenticatedAllowed(final boolean value) {
        unauthenticatedAllowed = value;
        return this;
    }

    /**
     * @param value who peers are; null: everybody is let in.
     * @return this.
     */
    public AeronServerContext authenticatorSupplier(final AuthenticatorSupplier value) {
        authenticatorSupplier = value;
        return this;
    }

    AuthenticatorSupplier authenticatorSupplier() {
        return authenticatorSupplier;
    }

    /**
     * @param value what peers may do; null: everything.
     * @return this.
     */
    public AeronServerContext authorisationServiceSupplier(final AuthorisationServiceSupplier value) {
        authorisationServiceSupplier = value;
        return this;
    }

    AuthorisationServiceSupplier authorisationServiceSupplier() {
        return authorisationServiceSupplier;
    }

    /**
     * @param value takes errors and warnings; any thread.
     * @return this.
     */
    public AeronServerContext errorHandler(final ErrorHandler value) {
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
    public AeronServerContext nanoClock(final NanoClock value) {
        nanoClock = value;
        return this;
    }

    NanoClock nanoClock() {
        return nanoClock;
    }
}
