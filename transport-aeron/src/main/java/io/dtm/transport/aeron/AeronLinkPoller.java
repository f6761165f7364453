package io.dtm.transport.aeron;

import io.aeron.Aeron;
import io.aeron.Image;
import io.aeron.Subscription;
import io.aeron.exceptions.AeronEvent;
import io.aeron.exceptions.AeronException;
import io.aeron.logbuffer.ControlledFragmentHandler;
import io.aeron.logbuffer.ControlledFragmentHandler.Action;
import io.dtm.core.ingress.LinkPoller;
import java.util.ArrayList;
import org.agrona.DirectBuffer;
import org.agrona.ErrorHandler;
import org.agrona.collections.ArrayListUtil;
import org.agrona.concurrent.NanoClock;

/**
 * The ingress side of the coordinator's links: subscriptions over UDP and IPC, and the image of each peer. Ingress
 * agent only; drives its own {@link AeronInstance} in each {@link #poll}.
 * <p>
 * A link lives from its image's arrival until the image is gone or the egress side closed it. What an image delivers
 * after that is read and dropped: a driver keeps an image whose subscriber doesn't read.
 */
public final class AeronLinkPoller implements LinkPoller, AutoCloseable {
    private static final int FRAGMENT_LIMIT = 64;
    private static final ControlledFragmentHandler DROP = (buffer, offset, length, header) -> Action.CONTINUE;

    private final AeronInstance instance;
    private final LinkHandover handover;
    private final TransportChannels channels;
    private final ErrorHandler errorHandler;
    private final NanoClock nanoClock;
    private final long retryIntervalNs;
    private final int maxLinks;
    private final int maxTermLength;
    private final ArrayList<Ingress> ingresses = new ArrayList<>(2);
    private final ArrayList<ImageLink> links = new ArrayList<>();
    private Handler handler;
    private int lastLinkId;
    private int liveCount;
    private int startIndex;
    private int frameCount;
    private int turnLimit;
    private int unannouncedCount;
    private boolean isAnyImageGone;
    private boolean isHandlerFull;
    private long closedCount;
    private volatile long refusedCount;
    private volatile long droppedCount;

    AeronLinkPoller(final AeronServerContext ctx, final AeronInstance instance, final LinkHandover handover) {
        this.instance = instance;
        this.handover = handover;
        this.channels = ctx.channels();
        this.errorHandler = ctx.errorHandler();
        this.nanoClock = ctx.nanoClock();
        this.retryIntervalNs = ctx.retryIntervalNs();
        this.maxLinks = ctx.maxLinks();
        this.maxTermLength = ctx.maxTermLength();
        if (ctx.udpEnabled()) {
            ingresses.add(new Ingress(false));
        }
        if (ctx.ipcEnabled()) {
            ingresses.add(new Ingress(true));
        }
    }

    @Override
    public int poll(final Handler handler, final int limit) {
        this.handler = handler;
        doWork();
        announceLinks();
        closeLinks();
        frameCount = 0;
        isHandlerFull = false;
        pollLinks(limit);
        return frameCount;
    }

    @Override
    public boolean isReceiving() {
        return instance.isDriverAlive();
    }

    /** Drives the client and its subscriptions without a handler: what {@link #poll} does first. */
    int doWork() {
        int workCount = instance.doWork();
        for (int i = 0, size = ingresses.size(); i < size; i++) {
            workCount += ingresses.get(i).doWork();
        }
        return workCount;
    }

    boolean isReady() {
        for (int i = 0, size = ingresses.size(); i < size; i++) {
            if (null == ingresses.get(i).subscription) {
                return false;
            }
        }
        return true;
    }

    /** @return links that are up; ingress agent only. */
    public int linkCount() {
        return liveCount;
    }

    /** @return peers refused: too many, terms too long, or egress behind. Any thread. */
    public long refusedCount() {
        return refusedCount;
    }

    /** @return messages dropped: longer than a frame, or with a part missing. Any thread. */
    public long droppedCount() {
        return droppedCount;
    }

    /** @return how often the Aeron client was lost; ingress agent only. */
    public long lossCount() {
        return instance.lossCount();
    }

    private void announceLinks() {
        for (int i = links.size() - unannouncedCount; i < links.size(); i++) {
            final ImageLink link = links.get(i);
            if (null != link.shared && !link.isAnnounced) {
                link.isAnnounced = true;
                handler.onLinkUp(link.shared.linkId());
            }
        }
        unannouncedCount = 0;
    }

    /** Ends links whose image is gone, or that egress closed. */
    private void closeLinks() {
        final long nowClosed = handover.closedCount();
        final boolean isAnyClosed = nowClosed != closedCount;
        if (!isAnyClosed && !isAnyImageGone) {
            return;
        }
        closedCount = nowClosed;
        isAnyImageGone = false;
        for (int i = links.size() - 1; i >= 0; i--) {
            final ImageLink link = links.get(i);
            if (link.image.isClosed()) {
                end(link);
                ArrayListUtil.fastUnorderedRemove(links, i);
            } else if (isAnyClosed && null != link.shared && link.shared.isClosedAtEgress()) {
                end(link);
            }
        }
    }

    private void end(final ImageLink link) {
        final ServerLink shared = link.shared;
        if (null != shared) {
            link.shared = null;
            --liveCount;
            link.assembler = null;
            handover.down(shared);
            handler.onLinkDown(shared.linkId());
        }
    }

    /**
     * Rounds over all images, each with an equal share, until one round finds nothing or the limit is reached. Starts
     * one further each time, or where the handler had no room.
     */
    private void pollLinks(final int limit) {
        final int size = links.size();
        if (0 == size) {
            return;
        }
        int index = startIndex < size ? startIndex : 0;
        final int share = Math.max(1, limit / Math.max(1, liveCount));
        int idle = 0;
        while (idle < size && frameCount < limit) {
            idle = pollLink(links.get(index), Math.min(frameCount + share, limit)) ? 0 : idle + 1;
            if (isHandlerFull) {
                break;
            }
            index = index + 1 < size ? index + 1 : 0;
        }
        startIndex = isHandlerFull || frameCount >= limit ? index : startIndex + 1;
    }

    /** True: it moved on, there may be more. */
    private boolean pollLink(final ImageLink link, final int turnLimit) {
        final Image image = link.image;
        final long position = image.position();
        if (null == link.shared) {
            image.controlledPoll(DROP, FRAGMENT_LIMIT);
            return false;
        }
        this.turnLimit = turnLimit;
        image.controlledPoll(link.assembler, FRAGMENT_LIMIT);
        if (link.assembler.droppedCount() != link.droppedCount) {
            onDropped(link);
        }
        return image.position() != position;
    }

    private void onDropped(final ImageLink link) {
        final long count = link.assembler.droppedCount();
        if (0 == link.droppedCount) {
            errorHandler.onError(new AeronEvent("peer " + link.image.sourceIdentity() + ", link "
                + link.shared.linkId() + ": message dropped, longer than a frame or incomplete; reported once a link"));
        }
        droppedCount = droppedCount + count - link.droppedCount;
        link.droppedCount = count;
    }

    private Action onFrame(final int linkId, final DirectBuffer buffer, final int offset, final int length) {
        if (!handler.onFrame(linkId, buffer, offset, length)) {
            isHandlerFull = true;
            return Action.ABORT;
        }
        return ++frameCount < turnLimit ? Action.CONTINUE : Action.BREAK;
    }

    private void onImage(final Image image, final boolean isIpc) {
        final ImageLink link = new ImageLink(image);
        links.add(link);
        ++unannouncedCount;
        if (liveCount >= maxLinks) {
            refuse(image, "there are " + maxLinks + " links already");
        } else if (image.termBufferLength() > maxTermLength) {
            refuse(image, "its terms are longer than " + maxTermLength + " bytes: " + image.termBufferLength());
        } else {
            final ServerLink shared = new ServerLink(lastLinkId + 1, image.correlationId(), isIpc);
            if (handover.offer(shared)) {
                lastLinkId = shared.linkId();
                link.shared = shared;
                link.assembler = new FrameAssembler(
                    (buffer, offset, length) -> onFrame(shared.linkId(), buffer, offset, length));
                ++liveCount;
            } else {
                refuse(image, "egress is behind");
            }
        }
    }

    private void refuse(final Image image, final String reason) {
        refusedCount = refusedCount + 1;
        errorHandler.onError(new AeronEvent("peer " + image.sourceIdentity() + " was refused: " + reason));
    }

    /** By the thread that polls, or when it has stopped. Handlers aren't told. */
    @Override
    public void close() {
        instance.close();
        links.clear();
    }

    /** One peer's image. {@code shared} is null when it is refused or ended: then it is only drained. */
    private static final class ImageLink {
        private final Image image;
        private ServerLink shared;
        private FrameAssembler assembler;
        private boolean isAnnounced;
        private long droppedCount;

        ImageLink(final Image image) {
            this.image = image;
        }
    }

    /** One subscription, added without waiting, again after each loss of the client. */
    private final class Ingress {
        private final boolean isIpc;
        private Subscription subscription;
        private long registrationId = Aeron.NULL_VALUE;
        private long generation;
        private long nextAttemptNs = nanoClock.nanoTime();

        Ingress(final boolean isIpc) {
            this.isIpc = isIpc;
        }

        int doWork() {
            final Aeron aeron = instance.aeron();
            if (generation != instance.generation()) {
                generation = instance.generation();
                subscription = null;
                registrationId = Aeron.NULL_VALUE;
            }
            if (null != subscription || null == aeron || nanoClock.nanoTime() - nextAttemptNs < 0) {
                return 0;
            }
            try {
                return add(aeron);
            } catch (final AeronException ex) {
                registrationId = Aeron.NULL_VALUE;
                nextAttemptNs = nanoClock.nanoTime() + retryIntervalNs;
                errorHandler.onError(ex);
                return 0;
            }
        }

        private int add(final Aeron aeron) {
            if (Aeron.NULL_VALUE == registrationId) {
                registrationId = aeron.asyncAddSubscription(
                    channels.ingressSubscription(isIpc),
                    channels.ingressStreamId(),
                    image -> onImage(image, isIpc),
                    image -> isAnyImageGone = true);
                return 1;
            }
            subscription = aeron.getSubscription(registrationId);
            return null == subscription ? 0 : 1;
        }
    }
}
