package io.dtm.core.ring;

import com.lmax.disruptor.EventPoller;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.Sequence;
import com.lmax.disruptor.YieldingWaitStrategy;
import io.dtm.core.ingress.EventPublisher;
import org.agrona.DirectBuffer;

/**
 * The ring: one writer, ingress; the journal stage follows it, the coordinator stage follows the journal stage. Slots
 * and arena bytes are free again when the coordinator stage has passed.
 */
final class EventRing implements EventPublisher {
    private final RingBuffer<RingSlot> slots;
    private final ByteArena arena;
    private final EventPoller<RingSlot> journalPoller;
    private final EventPoller<RingSlot> coordinatorPoller;
    private final Sequence consumed;
    /**
     * Position in the arena up to which it is free once a sequence has been consumed. Twice as long as the ring: a
     * slot may be taken again as soon as it is consumed, and before this looks at it.
     */
    private final long[] arenaEnds;
    private long freed = -1;

    /**
     * @param slotCount  a power of two.
     * @param arenaBytes a power of two.
     */
    EventRing(final int slotCount, final int arenaBytes) {
        // Nothing ever waits by the strategy: the stages poll.
        slots = RingBuffer.createSingleProducer(RingSlot::new, slotCount, new YieldingWaitStrategy());
        arena = new ByteArena(arenaBytes);
        arenaEnds = new long[2 * slotCount];
        journalPoller = slots.newPoller();
        coordinatorPoller = slots.newPoller(journalPoller.getSequence());
        consumed = coordinatorPoller.getSequence();
        slots.addGatingSequences(consumed);
    }

    EventPoller<RingSlot> journalPoller() {
        return journalPoller;
    }

    EventPoller<RingSlot> coordinatorPoller() {
        return coordinatorPoller;
    }

    DirectBuffer arenaBuffer() {
        return arena.buffer();
    }

    /** @return whether the coordinator has done with everything that was published. Any thread. */
    boolean isEmpty() {
        return consumed.get() == slots.getCursor();
    }

    @Override
    public boolean hasRoomFor(final int length) {
        if (!arena.hasRoomFor(length)) {
            free();
        }
        return arena.hasRoomFor(length) && slots.hasAvailableCapacity(1);
    }

    @Override
    public long offer(
        final int linkId, final long timeNs, final DirectBuffer buffer, final int offset, final int length) {
        if (!hasRoomFor(length)) {
            return NO_ROOM;
        }
        final int arenaOffset = arena.allocate(length);
        arena.buffer().putBytes(arenaOffset, buffer, offset, length);
        final long sequence = slots.next();
        final RingSlot slot = slots.get(sequence);
        slot.linkId = linkId;
        slot.timeNs = timeNs;
        slot.offset = arenaOffset;
        slot.length = length;
        arenaEnds[(int) sequence & (arenaEnds.length - 1)] = arena.end();
        slots.publish(sequence);
        return sequence;
    }

    @Override
    public long consumed() {
        return consumed.get();
    }

    private void free() {
        final long done = consumed.get();
        if (done > freed) {
            arena.freeUpTo(arenaEnds[(int) done & (arenaEnds.length - 1)]);
            freed = done;
        }
    }
}
