package io.dtm.core.egress;

import static io.dtm.core.egress.EgressRig.payload;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.codec.FrameDescriptor;
import io.dtm.codec.message.DurabilityLevel;
import io.dtm.codec.message.OutcomesDecoder;
import io.dtm.codec.message.PreparesDecoder;
import io.dtm.codec.message.RejectedDecoder;
import io.dtm.codec.message.SessionOpenedDecoder;
import io.dtm.codec.message.SessionResumedDecoder;
import io.dtm.core.coordinator.CoordinatorSettings;
import java.util.List;
import org.agrona.DirectBuffer;
import org.junit.jupiter.api.Test;

class EgressEncoderTest {
    private static final long POSITION = 640;

    private final OutboundQueue queue = new OutboundQueue(1 << 16);
    private final EgressEncoder encoder = new EgressEncoder(queue, 1 << 15);

    @Test
    void shouldTellANewSessionWhoTheCoordinatorIsAndWhatItsLimitsAre() {
        encoder.startFrame(POSITION);
        encoder.onEpochStarted(5, 3, 1, 55);
        encoder.onSettings(CoordinatorSettings.defaults());
        encoder.sessionOpened(9, 8, 11, 12, 44);
        encoder.endFrame();

        onLast((buffer, body) -> {
            final SessionOpenedDecoder opened =
                new SessionOpenedDecoder().wrap(buffer, body, SessionOpenedDecoder.BLOCK_LENGTH, 1);
            assertEquals(8, opened.requestId());
            assertEquals(5, opened.coordinatorId());
            assertEquals(9, opened.sessionId());
            assertEquals(11, opened.tokenHigh());
            assertEquals(12, opened.tokenLow());
            assertEquals(3, opened.epoch());
            assertEquals(1, opened.generation());
            assertEquals(55, opened.nonce());
            assertEquals(44, opened.nonceAtKnownEpoch());
            assertEquals(60_000, opened.maxTimeoutMs());
            assertEquals(100, opened.maxBranches());
            assertEquals(16_384, opened.maxBranchPayloadBytes());
            assertEquals(57_344, opened.maxTransactionPayloadBytes());
            assertEquals(10_000, opened.sessionTimeoutMs());
            assertEquals(DurabilityLevel.FORCE, opened.durability());
        });
    }

    @Test
    void shouldTellAResumedSessionInWhichEpochItWasOpened() {
        encoder.startFrame(POSITION);
        encoder.onEpochStarted(5, 3, 1, 55);
        encoder.sessionResumed(9, 8, 2, 44);
        encoder.endFrame();

        onLast((buffer, body) -> {
            final SessionResumedDecoder resumed =
                new SessionResumedDecoder().wrap(buffer, body, SessionResumedDecoder.BLOCK_LENGTH, 1);
            assertEquals(9, resumed.sessionId());
            assertEquals(2, resumed.openedInEpoch());
            assertEquals(3, resumed.epoch());
            assertEquals(1, resumed.generation());
            assertEquals(55, resumed.nonce());
        });
    }

    @Test
    void shouldNameThePositionOfTheCausingRecordInAPrepare() {
        encoder.startFrame(POSITION);
        encoder.onEpochStarted(5, 3, 1, 55);
        encoder.prepare(9, true, 4, 77, 7, 1, 2, payload(5));
        encoder.endFrame();

        onLast((buffer, body) -> {
            final PreparesDecoder prepares =
                new PreparesDecoder().wrap(buffer, body, PreparesDecoder.BLOCK_LENGTH, 1);
            assertEquals(POSITION, prepares.position());
            assertEquals(77, prepares.incarnation());
            final PreparesDecoder.BranchesDecoder branch = prepares.branches().next();
            assertEquals(2, branch.enlistEpoch());
            final byte[] bytes = new byte[branch.payloadLength()];
            branch.getPayload(bytes, 0, bytes.length);
            assertEquals("ppppp", new String(bytes, java.nio.charset.StandardCharsets.US_ASCII));
        });
    }

    @Test
    void shouldClaimForceOnlyForOutcomesThatWaitForIt() {
        assertEquals(DurabilityLevel.APPEND, durabilityOfOutcome(true));
        assertEquals(DurabilityLevel.FORCE, durabilityOfOutcome(false));
    }

    @Test
    void shouldCutTextsThatAreTooLong() {
        encoder.startFrame(POSITION);
        encoder.rejected(9, 8, 0xFFFF, 20, 20, "x".repeat(1_000));
        encoder.endFrame();

        onLast((buffer, body) -> assertEquals("x".repeat(FrameDescriptor.MAX_TEXT_LENGTH),
            new RejectedDecoder().wrap(buffer, body, RejectedDecoder.BLOCK_LENGTH, 1).text()));
    }

    @Test
    void shouldShowNothingOfAFrameThatDidNotEnd() {
        encoder.startFrame(POSITION);
        encoder.found(9, 8, 4);

        assertTrue(queue.isEmpty());
    }

    @Test
    void shouldRememberWhyTheCoordinatorMustHalt() {
        assertNull(encoder.haltReason());
        encoder.halt("another history");

        assertEquals("another history", encoder.haltReason());
    }

    @Test
    void shouldHaveRoomForTheWorstCaseOfAFrame() {
        final OutboundQueue large = new OutboundQueue(OutboundBound.QUEUE_CAPACITY);
        final EgressEncoder full = new EgressEncoder(large, OutboundBound.MAX_FRAME_BYTES);
        final String text = "x".repeat(FrameDescriptor.MAX_TEXT_LENGTH);
        for (int frame = 0; frame < 3; frame++) {
            assertTrue(full.hasRoomForFrame());
            full.startFrame(POSITION);
            full.found(9, frame, 4);
            full.endFrame();
            assertTrue(full.hasRoomForFrame());
            full.startFrame(POSITION);
            for (int event = 0; event < FrameDescriptor.MAX_EVENTS - 1; event++) {
                emitWorstEvent(full, text);
            }
            full.endFrame();
            assertFalse(full.hasRoomForFrame());
            large.read((buffer, offset) -> { }, Integer.MAX_VALUE);
        }
    }

    @Test
    void shouldHaveRoomForTheWorstCaseOfAFrameOfSteps() {
        final OutboundQueue large = new OutboundQueue(OutboundBound.QUEUE_CAPACITY);
        final EgressEncoder full = new EgressEncoder(large, OutboundBound.MAX_FRAME_BYTES);
        assertTrue(full.hasRoomForFrame());
        full.startFrame(POSITION);
        for (int step = 0; step < 8; step++) {
            for (int i = 0; i < 200; i++) {
                full.prepare(9, true, 4, 77, i, 0, 3, payload(16 * 1024));
                full.outcome(9, false, i, 2, 2, 0, 0, 0, EgressRig.NO_TEXT, 0, 0);
            }
        }
        full.endFrame();
    }

    private static void emitWorstEvent(final EgressEncoder full, final String text) {
        for (int branch = 0; branch < 100; branch++) {
            full.prepare(9, true, 4, 77, 7, branch, 3, payload(branch < 3 ? 16 * 1024 : branch == 3 ? 8 * 1024 : 0));
            full.commitOnePhase(9, 4, 77, 7, branch, 3, payload(0));
        }
        for (int i = 0; i < 8; i++) {
            full.rejected(9, 8, 0xFFFF, 20, 20, text);
        }
    }

    private DurabilityLevel durabilityOfOutcome(final boolean onAppend) {
        encoder.startFrame(POSITION);
        encoder.onSettings(CoordinatorSettings.defaults());
        encoder.outcome(9, onAppend, 7, 2, 2, 0, 1, 0xFFFF, EgressRig.NO_TEXT, 0, 0);
        encoder.endFrame();
        final DurabilityLevel[] level = new DurabilityLevel[1];
        onLast((buffer, body) -> level[0] =
            new OutcomesDecoder().wrap(buffer, body, OutcomesDecoder.BLOCK_LENGTH, 1).durability());
        return level[0];
    }

    private interface Check {
        void on(DirectBuffer buffer, int body);
    }

    private void onLast(final Check check) {
        final List<Integer> offsets = new java.util.ArrayList<>();
        queue.read((buffer, offset) -> offsets.add(offset), Integer.MAX_VALUE);
        final int last = offsets.get(offsets.size() - 1);
        assertEquals(POSITION, OutboundDescriptor.position(queue.buffer(), last));
        check.on(queue.buffer(), OutboundDescriptor.bodyOffset(last));
    }
}
