package io.dtm.bench.journal;

import io.dtm.codec.FrameBuilder;
import io.dtm.codec.FrameDescriptor;
import io.dtm.codec.message.DecisionsDecoder;
import io.dtm.codec.message.OutcomesDecoder;
import io.dtm.codec.message.PreparesDecoder;
import io.dtm.codec.message.RegisteredDecoder;
import io.dtm.codec.message.RejectedDecoder;
import io.dtm.codec.message.SessionOpenedDecoder;
import io.dtm.core.egress.LinkPublisher;
import io.dtm.core.ingress.LinkPoller;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.ControlledMessageHandler;
import org.agrona.concurrent.ControlledMessageHandler.Action;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/**
 * A client and two participants in the coordinator's process, behind its own ports: what they send goes through
 * validation, ring, journal, coordinator and egress like any frame. They answer at once, and pack what they answer in
 * one duty cycle into frames as the library does. All of it runs on the ingress agent's thread, inside of
 * {@link #poll}; egress only puts frames into a queue.
 */
final class LoopbackPeers implements LinkPoller, LinkPublisher {
    private static final int CLIENT_LINK = 1;
    private static final int FIRST_PARTICIPANT_LINK = 2;
    private static final int LINKS = 3;
    private static final int QUEUE_LENGTH = 64 * 1024 * 1024;
    private static final int SUBMIT_AHEAD = 256 * 1024;
    private static final int INBOX_LIMIT = 64;
    private static final long KEEP_ALIVE_NS = TimeUnit.SECONDS.toNanos(1);

    private final OneToOneRingBuffer inbox = queue();
    private final OneToOneRingBuffer outbox = queue();
    private final FrameBuilder[] frames = new FrameBuilder[LINKS + 1];
    private final ControlledMessageHandler delivery = this::deliver;
    private final MessageHandler arrival = (link, buffer, offset, length) -> onFrame(link, buffer, offset);
    private final LoopbackMessages messages;
    private final Load load;
    private final PeerListener listener;
    private final SessionOpenedDecoder opened = new SessionOpenedDecoder();
    private final RegisteredDecoder registered = new RegisteredDecoder();
    private final PreparesDecoder prepares = new PreparesDecoder();
    private final DecisionsDecoder decisions = new DecisionsDecoder();
    private final OutcomesDecoder outcomes = new OutcomesDecoder();
    private final int[] resourceIds = new int[LINKS + 1];
    private Handler handler;
    private boolean isUp;
    private long nextKeepAliveNs;
    private long clientSession;
    private long begun;
    private volatile long submitUntil;
    private volatile Withheld withheld = Withheld.NONE;
    private volatile long told;
    private volatile long acknowledged;

    /** Told of each transaction by its counter. On the ingress agent's thread. */
    interface PeerListener {
        /** Nobody listens. */
        PeerListener NONE = new PeerListener() { };

        /** @return whether another may begin now: paces. */
        default boolean mayBegin() {
            return true;
        }

        default void onSubmit(final long counter) {
        }

        default void onOutcome(final long counter) {
        }
    }

    /**
     * Which transactions never end, by counter.
     *
     * @param from           the first.
     * @param preparingUntil up to here the second participant doesn't vote.
     * @param until          up to here both vote YES and don't acknowledge.
     */
    record Withheld(long from, long preparingUntil, long until) {
        static final Withheld NONE = new Withheld(Long.MAX_VALUE, 0, 0);

        boolean vote(final long counter, final int linkId) {
            return counter >= from && counter <= preparingUntil && linkId > FIRST_PARTICIPANT_LINK;
        }

        boolean acknowledgement(final long counter) {
            return counter >= from && counter <= until;
        }

        long preparing() {
            return Math.max(0, preparingUntil - from + 1);
        }
    }

    LoopbackPeers(final Load load, final PeerListener listener) {
        this.load = load;
        this.listener = listener;
        messages = new LoopbackMessages(load.payloadBytes());
        for (int link = CLIENT_LINK; link <= LINKS; link++) {
            frames[link] = new FrameBuilder(load.softLimitBytes());
        }
    }

    private static OneToOneRingBuffer queue() {
        return new OneToOneRingBuffer(new UnsafeBuffer(
            ByteBuffer.allocateDirect(QUEUE_LENGTH + RingBufferDescriptor.TRAILER_LENGTH)));
    }

    /** Allows so many transactions in all. Any thread. */
    void submitUntil(final long count) {
        submitUntil = count;
    }

    /** To be set before those transactions are allowed. */
    void withhold(final Withheld transactions) {
        withheld = transactions;
    }

    /** @return outcomes that the client got. Any thread. */
    long told() {
        return told;
    }

    /** @return branches that were acknowledged. Any thread. */
    long acknowledged() {
        return acknowledged;
    }

    @Override
    public int poll(final Handler ingress, final int limit) {
        handler = ingress;
        if (!isUp) {
            bringUp();
        }
        int work = 0;
        if (outbox.size() < QUEUE_LENGTH / 4) {
            work += inbox.read(arrival, INBOX_LIMIT);
            submit();
            keepAlive();
            for (int link = CLIENT_LINK; link <= LINKS; link++) {
                flush(link);
            }
        }
        return work + outbox.controlledRead(delivery, limit);
    }

    @Override
    public int offer(final int linkId, final DirectBuffer buffer, final int offset, final int length) {
        return inbox.write(linkId, buffer, offset, length) ? SENT : BACK_PRESSURED;
    }

    @Override
    public void close(final int linkId) {
        throw new IllegalStateException("link " + linkId + " is closed by the coordinator");
    }

    private Action deliver(
        final int linkId, final MutableDirectBuffer buffer, final int offset, final int length) {
        return handler.onFrame(linkId, buffer, offset, length) ? Action.CONTINUE : Action.ABORT;
    }

    private void bringUp() {
        isUp = true;
        nextKeepAliveNs = System.nanoTime() + KEEP_ALIVE_NS;
        for (int link = CLIENT_LINK; link <= LINKS; link++) {
            handler.onLinkUp(link);
            append(link, messages.sessionOpen(link));
            flush(link);
        }
    }

    /** Whatever they wait for: silence would be taken for a loss (rule 6). */
    private void keepAlive() {
        final long nowNs = System.nanoTime();
        if (nowNs - nextKeepAliveNs >= 0) {
            nextKeepAliveNs = nowNs + KEEP_ALIVE_NS;
            for (int link = CLIENT_LINK; link <= LINKS; link++) {
                // It must stand alone in its frame.
                flush(link);
                append(link, messages.keepAlive());
                flush(link);
            }
        }
    }

    private void submit() {
        while (begun < submitUntil
            && begun - told - Math.min(withheld.preparing(), Math.max(0, begun - withheld.from() + 1)) < load.window()
            && outbox.size() < SUBMIT_AHEAD
            && resourceIds[FIRST_PARTICIPANT_LINK] > 0 && resourceIds[LINKS] > 0 && clientSession > 0
            && listener.mayBegin()) {
            begun++;
            listener.onSubmit(begun);
            append(CLIENT_LINK, messages.submit(clientSession << 32 | begun, resourceIds, FIRST_PARTICIPANT_LINK));
        }
    }

    private void append(final int link, final LoopbackMessages message) {
        final FrameBuilder frame = frames[link];
        if (!message.appendTo(frame)) {
            flush(link);
            if (!message.appendTo(frame)) {
                throw new IllegalStateException("a message doesn't fit into a frame");
            }
        }
        if (load.isMessageAFrame()) {
            flush(link);
        }
    }

    private void flush(final int link) {
        final FrameBuilder frame = frames[link];
        if (!frame.isEmpty()) {
            if (!outbox.write(link, frame.buffer(), 0, frame.length())) {
                throw new IllegalStateException("the peers' queue is full");
            }
            frame.reset();
        }
    }

    private void onFrame(final int link, final DirectBuffer buffer, final int offset) {
        final int count = FrameDescriptor.messageCount(buffer, offset);
        int at = offset + FrameDescriptor.HEADER_LENGTH;
        for (int i = 0; i < count; i++) {
            onMessage(link, FrameDescriptor.templateId(buffer, at), buffer, at + FrameDescriptor.PREFIX_LENGTH,
                FrameDescriptor.blockLength(buffer, at));
            at += FrameDescriptor.messageLength(buffer, at);
        }
    }

    private void onMessage(
        final int link, final int templateId, final DirectBuffer buffer, final int offset, final int blockLength) {
        switch (templateId) {
            case PreparesDecoder.TEMPLATE_ID ->
                onPrepares(link, prepares.wrap(buffer, offset, blockLength, PreparesDecoder.SCHEMA_VERSION));
            case DecisionsDecoder.TEMPLATE_ID ->
                onDecisions(link, decisions.wrap(buffer, offset, blockLength, DecisionsDecoder.SCHEMA_VERSION));
            case OutcomesDecoder.TEMPLATE_ID ->
                onOutcomes(outcomes.wrap(buffer, offset, blockLength, OutcomesDecoder.SCHEMA_VERSION));
            case SessionOpenedDecoder.TEMPLATE_ID -> {
                opened.wrap(buffer, offset, blockLength, SessionOpenedDecoder.SCHEMA_VERSION);
                if (link == CLIENT_LINK) {
                    clientSession = opened.sessionId();
                } else {
                    append(link, messages.register(link, opened.sessionId()));
                }
            }
            case RegisteredDecoder.TEMPLATE_ID -> {
                registered.wrap(buffer, offset, blockLength, RegisteredDecoder.SCHEMA_VERSION);
                resourceIds[link] = registered.resourceId();
            }
            default -> throw new IllegalStateException(templateId == RejectedDecoder.TEMPLATE_ID
                ? "refused: code " + new RejectedDecoder().wrap(buffer, offset, blockLength, 1).codeRaw()
                : "nobody here expects template " + templateId);
        }
    }

    private void onPrepares(final int link, final PreparesDecoder message) {
        final int epoch = message.epoch();
        final int resourceId = message.resourceId();
        final PreparesDecoder.BranchesDecoder branches = message.branches();
        while (branches.hasNext()) {
            branches.next();
            branches.skipPayload();
            if (!withheld.vote(counter(branches.transactionId()), link)) {
                append(link, messages.vote(
                    epoch, resourceId, branches.enlistEpoch(), branches.transactionId(), branches.branchId()));
            }
        }
    }

    private void onDecisions(final int link, final DecisionsDecoder message) {
        final int epoch = message.epoch();
        final int resourceId = message.resourceId();
        final DecisionsDecoder.BranchesDecoder branches = message.branches();
        while (branches.hasNext()) {
            branches.next();
            if (!withheld.acknowledgement(counter(branches.transactionId()))) {
                append(link, messages.acknowledgement(
                    epoch, resourceId, branches.transactionId(), branches.branchId(), branches.decision()));
                acknowledged++;
            }
        }
    }

    private void onOutcomes(final OutcomesDecoder message) {
        final OutcomesDecoder.TransactionsDecoder transactions = message.transactions();
        long count = 0;
        while (transactions.hasNext()) {
            transactions.next();
            transactions.skipText();
            listener.onOutcome(counter(transactions.transactionId()));
            count++;
        }
        told += count;
    }

    private static long counter(final long transactionId) {
        return transactionId & 0xFFFF_FFFFL;
    }
}
