package io.dtm.transport.aeron;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.core.egress.LinkPublisher;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Slow sides, and who gets how much. */
class AeronBackPressureTest {
    private final Rig rig = new Rig();
    private EmbeddedDriver driver;
    private EchoServer server;
    private AeronInstance instance;

    @AfterEach
    void close() {
        rig.close();
    }

    private void start() {
        driver = rig.driver(rig.driverContext());
        server = rig.server(rig.serverContext().aeronDirectoryName(driver.aeronDirectoryName()));
        instance = rig.instance(driver.aeronDirectoryName());
    }

    @ParameterizedTest
    @CsvSource({"false,100", "false,40000", "true,100", "true,65536"})
    void shouldHandOverTheSameFrameAgainWhenTheHandlerHadNoRoom(final boolean isIpc, final int length) {
        start();
        final Peer peer = rig.peer(instance, isIpc);
        rig.await("connected", peer::isConnected);

        final List<UnsafeBuffer> sent = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            server.room = 0;
            final UnsafeBuffer frame = Peer.frame(i, length);
            rig.await("sent", () -> peer.offer(frame));
            sent.add(frame);
            final int before = server.refusedFrames;
            rig.await("refused repeatedly", () -> server.refusedFrames > before + 3);
            server.room = 1;
            rig.await("taken and echoed", () -> peer.received.size() == sent.size());
        }

        assertEquals(sent, peer.received);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldPushBackToThePeerAndLoseNothingWhenTheServerTakesNoFrames(final boolean isIpc) {
        start();
        server.isEchoing = false;
        final Peer peer = rig.peer(instance, isIpc);
        rig.await("connected", peer::isConnected);

        server.room = 0;
        int sent = 0;
        int refused = 0;
        while (refused < 200) {
            if (peer.offer(Peer.frame(sent, 10_000))) {
                ++sent;
                refused = 0;
            } else {
                ++refused;
                rig.turn();
                Thread.yield();
            }
        }
        assertTrue(peer.isConnected());
        server.room = Integer.MAX_VALUE;
        final int expected = sent;
        rig.await("all taken", () -> server.received.size() == expected);

        rig.await("room again", () -> peer.offer(Peer.frame(0, 10)));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldPushBackToEgressAndLoseNothingWhenThePeerDoesNotPoll(final boolean isIpc) {
        start();
        final Peer peer = rig.peer(instance, isIpc);
        rig.await("connected", peer::isConnected);
        rig.await("up at egress", () -> LinkPublisher.SENT == server.offer(1, Peer.frame(0, 10_000)));

        peer.pollLimit = 0;
        final List<UnsafeBuffer> sent = new ArrayList<>(List.of(Peer.frame(0, 10_000)));
        int refused = 0;
        while (refused < 200) {
            final UnsafeBuffer frame = Peer.frame(sent.size(), 10_000);
            final int result = server.offer(1, frame);
            if (LinkPublisher.SENT == result) {
                sent.add(frame);
                refused = 0;
            } else {
                assertEquals(LinkPublisher.BACK_PRESSURED, result);
                ++refused;
                rig.turn();
                Thread.yield();
            }
        }
        peer.pollLimit = 10;
        rig.await("all came", () -> peer.received.size() == sent.size());

        assertEquals(sent, peer.received);
    }

    @Test
    void shouldServeAQuietPeerWhileAnotherFloods() {
        start();
        server.isEchoing = false;
        final Peer loud = rig.peer(instance, true);
        rig.await("connected", loud::isConnected);
        final Peer quiet = rig.peer(instance, true);
        rig.await("connected", quiet::isConnected);
        rig.await("both up", () -> server.ups.equals(List.of(1, 2)));

        server.isPaused = true;
        for (int i = 0; i < 1_000; i++) {
            assertTrue(loud.offer(Peer.frame(i, 100)));
        }
        assertTrue(quiet.offer(Peer.frame(0, 100)));

        final int taken = server.transport.poller().poll(server, 8);

        assertEquals(8, taken);
        assertTrue(server.received.contains(2));
        assertTrue(server.received.contains(1));
        assertEquals(1, server.transport.poller().poll(server, 1));
        assertFalse(server.received.size() > 9);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7})
    void shouldHandOverNoMoreFramesThanTheLimitAndDrainBeforeItReportsNone(final int limit) {
        start();
        server.isEchoing = false;
        final Peer peer = rig.peer(instance, true);
        rig.await("connected", peer::isConnected);
        server.isPaused = true;
        for (int i = 0; i < 10; i++) {
            assertTrue(peer.offer(Peer.frame(i, i % 2 == 0 ? 50 : 40_000)));
        }

        int taken = server.transport.poller().poll(server, limit);
        int total = 0;
        while (taken > 0) {
            assertTrue(taken <= limit);
            total += taken;
            taken = server.transport.poller().poll(server, limit);
        }

        assertEquals(10, total);
    }
}
