package io.dtm.transport.aeron;

import static io.aeron.CommonContext.CONTROL_MODE_RESPONSE;

import io.aeron.ChannelUriStringBuilder;
import io.aeron.CommonContext;
import io.aeron.exceptions.ConfigurationException;
import io.aeron.logbuffer.FrameDescriptor;
import io.aeron.logbuffer.LogBufferDescriptor;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.agrona.BitUtil;
import org.agrona.Strings;
import org.agrona.SystemUtil;

/**
 * Where a coordinator listens, and how the streams between it and its peers are made. Both sides use one: a server
 * and a link that agree on endpoints and stream ids find each other.
 * <p>
 * A link has two streams. Requests go to the ingress endpoint. Replies come over a response channel: the peer
 * subscribes at the response endpoint without naming an address of its own, its request stream carries that
 * subscription's id, and the coordinator answers to where the peer's driver spoke from. No string from a peer ever
 * becomes a channel.
 * <p>
 * Not thread-safe; unchanged after {@link #conclude()}.
 */
public final class TransportChannels {
    /** Property for {@link #ingressEndpoint(String)}. */
    public static final String INGRESS_ENDPOINT_PROP = "dtm.ingress.endpoint";
    /** Default of {@link #ingressEndpoint(String)}: loopback. */
    public static final String INGRESS_ENDPOINT_DEFAULT = "localhost:6801";
    /** Property for {@link #responseEndpoint(String)}; default: the ingress endpoint's host, its port plus one. */
    public static final String RESPONSE_ENDPOINT_PROP = "dtm.response.endpoint";
    /** Property for {@link #ingressStreamId(int)}. */
    public static final String INGRESS_STREAM_ID_PROP = "dtm.ingress.stream.id";
    /** Default of {@link #ingressStreamId(int)}. */
    public static final int INGRESS_STREAM_ID_DEFAULT = 6801;
    /** Property for {@link #responseStreamId(int)}; default: one more than the ingress stream's. */
    public static final String RESPONSE_STREAM_ID_PROP = "dtm.response.stream.id";
    /** Property for {@link #mtuLength(int)}, a size ("8k"). */
    public static final String MTU_LENGTH_PROP = "dtm.transport.mtu.length";
    /** Default of {@link #mtuLength(int)} where the ingress endpoint is on loopback: 3.5 times 1,408's throughput. */
    public static final int MTU_LENGTH_LOOPBACK_DEFAULT = 8192;
    /** Default of {@link #mtuLength(int)} elsewhere: fits Ethernet. */
    public static final int MTU_LENGTH_DEFAULT = 1408;
    /** MTU over IPC: no datagram, so only a fragment's greatest length. */
    static final int IPC_MTU_LENGTH = 65504;
    /** Property for {@link #termLength(int)}, a size ("1m"). */
    public static final String TERM_LENGTH_PROP = "dtm.transport.term.length";
    /** Least and default of {@link #termLength(int)}: Aeron's largest message is an eighth of it. */
    public static final int TERM_LENGTH_DEFAULT = 1024 * 1024;
    /** Property for {@link #socketBufferLength(int)}, a size. */
    public static final String SOCKET_BUFFER_LENGTH_PROP = "dtm.transport.socket.buffer.length";
    /** Property for {@link #receiverWindowLength(int)}, a size. */
    public static final String RECEIVER_WINDOW_LENGTH_PROP = "dtm.transport.receiver.window.length";
    /** Property for {@link #lingerNs(long)}, a duration ("1s"). */
    public static final String LINGER_PROP = "dtm.transport.linger";
    /** Default of {@link #lingerNs(long)}: 1 s. */
    public static final long LINGER_DEFAULT_NS = 1_000_000_000L;

    private String ingressEndpoint = System.getProperty(INGRESS_ENDPOINT_PROP, INGRESS_ENDPOINT_DEFAULT);
    private String responseEndpoint = System.getProperty(RESPONSE_ENDPOINT_PROP);
    private int ingressStreamId = Integer.getInteger(INGRESS_STREAM_ID_PROP, INGRESS_STREAM_ID_DEFAULT);
    private int responseStreamId = Integer.getInteger(RESPONSE_STREAM_ID_PROP, 0);
    private int mtuLength = SystemUtil.getSizeAsInt(MTU_LENGTH_PROP, 0);
    private int termLength = SystemUtil.getSizeAsInt(TERM_LENGTH_PROP, TERM_LENGTH_DEFAULT);
    private int socketBufferLength = SystemUtil.getSizeAsInt(SOCKET_BUFFER_LENGTH_PROP, 0);
    private int receiverWindowLength = SystemUtil.getSizeAsInt(RECEIVER_WINDOW_LENGTH_PROP, 0);
    private long lingerNs = SystemUtil.getDurationInNanos(LINGER_PROP, LINGER_DEFAULT_NS);
    private boolean isLoopback;
    private boolean isConcluded;

    /**
     * Fills in defaults and checks.
     *
     * @return this.
     * @throws ConfigurationException if something is out of range, or a host's name isn't known.
     */
    public TransportChannels conclude() {
        if (isConcluded) {
            return this;
        }
        if (Strings.isEmpty(responseEndpoint)) {
            responseEndpoint = host(ingressEndpoint) + ":" + (port(ingressEndpoint) + 1);
        }
        if (0 == responseStreamId) {
            responseStreamId = ingressStreamId + 1;
        }
        isLoopback = isLoopbackAddress(ingressEndpoint) && isLoopbackAddress(responseEndpoint);
        if (0 == mtuLength) {
            mtuLength = isLoopback ? MTU_LENGTH_LOOPBACK_DEFAULT : MTU_LENGTH_DEFAULT;
        }
        validate();
        isConcluded = true;
        return this;
    }

    private void validate() {
        if (ingressStreamId == responseStreamId) {
            // over IPC the ingress subscription would take the coordinator's own replies for requests
            throw new ConfigurationException("ingress and response stream ids are equal: " + ingressStreamId);
        }
        if (ingressEndpoint.equals(responseEndpoint)) {
            throw new ConfigurationException("ingress and response endpoints are equal: " + ingressEndpoint);
        }
        if (!BitUtil.isPowerOfTwo(termLength)
            || termLength < TERM_LENGTH_DEFAULT
            || termLength > LogBufferDescriptor.TERM_MAX_LENGTH) {
            throw new ConfigurationException("term length must be a power of two, at least 1 MiB: " + termLength);
        }
        if (FrameDescriptor.computeMaxMessageLength(termLength) < io.dtm.codec.FrameDescriptor.MAX_FRAME_LENGTH) {
            throw new ConfigurationException("term length doesn't hold a frame: " + termLength);
        }
        if (mtuLength < 256 || mtuLength > IPC_MTU_LENGTH || 0 != mtuLength % FrameDescriptor.FRAME_ALIGNMENT) {
            throw new ConfigurationException("MTU must be a multiple of 32 from 256 to 65,504: " + mtuLength);
        }
        if (lingerNs < 0 || socketBufferLength < 0 || receiverWindowLength < 0) {
            throw new ConfigurationException("linger, socket buffer and receiver window must not be negative");
        }
    }

    /** @return whether both endpoints are loopback addresses; after {@link #conclude()}. */
    public boolean isLoopback() {
        return isLoopback;
    }

    /**
     * @param value host and port on which the coordinator takes requests over UDP.
     * @return this.
     */
    public TransportChannels ingressEndpoint(final String value) {
        ingressEndpoint = value;
        return this;
    }

    /** @return host and port on which the coordinator takes requests over UDP. */
    public String ingressEndpoint() {
        return ingressEndpoint;
    }

    /**
     * @param value host and port from which the coordinator sends replies over UDP.
     * @return this.
     */
    public TransportChannels responseEndpoint(final String value) {
        responseEndpoint = value;
        return this;
    }

    /** @return host and port from which the coordinator sends replies over UDP. */
    public String responseEndpoint() {
        return responseEndpoint;
    }

    /**
     * @param value stream of requests. Over IPC it is all that tells coordinators under one driver apart.
     * @return this.
     */
    public TransportChannels ingressStreamId(final int value) {
        ingressStreamId = value;
        return this;
    }

    /** @return stream of requests. */
    public int ingressStreamId() {
        return ingressStreamId;
    }

    /**
     * @param value stream of replies.
     * @return this.
     */
    public TransportChannels responseStreamId(final int value) {
        responseStreamId = value;
        return this;
    }

    /** @return stream of replies. */
    public int responseStreamId() {
        return responseStreamId;
    }

    /**
     * @param value greatest UDP payload in bytes, a multiple of 32; 0: chosen by whether the endpoints are loopback.
     * @return this.
     */
    public TransportChannels mtuLength(final int value) {
        mtuLength = value;
        return this;
    }

    /** @return greatest UDP payload in bytes. */
    public int mtuLength() {
        return mtuLength;
    }

    /**
     * @param value length of a term buffer in bytes. A stream has three, sparse files: pages that were never written
     *              take no memory.
     * @return this.
     */
    public TransportChannels termLength(final int value) {
        termLength = value;
        return this;
    }

    /** @return length of a term buffer in bytes. */
    public int termLength() {
        return termLength;
    }

    /**
     * @param value SO_SNDBUF and SO_RCVBUF in bytes, bounded by the kernel (net.core.rmem_max, wmem_max); 0: the
     *              driver's default.
     * @return this.
     */
    public TransportChannels socketBufferLength(final int value) {
        socketBufferLength = value;
        return this;
    }

    /**
     * @param value flow-control window in bytes, not more than SO_RCVBUF; 0: the driver's default.
     * @return this.
     */
    public TransportChannels receiverWindowLength(final int value) {
        receiverWindowLength = value;
        return this;
    }

    /**
     * @param value how long a driver keeps a closed publication to answer requests for retransmission, ns.
     * @return this.
     */
    public TransportChannels lingerNs(final long value) {
        lingerNs = value;
        return this;
    }

    String ingressSubscription(final boolean isIpc) {
        final ChannelUriStringBuilder builder = new ChannelUriStringBuilder().sparse(true).alias("dtm-ingress");
        if (isIpc) {
            return builder.media(CommonContext.IPC_MEDIA).build();
        }
        return receiving(builder.media(CommonContext.UDP_MEDIA).endpoint(ingressEndpoint)).build();
    }

    String ingressPublication(final boolean isIpc, final long responseSubscriptionId) {
        final ChannelUriStringBuilder builder = new ChannelUriStringBuilder()
            .responseCorrelationId(responseSubscriptionId);
        return isIpc
            ? sendingOverIpc(builder).build()
            : sending(builder.media(CommonContext.UDP_MEDIA).endpoint(ingressEndpoint)).build();
    }

    String responseSubscription(final boolean isIpc) {
        final ChannelUriStringBuilder builder = new ChannelUriStringBuilder()
            .sparse(true)
            .controlMode(CONTROL_MODE_RESPONSE);
        if (isIpc) {
            return builder.media(CommonContext.IPC_MEDIA).build();
        }
        return receiving(builder.media(CommonContext.UDP_MEDIA).controlEndpoint(responseEndpoint)).build();
    }

    String responsePublication(final boolean isIpc, final String imageCorrelationId) {
        final ChannelUriStringBuilder builder = new ChannelUriStringBuilder()
            .controlMode(CONTROL_MODE_RESPONSE)
            .responseCorrelationId(imageCorrelationId);
        return isIpc
            ? sendingOverIpc(builder).build()
            : sending(builder.media(CommonContext.UDP_MEDIA).controlEndpoint(responseEndpoint)).build();
    }

    private ChannelUriStringBuilder sending(final ChannelUriStringBuilder builder) {
        if (0 != socketBufferLength) {
            builder.socketSndbufLength(socketBufferLength);
        }
        return builder.termLength(termLength).mtu(mtuLength).linger(lingerNs).sparse(true);
    }

    private ChannelUriStringBuilder sendingOverIpc(final ChannelUriStringBuilder builder) {
        return builder
            .media(CommonContext.IPC_MEDIA)
            .termLength(termLength)
            .mtu(IPC_MTU_LENGTH)
            .linger(lingerNs)
            .sparse(true);
    }

    private ChannelUriStringBuilder receiving(final ChannelUriStringBuilder builder) {
        if (0 != socketBufferLength) {
            builder.socketRcvbufLength(socketBufferLength);
        }
        if (0 != receiverWindowLength) {
            builder.receiverWindowLength(receiverWindowLength);
        }
        return builder;
    }

    private static boolean isLoopbackAddress(final String endpoint) {
        try {
            return InetAddress.getByName(host(endpoint)).isLoopbackAddress();
        } catch (final UnknownHostException ex) {
            throw new ConfigurationException("unknown host in endpoint " + endpoint + ": " + ex.getMessage());
        }
    }

    private static String host(final String endpoint) {
        return endpoint.substring(0, colon(endpoint));
    }

    private static int port(final String endpoint) {
        try {
            return Integer.parseInt(endpoint.substring(colon(endpoint) + 1));
        } catch (final NumberFormatException ex) {
            throw new ConfigurationException("endpoint must be host:port, found " + endpoint);
        }
    }

    private static int colon(final String endpoint) {
        final int colon = null == endpoint ? -1 : endpoint.lastIndexOf(':');
        if (colon < 1) {
            throw new ConfigurationException("endpoint must be host:port, found " + endpoint);
        }
        return colon;
    }
}
