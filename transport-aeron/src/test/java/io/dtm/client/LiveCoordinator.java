package io.dtm.client;

import io.dtm.core.coordinator.CommitCoordinator;
import io.dtm.core.coordinator.CoordinatorOutput.Alarm;
import io.dtm.core.coordinator.CoordinatorSettings;
import io.dtm.core.egress.EgressListener;
import io.dtm.core.journal.JournalContext;
import io.dtm.core.journal.JournalRecovery;
import io.dtm.core.recovery.EpochStart;
import io.dtm.core.recovery.Recovered;
import io.dtm.core.recovery.RecoveryOutput;
import io.dtm.core.ring.CoordinatorHost;
import io.dtm.core.ring.Pipeline;
import io.dtm.core.ring.PipelineContext;
import io.dtm.core.ring.Threading;
import io.dtm.transport.aeron.AeronServerContext;
import io.dtm.transport.aeron.AeronServerTransport;
import io.dtm.transport.aeron.EmbeddedDriverContext;
import io.dtm.transport.aeron.TransportChannels;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;
import org.agrona.CloseHelper;

/** A coordinator with its journal, pipeline and Aeron transport, in this process, at a port of its own. */
final class LiveCoordinator implements AutoCloseable {
    private final String endpoint = "127.0.0.1:" + freePort();
    private final AeronServerTransport transport;
    private final JournalRecovery recovery;
    private final Pipeline pipeline;
    private final AutoCloseable journal;

    LiveCoordinator(final Path directory) {
        recovery = JournalRecovery.open(new JournalContext()
            .directory(directory.resolve("journal"))
            .segmentLength(1 << 20)
            .coordinatorIdSupplier(() -> 77)
            .reportSink(line -> { }));
        transport = AeronServerTransport.launch(new AeronServerContext()
            .channels(new TransportChannels().ingressEndpoint(endpoint))
            .embeddedDriver(new EmbeddedDriverContext().directory(directory.resolve("aeron").toFile()))
            .errorHandler(Throwable::printStackTrace)
            .conclude());
        final RecoveryOutput output = new RecoveryOutput();
        final CommitCoordinator coordinator = new CommitCoordinator(output);
        final PipelineContext context = new PipelineContext()
            .settings(CoordinatorSettings.defaults())
            .poller(transport.poller())
            .publisher(transport.publisher())
            .admission(transport.admission())
            .tokens(ThreadLocalRandom.current()::nextLong)
            .coordinator(coordinator)
            .coordinatorClock(coordinator)
            .output(output)
            .egressListener(new Unheard())
            .dropListener((reason, linkId) -> { })
            .haltHandler((role, cause) -> cause.printStackTrace())
            .threading(Threading.SHARED);
        pipeline = CoordinatorHost.recover(
            context, handler -> recovery.replay(0, handler), recovery::start, Recovered.NOTHING,
            new EpochStart(recovery.coordinatorId(), 99, 0));
        journal = (AutoCloseable) context.journal();
        pipeline.start();
    }

    private static final class Unheard implements EgressListener {
        @Override
        public void onOperatorAnswered(final long requestId, final int code, final String text) {
        }

        @Override
        public void onAlarm(final Alarm alarm, final long transactionId, final int branchId) {
        }

        @Override
        public void onTooSlow(final int linkId, final long backlogBytes) {
        }
    }

    String endpoint() {
        return endpoint;
    }

    /** One whose next is free too: the answers' one. */
    private static int freePort() {
        while (true) {
            try (DatagramSocket first = new DatagramSocket(0, InetAddress.getLoopbackAddress());
                 DatagramSocket second = new DatagramSocket(
                     first.getLocalPort() + 1, InetAddress.getLoopbackAddress())) {
                return second.getLocalPort() - 1;
            } catch (final BindException taken) {
                continue;
            } catch (final IOException ex) {
                throw new UncheckedIOException(ex);
            }
        }
    }

    @Override
    public void close() {
        CloseHelper.closeAll(pipeline, transport, journal);
    }
}
