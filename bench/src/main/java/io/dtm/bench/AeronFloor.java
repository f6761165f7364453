package io.dtm.bench;

import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.Subscription;
import io.aeron.driver.ThreadingMode;
import io.aeron.logbuffer.FragmentHandler;
import io.dtm.transport.aeron.AeronInstance;
import io.dtm.transport.aeron.AeronInstanceContext;
import io.dtm.transport.aeron.EmbeddedDriver;
import io.dtm.transport.aeron.EmbeddedDriverContext;
import java.io.File;
import org.HdrHistogram.Histogram;
import org.agrona.CloseHelper;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The floor under a network hop there and back: a message of 128 bytes over Aeron UDP on loopback to another process,
 * and back. Either end has a driver of its own and one thread for everything, as the rig's client and participants
 * have.
 */
final class AeronFloor implements AutoCloseable {
    static final String READY = "echo ready";

    private static final int STREAM_ID = 99;
    private static final int MESSAGE_LENGTH = 128;
    private static final int FRAGMENT_LIMIT = 16;
    private static final long SECOND_NS = 1_000_000_000L;
    private static final long CONNECT_LIMIT_NS = 30 * SECOND_NS;

    private final EmbeddedDriver driver;
    private final AeronInstance instance;
    private final IdleStrategy idle;
    private final Subscription subscription;
    private final ExclusivePublication publication;
    private final UnsafeBuffer message = new UnsafeBuffer(new byte[MESSAGE_LENGTH]);
    private long pongs;
    private final FragmentHandler onPong = (buffer, offset, length, header) -> pongs++;

    private AeronFloor(final String directory, final String listenAt, final String sendTo, final IdleStrategy idle) {
        this.idle = idle;
        driver = EmbeddedDriver.launch(new EmbeddedDriverContext()
            .directory(new File(directory))
            .deleteDirectoryOnStart(true)
            .threadingMode(ThreadingMode.INVOKER)
            .errorHandler(Throwable::printStackTrace));
        instance = new AeronInstance(new AeronInstanceContext()
            .embeddedDriver(driver)
            .errorHandler(Throwable::printStackTrace));
        while (instance.aeron() == null) {
            instance.doWork();
        }
        final Aeron aeron = instance.aeron();
        final long subscriptionId = aeron.asyncAddSubscription("aeron:udp?endpoint=" + listenAt, STREAM_ID);
        final long publicationId = aeron.asyncAddExclusivePublication("aeron:udp?endpoint=" + sendTo, STREAM_ID);
        Subscription added = null;
        ExclusivePublication addedToo = null;
        while (added == null || addedToo == null) {
            instance.doWork();
            added = added == null ? aeron.getSubscription(subscriptionId) : added;
            addedToo = addedToo == null ? aeron.getExclusivePublication(publicationId) : addedToo;
        }
        subscription = added;
        publication = addedToo;
    }

    /** @param arguments directory, where to listen, where to send, idle strategy. */
    public static void main(final String[] arguments) {
        final RigStop stop = RigStop.watch(() -> {
        });
        try (AeronFloor echo = open(arguments[0], arguments[1], arguments[2], RigIdle.valueOf(arguments[3]))) {
            System.out.println(READY);
            final FragmentHandler onPing = (buffer, offset, length, header) -> {
                while (echo.publication.offer(buffer, offset, length) < 0 && !stop.isOrdered()) {
                    echo.instance.doWork();
                }
            };
            while (!stop.isOrdered()) {
                echo.idle.idle(echo.instance.doWork() + echo.subscription.poll(onPing, FRAGMENT_LIMIT));
            }
        }
    }

    static AeronFloor open(
        final String directory, final String listenAt, final String sendTo, final RigIdle idle) {
        return new AeronFloor(directory, listenAt, sendTo, idle.strategy());
    }

    /**
     * One message after the other.
     *
     * @return latencies in ns.
     */
    Histogram roundTrips(final int seconds) {
        final long connectUntilNs = System.nanoTime() + CONNECT_LIMIT_NS;
        while (!publication.isConnected() || !subscription.isConnected()) {
            if (System.nanoTime() - connectUntilNs > 0) {
                throw new IllegalStateException("the echo can't be reached");
            }
            idle.idle(instance.doWork());
        }
        final Histogram latencies = new Histogram(60 * SECOND_NS, 3);
        final long startNs = System.nanoTime();
        final long warmUntilNs = startNs + seconds * SECOND_NS / 3;
        final long untilNs = startNs + seconds * SECOND_NS;
        long sentNs = startNs;
        while (sentNs - untilNs < 0) {
            final long expected = pongs + 1;
            while (publication.offer(message, 0, MESSAGE_LENGTH) < 0) {
                instance.doWork();
            }
            while (pongs < expected) {
                idle.idle(instance.doWork() + subscription.poll(onPong, FRAGMENT_LIMIT));
            }
            final long nowNs = System.nanoTime();
            if (sentNs - warmUntilNs > 0) {
                latencies.recordValue(nowNs - sentNs);
            }
            sentNs = nowNs;
        }
        return latencies;
    }

    @Override
    public void close() {
        CloseHelper.quietCloseAll(instance, driver);
    }
}
