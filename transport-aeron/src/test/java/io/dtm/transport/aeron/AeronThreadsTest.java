package io.dtm.transport.aeron;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.core.egress.LinkPublisher;
import io.dtm.core.ingress.LinkPoller;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.OneToOneConcurrentArrayQueue;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Ingress and egress on threads of their own, as in production, while links come and go. */
class AeronThreadsTest {
    private final Rig rig = new Rig();

    @AfterEach
    void close() {
        rig.close();
    }

    private record Reply(int linkId, UnsafeBuffer frame) {
    }

    @Test
    void shouldHandLinksFromThreadToThreadWhileTheyComeAndGo() throws Exception {
        final EmbeddedDriver driver = rig.driver(rig.driverContext());
        final AeronServerTransport transport = AeronServerTransport.launch(
            rig.serverContext().aeronDirectoryName(driver.aeronDirectoryName()));
        final Stages stages = new Stages(transport);
        stages.start();
        try {
            final AeronInstance instance = rig.instance(driver.aeronDirectoryName());
            final List<Peer> peers = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                peers.add(rig.peer(instance, 0 == i % 2));
            }
            final Random random = new Random(20250102);
            for (int round = 0; round < 40; round++) {
                for (final Peer peer : peers) {
                    rig.await("connected", () -> {
                        if (peer.isLost()) {
                            peer.reconnect();
                        }
                        return peer.isConnected();
                    });
                    for (int i = 0; i < 5; i++) {
                        peer.offer(Peer.frame(i, 1 + random.nextInt(30_000)));
                    }
                    if (0 == random.nextInt(4)) {
                        peer.reconnect();
                    }
                }
            }
            for (final Peer peer : peers) {
                peer.reconnect();
                rig.awaitReconnected(peer);
                final int before = peer.received.size();
                rig.await("sent", () -> peer.offer(Peer.frame(1, 50_000)));
                rig.await("echoed", () -> peer.received.size() > before);
            }
        } finally {
            stages.stop();
            transport.close();
        }
        assertEquals(null, stages.failure.get());
        assertTrue(stages.ups.size() >= 16);
    }

    /** Two threads around the ports, joined by a queue. */
    private static final class Stages implements LinkPoller.Handler {
        private final AeronServerTransport transport;
        private final OneToOneConcurrentArrayQueue<Reply> ring = new OneToOneConcurrentArrayQueue<>(16);
        private final ConcurrentHashMap<Integer, Boolean> ups = new ConcurrentHashMap<>();
        private final AtomicReference<Throwable> failure = new AtomicReference<>();
        private final Thread ingress = new Thread(() -> run(this::ingress), "ingress");
        private final Thread egress = new Thread(() -> run(this::egress), "egress");
        private volatile boolean isRunning = true;
        private final Map<Integer, ArrayDeque<Reply>> backlog = new HashMap<>();

        Stages(final AeronServerTransport transport) {
            this.transport = transport;
        }

        void start() {
            ingress.start();
            egress.start();
        }

        void stop() throws InterruptedException {
            isRunning = false;
            ingress.join();
            egress.join();
        }

        private void run(final Runnable dutyCycle) {
            try {
                while (isRunning) {
                    dutyCycle.run();
                    Thread.yield();
                }
            } catch (final Throwable throwable) {
                failure.set(throwable);
            }
        }

        private void ingress() {
            transport.poller().poll(this, 16);
        }

        private void egress() {
            transport.publisher().doWork();
            Reply reply = ring.poll();
            while (null != reply) {
                backlog.computeIfAbsent(reply.linkId, id -> new ArrayDeque<>()).add(reply);
                reply = ring.poll();
            }
            backlog.values().removeIf(this::send);
        }

        /** True: nothing is left for that link. */
        private boolean send(final ArrayDeque<Reply> replies) {
            while (!replies.isEmpty()) {
                final Reply reply = replies.peek();
                final int result = transport.publisher().offer(reply.linkId, reply.frame, 0, reply.frame.capacity());
                if (LinkPublisher.BACK_PRESSURED == result) {
                    return false;
                }
                replies.poll();
            }
            return true;
        }

        @Override
        public void onLinkUp(final int linkId) {
            if (null != ups.putIfAbsent(linkId, true)) {
                throw new IllegalStateException("used twice: " + linkId);
            }
        }

        @Override
        public boolean onFrame(final int linkId, final DirectBuffer buffer, final int offset, final int length) {
            final UnsafeBuffer copy = new UnsafeBuffer(new byte[length]);
            copy.putBytes(0, buffer, offset, length);
            return ring.offer(new Reply(linkId, copy));
        }

        @Override
        public void onLinkDown(final int linkId) {
            if (!Boolean.TRUE.equals(ups.replace(linkId, false))) {
                throw new IllegalStateException("down twice: " + linkId);
            }
        }
    }
}
