package io.dtm.core.ring;

import static io.dtm.core.ring.PipelineRig.LINK;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.core.fake.PeerMessages;
import io.dtm.core.journal.Journal;
import io.dtm.core.journal.JournalContext;
import io.dtm.core.journal.JournalRecovery;
import io.dtm.core.storage.StagedStorage;
import io.dtm.core.storage.simulated.SimulatedStorage;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A journal without room: the journal stage stops, a force makes room, and all goes on. */
class BackPressureTest {
    private static final int MAX_FRAME_LENGTH = 1024;
    private static final int TAIL_LENGTH = 32 * 1024;
    private static final int SUBMITS = 2_000;

    @TempDir
    private Path directory;

    @Test
    void shouldTakeNoFrameWhileTheJournalHasNoRoom() {
        final PipelineRig rig = new PipelineRig().launch().settle().open();
        rig.journal.roomBound(60);
        for (int id = 1; id <= 5; id++) {
            rig.links.send(LINK, PeerMessages.submit(id, "debit"));
        }
        final int before = rig.journal.entries().size();

        for (int i = 0; i < 5; i++) {
            rig.work("ingress");
            rig.work("journal");
        }
        assertFalse(rig.journal.hasRoom());
        final int appended = rig.journal.entries().size() - before;
        assertTrue(appended < 5, "appended " + appended);
        assertEquals(0, rig.work("journal"));

        rig.settle();
        assertEquals(before + 5, rig.journal.entries().size());
        assertNull(rig.pipeline.haltCause());
    }

    /** One thread, by hand, as the simulator does: nothing waits, so nothing can wait for ever. */
    @Test
    void shouldGoOnThroughATinyRingOnOneThread() {
        final SimulatedStorage storage = new SimulatedStorage().staged(true);
        final Journal journal = journal(context().storage(storage));
        final PipelineRig rig = new PipelineRig().with(context -> context.journal(journal)).launch().settle().open();
        boolean hadNoRoom = false;
        for (int id = 1; id <= SUBMITS; id++) {
            rig.links.send(LINK, PeerMessages.submit(id, "debit"));
            if (id % 400 == 0) {
                for (int i = 0; i < 30; i++) {
                    rig.work("ingress");
                    rig.work("journal");
                    rig.work("coordinator");
                    rig.work("egress");
                }
                hadNoRoom |= !journal.hasRoom();
                rig.settle();
            }
        }
        assertTrue(hadNoRoom);
        assertNull(rig.pipeline.haltCause());
        assertTrue(rig.coordinator.events() > SUBMITS);
        storage.killProcess();
        assertEquals(journal.appendedPosition(), replayed(context().storage(storage)));
    }

    @ParameterizedTest
    @EnumSource(Threading.class)
    void shouldGoOnThroughATinyRingWithThreads(final Threading threading) {
        final Path data = directory.resolve("data");
        final JournalContext context = context().storage(new StagedStorage(data, directory));
        final Journal journal = journal(context);
        final ConcurrentLinks links = new ConcurrentLinks();
        final PipelineRig rig = new PipelineRig()
            .with(pipeline -> pipeline.journal(journal).threading(threading).inlineForceLimit(4)
                .poller(links).publisher(links))
            .launch();
        rig.pipeline.start();
        try {
            links.submit(SUBMITS);
            final long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
            while (rig.coordinator.events() < SUBMITS && rig.pipeline.haltCause() == null) {
                assertTrue(System.nanoTime() < endNs, "stuck at event " + rig.coordinator.events());
                Thread.onSpinWait();
            }
        } finally {
            rig.pipeline.close();
        }
        assertNull(rig.pipeline.haltCause());
        assertTrue(journal.appendedPosition() > 2L * TAIL_LENGTH);
        journal.close();
        assertEquals(journal.appendedPosition(), replayed(context().storage(new StagedStorage(data, directory))));
    }

    private static JournalContext context() {
        return new JournalContext()
            .segmentLength(64 * 1024)
            .maxFrameLength(MAX_FRAME_LENGTH)
            .tailLength(TAIL_LENGTH)
            .reservedSegments(8)
            .lowSpaceBytes(0)
            .coordinatorIdSupplier(() -> PipelineRig.COORDINATOR_ID);
    }

    private static Journal journal(final JournalContext context) {
        try (JournalRecovery recovery = JournalRecovery.open(context)) {
            recovery.replay(0, (position, linkId, timeNs, frame, offset, length) -> { });
            return recovery.start();
        }
    }

    private static long replayed(final JournalContext context) {
        try (JournalRecovery recovery = JournalRecovery.open(context)) {
            return recovery.replay(0, (position, linkId, timeNs, frame, offset, length) -> { }).position();
        }
    }
}
