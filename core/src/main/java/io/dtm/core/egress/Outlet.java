package io.dtm.core.egress;

import io.dtm.codec.FrameBuilder;
import io.dtm.codec.message.CloseReason;
import io.dtm.codec.message.PreparesDecoder;
import io.dtm.codec.message.RegisteredDecoder;
import io.dtm.codec.message.SessionClosedDecoder;
import io.dtm.codec.message.SessionOpenedDecoder;
import io.dtm.codec.message.SessionResumedDecoder;
import org.agrona.DirectBuffer;

/**
 * What waits for one session, or for one link that has none: two lanes, by release class. Keeps order within each lane.
 * What is on append may overtake what waits for the force, never the reverse: a participant forgets a branch when it is
 * decided, since no PREPARE for it can come then (rule 4). And nothing overtakes a fence, that is a handshake, or a
 * PREPARE that waits for the force (participants count on the order of PREPAREs). So each record carries how many
 * records that it may not overtake were queued in the other lane before it. Egress agent only.
 */
final class Outlet {
    /** Result of {@link #flush}: everything that may leave has left. */
    static final int FLUSHED = 0;
    /** Result of {@link #flush}: the link took no more. */
    static final int BLOCKED = 1;
    /** Result of {@link #flush}: more may leave at once. */
    static final int MORE = 2;
    /** Result of {@link #flush}: everything was dropped, since the link is gone. */
    static final int DROPPED = 3;

    private final Lane appendLane;
    private final Lane durableLane;
    private int id;
    private int linkId;
    private boolean discarding;
    private boolean blocked;
    private boolean dirty;
    private boolean active;
    private boolean closing;
    private boolean waitsWhenClosing;
    private boolean closed;
    private boolean durableFirst;
    private int fencesQueued;
    private int fencesSent;
    private int fencesTaken;
    private int appendsQueued;
    private int appendsSent;
    private int appendsTaken;
    private boolean closeTaken;
    private boolean stalled;
    private long refusedNs;
    private long stalledForNs;

    /** @param memory counts what its lanes grow by. */
    Outlet(final LaneMemory memory) {
        appendLane = new Lane(memory);
        durableLane = new Lane(memory);
    }

    /** Starts anew for a session or link. */
    Outlet init(final int ofId, final int toLinkId) {
        id = ofId;
        active = false;
        attach(toLinkId);
        return this;
    }

    /** From now on to this link: what was queued for another is dropped. */
    void attach(final int toLinkId) {
        linkId = toLinkId;
        discarding = false;
        closing = false;
        closed = false;
        drop();
    }

    int id() {
        return id;
    }

    int linkId() {
        return linkId;
    }

    /** @return whether its last message, SessionClosed, is queued or sent. */
    boolean isClosing() {
        return closing;
    }

    /** @return whether its last message was sent. */
    boolean isClosed() {
        return closed;
    }

    /** @return whether it takes nothing any more: its link is gone or too slow. */
    boolean isDiscarding() {
        return discarding;
    }

    /** @return whether the link took nothing when something was offered last. */
    boolean isBlocked() {
        return blocked;
    }

    boolean isActive() {
        return active;
    }

    void active(final boolean isActive) {
        active = isActive;
    }

    boolean isEmpty() {
        return appendLane.isEmpty() && durableLane.isEmpty();
    }

    long backlogBytes() {
        return appendLane.sizeBytes() + durableLane.sizeBytes();
    }

    /**
     * The link has refused what was offered.
     *
     * @param nowNs       by a monotonic clock.
     * @param countsForNs so much of the time since the last refusal counts at most: while the coordinator stood still
     *                    nothing was offered.
     */
    void onRefused(final long nowNs, final long countsForNs) {
        if (stalled) {
            stalledForNs += Math.min(nowNs - refusedNs, countsForNs);
        }
        stalled = true;
        refusedNs = nowNs;
    }

    /** @return for how long the link has refused all that was offered; 0: it hasn't. */
    long stalledForNs() {
        return stalledForNs;
    }

    /** @return whether a flush could send something. */
    boolean mayFlush(final boolean forcedMore) {
        return dirty || blocked || (forcedMore && !durableLane.isEmpty());
    }

    /**
     * Queues one message. An outlet that discards takes only its last, SessionClosed.
     *
     * @return whether it was queued.
     */
    boolean queue(final DirectBuffer source, final int offset) {
        final int templateId = OutboundDescriptor.templateId(source, offset);
        if (discarding && templateId != SessionClosedDecoder.TEMPLATE_ID) {
            return false;
        }
        if (OutboundDescriptor.isOnAppend(source, offset)) {
            appendLane.append(source, offset, fencesQueued);
            appendsQueued++;
        } else {
            durableLane.append(source, offset, appendsQueued);
            if (isFence(templateId)) {
                fencesQueued++;
            } else if (templateId == SessionClosedDecoder.TEMPLATE_ID) {
                closing = true;
                waitsWhenClosing = !discarding && isRequested(source, offset);
            }
        }
        dirty = true;
        return true;
    }

    /** Drops what is queued and takes nothing more but SessionClosed, until it is attached to another link. */
    void discard() {
        discarding = true;
        closed = closing;
        drop();
    }

    /** Gives up memory of which it needs little. */
    void trim() {
        appendLane.trim();
        durableLane.trim();
    }

    /** Drops everything, and gives up the memory that it took. */
    void reset() {
        appendLane.reset();
        durableLane.reset();
    }

    /**
     * Sends what may leave.
     *
     * @param frame     is filled and sent, again and again.
     * @param released  position up to which messages on durable may leave.
     * @param publisher sends.
     * @param maxFrames greatest number of frames.
     * @return a result.
     */
    int flush(final FrameBuilder frame, final long released, final LinkPublisher publisher, final int maxFrames) {
        dirty = false;
        blocked = false;
        for (int i = 0; i < maxFrames; i++) {
            frame.reset();
            fill(frame, released);
            if (frame.isEmpty()) {
                return FLUSHED;
            }
            final int result = publisher.offer(linkId, frame.buffer(), 0, frame.length());
            if (result != LinkPublisher.SENT) {
                return onNotSent(result);
            }
            commit();
        }
        dirty = true;
        return MORE;
    }

    private int onNotSent(final int result) {
        appendLane.rollBack();
        durableLane.rollBack();
        // A session that was lost or too slow is told so if that is possible now, and not waited for.
        if (result == LinkPublisher.GONE || (closing && !waitsWhenClosing)) {
            discard();
            return DROPPED;
        }
        blocked = true;
        return BLOCKED;
    }

    private void fill(final FrameBuilder frame, final long released) {
        fencesTaken = fencesSent;
        appendsTaken = appendsSent;
        closeTaken = false;
        boolean hasRoom = !durableFirst || takeDurable(frame, released);
        int fences;
        do { // until no fence that was taken lets more leave
            fences = fencesTaken;
            hasRoom = hasRoom && takeOnAppend(frame) && takeDurable(frame, released);
        } while (hasRoom && fencesTaken != fences);
    }

    /** @return false if the frame is full. */
    private boolean takeOnAppend(final FrameBuilder frame) {
        while (appendLane.hasNext()) {
            final int at = appendLane.next();
            if (OutboundDescriptor.id(appendLane.buffer(), at) - fencesTaken > 0) {
                return true;
            }
            if (!take(frame, appendLane, at)) {
                return false;
            }
            appendsTaken++;
        }
        return true;
    }

    /** @return false if the frame is full. */
    private boolean takeDurable(final FrameBuilder frame, final long released) {
        while (durableLane.hasNext()) {
            final int at = durableLane.next();
            if (OutboundDescriptor.position(durableLane.buffer(), at) > released
                || OutboundDescriptor.id(durableLane.buffer(), at) - appendsTaken > 0) {
                return true;
            }
            final int templateId = OutboundDescriptor.templateId(durableLane.buffer(), at);
            if (!take(frame, durableLane, at)) {
                return false;
            }
            closeTaken |= templateId == SessionClosedDecoder.TEMPLATE_ID;
            if (isFence(templateId)) {
                fencesTaken++;
            }
        }
        return true;
    }

    private static boolean take(final FrameBuilder frame, final Lane lane, final int at) {
        final DirectBuffer buffer = lane.buffer();
        final boolean taken = frame.append(
            OutboundDescriptor.templateId(buffer, at),
            OutboundDescriptor.blockLength(buffer, at),
            buffer,
            OutboundDescriptor.bodyOffset(at),
            OutboundDescriptor.bodyLength(buffer, at));
        if (taken) {
            lane.advance();
        }
        return taken;
    }

    private void commit() {
        appendLane.commit();
        durableLane.commit();
        fencesSent = fencesTaken;
        appendsSent = appendsTaken;
        endStall();
        closed = closeTaken;
        durableFirst = !durableFirst;
    }

    private void drop() {
        appendLane.clear();
        durableLane.clear();
        blocked = false;
        dirty = false;
        endStall();
        fencesQueued = 0;
        fencesSent = 0;
        appendsQueued = 0;
        appendsSent = 0;
    }

    private void endStall() {
        stalled = false;
        stalledForNs = 0;
    }

    private static boolean isRequested(final DirectBuffer buffer, final int offset) {
        final int reasonOffset = OutboundDescriptor.bodyOffset(offset) + SessionClosedDecoder.reasonEncodingOffset();
        return buffer.getByte(reasonOffset) == CloseReason.REQUESTED.value();
    }

    /** @param templateId of a message on durable. */
    private static boolean isFence(final int templateId) {
        return templateId == PreparesDecoder.TEMPLATE_ID
            || templateId == SessionOpenedDecoder.TEMPLATE_ID
            || templateId == SessionResumedDecoder.TEMPLATE_ID
            || templateId == RegisteredDecoder.TEMPLATE_ID;
    }
}
