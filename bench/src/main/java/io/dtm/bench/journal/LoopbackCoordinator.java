package io.dtm.bench.journal;

import io.dtm.core.coordinator.CommitCoordinator;
import io.dtm.core.coordinator.CoordinatorOutput.Alarm;
import io.dtm.core.coordinator.CoordinatorSettings;
import io.dtm.core.egress.EgressListener;
import io.dtm.core.egress.LinkPublisher;
import io.dtm.core.ingress.LinkPoller;
import io.dtm.core.journal.JournalContext;
import io.dtm.core.journal.JournalRecovery;
import io.dtm.core.journal.SegmentedJournal;
import io.dtm.core.recovery.EpochStart;
import io.dtm.core.recovery.Recovered;
import io.dtm.core.recovery.RecoveryOutput;
import io.dtm.core.ring.CoordinatorHost;
import io.dtm.core.ring.Pipeline;
import io.dtm.core.ring.PipelineContext;
import java.util.Random;
import org.agrona.CloseHelper;

/**
 * The coordinator as its process starts it, without a transport: recovered from its journal, the pipeline's ports led
 * to whoever stands in the peers' place. Driven by hand, unless its pipeline is started.
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

    /** Starts, up to where peers are answered. */
    static <P extends LinkPoller & LinkPublisher> LoopbackCoordinator start(
        final JournalContext journalContext, final CoordinatorSettings settings, final P peers) {
        final long startNs = System.nanoTime();
        final Random random = new Random(1);
        final JournalRecovery recovery = JournalRecovery.open(journalContext);
        try {
            final long openedNs = System.nanoTime() - startNs;
            final long[] replayedNs = new long[1];
            final RecoveryOutput output = new RecoveryOutput();
            final CommitCoordinator coordinator = new CommitCoordinator(output);
            final PipelineContext context = new PipelineContext()
                .settings(settings)
                .poller(peers).publisher(peers).admission(new OpenAdmission()).tokens(random::nextLong)
                .coordinator(coordinator).coordinatorClock(coordinator).output(output)
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
                    recovery.replay(0, handler);
                    replayedNs[0] = System.nanoTime() - startNs;
                },
                recovery::start,
                Recovered.NOTHING,
                new EpochStart(recovery.coordinatorId(), System.nanoTime() | 1, 0));
            final SegmentedJournal journal = (SegmentedJournal) context.journal();
            final long liveNs = System.nanoTime() - startNs;
            final long startPosition = journal.appendedPosition();
            while (journal.appendedPosition() == startPosition
                || journal.forcedPosition() < journal.appendedPosition()) {
                pipeline.invoke();
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
