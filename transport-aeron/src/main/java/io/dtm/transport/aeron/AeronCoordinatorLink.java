package io.dtm.transport.aeron;

import io.aeron.ExclusivePublication;
import io.aeron.Image;
import io.aeron.Publication;
import io.aeron.Subscription;
import io.aeron.exceptions.AeronException;
import io.aeron.logbuffer.ControlledFragmentHandler.Action;
import io.dtm.session.CoordinatorLink;
import org.agrona.DirectBuffer;
import org.agrona.ErrorHandler;

/**
 * A link to one coordinator over Aeron. Thread of the duty cycle, the same that drives the {@link AeronInstance}, which
 * several links may share; {@link #status} drives it. Nothing here waits.
 * <p>
 * Both directions are built together and given up together: a response channel isn't established again for the same
 * request stream (aeron issue 1686), so that a coordinator that came back can answer only a stream that is new.
 */
public final class AeronCoordinatorLink implements CoordinatorLink {
    private static final int FRAGMENT_LIMIT = 64;
    private static final long CONNECTED_NOW = Long.MIN_VALUE;

    private final AeronInstance instance;
    private final TransportChannels channels;
    private final ErrorHandler errorHandler;
    private final boolean isIpc;
    private final long connectTimeoutNs;
    private final long disconnectTimeoutNs;
    private Attempt attempt = new Attempt();
    private FrameHandler handler;
    private int frameCount;
    private int frameLimit;
    private boolean isClosed;

    /**
     * Starts to connect.
     *
     * @param instance the Aeron client to use; stays the caller's.
     * @param ctx      that configures the link.
     */
    public AeronCoordinatorLink(final AeronInstance instance, final AeronLinkContext ctx) {
        this.instance = instance;
        ctx.conclude();
        channels = ctx.channels();
        errorHandler = ctx.errorHandler();
        isIpc = ctx.ipc();
        connectTimeoutNs = ctx.connectTimeoutNs();
        disconnectTimeoutNs = ctx.disconnectTimeoutNs();
    }

    @Override
    public Status status(final long nowNs) {
        instance.doWork();
        if (Status.LOST != attempt.status) {
            try {
                attempt.advance(nowNs);
            } catch (final AeronException ex) {
                errorHandler.onError(ex);
                attempt.lose();
            }
        }
        return attempt.status;
    }

    @Override
    public boolean offer(final DirectBuffer buffer, final int offset, final int length) {
        if (Status.CONNECTED != attempt.status) {
            return false;
        }
        final ExclusivePublication publication = attempt.publication;
        long result = publication.offer(buffer, offset, length);
        if (Publication.ADMIN_ACTION == result) {
            // the term was rotated: there is room in the next one
            result = publication.offer(buffer, offset, length);
        }
        if (Publication.CLOSED == result || Publication.MAX_POSITION_EXCEEDED == result) {
            attempt.lose();
        }
        return result > 0;
    }

    @Override
    public int poll(final FrameHandler handler, final int limit) {
        final Attempt current = attempt;
        if (Status.CONNECTED != current.status) {
            return 0;
        }
        this.handler = handler;
        frameCount = 0;
        frameLimit = limit;
        final Image image = current.image;
        long position = image.position();
        while (frameCount < limit && current == attempt && Status.CONNECTED == current.status) {
            image.controlledPoll(current.assembler, FRAGMENT_LIMIT);
            final long newPosition = image.position();
            if (newPosition == position) {
                break;
            }
            position = newPosition;
        }
        return frameCount;
    }

    @Override
    public void reconnect() {
        attempt.lose();
        if (!isClosed) {
            attempt = new Attempt();
        }
    }

    @Override
    public void close() {
        isClosed = true;
        attempt.lose();
    }

    /** One try at a connection, with handles of its own, so that nothing of a former one is mistaken for it. */
    private final class Attempt implements LinkRegistrations.Client<Subscription, ExclusivePublication> {
        private final FrameAssembler assembler = new FrameAssembler(this::onFrame);
        private Status status = Status.CONNECTING;
        private long generation;
        private boolean isStarted;
        private long deadlineNs;
        private long disconnectedSinceNs = CONNECTED_NOW;
        private final LinkRegistrations<Subscription, ExclusivePublication> registrations = new LinkRegistrations<>();
        private ExclusivePublication publication;
        private Image image;
        private boolean isImageGone;

        void advance(final long nowNs) {
            if (!isStarted) {
                isStarted = true;
                generation = instance.generation();
                deadlineNs = nowNs + connectTimeoutNs;
            }
            if (generation != instance.generation() || isImageGone || isUnavailable(nowNs)) {
                lose();
            } else if (Status.CONNECTING == status && null != instance.aeron()) {
                registrations.advance(this);
                publication = registrations.publication();
                if (null != image && null != publication && publication.isConnected()) {
                    status = Status.CONNECTED;
                }
            }
        }

        private boolean isUnavailable(final long nowNs) {
            if (Status.CONNECTING == status) {
                return nowNs - deadlineNs > 0;
            }
            if (publication.isConnected()) {
                disconnectedSinceNs = CONNECTED_NOW;
                return false;
            }
            if (CONNECTED_NOW == disconnectedSinceNs) {
                disconnectedSinceNs = nowNs;
            }
            return publication.isClosed() || nowNs - disconnectedSinceNs > disconnectTimeoutNs;
        }

        private void onImage(final Image newImage) {
            if (null == image) {
                image = newImage;
            } else {
                // the coordinator answers this request stream a second time: it was restarted, and this link is a
                // former one's
                isImageGone = true;
            }
        }

        private Action onFrame(final DirectBuffer buffer, final int offset, final int length) {
            if (Status.CONNECTED != status) {
                return Action.ABORT;
            }
            ++frameCount;
            handler.onFrame(buffer, offset, length);
            return frameCount < frameLimit ? Action.CONTINUE : Action.BREAK;
        }

        void lose() {
            if (Status.LOST == status) {
                return;
            }
            status = Status.LOST;
            if (null == instance.aeron() || !isStarted || generation != instance.generation()) {
                return;
            }
            registrations.remove(this, errorHandler);
        }

        // the client that the attempt was begun with; nobody calls when it is gone

        @Override
        public long addSubscription() {
            return instance.aeron().asyncAddSubscription(
                channels.responseSubscription(isIpc),
                channels.responseStreamId(),
                this::onImage,
                gone -> isImageGone = true);
        }

        @Override
        public Subscription subscription(final long registrationId) {
            return instance.aeron().getSubscription(registrationId);
        }

        @Override
        public long addPublication(final Subscription answers) {
            return instance.aeron().asyncAddExclusivePublication(
                channels.ingressPublication(isIpc, answers.registrationId()), channels.ingressStreamId());
        }

        @Override
        public ExclusivePublication publication(final long registrationId) {
            return instance.aeron().getExclusivePublication(registrationId);
        }

        @Override
        public void removePublication(final long registrationId) {
            instance.aeron().asyncRemovePublication(registrationId);
        }

        @Override
        public void removeSubscription(final long registrationId) {
            instance.aeron().asyncRemoveSubscription(registrationId);
        }
    }
}
