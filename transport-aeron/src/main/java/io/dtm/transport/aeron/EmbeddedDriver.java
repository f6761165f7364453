package io.dtm.transport.aeron;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import io.aeron.CommonContext;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.aeron.driver.media.ReceiveChannelEndpoint;
import io.aeron.exceptions.ConfigurationException;
import io.aeron.protocol.SetupFlyweight;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import org.agrona.CloseHelper;
import org.agrona.concurrent.AgentInvoker;
import org.agrona.concurrent.SleepingMillisIdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A media driver in this process. Started, driven (in {@link ThreadingMode#INVOKER}) and started again by the one
 * thread that owns it; closed when that thread has stopped.
 */
public final class EmbeddedDriver implements AutoCloseable {
    private static final Path SELF = Path.of("/proc/self");
    private static final int OTHERS_WRITE = 02;
    private static final int STICKY = 01000;

    private final EmbeddedDriverContext ctx;
    private MediaDriver driver;
    private AgentInvoker invoker;
    private int launchCount;

    private EmbeddedDriver(final EmbeddedDriverContext ctx) {
        this.ctx = ctx;
    }

    /**
     * Starts a driver.
     *
     * @param ctx that configures it.
     * @return the driver, running.
     */
    public static EmbeddedDriver launch(final EmbeddedDriverContext ctx) {
        ctx.conclude();
        final EmbeddedDriver embedded = new EmbeddedDriver(ctx);
        embedded.launch(ctx.deleteDirectoryOnStart());
        return embedded;
    }

    /** @return the directory by which clients find it. */
    public String aeronDirectoryName() {
        return ctx.directory().getAbsolutePath();
    }

    /** @return how often it was started. */
    public int launchCount() {
        return launchCount;
    }

    long driverTimeoutMs() {
        return ctx.driverTimeoutMs();
    }

    AgentInvoker invoker() {
        return invoker;
    }

    /** Starts the driver again if its threads are gone. Its clients have lost it by then. */
    void ensureActive() {
        final boolean isActive;
        try {
            isActive = CommonContext.isDriverActive(ctx.directory(), ctx.driverTimeoutMs(), ignore -> {
            });
        } catch (final RuntimeException ex) {
            ctx.errorHandler().onError(ex);
            return;
        }
        if (!isActive) {
            closeDriver();
            // it was ours: nobody else can be using the directory
            launch(true);
        }
    }

    private void launch(final boolean isDirectoryDeleted) {
        final File directory = ctx.directory();
        prepare(directory.toPath().toAbsolutePath());
        final MediaDriver.Context driverCtx = new MediaDriver.Context()
            .aeronDirectoryName(directory.getAbsolutePath())
            .dirDeleteOnStart(isDirectoryDeleted)
            .dirDeleteOnShutdown(ctx.deleteDirectoryOnClose())
            .warnIfDirectoryExists(false)
            .clientLivenessTimeoutNs(ctx.clientLivenessTimeoutNs())
            // must exceed client liveness; ours are exclusive publications, which nobody needs to unblock
            .publicationUnblockTimeoutNs(ctx.clientLivenessTimeoutNs() + ctx.clientLivenessTimeoutNs() / 2)
            .imageLivenessTimeoutNs(ctx.imageLivenessTimeoutNs())
            .streamSessionLimit(ctx.streamSessionLimit())
            .publicationTermBufferLength(TransportChannels.TERM_LENGTH_DEFAULT)
            .ipcTermBufferLength(TransportChannels.TERM_LENGTH_DEFAULT)
            .termBufferSparseFile(true)
            .errorHandler(ctx.errorHandler())
            .asyncExecutorEnabled(ThreadingMode.INVOKER != ctx.threadingMode())
            .asyncExecutorIdleStrategy(new SleepingMillisIdleStrategy(1))
            .threadingMode(ctx.threadingMode());
        DriverThreading.idleStrategies(driverCtx, ctx.cores());
        boundTermLength(driverCtx, ctx.maxTermLength());
        driver = MediaDriver.launch(driverCtx);
        invoker = driver.sharedAgentInvoker();
        ++launchCount;
        restrict(directory.toPath());
    }

    /** A SETUP that asks for larger terms than a peer needs is dropped before anything is allocated for it. */
    private static void boundTermLength(final MediaDriver.Context driverCtx, final int maxTermLength) {
        driverCtx.receiveChannelEndpointSupplier((udpChannel, dispatcher, statusIndicator, context) ->
            new ReceiveChannelEndpoint(udpChannel, dispatcher, statusIndicator, context) {
                @Override
                public void onSetupMessage(
                    final SetupFlyweight header,
                    final UnsafeBuffer buffer,
                    final int length,
                    final InetSocketAddress srcAddress,
                    final int transportIndex) {
                    if (header.termLength() <= maxTermLength) {
                        super.onSetupMessage(header, buffer, length, srcAddress, transportIndex);
                    }
                }
            });
    }

    /** Whoever could put files there, or take the directory away, could read and forge all messages. */
    private static void prepare(final Path directory) {
        try {
            if (Files.exists(directory, NOFOLLOW_LINKS)) {
                requireOwn(directory);
            }
            final Path parent = directory.getParent();
            if (null != parent && !Files.exists(parent)) {
                Files.createDirectories(parent);
                restrict(parent);
            } else if (null != parent && isOpenToAll(parent)) {
                throw new ConfigurationException("others may replace the driver directory " + directory
                    + ": they may write to " + parent + "; name a directory in another one, or chmod go-w " + parent);
            }
        } catch (final IOException ex) {
            throw new UncheckedIOException("can't prepare the driver directory " + directory, ex);
        }
    }

    private static void requireOwn(final Path directory) throws IOException {
        if (Files.isSymbolicLink(directory)) {
            throw new ConfigurationException("driver directory is a symbolic link: " + directory);
        }
        if (Files.exists(SELF) && !Files.getOwner(directory, NOFOLLOW_LINKS).equals(Files.getOwner(SELF))) {
            throw new ConfigurationException("driver directory belongs to "
                + Files.getOwner(directory, NOFOLLOW_LINKS).getName() + ": " + directory + "; name another one");
        }
    }

    /** Sticky directories as /tmp are fine: only its owner may replace what is in them. */
    private static boolean isOpenToAll(final Path directory) throws IOException {
        return directory.getFileSystem().supportedFileAttributeViews().contains("unix")
            && ((int) Files.getAttribute(directory, "unix:mode") & (OTHERS_WRITE | STICKY)) == OTHERS_WRITE;
    }

    private static void restrict(final Path directory) {
        final PosixFileAttributeView view = Files.getFileAttributeView(
            directory, PosixFileAttributeView.class, NOFOLLOW_LINKS);
        if (null != view) {
            try {
                view.setPermissions(PosixFilePermissions.fromString("rwx------"));
            } catch (final IOException ex) {
                throw new UncheckedIOException("can't restrict access to " + directory, ex);
            }
        }
    }

    private void closeDriver() {
        CloseHelper.close(ctx.errorHandler(), driver);
        driver = null;
        invoker = null;
    }

    /** Stops the driver; call it after the clients are closed. */
    @Override
    public void close() {
        closeDriver();
    }
}
