package io.dtm.core.ingress;

import org.agrona.DirectBuffer;

/**
 * The one place at which events get their time and their order: everything that enters the ring goes through here.
 * Ingress agent only.
 */
final class EventSequencer {
    private final EventPublisher ring;
    private final LogicalClock clock;
    private boolean lackedRoom;
    private boolean isMarkDue;
    private long lastPublishedNs;

    EventSequencer(final EventPublisher ring, final LogicalClock clock) {
        this.ring = ring;
        this.clock = clock;
    }

    /** @return whether a frame of this length would be taken now; remembers that one was not. */
    boolean hasRoomFor(final int length) {
        final boolean hasRoom = ring.hasRoomFor(length);
        lackedRoom |= !hasRoom;
        return hasRoom;
    }

    /** @return the event's sequence, or {@link EventPublisher#NO_ROOM}. */
    long publish(final int linkId, final DirectBuffer buffer, final int offset, final int length) {
        final long nowNs = clock.timeNs();
        final long sequence = ring.offer(linkId, nowNs, buffer, offset, length);
        if (sequence == EventPublisher.NO_ROOM) {
            lackedRoom = true;
        } else {
            lastPublishedNs = nowNs;
            isMarkDue = true;
        }
        return sequence;
    }

    /** Starts a duty cycle. */
    void startCycle() {
        lackedRoom = false;
    }

    /** @return whether something found no room in this duty cycle. */
    boolean lackedRoom() {
        return lackedRoom;
    }

    /** @return whether something was published since the last closing mark, and nothing for so long. */
    boolean isMarkDue(final long nowNs, final long idleNs) {
        return isMarkDue && nowNs - lastPublishedNs >= idleNs;
    }

    /** What was published last was the closing mark. */
    void marked() {
        isMarkDue = false;
    }

    long consumed() {
        return ring.consumed();
    }

    long timeNs() {
        return clock.timeNs();
    }
}
