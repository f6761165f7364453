package io.dtm.core.egress;

import static io.dtm.core.egress.OutboundDescriptor.TYPE_ALARM;
import static io.dtm.core.egress.OutboundDescriptor.TYPE_ATTACHMENT;
import static io.dtm.core.egress.OutboundDescriptor.TYPE_EPOCH;
import static io.dtm.core.egress.OutboundDescriptor.TYPE_LINK_MESSAGE;
import static io.dtm.core.egress.OutboundDescriptor.TYPE_OPERATOR_ANSWER;
import static io.dtm.core.egress.OutboundDescriptor.TYPE_SESSION_MESSAGE;

import io.dtm.codec.FrameBuilder;
import io.dtm.core.LinkReplies;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Sends what the coordinator put out: holds what must wait until it is durable, batches by session, and asks for a
 * force only when something waits for one. A frame leaves when it is full or when the duty cycle has no more for it,
 * never by a timer.
 * <p>
 * A session keeps a backlog while its link takes nothing. If that grows beyond its bound and the link still takes
 * nothing for a while, it is dropped and the link is marked as slow; so are others, as long as all together are beyond
 * theirs. Nobody else waits for it. Allocates only when a backlog grows or is gone.
 */
public final class EgressAgent implements Agent {
    private static final int READ_LIMIT = 8 * 1024;
    private static final int REPLY_LIMIT = 16;
    private static final int FRAMES_PER_FLUSH = 16;
    /** Spread over the time after which a link is too slow: a pause of this process is not the link's fault. */
    private static final int LEAST_REFUSALS = 4;
    /** Of a link without a session: it gets a few short answers. */
    private static final int MAX_LINK_BACKLOG = LinkReplies.MAX_BODY_LENGTH;

    private final OutboundQueue queue;
    private final LinkReplies replies;
    private final Durability durability;
    private final boolean waitsForForce;
    private final LinkPublisher publisher;
    private final EgressListener listener;
    private final NanoClock nanoClock;
    private final BacklogBounds backlogs;
    private final FrameBuilder frame;
    private final LaneMemory memory;
    private final Outlets outlets;
    private final HostAnswers answers;
    private final OutboundQueue.Handler onRecord = this::onRecord;
    private final LinkReplies.Handler onReply = new ReplyHandler();
    private final MutableDirectBuffer replyRecord =
        new UnsafeBuffer(new byte[OutboundDescriptor.recordLength(LinkReplies.MAX_BODY_LENGTH)]);

    private long forced;
    private long epochPosition = Long.MAX_VALUE;
    private long waitedFor;
    private long requested;
    private int waitingCount;

    /** @param config what it needs. */
    public EgressAgent(final EgressConfig config) {
        queue = config.queue();
        replies = config.replies();
        durability = config.durability();
        waitsForForce = config.waitsForForce();
        publisher = config.publisher();
        listener = config.listener();
        nanoClock = config.nanoClock();
        backlogs = config.backlogs();
        frame = new FrameBuilder(config.frameSoftLimitBytes());
        memory = new LaneMemory(backlogs.keptBytes());
        outlets = new Outlets(publisher, config.slowLinks(), memory);
        answers = new HostAnswers(listener, memory);
    }

    @Override
    public String roleName() {
        return "egress";
    }

    @Override
    public int doWork() {
        int work = publisher.doWork();
        work += queue.read(onRecord, READ_LIMIT);
        work += replies.read(onReply, REPLY_LIMIT);
        if (waitedFor > requested && waitedFor > forced) {
            requested = waitedFor;
            durability.requestForce(waitedFor);
        }
        final long nowForced = durability.forcedPosition();
        final boolean forcedMore = nowForced > forced;
        forced = nowForced;
        if (forced >= waitedFor) {
            waitingCount = 0;
        }
        if (forced >= epochPosition) {
            work += flush(forcedMore);
        }
        boundTotal(outlets.settle());
        return work;
    }

    /** @return about how many messages wait for a force, 0: none. Egress agent only. */
    public int waitingForForce() {
        return waitingCount;
    }

    /** @return bytes that its buffers have grown by. */
    long memoryBytes() {
        return memory.bytes();
    }

    private int flush(final boolean forcedMore) {
        final long released = releasedPosition();
        int work = answers.release(released);
        for (int i = 0; i < outlets.activeCount(); i++) {
            final Outlet outlet = outlets.active(i);
            if (outlet.mayFlush(forcedMore)) {
                work += flush(outlet, released);
            }
        }
        return work;
    }

    /**
     * Memory is finite. First those go whose links have taken nothing for a while: however little waits for each,
     * together they must not cost one that takes. Then even one whose link takes something, or was offered nothing
     * yet: a force may hang, that of the epoch, too, and what waits for it grows.
     */
    private void boundTotal(final long backlogBytes) {
        long leftBytes = backlogBytes;
        while (leftBytes > backlogs.totalBytes()) {
            final Outlet outlet = outlets.firstToGo(backlogs.slowLinkTimeoutNs());
            leftBytes -= outlet.backlogBytes();
            tooSlow(outlet);
        }
    }

    private int flush(final Outlet outlet, final long released) {
        final int result = outlet.flush(frame, released, publisher, FRAMES_PER_FLUSH);
        if (result == Outlet.BLOCKED) {
            outlet.onRefused(nanoClock.nanoTime(), backlogs.slowLinkTimeoutNs() / LEAST_REFUSALS);
            return 0;
        }
        return 1;
    }

    private long releasedPosition() {
        return waitsForForce ? forced : Long.MAX_VALUE;
    }

    private void onRecord(final DirectBuffer buffer, final int offset) {
        final int id = OutboundDescriptor.id(buffer, offset);
        final long position = OutboundDescriptor.position(buffer, offset);
        switch (OutboundDescriptor.type(buffer, offset)) {
            case TYPE_SESSION_MESSAGE -> onMessage(outlets.ofSession(id), buffer, offset);
            case TYPE_LINK_MESSAGE -> onLinkMessage(id, buffer, offset);
            case TYPE_ATTACHMENT -> outlets.attach(id, (int) position);
            case TYPE_EPOCH -> {
                epochPosition = position;
                waitedFor = position;
                waitingCount++;
            }
            case TYPE_OPERATOR_ANSWER -> {
                answers.queue(buffer, offset);
                waitFor(position);
            }
            case TYPE_ALARM -> answers.alarm(buffer, offset);
            default -> throw new IllegalStateException("no such record type in the outbound queue");
        }
    }

    private void onMessage(final Outlet outlet, final DirectBuffer buffer, final int offset) {
        if (outlet == null) {
            return;
        }
        if (!outlet.queue(buffer, offset)) {
            return;
        }
        outlets.activate(outlet);
        if (!OutboundDescriptor.isOnAppend(buffer, offset)) {
            waitFor(OutboundDescriptor.position(buffer, offset));
        }
        if (outlet.backlogBytes() > backlogs.sessionBytes()) {
            onLongBacklog(outlet);
        }
    }

    private void onLinkMessage(final int linkId, final DirectBuffer buffer, final int offset) {
        final Outlet outlet = outlets.ofLink(linkId);
        if (outlet != null && outlet.backlogBytes() < MAX_LINK_BACKLOG) {
            onMessage(outlet, buffer, offset);
        }
    }

    /**
     * Only a link that takes nothing for a while is too slow: a burst, as what a participant is sent again when it
     * comes back, or much that waits for a slow force, is not its fault. If it were given up for that, it would come
     * back to the same, for ever.
     */
    private void onLongBacklog(final Outlet outlet) {
        if (outlet.isBlocked() && !isOverdue(outlet) || forced < epochPosition) {
            return;
        }
        flush(outlet, releasedPosition());
        if (outlet.isBlocked() && isOverdue(outlet)) {
            tooSlow(outlet);
        }
    }

    private boolean isOverdue(final Outlet outlet) {
        return outlet.stalledForNs() >= backlogs.slowLinkTimeoutNs();
    }

    private void tooSlow(final Outlet outlet) {
        final long backlogBytes = outlet.backlogBytes();
        outlet.discard();
        outlets.tooSlow(outlet);
        listener.onTooSlow(outlet.linkId(), backlogBytes);
    }

    private void waitFor(final long position) {
        if (waitsForForce && position > forced) {
            waitedFor = Math.max(waitedFor, position);
            waitingCount++;
        }
    }

    private final class ReplyHandler implements LinkReplies.Handler {
        @Override
        public void onReply(
            final int linkId,
            final int templateId,
            final int blockLength,
            final DirectBuffer buffer,
            final int offset,
            final int length) {
            OutboundDescriptor.header(
                replyRecord, 0, TYPE_LINK_MESSAGE, linkId, 0, true, templateId, blockLength, length);
            replyRecord.putBytes(OutboundDescriptor.bodyOffset(0), buffer, offset, length);
            onLinkMessage(linkId, replyRecord, 0);
        }

        @Override
        public void onClose(final int linkId) {
            outlets.closeLink(linkId);
        }
    }
}
