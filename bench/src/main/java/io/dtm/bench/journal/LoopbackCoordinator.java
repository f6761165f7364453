package io.dtm.bench.journal;

import io.dtm.core.coordinator.CommitCoordinator;
import io.dtm.core.coordinator.CoordinatorOutput.Alarm;
import io.dtm.core.coordinator.CoordinatorSettings;
import io.dtm.core.egress.EgressListener;
import io.dtm.core.egress.LinkPublisher;
import io.dtm.core.ingress.LinkPoller;
import io.dtm.core.ingress.OpenAdmission;
import io.dtm.core.journal.JournalContext;
import io.dtm.core.journal.JournalRecovery;
import io.dtm.core.journal.SegmentedJournal;
import io.dtm.core.recovery.EpochStart;
import io.dtm.core.recovery.RestoredCoordinator;
import io.dtm.core.ring.CoordinatorHost;
import io.dtm.core.ring.Pipeline;
import io.dtm.core.ring.PipelineContext;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.agrona.CloseHelper;

/**
 * The coordinator as its process starts it, without a transport: recovered from its journal, the pipeline's ports led
 * to whoever stands in the peers' place.
 */
final class LoopbackCoordinator implements AutoCloseable {
    private final Pipeline pipeline;
    private final SegmentedJournal journal;
    private final CommitCoordinator coordinator;
    private final StartTimes times;

    /**
     * When a start had come how far, ns since it began.
     *
     * @param opened   the directory is owned.
     * @param replayed all records are applied.
     * @param live     the tail is forced, and the next segment is there.
     * @param serving  the epoch event is forced.
     */
    record StartTimes(long opened, long replayed, long live, long serving) {
    }

    private LoopbackCoordinator(
        final Pipeline pipeline,
        final SegmentedJournal journal,
        final CommitCoordinator coordinator,
        final StartTimes times) {
        this.pipeline = pipeline;
        this.journal = journal;
        this.coordinator = coordinator;
        this.times = times;
    }

    /** Starts, up to where peers are answered; to be driven by hand. */
    static <P extends LinkPoller & LinkPublisher> LoopbackCoordinator start(
        final JournalContext journalContext, final CoordinatorSettings settings, final P peers) {
        return start(journalContext, settings, peers, Pipeline::invoke);
    }

    /** Starts, up to where peers are answered; its threads run then. */
    static <P extends LinkPoller & LinkPublisher> LoopbackCoordinator startThreads(
        final JournalContext journalContext, final CoordinatorSettings settings, final P peers) {
        final AtomicBoolean isStarted = new AtomicBoolean();
        return start(journalContext, settings, peers, pipeline -> {
            if (isStarted.compareAndSet(false, true)) {
                pipeline.start();
            }
            Thread.yield();
        });
    }

    private static <P extends LinkPoller & LinkPublisher> LoopbackCoordinator start(
        final JournalContext journalContext,
        final CoordinatorSettings settings,
        final P peers,
        final Consumer<Pipeline> drive) {
        final long startNs = System.nanoTime();
        final Random random = new Random(1);
        final JournalRecovery recovery = JournalRecovery.open(journalContext);
        try {
            final long openedNs = System.nanoTime() - startNs;
            final long[] replayedNs = new long[1];
            final RestoredCoordinator restored = RestoredCoordinator.newest(
                journalContext.storage(), recovery.coordinatorId(), damage -> {
                    throw new IllegalStateException(damage);
                });
            final CommitCoordinator coordinator = restored.coordinator();
            final PipelineContext context = new PipelineContext()
                .settings(settings)
                .poller(peers).publisher(peers).admission(new OpenAdmission("bench")).tokens(random::nextLong)
                .coordinator(coordinator).coordinatorClock(coordinator).output(restored.output())
                .egressListener(new StrictListener())
                .dropListener((reason, linkId) -> {
                    throw new IllegalStateException("dropped from link " + linkId + ": " + reason);
                })
                .haltHandler((stage, cause) -> {
                    throw new IllegalStateException("stage " + stage + " failed", cause);
                });
            final Pipeline pipeline = CoordinatorHost.recover(
                context,
                handler -> {
                    recovery.replay(restored.replayPosition(), handler);
                    replayedNs[0] = System.nanoTime() - startNs;
                },
                recovery::start,
                restored.recovered(),
                new EpochStart(recovery.coordinatorId(), System.nanoTime() | 1, 0));
            final SegmentedJournal journal = (SegmentedJournal) context.journal();
            final long liveNs = System.nanoTime() - startNs;
            while (!pipeline.isServing()) {
                drive.accept(pipeline);
                requireRunning(pipeline);
            }
            return new LoopbackCoordinator(pipeline, journal, coordinator,
                new StartTimes(openedNs, replayedNs[0], liveNs, System.nanoTime() - startNs));
        } catch (final RuntimeException failed) {
            CloseHelper.quietClose(recovery);
            throw failed;
        }
    }

    StartTimes times() {
        return times;
    }

    Pipeline pipeline() {
        return pipeline;
    }

    SegmentedJournal journal() {
        return journal;
    }

    CommitCoordinator coordinator() {
        return coordinator;
    }

    /** @throws IllegalStateException if a stage has failed. */
    void requireRunning() {
        requireRunning(pipeline);
    }

    private static void requireRunning(final Pipeline pipeline) {
        if (pipeline.haltCause() != null) {
            throw new IllegalStateException("the pipeline halted", pipeline.haltCause());
        }
    }

    @Override
    public void close() {
        CloseHelper.closeAll(pipeline, journal);
    }

    /** Nothing may go wrong in a measurement. */
    private static final class StrictListener implements EgressListener {
        @Override
        public void onOperatorAnswered(final long requestId, final int code, final String text) {
            throw new IllegalStateException("no operator asked: " + text);
        }

        @Override
        public void onAlarm(final Alarm alarm, final long transactionId, final int branchId) {
            throw new IllegalStateException(alarm + " of transaction " + transactionId);
        }

        @Override
        public void onTooSlow(final int linkId, final long backlogBytes) {
            throw new IllegalStateException("link " + linkId + " is too slow: " + backlogBytes + " bytes");
        }
    }
}
