package io.dtm.transport.aeron;

import io.aeron.exceptions.ConfigurationException;
import java.util.concurrent.TimeUnit;
import org.agrona.ErrorHandler;
import org.agrona.SystemUtil;

/** Configures an {@link AeronCoordinatorLink}. */
public final class AeronLinkContext {
    /** Property for {@link #ipc(boolean)}. */
    public static final String IPC_PROP = "dtm.link.ipc";
    /** Property for {@link #connectTimeoutNs(long)}, a duration. */
    public static final String CONNECT_TIMEOUT_PROP = "dtm.link.connect.timeout";
    /** Default of {@link #connectTimeoutNs(long)}: 5 s. */
    public static final long CONNECT_TIMEOUT_DEFAULT_NS = TimeUnit.SECONDS.toNanos(5);
    /** Property for {@link #disconnectTimeoutNs(long)}, a duration. */
    public static final String DISCONNECT_TIMEOUT_PROP = "dtm.link.disconnect.timeout";
    /** Default of {@link #disconnectTimeoutNs(long)}: 1 s. */
    public static final long DISCONNECT_TIMEOUT_DEFAULT_NS = TimeUnit.SECONDS.toNanos(1);

    private TransportChannels channels = new TransportChannels();
    private boolean isIpc = Boolean.getBoolean(IPC_PROP);
    private long connectTimeoutNs = SystemUtil.getDurationInNanos(CONNECT_TIMEOUT_PROP, CONNECT_TIMEOUT_DEFAULT_NS);
    private long disconnectTimeoutNs = SystemUtil.getDurationInNanos(
        DISCONNECT_TIMEOUT_PROP, DISCONNECT_TIMEOUT_DEFAULT_NS);
    private ErrorHandler errorHandler;

    /**
     * Fills in defaults and checks.
     *
     * @return this.
     * @throws ConfigurationException if something is missing or out of range.
     */
    public AeronLinkContext conclude() {
        if (null == errorHandler) {
            throw new ConfigurationException("the link's error handler is not set");
        }
        if (connectTimeoutNs <= 0 || disconnectTimeoutNs < 0) {
            throw new ConfigurationException("timeouts out of range: connect " + connectTimeoutNs + " ns, disconnect "
                + disconnectTimeoutNs + " ns");
        }
        channels.conclude();
        return this;
    }

    /**
     * @param value where the coordinator listens; may be shared by links to the same one.
     * @return this.
     */
    public AeronLinkContext channels(final TransportChannels value) {
        channels = value;
        return this;
    }

    TransportChannels channels() {
        return channels;
    }

    /**
     * @param value whether to connect through shared memory: the coordinator uses the same driver. Default: false.
     * @return this.
     */
    public AeronLinkContext ipc(final boolean value) {
        isIpc = value;
        return this;
    }

    boolean ipc() {
        return isIpc;
    }

    /**
     * @param value after which a link that is being built counts as lost, ns: the coordinator isn't there, or the
     *              streams couldn't be tied together; another attempt has new ones.
     * @return this.
     */
    public AeronLinkContext connectTimeoutNs(final long value) {
        connectTimeoutNs = value;
        return this;
    }

    long connectTimeoutNs() {
        return connectTimeoutNs;
    }

    /**
     * @param value how long requests may find no receiver before the link counts as lost, ns. Over UDP a driver calls a
     *              receiver gone after 5 s of silence, which come on top.
     * @return this.
     */
    public AeronLinkContext disconnectTimeoutNs(final long value) {
        disconnectTimeoutNs = value;
        return this;
    }

    long disconnectTimeoutNs() {
        return disconnectTimeoutNs;
    }

    /**
     * @param value takes errors; thread of the link.
     * @return this.
     */
    public AeronLinkContext errorHandler(final ErrorHandler value) {
        errorHandler = value;
        return this;
    }

    ErrorHandler errorHandler() {
        return errorHandler;
    }
}
