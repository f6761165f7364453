package io.dtm.core.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.codec.FrameDescriptor;
import io.dtm.codec.FrameValidator;
import io.dtm.codec.FrameValidator.Verdict;
import io.dtm.codec.Origin;
import io.dtm.codec.message.ChallengeResponseDecoder;
import io.dtm.codec.message.CloseReason;
import io.dtm.codec.message.ContinueDecoder;
import io.dtm.codec.message.GraceEndedDecoder;
import io.dtm.codec.message.KeepAliveDecoder;
import io.dtm.codec.message.SessionOpenDecoder;
import io.dtm.codec.message.SessionResumeDecoder;
import io.dtm.codec.message.StorageAvailableDecoder;
import io.dtm.codec.message.StorageRefusedDecoder;
import io.dtm.codec.message.TickDecoder;
import io.dtm.codec.message.VoteType;
import io.dtm.core.coordinator.CoordinatorInput;
import io.dtm.core.coordinator.CoordinatorSettings;
import io.dtm.core.fake.Calls;
import io.dtm.core.fake.HostMessages;
import io.dtm.core.fake.Message;
import io.dtm.core.fake.PeerMessages;
import io.dtm.core.recovery.EpochStart;
import io.dtm.core.recovery.Recovered;
import io.dtm.core.recovery.Recovered.Contradictions;
import io.dtm.core.recovery.StartEvents;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class EventAdapterTest {
    private static final int LINK = 6;
    private static final long TIME_NS = 1234;
    private static final CoordinatorSettings SETTINGS = CoordinatorSettings.defaults();

    /** Every message that may be in the ring, and the calls that it makes. */
    private static final Map<Message, List<String>> EXPECTED = new LinkedHashMap<>();

    static {
        expect(PeerMessages.sessionClose(9), "sessionClose(9)");
        expect(PeerMessages.register(8, 9, "orders"), "register(8, 9, 77, 3, 3, 33, \"orders\", \"one\")");
        expect(PeerMessages.epochRefused(), "epochRefused(1, 2, 3, 4)");
        expect(PeerMessages.lookup(8, "orders"), "lookup(8, \"orders\")");
        expect(PeerMessages.unregister(4, 77), "unregister(4, 77)");
        expect(PeerMessages.submit(7, "debit", ""),
            "submitStart(7, 500, 2, 2)", "submitBranch(0, 1, \"debit\")", "submitBranch(1, 2, \"\")", "submitEnd()");
        expect(PeerMessages.begin(7), "begin(7, 500, 99)");
        expect(PeerMessages.enlist(7, 1, "work"), "enlist(7, 1, 4, 77, 99, 3, \"work\")");
        expect(PeerMessages.commit(7, 1, 4),
            "commitStart(7, 3, 2)", "commitExpects(1)", "commitExpects(4)", "commitEnd()");
        expect(PeerMessages.rollback(7), "rollback(7, 1)");
        expect(PeerMessages.inquire(7), "inquire(7, 2)");
        expect(PeerMessages.vote(7, 1, VoteType.NO, "no stock"), "vote(4, 3, 2, 7, 1, 2, \"no stock\")");
        expect(PeerMessages.acknowledgement(7, 1), "acknowledge(4, 3, 7, 1, 1, 2)");
        expect(PeerMessages.onePhaseResult(7, 1, "late"), "onePhaseResult(4, 3, 7, 1, 2, \"late\")");
        expect(PeerMessages.inDoubt(7, 1), "inDoubt(5, 4, 7, 1, 2, 640)");
        expect(HostMessages.empty(TickDecoder.TEMPLATE_ID), "tick()");
        expect(HostMessages.empty(ContinueDecoder.TEMPLATE_ID), "continueSteps()");
        expect(HostMessages.sessionOpening(8, "alice"), "sessionOpening(8, 11, 12, 3, 33, 5, 2, 22, \"alice\")");
        expect(HostMessages.sessionResuming(8, 9, "alice"),
            "sessionResuming(8, 9, 11, 12, 3, 33, 5, 2, 22, \"alice\")");
        expect(HostMessages.linkLost(CloseReason.TOO_SLOW), "linkLost(3)");
        expect(HostMessages.empty(GraceEndedDecoder.TEMPLATE_ID), "graceEnded()");
        expect(HostMessages.empty(StorageRefusedDecoder.TEMPLATE_ID), "storageRefused()");
        expect(HostMessages.empty(StorageAvailableDecoder.TEMPLATE_ID), "storageAvailable()");
        expect(HostMessages.operatorRollback(8, 7), "operatorRollback(8, 7)");
        expect(HostMessages.operatorSettle(8, 7, 1), "operatorSettle(8, 7, 1, 2)");
        expect(HostMessages.operatorPurge(8, 7, 1), "operatorPurge(8, 7, 1)");
        expect(HostMessages.operatorConfirmRecovered(8), "operatorConfirmRecovered(8)");
        expect(HostMessages.decisionsDoubted(7, 8), "decisionDoubted(7)", "decisionDoubted(8)");
        expect(HostMessages.contradictionsSeen(3));
        expect(HostMessages.historyCut(640, 100, "why"));
        final List<DirectBuffer> start =
            StartEvents.after(
                new Recovered(1, 640, 5, 2, 1, null, Contradictions.NONE), new EpochStart(5, 55, 1_000), SETTINGS);
        expect(only(start.get(0)), "epochStarted(5, 3, 1, 55, 640, 1000)");
        expect(only(start.get(1)), "settings(" + SETTINGS + ")");
    }

    private final Calls calls = new Calls();
    private final EventAdapter adapter = new EventAdapter(calls.of(CoordinatorInput.class));

    @Test
    void shouldMakeTheCallsOfEachMessage() {
        EXPECTED.forEach((message, expected) -> {
            calls.all().clear();
            adapter.onFrame(LINK, TIME_NS, Message.frame(message), 0);

            assertEquals("startFrame(6, 1234)", calls.all().get(0));
            assertEquals(expected, calls.all().subList(1, calls.all().size()));
        });
    }

    @Test
    void shouldCoverEveryTemplateThatMayBeInTheRing() {
        final TreeSet<Integer> covered = new TreeSet<>();
        EXPECTED.keySet().forEach(message -> covered.add(message.templateId()));
        final TreeSet<Integer> possible = new TreeSet<>();
        for (int templateId = 0; templateId < 256; templateId++) {
            if (isTemplateOf(templateId, Origin.HOST) && !isReplacedByIngress(templateId)) {
                possible.add(templateId);
            }
        }

        assertEquals(possible, covered);
        assertTrue(possible.size() > 25, "the validator must know these templates: " + possible);
    }

    @Test
    void shouldRefuseWhatIngressReplaces() {
        for (final Message message : List.of(
            PeerMessages.sessionOpen(1, "c", ""), PeerMessages.keepAlive(), PeerMessages.challengeResponse(""),
            PeerMessages.sessionResume(1, 2, ""))) {
            final UnsafeBuffer frame = Message.frame(message);

            assertThrows(IllegalStateException.class, () -> adapter.onFrame(LINK, TIME_NS, frame, 0));
        }
    }

    @Test
    void shouldTakeMessagesInTheirOrderFromAnyOffset() {
        final UnsafeBuffer frame = Message.frame(
            PeerMessages.begin(1),
            PeerMessages.vote(2, 0, VoteType.YES, ""), PeerMessages.vote(3, 1, VoteType.YES, "x"),
            PeerMessages.commit(1), PeerMessages.rollback(4));
        final UnsafeBuffer arena = new UnsafeBuffer(new byte[frame.capacity() + 48]);
        arena.putBytes(48, frame, 0, frame.capacity());

        adapter.onFrame(LINK, TIME_NS, arena, 48);

        assertEquals(List.of("startFrame(6, 1234)", "begin(1, 500, 99)", "vote(4, 3, 2, 2, 0, 1, \"\")",
            "vote(4, 3, 2, 3, 1, 1, \"x\")", "commitStart(1, 3, 0)", "commitEnd()", "rollback(4, 1)"), calls.all());
    }

    @Test
    void shouldOnlyTellTheTimeOfAFrameWithoutMessages() {
        adapter.onFrame(0, TIME_NS, Message.frame(), 0);

        assertEquals(List.of("startFrame(0, 1234)"), calls.all());
    }

    @Test
    void shouldTellTheListenerBeforeTheCoordinator() {
        final EventAdapter listened =
            new EventAdapter(calls.of(CoordinatorInput.class), calls.of(StartListener.class));
        final List<DirectBuffer> start = StartEvents.after(Recovered.NOTHING, new EpochStart(5, 55, 0), SETTINGS);

        start.forEach(frame -> listened.onFrame(0, TIME_NS, frame, 0));

        calls.all().removeIf(call -> call.startsWith("startFrame"));
        final String settings = "(" + SETTINGS + ")";
        assertEquals(List.of("onSettings" + settings, "settings" + settings,
            "onEpochStarted(5, 1, 0, 55)", "epochStarted(5, 1, 0, 55, 0, 0)",
            "onSettings" + settings, "settings" + settings), calls.all());
    }

    @Test
    void shouldTellOfContradictionsOnlyTheListener() {
        final EventAdapter listened =
            new EventAdapter(calls.of(CoordinatorInput.class), calls.of(StartListener.class));

        listened.onFrame(0, TIME_NS, Message.frame(HostMessages.contradictionsSeen(3)), 0);

        assertEquals(List.of("startFrame(0, 1234)", "onContradictionsSeen(3)"), calls.all());
    }

    @Test
    void shouldTellTheListenerAloneOfAHistoryThatWasCut() {
        final EventAdapter listened =
            new EventAdapter(calls.of(CoordinatorInput.class), calls.of(StartListener.class));

        listened.onFrame(0, TIME_NS, Message.frame(HostMessages.historyCut(640, 100, "why")), 0);

        assertEquals(List.of("startFrame(0, 1234)", "onHistoryCut(640, 100, why)"), calls.all());
    }

    private static void expect(final Message message, final String... calls) {
        assertFalse(EXPECTED.containsKey(message));
        EXPECTED.put(message, List.of(calls));
    }

    private static Message only(final DirectBuffer frame) {
        final int prefix = FrameDescriptor.HEADER_LENGTH;
        final int body = prefix + FrameDescriptor.PREFIX_LENGTH;
        return new Message(FrameDescriptor.templateId(frame, prefix), FrameDescriptor.blockLength(frame, prefix),
            new UnsafeBuffer(frame, body, frame.capacity() - body), frame.capacity() - body);
    }

    private static boolean isReplacedByIngress(final int templateId) {
        return templateId == SessionOpenDecoder.TEMPLATE_ID || templateId == SessionResumeDecoder.TEMPLATE_ID
            || templateId == ChallengeResponseDecoder.TEMPLATE_ID || templateId == KeepAliveDecoder.TEMPLATE_ID;
    }

    private static boolean isTemplateOf(final int templateId, final Origin origin) {
        final UnsafeBuffer frame = new UnsafeBuffer(new byte[8]);
        FrameDescriptor.header(frame, 0, 1);
        FrameDescriptor.prefix(frame, FrameDescriptor.HEADER_LENGTH, FrameDescriptor.PREFIX_LENGTH, templateId, 0);
        return FrameValidator.validate(frame, 0, 8, origin) != Verdict.WRONG_TEMPLATE;
    }
}
