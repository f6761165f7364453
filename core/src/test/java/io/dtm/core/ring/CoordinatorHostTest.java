package io.dtm.core.ring;

import static io.dtm.core.ring.PipelineRig.LINK;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.codec.FrameDescriptor;
import io.dtm.codec.message.ContradictionsSeenDecoder;
import io.dtm.codec.message.EpochStartedDecoder;
import io.dtm.codec.message.SettingsAppliedDecoder;
import io.dtm.codec.message.VoteType;
import io.dtm.core.fake.FakeJournal;
import io.dtm.core.fake.HostMessages;
import io.dtm.core.fake.Message;
import io.dtm.core.fake.PeerMessages;
import io.dtm.core.recovery.Consent;
import io.dtm.core.recovery.EpochStart;
import io.dtm.core.recovery.Recovered;
import io.dtm.core.recovery.Recovery;
import io.dtm.core.recovery.ReplaySource;
import io.dtm.core.recovery.StartEvents;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalException.Category;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class CoordinatorHostTest {
    private final PipelineRig rig = new PipelineRig();

    @Test
    void shouldJournalSettingsAndEpochBeforeAnythingFromLinks() {
        rig.links.up(LINK).send(LINK, PeerMessages.sessionOpen(1, "client", "alice"));
        rig.launch();
        assertFalse(rig.pipeline.isOpen());
        rig.settle();

        assertTrue(rig.pipeline.isOpen());
        assertEquals(List.of(SettingsAppliedDecoder.TEMPLATE_ID, EpochStartedDecoder.TEMPLATE_ID,
            SettingsAppliedDecoder.TEMPLATE_ID, 64), templates(rig.journal));
    }

    @Test
    void shouldStartTheNextEpochWhereTheJournalEnded() {
        rig.launch().settle().open();
        rig.links.send(LINK, PeerMessages.submit(7, "x"), PeerMessages.vote(7, 0, VoteType.YES, ""));
        rig.nowNs += 5_000;
        rig.settle();
        final FakeJournal.Entry last = rig.journal.entries().get(rig.journal.entries().size() - 1);

        final PipelineRig next = new PipelineRig(rig.journal.reopened());
        final int replayed = next.journal.entries().size();
        next.launch(sourceOf(rig.journal), 77).settle().open();

        assertEquals(rig.coordinator.events() + 3, next.coordinator.events());
        assertEquals(2, next.coordinator.epoch());
        final FakeJournal.Entry epoch = next.journal.entries().get(replayed);
        final EpochStartedDecoder started = new EpochStartedDecoder().wrap(epoch.frame(),
            FrameDescriptor.HEADER_LENGTH + FrameDescriptor.PREFIX_LENGTH, EpochStartedDecoder.BLOCK_LENGTH, 1);
        assertEquals(2, started.epoch());
        assertEquals(last.position(), started.recoveredEnd());
        assertEquals(77, started.downtimeNs());
        assertTrue(epoch.timeNs() >= last.timeNs());
        assertEquals(List.of(EpochStartedDecoder.TEMPLATE_ID, SettingsAppliedDecoder.TEMPLATE_ID, 64),
            templates(next.journal).subList(replayed, replayed + 3));
    }

    @Test
    void shouldMakeTheJournalLiveOnlyAfterTheReplay() {
        rig.launch().settle().open();
        final PipelineRig next = new PipelineRig(rig.journal.reopened());
        final List<String> order = new ArrayList<>();

        CoordinatorHost.recover(next.context, handler -> {
            sourceOf(rig.journal).replay(handler);
            order.add("replayed");
        }, () -> {
            order.add("live");
            return next.journal;
        }, Recovered.NOTHING, new EpochStart(PipelineRig.COORDINATOR_ID, 55, 0));

        assertEquals(List.of("replayed", "live"), order);
    }

    @Test
    void shouldNotStartWhenWhatWasReplayedIsNotDurable() {
        final PipelineRig next = new PipelineRig();
        final UnsafeBuffer frame = Message.frame(PeerMessages.begin(1));
        next.journal.append(0, 0, frame, 0, frame.capacity());

        final JournalException failure =
            assertThrows(JournalException.class, () -> next.launch(sourceOf(next.journal), 0));
        assertEquals(Category.FORCE_FAILED, failure.category());
    }

    @Test
    void shouldNotStartWhenARecordCannotBeReplayed() {
        rig.launch().settle().open();
        rig.links.send(LINK, PeerMessages.submit(7, "x"));
        rig.settle();
        final PipelineRig next = new PipelineRig();
        next.coordinator.failAt(7, new StackOverflowError("deep"));

        final JournalException failure =
            assertThrows(JournalException.class, () -> next.launch(sourceOf(rig.journal), 0));
        assertEquals(Category.REPLAY, failure.category());
        assertEquals(0, next.journal.entries().size());
    }

    @Test
    void shouldRecordThatAnAcknowledgementContradictedSoThatLaterStartsGoOn() {
        contradict();

        final List<Integer> templates = templates(rig.journal);
        assertEquals(ContradictionsSeenDecoder.TEMPLATE_ID, templates.get(templates.size() - 1));
        final PipelineRig next = new PipelineRig(rig.journal.reopened());
        next.coordinator.failAt(7, null);
        next.launch(sourceOf(rig.journal), 0).settle();
        assertEquals(2, next.coordinator.epoch());
    }

    /** The coordinator may have died before that was recorded; or the program decides otherwise. Who knows? */
    @Test
    void shouldNotStartOverAContradictionThatIsNotRecordedUnlessAnOperatorSaysSo() {
        contradict();
        final ReplaySource cut = handler -> sourceOf(rig.journal).replay(
            (position, linkId, timeNs, frame, offset, length) -> {
                if (FrameDescriptor.templateId(frame, FrameDescriptor.HEADER_LENGTH)
                    != ContradictionsSeenDecoder.TEMPLATE_ID) {
                    handler.onRecord(position, linkId, timeNs, frame, offset, length);
                }
            });
        final PipelineRig next = new PipelineRig(rig.journal.reopened());
        next.coordinator.failAt(7, null);

        final JournalException refused = assertThrows(JournalException.class, () -> next.launch(cut, 0));
        assertEquals(Category.REPLAY, refused.category());
        assertTrue(refused.getMessage().contains("--accept-contradictions"), refused.getMessage());

        final PipelineRig consented = new PipelineRig(rig.journal.reopened());
        consented.coordinator.failAt(7, null);
        final int before = consented.journal.entries().size();
        consented.pipeline = CoordinatorHost.recover(consented.context, cut, consented.context::journal,
            Recovered.NOTHING,
            new EpochStart(PipelineRig.COORDINATOR_ID, 55, 0, Set.of(Consent.CONTRADICTIONS), 0));
        consented.settle();
        assertEquals(
            List.of(ContradictionsSeenDecoder.TEMPLATE_ID, EpochStartedDecoder.TEMPLATE_ID),
            templates(consented.journal).subList(before, before + 2));
    }

    /** What it doubted is forgotten; without a restored epoch, presumed abort would hold for it. */
    @Test
    void shouldNotStartWhereARestoreWasInterruptedUnlessTheOperatorSaysItAgain() {
        rig.launch().settle();
        final DirectBuffer doubted = Message.frame(HostMessages.decisionsDoubted(7, 8));
        final ReplaySource interrupted = handler -> {
            sourceOf(rig.journal).replay(handler);
            handler.onRecord(1 << 20, 0, Long.MAX_VALUE / 2, doubted, 0, doubted.capacity());
        };
        final PipelineRig next = new PipelineRig(rig.journal.reopened());
        final JournalException refused = assertThrows(JournalException.class, () -> next.launch(interrupted, 0));
        assertTrue(refused.getMessage().contains("say --restored once more"), refused.getMessage());

        final Recovered recovered = new Recovery(next.coordinator, next.output, Recovered.NOTHING)
            .replay(interrupted);
        assertTrue(recovered.isRestoring());
        assertEquals(2, StartEvents.after(recovered, new EpochStart(
            PipelineRig.COORDINATOR_ID, 55, 0, Set.of(Consent.RESTORED), 0), next.context.settings()).size());
    }

    private void contradict() {
        rig.launch().settle().open();
        rig.coordinator.failAt(7, null);
        rig.links.send(LINK, PeerMessages.acknowledgement(7, 1));
        rig.settle();
        assertEquals(List.of("alarm ACKNOWLEDGEMENT_CONTRADICTS"), rig.told);
    }

    @Test
    void shouldRefuseTheJournalOfAnotherCoordinator() {
        rig.launch().settle();
        final PipelineRig next = new PipelineRig(rig.journal.reopened());

        assertThrows(IllegalArgumentException.class, () -> CoordinatorHost.recover(next.context,
            sourceOf(rig.journal), () -> next.journal, Recovered.NOTHING,
            new EpochStart(PipelineRig.COORDINATOR_ID + 1, 55, 0)));
    }

    private static ReplaySource sourceOf(final FakeJournal journal) {
        return handler -> journal.entries().forEach(entry -> handler.onRecord(entry.position(), entry.linkId(),
            entry.timeNs(), entry.frame(), 0, entry.frame().capacity()));
    }

    private static List<Integer> templates(final FakeJournal journal) {
        return journal.entries().stream()
            .map(entry -> FrameDescriptor.templateId(entry.frame(), FrameDescriptor.HEADER_LENGTH)).toList();
    }
}
