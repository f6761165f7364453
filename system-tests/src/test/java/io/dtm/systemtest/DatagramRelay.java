package io.dtm.systemtest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A bad network between peers and one coordinator, for datagrams: it drops, repeats, delays (so that some overtake
 * others) and cuts them, by a seed.
 * <p>
 * It has two ports as a coordinator has, one for requests and the next one for replies. Whoever speaks to one of them
 * is passed on to the coordinator's from a socket of its own, and what comes back there goes back to whoever spoke.
 * With response channels that is enough for both directions: peers speak first on both ports, the coordinator answers
 * to where they spoke from, and no datagram carries an address. Settings may be changed by any thread at any time.
 */
final class DatagramRelay implements AutoCloseable {
    private static final int PORTS = 2;
    private static final int LONGEST = 65_536;
    private static final int SOCKET_BUFFER = 1 << 20;
    private static final long IDLE_MS = 100;

    /** A direction. */
    enum Way { TO_COORDINATOR, TO_PEERS }

    /**
     * What becomes of a datagram.
     *
     * @param drop     how likely it is lost.
     * @param repeat   how likely it comes twice.
     * @param late     how likely it (or its copy) is delayed.
     * @param latestMs greatest delay, ms; the others overtake it meanwhile.
     */
    record Weather(double drop, double repeat, double late, int latestMs) {
        static final Weather FINE = new Weather(0, 0, 0, 0);
    }

    /** What became of the datagrams of one direction. */
    static final class Counts {
        private final AtomicLong passed = new AtomicLong();
        private final AtomicLong dropped = new AtomicLong();
        private final AtomicLong cut = new AtomicLong();
        private final AtomicLong repeated = new AtomicLong();
        private final AtomicLong delayed = new AtomicLong();
        private final AtomicLong overtaken = new AtomicLong();

        long passed() {
            return passed.get();
        }

        long dropped() {
            return dropped.get();
        }

        long cut() {
            return cut.get();
        }

        long repeated() {
            return repeated.get();
        }

        long overtaken() {
            return overtaken.get();
        }

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%d passed, %d dropped, %d cut, %d repeated, %d delayed, %d overtaken",
                passed.get(), dropped.get(), cut.get(), repeated.get(), delayed.get(), overtaken.get());
        }
    }

    /** What one sender has to do with one port. */
    private static final class Flow {
        private final DatagramChannel front;
        private final SocketAddress peer;
        private final DatagramChannel back;
        private final long[] newest = new long[Way.values().length];

        Flow(final DatagramChannel front, final SocketAddress peer, final DatagramChannel back) {
            this.front = front;
            this.peer = peer;
            this.back = back;
        }
    }

    private record Late(long dueNs, long number, Flow flow, Way way, ByteBuffer datagram) {
    }

    private final Random random;
    private final Selector selector;
    private final DatagramChannel[] fronts = new DatagramChannel[PORTS];
    private final int port;
    private final int coordinatorPort;
    private final Map<Way, Counts> counts = Map.of(Way.TO_COORDINATOR, new Counts(), Way.TO_PEERS, new Counts());
    private final Map<SocketAddress, Map<DatagramChannel, Flow>> flows = new HashMap<>();
    private final PriorityQueue<Late> late =
        new PriorityQueue<>((one, other) -> Long.compare(one.dueNs - other.dueNs, 0));
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(LONGEST);
    private final Thread thread = new Thread(this::run, "relay");
    private volatile Weather weather = Weather.FINE;
    private volatile Set<Way> cut = Set.of();
    private volatile boolean isClosed;
    private volatile Throwable failure;
    private long number;

    /**
     * Starts it.
     *
     * @param coordinatorPort of the requests, on loopback; the replies come from the next one.
     * @param seed            of all draws.
     */
    DatagramRelay(final int coordinatorPort, final long seed) {
        this.coordinatorPort = coordinatorPort;
        random = new Random(seed);
        port = House.freeUdpPorts();
        try {
            selector = Selector.open();
            for (int i = 0; i < PORTS; i++) {
                fronts[i] = open();
                fronts[i].bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port + i));
                fronts[i].register(selector, SelectionKey.OP_READ);
            }
        } catch (final IOException failed) {
            throw new UncheckedIOException(failed);
        }
        thread.start();
    }

    private static DatagramChannel open() throws IOException {
        final DatagramChannel channel = DatagramChannel.open();
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.SO_RCVBUF, SOCKET_BUFFER);
        return channel;
    }

    /** @return what peers take for the coordinator's endpoint. */
    String endpoint() {
        return "localhost:" + port;
    }

    void weather(final Weather value) {
        weather = value;
    }

    /** Nothing passes these ways from now on; none: all goes on. */
    void cut(final Way... ways) {
        cut = Set.of(ways);
    }

    Counts counts(final Way way) {
        return counts.get(way);
    }

    /** @return what became of all datagrams. */
    String describe() {
        return "to the coordinator: " + counts(Way.TO_COORDINATOR) + "; to peers: " + counts(Way.TO_PEERS);
    }

    private void run() {
        try {
            while (!isClosed) {
                selector.select(this::receive, waitMs());
                sendDue();
            }
        } catch (final IOException | RuntimeException failed) {
            failure = failed;
        }
    }

    private long waitMs() {
        final Late next = late.peek();
        return next == null ? IDLE_MS
            : Math.min(IDLE_MS, 1 + TimeUnit.NANOSECONDS.toMillis(Math.max(0, next.dueNs - System.nanoTime())));
    }

    private void receive(final SelectionKey key) {
        final DatagramChannel channel = (DatagramChannel) key.channel();
        try {
            buffer.clear();
            for (SocketAddress from = take(channel); from != null; from = take(channel)) {
                buffer.flip();
                if (key.attachment() instanceof Flow flow) {
                    handle(flow, Way.TO_PEERS);
                } else {
                    handle(flow(channel, from), Way.TO_COORDINATOR);
                }
                buffer.clear();
            }
        } catch (final IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private SocketAddress take(final DatagramChannel channel) throws IOException {
        try {
            return channel.receive(buffer);
        } catch (final PortUnreachableException down) {
            // the coordinator is down, as the kernel says of an earlier datagram: here they are only lost
            return null;
        }
    }

    private Flow flow(final DatagramChannel front, final SocketAddress peer) throws IOException {
        final Map<DatagramChannel, Flow> ofPeer = flows.computeIfAbsent(peer, unknown -> new HashMap<>());
        Flow flow = ofPeer.get(front);
        if (flow == null) {
            final DatagramChannel back = open();
            back.connect(new InetSocketAddress(
                InetAddress.getLoopbackAddress(), coordinatorPort + (front == fronts[0] ? 0 : 1)));
            flow = new Flow(front, peer, back);
            back.register(selector, SelectionKey.OP_READ, flow);
            ofPeer.put(front, flow);
        }
        return flow;
    }

    private void handle(final Flow flow, final Way way) throws IOException {
        final Weather now = weather;
        if (cut.contains(way)) {
            counts(way).cut.incrementAndGet();
        } else if (random.nextDouble() < now.drop) {
            counts(way).dropped.incrementAndGet();
        } else {
            pass(flow, way, now);
            if (random.nextDouble() < now.repeat) {
                counts(way).repeated.incrementAndGet();
                pass(flow, way, now);
            }
        }
        number++;
    }

    private void pass(final Flow flow, final Way way, final Weather now) throws IOException {
        if (random.nextDouble() < now.late) {
            final ByteBuffer copy = ByteBuffer.allocate(buffer.remaining());
            copy.put(buffer.duplicate()).flip();
            counts(way).delayed.incrementAndGet();
            late.add(new Late(
                System.nanoTime() + TimeUnit.MICROSECONDS.toNanos(1 + random.nextInt(1_000 * now.latestMs)),
                number, flow, way, copy));
        } else {
            send(flow, way, number, buffer.duplicate());
        }
    }

    private void sendDue() throws IOException {
        while (!late.isEmpty() && late.peek().dueNs - System.nanoTime() <= 0) {
            final Late due = late.poll();
            if (cut.contains(due.way)) {
                counts(due.way).cut.incrementAndGet();
            } else {
                send(due.flow, due.way, due.number, due.datagram);
            }
        }
    }

    private void send(final Flow flow, final Way way, final long sent, final ByteBuffer datagram) throws IOException {
        if (sent < flow.newest[way.ordinal()]) {
            counts(way).overtaken.incrementAndGet();
        }
        flow.newest[way.ordinal()] = Math.max(sent, flow.newest[way.ordinal()]);
        counts(way).passed.incrementAndGet();
        try {
            if (way == Way.TO_COORDINATOR) {
                flow.back.write(datagram);
            } else {
                flow.front.send(datagram, flow.peer);
            }
        } catch (final PortUnreachableException down) {
            // lost
            return;
        }
    }

    @Override
    public void close() {
        isClosed = true;
        selector.wakeup();
        try {
            thread.join();
            for (final SelectionKey key : selector.keys()) {
                key.channel().close();
            }
            selector.close();
        } catch (final InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (final IOException failed) {
            throw new UncheckedIOException(failed);
        }
        if (failure != null) {
            throw new IllegalStateException("the relay failed", failure);
        }
    }
}
