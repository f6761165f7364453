package io.dtm.transport.aeron;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.aeron.driver.ThreadingMode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AeronEchoTest {
    private static final int[] LENGTHS = {4, 5, 100, 1375, 1376, 1377, 8160, 8161, 20_000, 65_535, 65_536};

    private final Rig rig = new Rig();

    @AfterEach
    void close() {
        rig.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldCarryFramesOfAllLengthsBothWaysInOrder(final boolean isIpc) {
        final EmbeddedDriver driver = rig.driver(rig.driverContext());
        final EchoServer server = rig.server(rig.serverContext().aeronDirectoryName(driver.aeronDirectoryName()));
        final Peer peer = rig.peer(rig.instance(driver.aeronDirectoryName()), isIpc);
        rig.await("connected", peer::isConnected);

        final List<UnsafeBuffer> sent = new ArrayList<>();
        for (int round = 0; round < 20; round++) {
            for (final int length : LENGTHS) {
                final UnsafeBuffer frame = Peer.frame(sent.size(), length);
                rig.await("sent", () -> peer.offer(frame));
                sent.add(frame);
            }
        }
        rig.await("echoed", () -> peer.received.size() == sent.size());

        assertEquals(sent, peer.received);
        assertEquals(List.of(1), server.ups);
        assertTrue(server.downs.isEmpty());
        assertEquals(List.of(), rig.errors);
    }

    @ParameterizedTest
    @ValueSource(ints = {1408, 8192})
    void shouldConnectDriversOfTwoProcessesOverUdp(final int mtuLength) {
        rig.channels.mtuLength(mtuLength);
        rig.server(rig.serverContext().embeddedDriver(rig.driverContext()));
        final EmbeddedDriver clientDriver = rig.driver(rig.driverContext());
        final Peer peer = rig.peer(rig.instance(clientDriver.aeronDirectoryName()), false);
        rig.await("connected", peer::isConnected);

        exchange(peer, 300);

        assertEquals(List.of(), rig.errors);
    }

    @Test
    void shouldRunDriversOfBothSidesInTheDutyCycles() {
        rig.server(rig.serverContext().embeddedDriver(rig.driverContext().threadingMode(ThreadingMode.INVOKER)));
        final EmbeddedDriver clientDriver = rig.driver(rig.driverContext().threadingMode(ThreadingMode.INVOKER));
        final AeronInstance instance = rig.owned(new AeronInstance(new AeronInstanceContext()
            .embeddedDriver(clientDriver).errorHandler(rig.errors::add)));
        final Peer peer = rig.peer(instance, false);
        rig.await("connected", peer::isConnected);

        exchange(peer, 300);

        assertEquals(List.of(), rig.errors);
    }

    @Test
    void shouldServeUdpAndIpcAtOnceThroughOneClient() {
        final EmbeddedDriver driver = rig.driver(rig.driverContext());
        final EchoServer server = rig.server(rig.serverContext().aeronDirectoryName(driver.aeronDirectoryName()));
        final AeronInstance instance = rig.instance(driver.aeronDirectoryName());
        final Peer overUdp = rig.peer(instance, false);
        final Peer overIpc = rig.peer(instance, true);
        rig.await("connected", () -> overUdp.isConnected() && overIpc.isConnected());

        exchange(overUdp, 50);
        exchange(overIpc, 50);

        assertEquals(List.of(1, 2), server.ups);
        assertEquals(100, server.received.size());
    }

    @Test
    void shouldServeManyLinksInBoundedMemory() throws IOException {
        final int count = 50;
        final EmbeddedDriver driver = rig.driver(rig.driverContext());
        final EchoServer server = rig.server(rig.serverContext()
            .maxLinks(count).aeronDirectoryName(driver.aeronDirectoryName()));
        final AeronInstance instance = rig.instance(driver.aeronDirectoryName());
        final List<Peer> peers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            peers.add(rig.peer(instance, 0 == (i & 1)));
        }
        rig.await("connected", () -> peers.stream().allMatch(Peer::isConnected));

        for (int i = 0; i < count; i++) {
            final UnsafeBuffer frame = Peer.frame(i, 1_000 * (i + 1));
            final Peer peer = peers.get(i);
            rig.await("sent", () -> peer.offer(frame));
        }
        rig.await("echoed", () -> peers.stream().allMatch(peer -> 1 == peer.received.size()));

        for (int i = 0; i < count; i++) {
            assertEquals(Peer.frame(i, 1_000 * (i + 1)), peers.get(i).received.get(0));
        }
        assertEquals(count, server.live.size());
        assertEquals(count, server.transport.poller().linkCount());
        assertEquals(count, server.transport.publisher().linkCount());
        // three terms of 1 MiB each way and side would be 600 MiB; sparse files take what was written
        final long usedBytes = usedBytes(driver.aeronDirectoryName());
        assertTrue(usedBytes < 150L * 1024 * 1024, () -> "used " + usedBytes);
        assertEquals(List.of(), rig.errors);
    }

    private void exchange(final Peer peer, final int count) {
        final int before = peer.received.size();
        for (int i = 0; i < count; i++) {
            final UnsafeBuffer frame = Peer.frame(i, LENGTHS[i % LENGTHS.length]);
            rig.await("sent", () -> peer.offer(frame));
        }
        rig.await("echoed", () -> peer.received.size() == before + count);
        for (int i = 0; i < count; i++) {
            assertEquals(Peer.frame(i, LENGTHS[i % LENGTHS.length]), peer.received.get(before + i));
        }
    }

    private static long usedBytes(final String directory) throws IOException {
        final Process process = new ProcessBuilder("du", "-s", "--block-size=1", directory).start();
        return Long.parseLong(new String(process.getInputStream().readAllBytes(), US_ASCII).split("\\s")[0]);
    }
}
