package io.dtm.transport.aeron;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.Publication;
import io.aeron.Subscription;
import io.dtm.core.egress.LinkPublisher;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is not let in, and peers that don't keep to the rules. */
class AeronRefusalTest {
    private static final long SHORT_NS = TimeUnit.MILLISECONDS.toNanos(1_500);

    private final Rig rig = new Rig();
    private EmbeddedDriver driver;
    private EchoServer server;
    private AeronInstance instance;

    @AfterEach
    void close() {
        rig.close();
    }

    private void start(final AeronServerContext ctx) {
        driver = rig.driver(rig.driverContext());
        server = rig.server(ctx.aeronDirectoryName(driver.aeronDirectoryName()));
        instance = rig.instance(driver.aeronDirectoryName());
    }

    /** A peer's handles without the library: it can do what the library wouldn't. */
    private Aeron stranger() {
        return rig.owned(Aeron.connect(new Aeron.Context()
            .aeronDirectoryName(driver.aeronDirectoryName()).errorHandler(rig.errors::add)));
    }

    private static String channel(final Rig rig, final boolean isIpc, final String parameters) {
        return (isIpc ? "aeron:ipc?" : "aeron:udp?endpoint=" + rig.channels.ingressEndpoint() + "|") + parameters;
    }

    private void await(final ExclusivePublication publication, final int length) {
        final UnsafeBuffer message = Peer.frame(1, length);
        rig.await("sent", () -> publication.offer(message, 0, length) > 0);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldGiveUpAPeerThatTakesNoReplies(final boolean isIpc) {
        start(rig.serverContext().connectTimeoutNs(SHORT_NS));
        final ExclusivePublication requests = stranger().addExclusivePublication(
            channel(rig, isIpc, "term-length=64k"), rig.channels.ingressStreamId());
        rig.await("connected", requests::isConnected);
        rig.await("up", () -> server.ups.equals(List.of(1)));

        final int first = server.offer(1, Peer.frame(1, 10));
        assertTrue(LinkPublisher.BACK_PRESSURED == first || LinkPublisher.GONE == first);
        rig.await("gone", () -> LinkPublisher.GONE == server.offer(1, Peer.frame(1, 10)));
        rig.await("down", () -> server.downs.equals(List.of(1)));

        // it may go on sending; nobody hears it, and its stream doesn't fill up the driver
        for (int i = 0; i < 100; i++) {
            await(requests, 1_000);
        }
        assertTrue(server.received.isEmpty());
        assertEquals(0, server.transport.publisher().linkCount());
        assertEquals(1, server.transport.publisher().goneCount());
    }

    @Test
    void shouldGiveUpAPeerThatStopsTakingReplies() {
        start(rig.serverContext().connectTimeoutNs(SHORT_NS));
        final Aeron aeron = stranger();
        final Subscription replies = aeron.addSubscription(
            rig.channels.responseSubscription(true), rig.channels.responseStreamId());
        final ExclusivePublication requests = aeron.addExclusivePublication(
            rig.channels.ingressPublication(true, replies.registrationId()), rig.channels.ingressStreamId());
        rig.await("connected", () -> requests.isConnected() && replies.isConnected());
        rig.await("sent", () -> LinkPublisher.SENT == server.offer(1, Peer.frame(1, 10)));

        replies.close();

        rig.await("gone", () -> LinkPublisher.GONE == server.offer(1, Peer.frame(1, 10)));
        rig.await("down", () -> server.downs.equals(List.of(1)));
        assertTrue(requests.isConnected());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldDropMessagesThatAreNoFramesAndGoOn(final boolean isIpc) {
        start(rig.serverContext());
        server.isEchoing = false;
        final Aeron aeron = stranger();
        final Subscription replies = aeron.addSubscription(
            rig.channels.responseSubscription(isIpc), rig.channels.responseStreamId());
        final ExclusivePublication requests = aeron.addExclusivePublication(
            rig.channels.ingressPublication(isIpc, replies.registrationId()), rig.channels.ingressStreamId());
        rig.await("connected", () -> requests.isConnected() && replies.isConnected());

        await(requests, 65_537);
        await(requests, 128 * 1024);
        await(requests, 65_536);
        rig.await("taken", () -> 1 == server.received.size());

        assertEquals(2, server.transport.poller().droppedCount());
        assertEquals(1, rig.errors.size());
        assertTrue(rig.errors.get(0).getMessage().contains("link 1"));
    }

    @Test
    void shouldRefuseAPeerWhenThereAreAsManyAsAllowedAndTakeItWhenOneHasLeft() {
        start(rig.serverContext().maxLinks(2));
        final Peer one = rig.peer(instance, true);
        rig.await("connected", one::isConnected);
        final Peer two = rig.peer(instance, false);
        rig.await("connected", two::isConnected);
        final Peer three = rig.peer(instance, rig.linkContext().ipc(true).connectTimeoutNs(SHORT_NS));
        rig.await("lost", three::isLost);

        assertEquals(2, server.live.size());
        assertTrue(server.transport.poller().refusedCount() >= 1);

        one.close();
        rig.await("down", () -> server.downs.equals(List.of(1)));
        rig.awaitReconnected(three);
        rig.exchange(three, 3, 100);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldRefuseAPeerWhoseTermsAreTooLong(final boolean isIpc) {
        start(rig.serverContext().maxTermLength(2 * 1024 * 1024));
        final ExclusivePublication requests = stranger().addExclusivePublication(
            channel(rig, isIpc, "term-length=4m"), rig.channels.ingressStreamId());

        rig.await("refused", () -> 1 == server.transport.poller().refusedCount());
        await(requests, 1_000);

        assertTrue(server.ups.isEmpty());
    }

    @Test
    void shouldNotEvenMakeAStreamWhoseTermsAreTooLongWhenTheDriverIsEmbedded() {
        driver = rig.driver(rig.driverContext());
        server = rig.server(rig.serverContext()
            .maxTermLength(2 * 1024 * 1024).embeddedDriver(rig.driverContext()));
        final Aeron aeron = stranger();
        final ExclusivePublication tooLong = aeron.addExclusivePublication(
            channel(rig, false, "term-length=4m"), rig.channels.ingressStreamId());
        final Peer peer = rig.peer(rig.instance(driver.aeronDirectoryName()), false);
        rig.await("connected", peer::isConnected);
        rig.exchange(peer, 20, 100);

        assertFalse(tooLong.isConnected());
        assertEquals(Publication.NOT_CONNECTED, tooLong.offer(Peer.frame(1, 10), 0, 10));
        assertEquals(0, server.transport.poller().refusedCount());
    }

    @Test
    void shouldBoundWhatAFloodOfStreamsTakesAndServeAgainWhenItIsOver() {
        driver = rig.driver(rig.driverContext());
        server = rig.server(rig.serverContext().maxLinks(2).connectTimeoutNs(SHORT_NS).embeddedDriver(
            rig.driverContext().imageLivenessTimeoutNs(SHORT_NS)));
        final int limit = 2 * 2 + 16;
        final Aeron aeron = stranger();
        for (int i = 0; i < 2 * limit; i++) {
            aeron.addExclusivePublication(
                channel(rig, false, "term-length=64k|linger=0"), rig.channels.ingressStreamId());
        }

        rig.await("the limit reached", () -> rig.errors.stream().anyMatch(
            error -> error.getMessage().contains("exceeded session limit")));
        assertTrue(server.ups.size() + server.transport.poller().refusedCount() <= limit);
        assertTrue(server.live.size() <= 2);

        aeron.close();
        final Peer peer = rig.peer(rig.instance(driver.aeronDirectoryName()), false);
        rig.awaitReconnected(peer);
        rig.exchange(peer, 3, 100);
    }

    @Test
    void shouldLiveThroughDatagramsOfGarbage() throws Exception {
        start(rig.serverContext());
        final Peer peer = rig.peer(instance, false);
        rig.await("connected", peer::isConnected);
        final java.util.Random random = new java.util.Random(20250101);
        try (DatagramSocket socket = new DatagramSocket()) {
            for (int i = 0; i < 2_000; i++) {
                final byte[] garbage = new byte[random.nextInt(1_400)];
                random.nextBytes(garbage);
                if (garbage.length > 8 && i % 2 == 0) {
                    garbage[4] = 0;
                    garbage[6] = (byte) random.nextInt(8);
                    garbage[7] = 0;
                }
                final String endpoint = i % 3 == 0 ? rig.channels.responseEndpoint() : rig.channels.ingressEndpoint();
                final int port = Integer.parseInt(endpoint.substring(endpoint.indexOf(':') + 1));
                socket.send(new DatagramPacket(garbage, garbage.length, InetAddress.getLoopbackAddress(), port));
                rig.turn();
            }
        }

        rig.exchange(peer, 50, 20_000);
        assertEquals(List.of(1), server.ups);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldNotStartWhenAnAddressIsTaken(final boolean isIngress) throws Exception {
        driver = rig.driver(rig.driverContext());
        final AeronServerContext ctx = rig.serverContext().aeronDirectoryName(driver.aeronDirectoryName());
        final String endpoint = isIngress ? rig.channels.ingressEndpoint() : rig.channels.responseEndpoint();
        final int port = Integer.parseInt(endpoint.substring(endpoint.indexOf(':') + 1));
        try (DatagramSocket taken = new DatagramSocket(port, InetAddress.getByName("127.0.0.1"))) {
            assertTrue(taken.isBound());
            final IllegalStateException refusal = assertThrows(
                IllegalStateException.class, () -> AeronServerTransport.launch(ctx));
            assertTrue(refusal.getMessage().contains(endpoint), refusal::getMessage);
            assertNotNull(refusal.getCause());
        }
    }

    @Test
    void shouldNotStartWhenTheExternalDriverIsNotRunning() {
        final IllegalStateException refusal = assertThrows(IllegalStateException.class, () ->
            AeronServerTransport.launch(rig.serverContext()
                .aeronDirectoryName(rig.directory().getAbsolutePath()).driverTimeoutMs(100)));
        assertTrue(refusal.getMessage().contains("is it running"), refusal::getMessage);
    }
}
