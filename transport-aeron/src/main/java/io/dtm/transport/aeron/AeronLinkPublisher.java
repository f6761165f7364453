package io.dtm.transport.aeron;

import io.aeron.Aeron;
import io.aeron.CommonContext;
import io.aeron.ExclusivePublication;
import io.aeron.Publication;
import io.aeron.exceptions.AeronException;
import io.dtm.core.egress.LinkPublisher;
import java.util.ArrayList;
import org.agrona.DirectBuffer;
import org.agrona.ErrorHandler;
import org.agrona.collections.ArrayListUtil;
import org.agrona.collections.Int2ObjectHashMap;
import org.agrona.concurrent.NanoClock;

/**
 * The egress side of the coordinator's links: a publication over each peer's response channel. Egress agent only,
 * which calls {@link #doWork()} in every duty cycle: it drives this side's own {@link AeronInstance}.
 * <p>
 * The only owner of the publications: adds them when ingress has seen a new image, closes them when the link goes,
 * and never touches one after that.
 */
public final class AeronLinkPublisher implements LinkPublisher, AutoCloseable {
    private static final long CONNECTED = Long.MIN_VALUE;

    private final AeronInstance instance;
    private final LinkHandover handover;
    private final TransportChannels channels;
    private final ErrorHandler errorHandler;
    private final NanoClock nanoClock;
    private final long connectTimeoutNs;
    private final long retryIntervalNs;
    private final boolean isUdpEnabled;
    private final Int2ObjectHashMap<ReplyLink> links = new Int2ObjectHashMap<>();
    private final ArrayList<ReplyLink> connecting = new ArrayList<>();
    private final ArrayList<ReplyLink> ended = new ArrayList<>();
    private long downCount;
    private long generation;
    private long prototypeId = Aeron.NULL_VALUE;
    private ExclusivePublication prototype;
    private long nextAttemptNs;
    private volatile long goneCount;

    AeronLinkPublisher(final AeronServerContext ctx, final AeronInstance instance, final LinkHandover handover) {
        this.instance = instance;
        this.handover = handover;
        this.channels = ctx.channels();
        this.errorHandler = ctx.errorHandler();
        this.nanoClock = ctx.nanoClock();
        this.connectTimeoutNs = ctx.connectTimeoutNs();
        this.retryIntervalNs = ctx.retryIntervalNs();
        this.isUdpEnabled = ctx.udpEnabled();
        this.nextAttemptNs = nanoClock.nanoTime();
    }

    @Override
    public int doWork() {
        int workCount = instance.doWork();
        if (generation != instance.generation()) {
            generation = instance.generation();
            loseAll();
        }
        workCount += holdResponseEndpoint();
        workCount += takeNewLinks();
        workCount += closeDownLinks();
        workCount += connectLinks();
        return workCount;
    }

    @Override
    public int offer(final int linkId, final DirectBuffer buffer, final int offset, final int length) {
        ReplyLink link = links.get(linkId);
        if (null == link) {
            // ingress hands a link over before its first frame: what the frame caused can't be earlier than the link
            takeNewLinks();
            link = links.get(linkId);
            if (null == link) {
                return GONE;
            }
        }
        final ExclusivePublication publication = link.publication;
        if (null == publication) {
            return BACK_PRESSURED;
        }
        long result = publication.offer(buffer, offset, length);
        if (Publication.ADMIN_ACTION == result) {
            // the term was rotated: there is room in the next one
            result = publication.offer(buffer, offset, length);
        }
        return result > 0 ? sent(link) : refused(link, result);
    }

    private static int sent(final ReplyLink link) {
        link.disconnectedSinceNs = CONNECTED;
        return SENT;
    }

    private int refused(final ReplyLink link, final long result) {
        if (Publication.BACK_PRESSURED == result || Publication.ADMIN_ACTION == result) {
            link.disconnectedSinceNs = CONNECTED;
            return BACK_PRESSURED;
        }
        if (Publication.NOT_CONNECTED == result && !isOverdue(link)) {
            return BACK_PRESSURED;
        }
        gone(link);
        return GONE;
    }

    private boolean isOverdue(final ReplyLink link) {
        final long nowNs = nanoClock.nanoTime();
        if (CONNECTED == link.disconnectedSinceNs) {
            link.disconnectedSinceNs = nowNs;
        }
        return nowNs - link.disconnectedSinceNs > connectTimeoutNs;
    }

    @Override
    public void close(final int linkId) {
        final ReplyLink link = links.get(linkId);
        if (null != link) {
            end(link);
        }
    }

    boolean isReady() {
        return null != instance.aeron() && (!isUdpEnabled || null != prototype);
    }

    /** @return links that can be offered to; egress agent only. */
    public int linkCount() {
        return links.size();
    }

    /** @return links given up because their peer didn't take replies. Any thread. */
    public long goneCount() {
        return goneCount;
    }

    /** @return how often the Aeron client was lost; egress agent only. */
    public long lossCount() {
        return instance.lossCount();
    }

    /**
     * A publication that sends nothing keeps the response endpoint's socket: that it can't be had shows at the start,
     * and no other program gets it between two links.
     */
    private int holdResponseEndpoint() {
        final Aeron aeron = instance.aeron();
        if (!isUdpEnabled || null != prototype || null == aeron || nanoClock.nanoTime() - nextAttemptNs < 0) {
            return 0;
        }
        try {
            if (Aeron.NULL_VALUE == prototypeId) {
                prototypeId = aeron.asyncAddExclusivePublication(
                    channels.responsePublication(false, CommonContext.PROTOTYPE_CORRELATION_ID),
                    channels.responseStreamId());
            } else {
                prototype = aeron.getExclusivePublication(prototypeId);
            }
            return 1;
        } catch (final AeronException ex) {
            prototypeId = Aeron.NULL_VALUE;
            nextAttemptNs = nanoClock.nanoTime() + retryIntervalNs;
            errorHandler.onError(ex);
            return 0;
        }
    }

    private int takeNewLinks() {
        int workCount = 0;
        ServerLink shared = handover.poll();
        while (null != shared) {
            ++workCount;
            add(shared);
            shared = handover.poll();
        }
        return workCount;
    }

    private void add(final ServerLink shared) {
        final Aeron aeron = instance.aeron();
        final ReplyLink link = new ReplyLink(shared, nanoClock.nanoTime());
        if (null == aeron || shared.isDownAtIngress()) {
            handover.closed(shared);
            return;
        }
        try {
            link.registrationId = aeron.asyncAddExclusivePublication(
                channels.responsePublication(shared.isIpc(), Long.toString(shared.imageCorrelationId())),
                channels.responseStreamId());
            links.put(shared.linkId(), link);
            connecting.add(link);
        } catch (final AeronException ex) {
            errorHandler.onError(ex);
            handover.closed(shared);
        }
    }

    /** Gets the publications asked for, and gives up those to which nobody connects. */
    private int connectLinks() {
        int workCount = 0;
        for (int i = connecting.size() - 1; i >= 0; i--) {
            final ReplyLink link = connecting.get(i);
            if (!link.isEnded && !isConnected(link) && !link.isEnded) {
                if (!isOverdue(link)) {
                    continue;
                }
                gone(link);
            }
            ArrayListUtil.fastUnorderedRemove(connecting, i);
            ++workCount;
        }
        return workCount;
    }

    private boolean isConnected(final ReplyLink link) {
        if (null == link.publication) {
            try {
                link.publication = instance.aeron().getExclusivePublication(link.registrationId);
            } catch (final AeronException ex) {
                // the image has gone meanwhile, or its sender asked for no response channel
                link.registrationId = Aeron.NULL_VALUE;
                errorHandler.onError(ex);
                gone(link);
                return false;
            }
        }
        if (null == link.publication || !link.publication.isConnected()) {
            return false;
        }
        link.disconnectedSinceNs = CONNECTED;
        return true;
    }

    private int closeDownLinks() {
        final long nowDown = handover.downCount();
        if (nowDown == downCount) {
            return 0;
        }
        downCount = nowDown;
        for (final ReplyLink link : links.values()) {
            if (link.shared.isDownAtIngress()) {
                ended.add(link);
            }
        }
        for (int i = 0, size = ended.size(); i < size; i++) {
            end(ended.get(i));
        }
        ended.clear();
        return 1;
    }

    private void loseAll() {
        prototype = null;
        prototypeId = Aeron.NULL_VALUE;
        for (final ReplyLink link : links.values()) {
            link.isEnded = true;
            handover.closed(link.shared);
        }
        links.clear();
        connecting.clear();
    }

    private void gone(final ReplyLink link) {
        goneCount = goneCount + 1;
        end(link);
    }

    private void end(final ReplyLink link) {
        if (link.isEnded) {
            return;
        }
        link.isEnded = true;
        links.remove(link.shared.linkId());
        handover.closed(link.shared);
        try {
            if (null != link.publication) {
                link.publication.close();
            } else if (Aeron.NULL_VALUE != link.registrationId && null != instance.aeron()) {
                instance.aeron().asyncRemovePublication(link.registrationId);
            }
        } catch (final AeronException ex) {
            errorHandler.onError(ex);
        }
    }

    /** By the egress agent, or when it has stopped. */
    @Override
    public void close() {
        instance.close();
        links.clear();
        connecting.clear();
    }

    /** The publication of one link; null until the driver has made it. */
    private static final class ReplyLink {
        private final ServerLink shared;
        private long registrationId = Aeron.NULL_VALUE;
        private ExclusivePublication publication;
        private long disconnectedSinceNs;
        private boolean isEnded;

        ReplyLink(final ServerLink shared, final long nowNs) {
            this.shared = shared;
            this.disconnectedSinceNs = nowNs;
        }
    }
}
