package io.dtm.systemtest;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.aeron.driver.ext.DebugReceiveChannelEndpoint;
import io.aeron.driver.ext.LossGenerator;
import io.aeron.driver.ext.RandomLossGenerator;
import io.aeron.driver.status.SystemCounterDescriptor;
import io.aeron.protocol.HeaderFlyweight;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A media driver in this process for others, which loses what goes over UDP by Aeron's own generator of losses.
 * <p>
 * Aeron's lossy endpoint of the receiving side loses what arrives there of a stream (data, heartbeats, SETUP) and what
 * leaves from there for its sender (status messages, NAKs, the SETUP of a response). Where all processes share this
 * driver, that is each datagram of both directions once. The lossy endpoint of the sending side isn't needed, and would
 * not do: it lets all through that a response channel sends (Aeron 1.51: it doesn't override the {@code send} that
 * names an address).
 */
final class LossyDriver implements AutoCloseable {
    private static final Map<Integer, String> KINDS = Map.of(
        HeaderFlyweight.HDR_TYPE_DATA, "data", HeaderFlyweight.HDR_TYPE_PAD, "padding",
        HeaderFlyweight.HDR_TYPE_SM, "status message", HeaderFlyweight.HDR_TYPE_NAK, "NAK",
        HeaderFlyweight.HDR_TYPE_SETUP, "SETUP", HeaderFlyweight.HDR_TYPE_RTTM, "round trip",
        HeaderFlyweight.HDR_TYPE_RSP_SETUP, "response SETUP");

    private final Path directory;
    private final Map<String, AtomicLong> lost = new ConcurrentHashMap<>();
    private final AtomicLong seen = new AtomicLong();
    private final List<Throwable> errors = new CopyOnWriteArrayList<>();
    private final MediaDriver driver;

    /**
     * Starts it.
     *
     * @param directory of its files.
     * @param rate      of what is lost, 0 to 1.
     * @param seed      of Aeron's generators: two, one for each direction.
     */
    LossyDriver(final Path directory, final double rate, final long seed) {
        this.directory = directory;
        final LossGenerator data = counting(new RandomLossGenerator(rate, seed));
        final LossGenerator control = counting(new RandomLossGenerator(rate, seed + 1));
        driver = MediaDriver.launch(new MediaDriver.Context()
            .aeronDirectoryName(directory.toString())
            .dirDeleteOnShutdown(true)
            .clientLivenessTimeoutNs(TimeUnit.SECONDS.toNanos(5))
            .termBufferSparseFile(true)
            // one thread: the generators are no more thread-safe than others
            .threadingMode(ThreadingMode.SHARED)
            .sharedIdleStrategy(new BackoffIdleStrategy(10, 10, 1_000, 100_000))
            .errorHandler(errors::add)
            .receiveChannelEndpointSupplier((channel, dispatcher, indicator, context) ->
                new DebugReceiveChannelEndpoint(channel, dispatcher, indicator, context, data, control)));
    }

    private LossGenerator counting(final LossGenerator generator) {
        return (final InetSocketAddress address, final UnsafeBuffer buffer, final int length) -> {
            seen.incrementAndGet();
            final boolean isLost = generator.shouldDropFrame(address, buffer, length);
            if (isLost) {
                final String kind = KINDS.getOrDefault(
                    buffer.getShort(HeaderFlyweight.TYPE_FIELD_OFFSET, LITTLE_ENDIAN) & 0xFFFF, "another");
                lost.computeIfAbsent(kind, unknown -> new AtomicLong()).incrementAndGet();
            }
            return isLost;
        };
    }

    Path directory() {
        return directory;
    }

    /** @return how many datagrams of a kind ("data", "status message", "NAK", ...) were lost. */
    long lost(final String kind) {
        return lost.getOrDefault(kind, new AtomicLong()).get();
    }

    /** @return datagrams, lost or not. */
    long seen() {
        return seen.get();
    }

    /** @return datagrams that were lost. */
    long lost() {
        return lost.values().stream().mapToLong(AtomicLong::get).sum();
    }

    /** @return one of Aeron's own counters. */
    long count(final SystemCounterDescriptor counter) {
        return driver.context().systemCounters().get(counter).get();
    }

    /** @return what was lost, and what Aeron did about it. */
    String describe() {
        return seen() + " datagrams, lost " + new TreeMap<>(lost) + "; NAKs sent "
            + count(SystemCounterDescriptor.NAK_MESSAGES_SENT) + ", received "
            + count(SystemCounterDescriptor.NAK_MESSAGES_RECEIVED) + ", retransmissions "
            + count(SystemCounterDescriptor.RETRANSMITS_SENT) + ", driver's errors " + errors;
    }

    @Override
    public void close() {
        driver.close();
    }
}
