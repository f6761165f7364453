package io.dtm.transport.aeron;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import io.aeron.CommonContext;
import io.aeron.driver.ThreadingMode;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import org.agrona.CloseHelper;
import org.agrona.IoUtil;
import org.agrona.collections.MutableInteger;
import org.agrona.concurrent.UnsafeBuffer;

/** What the tests of this package share: ports, directories, the turning of everybody's duty cycle, and cleaning up. */
final class Rig implements AutoCloseable {
    private static final long LIMIT_NS = 120_000_000_000L;

    final TransportChannels channels = new TransportChannels();
    final List<Throwable> errors = new CopyOnWriteArrayList<>();
    private final List<File> directories = new ArrayList<>();
    private final List<Runnable> dutyCycles = new ArrayList<>();
    private final List<AutoCloseable> closeables = new ArrayList<>();

    Rig() {
        channels.ingressEndpoint("127.0.0.1:" + freePort()).responseEndpoint("127.0.0.1:" + freePort());
    }

    static int freePort() {
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (final IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    File directory() {
        final File directory = new File(CommonContext.generateRandomDirName());
        directories.add(directory);
        return directory;
    }

    EmbeddedDriverContext driverContext() {
        return new EmbeddedDriverContext()
            .directory(directory())
            .threadingMode(ThreadingMode.SHARED)
            .errorHandler(errors::add);
    }

    EmbeddedDriver driver(final EmbeddedDriverContext ctx) {
        return owned(EmbeddedDriver.launch(ctx));
    }

    AeronServerContext serverContext() {
        return new AeronServerContext()
            .channels(channels)
            .aeronDirectoryName(null)
            .errorHandler(errors::add);
    }

    EchoServer server(final AeronServerContext ctx) {
        final EchoServer server = owned(new EchoServer(ctx));
        dutyCycles.add(server::doWork);
        return server;
    }

    AeronInstance instance(final String aeronDirectoryName) {
        return owned(new AeronInstance(new AeronInstanceContext()
            .aeronDirectoryName(aeronDirectoryName).errorHandler(errors::add)));
    }

    Peer peer(final AeronInstance instance, final boolean isIpc) {
        return peer(instance, linkContext().ipc(isIpc));
    }

    Peer peer(final AeronInstance instance, final AeronLinkContext ctx) {
        final Peer peer = owned(new Peer(instance, ctx));
        dutyCycles.add(peer::doWork);
        return peer;
    }

    AeronLinkContext linkContext() {
        return new AeronLinkContext().channels(channels).errorHandler(errors::add);
    }

    <T extends AutoCloseable> T owned(final T closeable) {
        closeables.add(0, closeable);
        return closeable;
    }

    void turn() {
        for (int i = 0; i < dutyCycles.size(); i++) {
            dutyCycles.get(i).run();
        }
    }

    /** Turns all duty cycles until the condition holds; the limit only ends a test that hangs. */
    void await(final String what, final BooleanSupplier condition) {
        final long deadlineNs = System.nanoTime() + LIMIT_NS;
        final MutableInteger idle = new MutableInteger();
        while (!condition.getAsBoolean()) {
            turn();
            if (0 == (++idle.value & 15)) {
                Thread.yield();
            }
            if (System.nanoTime() - deadlineNs > 0) {
                fail("not within the limit: " + what + "; errors: " + errors);
            }
        }
    }

    /** Sends numbered frames and waits until each has come back, in order. */
    void exchange(final Peer peer, final int count, final int length) {
        final int before = peer.received.size();
        for (int i = 0; i < count; i++) {
            final UnsafeBuffer frame = Peer.frame(i, length);
            await("sent", () -> peer.offer(frame));
        }
        await("echoed", () -> peer.received.size() >= before + count);
        for (int i = 0; i < count; i++) {
            assertEquals(Peer.frame(i, length), peer.received.get(before + i));
        }
    }

    /** Reconnects a peer as often as it takes. */
    void awaitReconnected(final Peer peer) {
        await("connected again", () -> {
            if (peer.isLost()) {
                peer.reconnect();
            }
            return peer.isConnected();
        });
    }

    @Override
    public void close() {
        CloseHelper.closeAll(errors::add, closeables);
        for (final File directory : directories) {
            IoUtil.delete(directory, true);
        }
    }
}
