package io.dtm.core.ring;

import io.dtm.core.coordinator.CoordinatorOutput.Alarm;
import io.dtm.core.coordinator.CoordinatorSettings;
import io.dtm.core.egress.EgressListener;
import io.dtm.core.fake.FakeAdmission;
import io.dtm.core.fake.FakeCoordinator;
import io.dtm.core.fake.FakeJournal;
import io.dtm.core.fake.FakeLinks;
import io.dtm.core.fake.PeerMessages;
import io.dtm.core.recovery.EpochStart;
import io.dtm.core.recovery.Recovered;
import io.dtm.core.recovery.RecoveryOutput;
import io.dtm.core.recovery.ReplaySource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** A whole pipeline with a fake at each end and in the middle. */
final class PipelineRig implements EgressListener {
    static final int LINK = 6;
    static final long COORDINATOR_ID = 5;

    final FakeLinks links = new FakeLinks();
    final FakeJournal journal;
    final RecoveryOutput output = new RecoveryOutput();
    final FakeCoordinator coordinator = new FakeCoordinator(output);
    final List<String> told = new CopyOnWriteArrayList<>();
    final PipelineContext context = new PipelineContext();
    volatile long nowNs = 1_000;
    Pipeline pipeline;
    private long token;

    PipelineRig() {
        this(new FakeJournal());
    }

    PipelineRig(final FakeJournal journal) {
        this.journal = journal;
        context
            .poller(links).publisher(links).admission(new FakeAdmission()).tokens(() -> ++token)
            .journal(journal).coordinator(coordinator).coordinatorClock(coordinator).output(output)
            .egressListener(this)
            .dropListener((reason, linkId) -> told.add(reason + " " + linkId))
            .haltHandler((stage, cause) -> told.add("halt " + stage + ": " + cause.getMessage()))
            .nanoClock(() -> nowNs).wallClock(() -> 0)
            .settings(CoordinatorSettings.defaults())
            .outboundBytes(1 << 20).outboundBoundBytes(1 << 19);
    }

    PipelineRig with(final Consumer<PipelineContext> change) {
        change.accept(context);
        return this;
    }

    /** Makes the pipeline after a replay of nothing. */
    PipelineRig launch() {
        return launch(handler -> { }, 0);
    }

    PipelineRig launch(final ReplaySource source, final long downtimeNs) {
        pipeline = CoordinatorHost.recover(context, source, context::journal, Recovered.NOTHING,
            new EpochStart(COORDINATOR_ID, 55, downtimeNs));
        return this;
    }

    /** Drives all stages until nothing is left to do. */
    PipelineRig settle() {
        int idle = 0;
        while (idle < 2) {
            idle = pipeline.invoke() == 0 ? idle + 1 : 0;
        }
        return this;
    }

    /** Drives one stage by name. */
    int work(final String stage) {
        return Halt.work(pipeline.stages().stream()
            .filter(agent -> agent.roleName().equals(stage)).findFirst().orElseThrow());
    }

    /** A session over {@link #LINK}, open. */
    PipelineRig open() {
        links.up(LINK).send(LINK, PeerMessages.sessionOpen(1, "client", "alice"));
        settle();
        links.takeSent(LINK);
        return this;
    }

    @Override
    public void onOperatorAnswered(final long requestId, final int code, final String text) {
        told.add("answer " + requestId + " " + text);
    }

    @Override
    public void onAlarm(final Alarm alarm, final long transactionId, final int branchId) {
        told.add("alarm " + alarm);
    }

    @Override
    public void onTooSlow(final int linkId, final long backlogBytes) {
        told.add("too slow " + linkId);
    }
}
