package io.dtm.core.ring;

import static io.dtm.core.ring.PipelineRig.LINK;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.codec.message.VoteType;
import io.dtm.core.coordinator.CoordinatorSettings;
import io.dtm.core.egress.BacklogBounds;
import io.dtm.core.fake.PeerMessages;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalException.Category;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.agrona.LangUtil;
import org.agrona.concurrent.Agent;
import org.junit.jupiter.api.Test;

class PipelineTest {
    private static final String CLIENT = "client";
    private static final String ALICE = "alice";

    private final PipelineRig rig = new PipelineRig();

    @Test
    void shouldTakeAFrameFromALinkThroughAllStagesAndAnswer() {
        rig.launch().settle();
        rig.links.up(LINK).send(LINK, PeerMessages.sessionOpen(1, CLIENT, ALICE));
        rig.settle();
        assertEquals(List.of("SessionOpened 6"), rig.links.takeSent(LINK));

        rig.links.send(LINK, PeerMessages.submit(7, "debit"));
        rig.settle();
        assertEquals(List.of("Prepares 7"), rig.links.takeSent(LINK));

        rig.links.send(LINK, PeerMessages.vote(7, 0, VoteType.YES, ""));
        rig.settle();
        assertEquals(List.of("Decisions 7", "Outcomes 7"), rig.links.takeSent(LINK));
    }

    @Test
    void shouldAppendAFrameBeforeTheCoordinatorSeesItAndSendItBeforeItIsForced() {
        rig.launch().settle().open();
        final long forced = rig.journal.forcedPosition();
        final long events = rig.coordinator.events();
        rig.links.send(LINK, PeerMessages.submit(7, "debit"));

        rig.work("ingress");
        assertEquals(0, rig.work("coordinator"));
        rig.work("journal");
        assertTrue(rig.journal.appendedPosition() > forced);
        assertEquals(events, rig.coordinator.events());
        rig.work("coordinator");
        rig.work("egress");
        assertEquals(List.of("Prepares 7"), rig.links.takeSent(LINK));

        rig.links.send(LINK, PeerMessages.vote(7, 0, VoteType.YES, ""));
        for (final String stage : List.of("ingress", "journal", "coordinator", "egress", "egress")) {
            rig.work(stage);
        }
        assertEquals(List.of(), rig.links.takeSent(LINK));

        assertEquals(1, rig.work("force"));
        rig.work("egress");
        assertEquals(List.of("Decisions 7", "Outcomes 7"), rig.links.takeSent(LINK));
    }

    @Test
    void shouldSendNothingOfATickBeforeTheEpochIsForced() {
        rig.launch();
        rig.links.up(LINK).send(LINK, PeerMessages.sessionOpen(1, CLIENT, ALICE))
            .send(LINK, PeerMessages.submit(7, "debit"));
        for (int i = 0; i < 5; i++) {
            for (final String stage : List.of("ingress", "journal", "coordinator", "egress")) {
                rig.work(stage);
            }
        }
        assertEquals(0, rig.links.framesSent());
        assertEquals(1, rig.coordinator.epoch());

        rig.settle();
        assertEquals(List.of("SessionOpened 6", "Prepares 7"), rig.links.takeSent(LINK));
    }

    @Test
    void shouldServeOnceItsStartIsForcedWhateverWasAppendedSince() {
        rig.launch();
        rig.links.up(LINK).send(LINK, PeerMessages.sessionOpen(1, CLIENT, ALICE));
        for (int i = 0; i < 5; i++) {
            for (final String stage : List.of("ingress", "journal", "coordinator", "egress")) {
                rig.work(stage);
            }
        }
        assertFalse(rig.pipeline.isServing());

        rig.work("force");
        assertTrue(rig.pipeline.isServing());
        rig.links.send(LINK, PeerMessages.submit(7, "debit"));
        rig.work("ingress");
        rig.work("journal");
        assertTrue(rig.journal.appendedPosition() > rig.journal.forcedPosition());
        assertTrue(rig.pipeline.isServing());
    }

    @Test
    void shouldPutFourMessagesOrMoreIntoAFrameWith64TransactionsInFlight() {
        rig.launch().settle().open();
        final long before = rig.links.framesSent();
        for (int round = 0; round < 10; round++) {
            for (int i = 0; i < 64; i++) {
                rig.links.send(LINK, PeerMessages.submit(i, "x"));
            }
            rig.settle();
            for (int i = 0; i < 64; i++) {
                rig.links.send(LINK, PeerMessages.vote(i, 0, VoteType.YES, ""));
            }
            rig.settle();
        }
        final long messages = 10 * 64 * 3;
        final long frames = rig.links.framesSent() - before;

        assertTrue(messages >= 4 * frames, messages + " messages in " + frames + " frames");
    }

    @Test
    void shouldTellOperatorsOnlyWhatIsDurable() {
        rig.launch().settle();
        rig.context.operators().rollback(8, 7);
        for (int i = 0; i < 3; i++) {
            for (final String stage : List.of("ingress", "journal", "coordinator", "egress")) {
                rig.work(stage);
            }
        }
        assertEquals(List.of(), rig.told);

        rig.settle();
        assertEquals(List.of("answer 8 rolled back"), rig.told);
    }

    @Test
    void shouldTickAndContinueWhenTheCoordinatorWantsIt() {
        rig.launch().settle().open();
        rig.coordinator.wantSteps(20);
        rig.coordinator.nextWakeUpNs(rig.coordinator.nowNs() + 500);
        rig.links.send(LINK, PeerMessages.begin(1));
        rig.settle();
        assertTrue(!rig.coordinator.hasContinuation());

        rig.nowNs += 500;
        rig.settle();
        assertEquals(Long.MAX_VALUE, rig.coordinator.nextWakeUpNs());
    }

    @Test
    void shouldHaltAllStagesWhenTheCoordinatorThrows() {
        rig.launch().settle().open();
        rig.coordinator.failAt(8, new StackOverflowError("too deep"));
        rig.links.send(LINK, PeerMessages.submit(7, "a"), PeerMessages.submit(8, "b"))
            .send(LINK, PeerMessages.submit(9, "c"));
        rig.settle();

        assertHalted("halt coordinator: too deep", StackOverflowError.class);
        assertEquals(List.of(), rig.links.takeSent(LINK));
    }

    @Test
    void shouldHaltAllStagesWhenAnAppendFails() {
        rig.launch().settle().open();
        final long events = rig.coordinator.events();
        rig.journal.failAppend(new JournalException(Category.APPEND_FAILED, "no", null));
        rig.links.send(LINK, PeerMessages.submit(7, "a"));
        rig.settle();

        assertHalted("halt journal: APPEND_FAILED - no", JournalException.class);
        assertEquals(events, rig.coordinator.events());
    }

    @Test
    void shouldHaltAllStagesWhenAForceFailsAndSendNothingThatWaitsForIt() {
        rig.launch().settle().open();
        rig.journal.failForce(new JournalException(Category.FORCE_FAILED, "no", null));
        rig.links.send(LINK, PeerMessages.vote(7, 0, VoteType.YES, ""));
        rig.settle();

        assertHalted("halt force: FORCE_FAILED - no", JournalException.class);
        assertEquals(List.of(), rig.links.takeSent(LINK));
    }

    @Test
    void shouldHaltAllStagesWhenTheCoordinatorSaysSo() {
        rig.launch().settle().open();
        rig.links.send(LINK, PeerMessages.submit(7, "a"), PeerMessages.epochRefused());
        rig.settle();

        assertHalted("halt coordinator: another history", CoordinatorHaltedException.class);
        assertEquals(List.of(), rig.links.takeSent(LINK));
    }

    @Test
    void shouldHaltAllStagesWhenAPortOfIngressOrEgressThrows() {
        final PipelineRig broken = new PipelineRig();
        broken.with(context -> context.poller((handler, limit) -> {
            throw new IllegalStateException("no driver");
        }));
        broken.launch().settle();

        assertEquals(List.of("halt ingress: no driver"), broken.told);
    }

    @Test
    void shouldTakeNoFrameThatMightNotFitIntoTheOutboundQueue() {
        rig.with(context -> context.outboundBytes(64 * 1024).outboundBoundBytes(60 * 1024));
        rig.launch().settle().open();
        for (int i = 0; i < 200; i++) {
            rig.links.send(LINK, PeerMessages.submit(i, "x"));
        }
        while (rig.work("ingress") > 0) {
            rig.work("journal");
        }
        int taken = 0;
        for (int count = rig.work("coordinator"); count > 0; count = rig.work("coordinator")) {
            taken += count;
        }
        assertTrue(taken > 0 && taken < 200, "taken: " + taken);

        rig.settle();
        assertNull(rig.pipeline.haltCause());
        assertEquals(200, rig.links.takeSent(LINK).stream().mapToInt(m -> m.split(" ").length - 1).sum());
    }

    @Test
    void shouldPushBackToLinksWhenTheCoordinatorDoesNotKeepUp() {
        rig.with(context -> context.ringSlots(8));
        rig.launch().settle().open();
        for (int i = 0; i < 100; i++) {
            rig.links.send(LINK, PeerMessages.submit(i, "x"));
        }
        rig.work("ingress");
        rig.work("ingress");
        assertEquals(92, rig.links.waiting());

        rig.settle();
        assertEquals(0, rig.links.waiting());
    }

    @Test
    void shouldServeOthersWhileOneSessionDoesNotDrainAndCloseThatOne() {
        final int slow = 7;
        rig.with(context -> context.backlogs(new BacklogBounds(64 * 1024, 0, 1 << 20)));
        rig.launch().settle().open();
        rig.links.up(slow).send(slow, PeerMessages.sessionOpen(1, CLIENT, "bob"));
        rig.settle();
        rig.links.block(slow);
        for (int i = 0; i < 2_000; i++) {
            rig.links.send(slow, PeerMessages.submit(i, "x")).send(LINK, PeerMessages.submit(i, "x"));
            rig.settle();
        }

        assertEquals(List.of("too slow " + slow), rig.told);
        assertEquals(List.of(slow), rig.links.closed());
        assertEquals(2_000, rig.links.takeSent(LINK).size());
    }

    @Test
    void shouldRefuseAContextThatIsNotComplete() {
        assertThrows(NullPointerException.class, () -> new Pipeline(new PipelineContext()));
    }

    private static void assertRefused(final String name, final Consumer<PipelineContext> change) {
        final PipelineRig rig = new PipelineRig().with(change);
        final String message = assertThrows(IllegalArgumentException.class, rig::launch).getMessage();
        assertTrue(message.startsWith(name + " must be "), message);
    }

    @Test
    void shouldNameASettingThatIsOutOfRange() {
        assertRefused("inlineForceLimit", context -> context.inlineForceLimit(-1));
        assertRefused("inlineForceLimit", context -> context.inlineForceLimit((1 << 20) + 1));
        assertRefused("maxLinks", context -> context.maxLinks(0));
        assertRefused("maxLinks", context -> context.maxLinks((1 << 20) + 1));
        assertRefused("maxUnauthenticatedLinks", context -> context.maxUnauthenticatedLinks(0));
        assertRefused("maxUnauthenticatedLinks", context -> context.maxLinks(4).maxUnauthenticatedLinks(5));
        assertRefused("pollLimit", context -> context.pollLimit(0));
        assertRefused("pollLimit", context -> context.pollLimit(4_097));
        new PipelineRig().with(context -> context.maxLinks(4).maxUnauthenticatedLinks(4).pollLimit(1)).launch();
    }

    @Test
    void shouldRunOnThreadsOfEitherKind() {
        for (final Threading threading : Threading.values()) {
            final PipelineRig threaded = new PipelineRig();
            threaded.with(context -> context.threading(threading).nanoClock(System::nanoTime));
            final ConcurrentLinks links = new ConcurrentLinks();
            threaded.with(context -> context.poller(links).publisher(links));
            threaded.launch();
            threaded.pipeline.start();
            try {
                links.runTransactions(5_000);
            } finally {
                threaded.pipeline.close();
            }

            assertNull(threaded.pipeline.haltCause());
            assertEquals(List.of(), threaded.told);
        }
    }

    @Test
    void shouldChooseThreadingByCores() {
        assertEquals(Threading.SHARED, Threading.of(2));
        assertEquals(Threading.SHARED, Threading.of(7));
        assertEquals(Threading.DEDICATED, Threading.of(8));
        assertEquals(Threading.DEDICATED, Threading.of(16));
    }

    @Test
    void shouldEndTheThreadsOfAHaltedPipeline() {
        rig.with(context -> context.poller((handler, limit) -> {
            throw new IllegalStateException("no driver");
        }));
        rig.launch();
        rig.pipeline.start();
        final long limitNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (rig.told.isEmpty() && System.nanoTime() < limitNs) {
            Thread.yield();
        }
        rig.pipeline.close();

        assertNotNull(rig.pipeline.haltCause());
        assertEquals(List.of("halt ingress: no driver"), rig.told);
    }

    @Test
    void shouldReleaseOnAppendWhenTheSettingsSayThatThisIsEnough() {
        final CoordinatorSettings defaults = CoordinatorSettings.defaults();
        rig.with(context -> context.settings(new CoordinatorSettings(
            defaults.defaultTimeoutMs(), defaults.maxTimeoutMs(), defaults.sessionTimeoutMs(), 100, 16_384, 57_344,
            1 << 20, 4096, 4096, 8, 1 << 20, 1 << 10, 600_000, 200, 5_000, CoordinatorSettings.DURABILITY_APPEND)));
        rig.launch().settle().open();
        rig.links.send(LINK, PeerMessages.vote(7, 0, VoteType.YES, ""));
        for (final String stage : List.of("ingress", "journal", "coordinator", "egress")) {
            rig.work(stage);
        }

        assertEquals(List.of("Decisions 7", "Outcomes 7"), rig.links.takeSent(LINK));
    }

    private void assertHalted(final String message, final Class<? extends Throwable> cause) {
        assertEquals(List.of(message), rig.told);
        assertEquals(cause, rig.pipeline.haltCause().getClass());
        final long events = rig.coordinator.events();
        final int records = rig.journal.entries().size();
        rig.links.send(LINK, PeerMessages.begin(1));
        IntStream.range(0, 10).forEach(i -> rig.pipeline.stages().forEach(PipelineTest::work));
        assertEquals(events, rig.coordinator.events());
        assertEquals(records, rig.journal.entries().size());
        assertEquals(1, rig.told.size());
    }

    private static void work(final Agent stage) {
        try {
            assertEquals(0, stage.doWork());
        } catch (final Exception e) {
            LangUtil.rethrowUnchecked(e);
        }
    }
}
