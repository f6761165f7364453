package io.dtm.transport.aeron;

import io.aeron.exceptions.AeronException;
import io.aeron.security.AuthorisationService;
import io.aeron.security.DefaultAuthenticatorSupplier;
import org.agrona.BitUtil;
import org.agrona.CloseHelper;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.NanoClock;

/**
 * The coordinator's side of the transport: a driver unless another process has one, and the two ports of the core.
 * <pre>
 *   peer's request stream ──► image ─┐ AeronLinkPoller    (ingress agent, Aeron client 1) ──► LinkPoller.Handler
 *                                    │    │ LinkHandover
 *                                    ▼    ▼
 *   peer's reply stream ◄── publication  AeronLinkPublisher (egress agent, Aeron client 2) ◄── LinkPublisher.offer
 * </pre>
 * Each side has its own Aeron client and drives it on its own thread, see {@link AeronInstance}. A client that is lost
 * (the process was stopped for longer than the driver waits, or the driver died) takes its links with it: handlers are
 * told that they are down, the error handler that it happened, and the side builds a new client by itself, and the
 * ingress side a new embedded driver if that is what died. Peers come back over new links; link ids go on.
 * <p>
 * Started and closed by one thread, while no agent runs.
 */
public final class AeronServerTransport implements AutoCloseable {
    private final EmbeddedDriver driver;
    private final AeronInstance ingress;
    private final AeronLinkPoller poller;
    private final AeronLinkPublisher publisher;
    private final AuthenticatorAdmission admission;
    private final ErrorHandler errorHandler;

    private AeronServerTransport(final AeronServerContext ctx) {
        errorHandler = ctx.errorHandler();
        admission = admission(ctx);
        driver = ctx.isDriverExternal() ? null : EmbeddedDriver.launch(ctx.embeddedDriver());
        final LinkHandover handover = new LinkHandover(BitUtil.findNextPositivePowerOfTwo(2 * ctx.maxLinks()));
        ingress = new AeronInstance(instance(ctx, "dtm-ingress").embeddedDriver(driver));
        poller = new AeronLinkPoller(ctx, ingress, handover);
        publisher = new AeronLinkPublisher(
            ctx, new AeronInstance(instance(ctx, "dtm-egress").aeronDirectoryName(directoryName(ctx))), handover);
    }

    /**
     * Starts a driver if there is none, and listens.
     *
     * @param ctx that configures it.
     * @return the transport; peers can connect.
     * @throws IllegalStateException if it can't listen: no driver, or an address that can't be had.
     */
    public static AeronServerTransport launch(final AeronServerContext ctx) {
        final ErrorHandler errorHandler = ctx.errorHandler();
        final StartErrors errors = new StartErrors(errorHandler);
        ctx.errorHandler(null == errorHandler ? null : errors);
        try {
            return launch(ctx.conclude(), errors);
        } finally {
            ctx.errorHandler(errorHandler);
        }
    }

    private static AeronServerTransport launch(final AeronServerContext ctx, final StartErrors errors) {
        final AeronServerTransport transport = new AeronServerTransport(ctx);
        try {
            transport.awaitReady(ctx, errors);
        } catch (final RuntimeException ex) {
            transport.close();
            throw ex;
        }
        return transport;
    }

    private void awaitReady(final AeronServerContext ctx, final StartErrors errors) {
        final NanoClock clock = ctx.nanoClock();
        final long deadlineNs = clock.nanoTime() + ctx.driverTimeoutMs() * 1_000_000;
        while (!poller.isReady() || !publisher.isReady()) {
            if (0 == poller.doWork() + publisher.doWork()) {
                Thread.yield();
            }
            final boolean isTimedOut = clock.nanoTime() - deadlineNs > 0;
            if (null != errors.first() || isTimedOut) {
                throw new IllegalStateException(
                    "can't listen on " + ctx.channels().ingressEndpoint() + " and " + ctx.channels().responseEndpoint()
                        + " with the driver in " + directoryName(ctx)
                        + (isTimedOut ? ": no answer from a driver; is it running?" : ""),
                    errors.first());
            }
        }
        errors.started();
    }

    private String directoryName(final AeronServerContext ctx) {
        return null == driver ? ctx.aeronDirectoryName() : driver.aeronDirectoryName();
    }

    private AeronInstanceContext instance(final AeronServerContext ctx, final String name) {
        return new AeronInstanceContext()
            .clientName(name)
            .aeronDirectoryName(directoryName(ctx))
            .driverTimeoutMs(ctx.driverTimeoutMs())
            .retryIntervalNs(ctx.retryIntervalNs())
            .errorHandler(ctx.errorHandler())
            .nanoClock(ctx.nanoClock());
    }

    private static AuthenticatorAdmission admission(final AeronServerContext ctx) {
        return new AuthenticatorAdmission(
            null == ctx.authenticatorSupplier()
                ? new DefaultAuthenticatorSupplier().get() : ctx.authenticatorSupplier().get(),
            null == ctx.authorisationServiceSupplier()
                ? AuthorisationService.ALLOW_ALL : ctx.authorisationServiceSupplier().get(),
            ctx.challengeTimeoutNs(),
            ctx.maxUnauthenticated(),
            ctx.nanoClock(),
            ctx.errorHandler());
    }

    /**
     * How long the driver takes a dead coordinator for a living one, and so do its peers. With a driver in the same
     * process that doesn't matter: both die together.
     *
     * @return the driver's client liveness timeout, ns; before any agent runs.
     */
    public long clientLivenessTimeoutNs() {
        return ingress.aeron().context().interServiceTimeoutNs();
    }

    /** @return the ingress side; ingress agent only. */
    public AeronLinkPoller poller() {
        return poller;
    }

    /** @return the egress side; egress agent only. */
    public AeronLinkPublisher publisher() {
        return publisher;
    }

    /** @return who may come in; ingress agent only. */
    public AuthenticatorAdmission admission() {
        return admission;
    }

    /** Closes links, clients and an embedded driver. Only when no agent uses the ports any more. */
    @Override
    public void close() {
        CloseHelper.closeAll(errorHandler, poller, publisher, driver);
    }

    /** Keeps the first error of the start, to tell why it failed; afterwards passes everything on. Any thread. */
    private static final class StartErrors implements ErrorHandler {
        private final ErrorHandler delegate;
        private volatile boolean isStarted;
        private volatile Throwable first;

        StartErrors(final ErrorHandler delegate) {
            this.delegate = delegate;
        }

        @Override
        public void onError(final Throwable throwable) {
            if (!isStarted && null == first && !isWarning(throwable)) {
                first = throwable;
            }
            delegate.onError(throwable);
        }

        private static boolean isWarning(final Throwable throwable) {
            return throwable instanceof AeronException
                && AeronException.Category.WARN == ((AeronException) throwable).category();
        }

        Throwable first() {
            return first;
        }

        void started() {
            isStarted = true;
        }
    }
}
