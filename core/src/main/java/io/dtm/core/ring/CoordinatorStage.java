package io.dtm.core.ring;

import com.lmax.disruptor.EventPoller;
import io.dtm.core.coordinator.CoordinatorClock;
import io.dtm.core.coordinator.CoordinatorInput;
import io.dtm.core.coordinator.CoordinatorSettings;
import io.dtm.core.egress.EgressEncoder;
import io.dtm.core.event.EventAdapter;
import io.dtm.core.event.StartListener;
import org.agrona.DirectBuffer;
import org.agrona.LangUtil;
import org.agrona.concurrent.Agent;

/**
 * Hands each journalled frame to the coordinator, whole, and its outputs to egress, whole. Takes a frame only when the
 * outbound queue has room for all that it can cause. If the coordinator throws, nothing that the frame caused leaves.
 */
final class CoordinatorStage implements Agent, StartListener {
    private static final int BATCH_LIMIT = 32;

    private final EventPoller<RingSlot> poller;
    private final DirectBuffer arena;
    private final EventAdapter adapter;
    private final EgressEncoder encoder;
    private final CoordinatorClock clock;
    private final PublishedLevels levels;
    private final EventPoller.Handler<RingSlot> handler = this::onSlot;
    private int taken;

    CoordinatorStage(
        final EventRing ring,
        final CoordinatorInput coordinator,
        final CoordinatorClock clock,
        final EgressEncoder encoder,
        final PublishedLevels levels) {
        this.poller = ring.coordinatorPoller();
        this.arena = ring.arenaBuffer();
        this.adapter = new EventAdapter(coordinator, this);
        this.encoder = encoder;
        this.clock = clock;
        this.levels = levels;
    }

    @Override
    public String roleName() {
        return "coordinator";
    }

    @Override
    public int doWork() {
        taken = 0;
        if (encoder.hasRoomForFrame()) {
            try {
                poller.poll(handler);
            } catch (final Exception e) {
                LangUtil.rethrowUnchecked(e);
            }
        }
        return taken;
    }

    @Override
    public void onEpochStarted(
        final long coordinatorId, final int epoch, final int generation, final long nonce) {
        encoder.onEpochStarted(coordinatorId, epoch, generation, nonce);
    }

    @Override
    public void onSettings(final CoordinatorSettings settings) {
        encoder.onSettings(settings);
    }

    @Override
    public void onContradictionsSeen(final int count) {
        // It was this stage that saw them.
    }

    @Override
    public void onHistoryCut(final long position, final long lostBytes, final String reason) {
        throw new IllegalStateException("a running coordinator's journal is never cut");
    }

    private boolean onSlot(final RingSlot slot, final long sequence, final boolean isLast) {
        encoder.startFrame(slot.endPosition);
        adapter.onFrame(slot.linkId, slot.timeNs, arena, slot.offset);
        if (encoder.haltReason() != null) {
            throw new CoordinatorHaltedException(encoder.haltReason());
        }
        encoder.endFrame();
        levels.publish(clock, encoder.contradictions());
        return ++taken < BATCH_LIMIT && encoder.hasRoomForFrame();
    }
}
