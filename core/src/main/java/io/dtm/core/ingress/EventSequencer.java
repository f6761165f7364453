package io.dtm.core.ingress;

import org.agrona.DirectBuffer;

/**
 * The one place at which events get their time and their order: everything that enters the ring goes through here.
 * Ingress agent only.
 */
final class EventSequencer {
    /**
     * Taken from links while there is no space for new transactions: also what is refused is an event, and a client
     * may go on asking. What is reserved must last longer than any transaction: half of 64 MiB lasts two minutes.
     */
    static final long BYTES_PER_SECOND_WITHOUT_SPACE = 256 * 1024;
    private static final int HOST = 0;
    private static final long NS_PER_BYTE = 1_000_000_000L / BYTES_PER_SECOND_WITHOUT_SPACE;
    /** What may come at once, after a pause. */
    private static final long MAX_ALLOWANCE_NS = 64 * 1024 * NS_PER_BYTE;

    private final EventPublisher ring;
    private final LogicalClock clock;
    private boolean lackedRoom;
    private boolean isSpaceRefused;
    /** When all that was taken without space is paid for. */
    private long paidAtNs;
    private boolean isMarkDue;
    private long lastPublishedNs;

    EventSequencer(final EventPublisher ring, final LogicalClock clock) {
        this.ring = ring;
        this.clock = clock;
    }

    /** @return whether a frame of this length would be taken now; remembers that one was not. */
    boolean hasRoomFor(final int length) {
        final boolean hasRoom = (!isSpaceRefused || paidAtNs <= clock.timeNs()) && ring.hasRoomFor(length);
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
            if (isSpaceRefused && linkId != HOST) {
                paidAtNs = Math.max(paidAtNs, nowNs - MAX_ALLOWANCE_NS) + length * NS_PER_BYTE;
            }
            lastPublishedNs = nowNs;
            isMarkDue = true;
        }
        return sequence;
    }

    /** @param isRefused whether there is no space for new transactions from the next event on. */
    void spaceRefused(final boolean isRefused) {
        isSpaceRefused = isRefused;
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
