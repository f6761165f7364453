package io.dtm.transport.aeron;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.core.egress.LinkPublisher;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Links, clients and drivers that end, and what comes back afterwards. */
class AeronLinkLossTest {
    private static final long SHORT_NS = TimeUnit.MILLISECONDS.toNanos(1_500);
    private static final long SHORT_MS = 1_500;

    private final Rig rig = new Rig();

    @AfterEach
    void close() {
        rig.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldGiveEachConnectionANewLinkWhenAPeerReconnects(final boolean isIpc) {
        final EmbeddedDriver driver = rig.driver(rig.driverContext());
        final EchoServer server = rig.server(rig.serverContext().aeronDirectoryName(driver.aeronDirectoryName()));
        final Peer peer = rig.peer(rig.instance(driver.aeronDirectoryName()), isIpc);
        rig.await("connected", peer::isConnected);
        rig.exchange(peer, 3, 100);

        for (int i = 0; i < 4; i++) {
            peer.reconnect();
            rig.awaitReconnected(peer);
            rig.exchange(peer, 3, 20_000);
        }
        rig.await("former links down", () -> 4 == server.downs.size());

        assertEquals(List.of(1, 2, 3, 4, 5), server.ups);
        assertEquals(Set.of(1, 2, 3, 4), Set.copyOf(server.downs));
        rig.await("publications closed", () -> 1 == server.transport.publisher().linkCount());
        assertEquals(List.of(), rig.errors);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldTakeALinkDownWhenItsPeerCloses(final boolean isIpc) {
        final EmbeddedDriver driver = rig.driver(rig.driverContext());
        final EchoServer server = rig.server(rig.serverContext().aeronDirectoryName(driver.aeronDirectoryName()));
        final Peer peer = rig.peer(rig.instance(driver.aeronDirectoryName()), isIpc);
        rig.await("connected", peer::isConnected);

        peer.close();

        rig.await("down", () -> server.downs.equals(List.of(1)));
        rig.await("publication closed", () -> 0 == server.transport.publisher().linkCount());
        assertEquals(LinkPublisher.GONE, server.offer(1, Peer.frame(1, 10)));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldSendWhatIsQueuedAndLoseTheLinkWhenEgressClosesIt(final boolean isIpc) {
        final EmbeddedDriver driver = rig.driver(rig.driverContext());
        final EchoServer server = rig.server(rig.serverContext().aeronDirectoryName(driver.aeronDirectoryName()));
        final Peer peer = rig.peer(rig.instance(driver.aeronDirectoryName()), isIpc);
        rig.await("connected", peer::isConnected);

        rig.await("last words", () -> LinkPublisher.SENT == server.offer(1, Peer.frame(7, 30_000)));
        server.transport.publisher().close(1);

        assertEquals(LinkPublisher.GONE, server.offer(1, Peer.frame(1, 10)));
        rig.await("down", () -> server.downs.equals(List.of(1)));
        rig.await("lost", peer::isLost);
        assertEquals(List.of(Peer.frame(7, 30_000)), peer.received);
        assertFalse(peer.offer(Peer.frame(1, 10)));
        rig.awaitReconnected(peer);
        rig.exchange(peer, 3, 100);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldComeBackWhenTheServerRestartsUnderADriverThatLivesOn(final boolean isIpc) {
        final EmbeddedDriver driver = rig.driver(rig.driverContext());
        final EchoServer first = rig.server(rig.serverContext().aeronDirectoryName(driver.aeronDirectoryName()));
        final Peer peer = rig.peer(rig.instance(driver.aeronDirectoryName()), isIpc);
        rig.await("connected", peer::isConnected);
        rig.exchange(peer, 3, 100);

        first.close();
        final EchoServer second = rig.server(rig.serverContext().aeronDirectoryName(driver.aeronDirectoryName()));
        rig.await("lost", peer::isLost);
        rig.awaitReconnected(peer);
        rig.exchange(peer, 20, 20_000);

        assertFalse(second.received.isEmpty());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldComeBackWhenTheServerIsKilledUnderADriverThatLivesOn(final boolean isIpc) {
        final EmbeddedDriver driver = rig.driver(rig.driverContext().clientLivenessTimeoutNs(SHORT_NS));
        final EchoServer killed = rig.server(rig.serverContext().aeronDirectoryName(driver.aeronDirectoryName()));
        final Peer peer = rig.peer(rig.instance(driver.aeronDirectoryName()), isIpc);
        rig.await("connected", peer::isConnected);
        rig.exchange(peer, 3, 100);

        killed.isPaused = true;
        final EchoServer second = rig.server(rig.serverContext()
            .aeronDirectoryName(driver.aeronDirectoryName()).connectTimeoutNs(SHORT_NS));
        rig.await("lost", peer::isLost);
        rig.await("served by the second", () -> {
            if (peer.isLost()) {
                peer.reconnect();
            }
            peer.offer(Peer.frame(1, 5_000));
            return peer.received.size() > 3;
        });

        assertFalse(second.received.isEmpty());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldBuildItsClientsAnewWhenTheServerWasStoppedForLongerThanTheDriverWaits(final boolean isIpc) {
        final EmbeddedDriver driver = rig.driver(rig.driverContext().clientLivenessTimeoutNs(SHORT_NS));
        final EchoServer server = rig.server(rig.serverContext().aeronDirectoryName(driver.aeronDirectoryName()));
        final Peer peer = rig.peer(rig.instance(driver.aeronDirectoryName()), isIpc);
        rig.await("connected", peer::isConnected);
        rig.exchange(peer, 3, 20_000);

        server.isPaused = true;
        rig.await("lost", peer::isLost);
        server.isPaused = false;
        // nothing has told the egress side yet: it must not touch what its driver has taken away
        server.offer(1, Peer.frame(1, 60_000));
        rig.await("noticed", () -> server.downs.contains(1));
        rig.await("both built anew", () -> server.transport.poller().lossCount() > 0
            && server.transport.publisher().lossCount() > 0);
        assertEquals(LinkPublisher.GONE, server.offer(1, Peer.frame(1, 60_000)));
        rig.awaitReconnected(peer);
        rig.await("an echo", () -> {
            if (peer.isLost()) {
                peer.reconnect();
            }
            peer.offer(Peer.frame(1, 5_000));
            return peer.received.size() > 3;
        });

        assertTrue(server.ups.size() == Set.copyOf(server.ups).size(), () -> "reused: " + server.ups);
        assertFalse(rig.errors.isEmpty());
    }

    @Test
    void shouldGiveUpItsLinksWhenOnlyTheEgressSideWasStopped() {
        final EmbeddedDriver driver = rig.driver(rig.driverContext().clientLivenessTimeoutNs(SHORT_NS));
        final EchoServer server = rig.server(rig.serverContext().aeronDirectoryName(driver.aeronDirectoryName()));
        final Peer peer = rig.peer(rig.instance(driver.aeronDirectoryName()), true);
        rig.await("connected", peer::isConnected);

        server.isEgressDriven = false;
        rig.await("lost", peer::isLost);
        server.isEgressDriven = true;

        rig.await("down", () -> server.downs.contains(1));
        assertEquals(0, server.transport.poller().lossCount());
        rig.awaitReconnected(peer);
        rig.exchange(peer, 3, 100);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldBuildItsClientAnewWhenThePeerWasStoppedForLongerThanTheDriverWaits(final boolean isIpc) {
        final EmbeddedDriver driver = rig.driver(rig.driverContext().clientLivenessTimeoutNs(SHORT_NS));
        final EchoServer server = rig.server(rig.serverContext().aeronDirectoryName(driver.aeronDirectoryName()));
        final AeronInstance instance = rig.instance(driver.aeronDirectoryName());
        final Peer peer = rig.peer(instance, isIpc);
        rig.await("connected", peer::isConnected);
        rig.exchange(peer, 3, 20_000);

        peer.isPaused = true;
        rig.await("down", () -> server.downs.contains(1));
        peer.isPaused = false;
        assertTrue(peer.isConnected());
        peer.offer(Peer.frame(1, 60_000));
        rig.await("lost", peer::isLost);
        rig.awaitReconnected(peer);
        rig.exchange(peer, 3, 20_000);

        assertEquals(1, instance.lossCount());
    }

    @Test
    void shouldComeBackWhenAnExternalDriverIsRestarted() {
        final EmbeddedDriverContext driverCtx = rig.driverContext().driverTimeoutMs(SHORT_MS);
        final EmbeddedDriver driver = rig.driver(driverCtx);
        final EchoServer server = rig.server(rig.serverContext()
            .aeronDirectoryName(driver.aeronDirectoryName()).driverTimeoutMs(SHORT_MS));
        final AeronInstance instance = rig.owned(new AeronInstance(new AeronInstanceContext()
            .aeronDirectoryName(driver.aeronDirectoryName())
            .driverTimeoutMs(SHORT_MS)
            .errorHandler(rig.errors::add)));
        final Peer peer = rig.peer(instance, false);
        rig.await("connected", peer::isConnected);

        driver.close();
        rig.await("noticed by all", () -> peer.isLost() && server.downs.contains(1)
            && server.transport.publisher().lossCount() > 0);
        rig.driver(driverCtx.deleteDirectoryOnStart(true));
        rig.awaitReconnected(peer);
        rig.exchange(peer, 3, 20_000);

        assertEquals(server.ups.size(), Set.copyOf(server.ups).size());
    }

    @Test
    void shouldStartItsEmbeddedDriverAgainWhenThatDied() {
        final EmbeddedDriver driver = rig.driver(rig.driverContext().driverTimeoutMs(SHORT_MS));
        final AeronInstance instance = rig.owned(new AeronInstance(new AeronInstanceContext()
            .embeddedDriver(driver)
            .driverTimeoutMs(SHORT_MS)
            .errorHandler(rig.errors::add)));
        final EchoServer server = rig.server(rig.serverContext()
            .aeronDirectoryName(driver.aeronDirectoryName()).driverTimeoutMs(SHORT_MS));
        final Peer peer = rig.peer(instance, true);
        rig.await("connected", peer::isConnected);

        driver.close();
        rig.await("lost", peer::isLost);
        rig.awaitReconnected(peer);
        rig.exchange(peer, 3, 100);

        assertEquals(2, driver.launchCount());
        assertTrue(server.downs.contains(1));
        assertEquals(server.ups.size(), Set.copyOf(server.ups).size());
    }

    @Test
    void shouldCountAsLostWhenNobodyListens() {
        final EmbeddedDriver driver = rig.driver(rig.driverContext());
        final Peer peer = rig.peer(
            rig.instance(driver.aeronDirectoryName()), rig.linkContext().connectTimeoutNs(SHORT_NS));
        rig.await("lost", peer::isLost);
        assertFalse(peer.offer(Peer.frame(1, 10)));

        rig.server(rig.serverContext().aeronDirectoryName(driver.aeronDirectoryName()));
        rig.awaitReconnected(peer);
        rig.exchange(peer, 3, 100);
    }

    @Test
    void shouldWaitForADriverWithoutBlockingWhenThereIsNone() {
        final EmbeddedDriverContext driverCtx = rig.driverContext();
        final AeronInstance instance = rig.instance(driverCtx.directory().getAbsolutePath());
        final Peer peer = rig.peer(instance, rig.linkContext().connectTimeoutNs(SHORT_NS));
        rig.await("lost", peer::isLost);

        rig.driver(driverCtx);
        rig.server(rig.serverContext().aeronDirectoryName(driverCtx.directory().getAbsolutePath()));
        rig.awaitReconnected(peer);
        rig.exchange(peer, 3, 100);
    }

    @Test
    void shouldLinkToTwoCoordinatorsThroughOneClient() {
        final EmbeddedDriver driver = rig.driver(rig.driverContext());
        final TransportChannels others = new TransportChannels()
            .ingressEndpoint("127.0.0.1:" + Rig.freePort())
            .responseEndpoint("127.0.0.1:" + Rig.freePort())
            .ingressStreamId(77)
            .responseStreamId(78);
        final EchoServer one = rig.server(rig.serverContext().aeronDirectoryName(driver.aeronDirectoryName()));
        final EchoServer two = rig.server(rig.serverContext()
            .channels(others).aeronDirectoryName(driver.aeronDirectoryName()));
        final AeronInstance instance = rig.instance(driver.aeronDirectoryName());
        final Peer toOne = rig.peer(instance, true);
        final Peer toTwo = rig.peer(instance, rig.linkContext().channels(others).ipc(true));
        rig.await("connected", () -> toOne.isConnected() && toTwo.isConnected());

        rig.exchange(toOne, 5, 100);
        one.close();
        rig.await("lost", toOne::isLost);
        rig.exchange(toTwo, 5, 100);

        assertEquals(List.of(1), one.ups);
        assertEquals(List.of(1), two.ups);
        assertEquals(5, two.received.size());
    }
}
