package io.dtm.systemtest;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.aeron.driver.ThreadingMode;
import io.dtm.codec.FrameBuilder;
import io.dtm.codec.FrameDescriptor;
import io.dtm.codec.Templates;
import io.dtm.codec.message.Acknowledge;
import io.dtm.codec.message.BeginEncoder;
import io.dtm.codec.message.CommitEncoder;
import io.dtm.codec.message.EnlistEncoder;
import io.dtm.codec.message.InquireEncoder;
import io.dtm.codec.message.JoinedDecoder;
import io.dtm.codec.message.OutcomeType;
import io.dtm.codec.message.OutcomesDecoder;
import io.dtm.codec.message.RejectCode;
import io.dtm.codec.message.RejectedDecoder;
import io.dtm.codec.message.RollbackEncoder;
import io.dtm.codec.message.SessionOpenEncoder;
import io.dtm.codec.message.SessionOpenedDecoder;
import io.dtm.codec.message.SubmitEncoder;
import io.dtm.session.CoordinatorLink.Status;
import io.dtm.transport.aeron.AeronCoordinatorLink;
import io.dtm.transport.aeron.AeronInstance;
import io.dtm.transport.aeron.AeronInstanceContext;
import io.dtm.transport.aeron.AeronLinkContext;
import io.dtm.transport.aeron.EmbeddedDriver;
import io.dtm.transport.aeron.EmbeddedDriverContext;
import io.dtm.transport.aeron.TransportChannels;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A peer without the library: it sends what the library wouldn't. One thread, which drives it while it waits.
 */
final class RawPeer implements AutoCloseable {
    /** What came back: a refusal (code not null), an outcome (outcome not null), or a join. */
    record Reply(long id, int branchId, RejectCode code, OutcomeType outcome, String text) {
    }

    private static final int MAX_FRAME = FrameDescriptor.MAX_FRAME_LENGTH;

    private final EmbeddedDriver driver;
    private final AeronInstance instance;
    private final AeronCoordinatorLink link;
    private final ExpandableArrayBuffer body = new ExpandableArrayBuffer(1024);
    private final FrameBuilder frame = new FrameBuilder(MAX_FRAME);
    private final List<Reply> replies = new ArrayList<>();
    private int sessionId;
    private int epoch;

    RawPeer(final House house, final CoordinatorChild coordinator) {
        driver = EmbeddedDriver.launch(new EmbeddedDriverContext()
            .directory(house.path("raw-aeron").toFile())
            .deleteDirectoryOnStart(true)
            .deleteDirectoryOnClose(true)
            .threadingMode(ThreadingMode.INVOKER)
            .errorHandler(Throwable::printStackTrace));
        instance = new AeronInstance(new AeronInstanceContext()
            .embeddedDriver(driver)
            .clientName("raw")
            .errorHandler(Throwable::printStackTrace)
            .conclude());
        link = new AeronCoordinatorLink(instance, new AeronLinkContext()
            .channels(new TransportChannels().ingressEndpoint(coordinator.endpoint()).conclude())
            .errorHandler(Throwable::printStackTrace));
        await("link", () -> link.status(System.nanoTime()) == Status.CONNECTED ? this : null);
    }

    private <T> T await(final String what, final Supplier<T> supplier) {
        final List<T> found = new ArrayList<>();
        Conditions.await(() -> what + ", but only " + replies, () -> {
            instance.doWork();
            link.status(System.nanoTime());
            link.poll(this::onFrame, 10);
            final T one = supplier.get();
            if (one != null) {
                found.add(one);
            }
            return one != null;
        });
        return found.get(0);
    }

    void openSession() {
        final SessionOpenEncoder open = new SessionOpenEncoder().wrap(body, 0)
            .requestId(1).knownEpoch(0).knownNonce(0).witnessedOf(0).witnessedEpoch(0).witnessedPosition(0)
            .clientName("raw").putCredentials(new byte[0], 0, 0);
        send(SessionOpenEncoder.TEMPLATE_ID, SessionOpenEncoder.BLOCK_LENGTH, open.encodedLength());
        await("session", () -> sessionId == 0 ? null : this);
    }

    /** @return an id of this peer's session. */
    long id(final int counter) {
        return (long) sessionId << 32 | counter;
    }

    void begin(final long transactionId, final int timeoutMs) {
        final BeginEncoder begin = new BeginEncoder().wrap(body, 0)
            .transactionId(transactionId).timeoutMs(timeoutMs).joinToken(42);
        send(BeginEncoder.TEMPLATE_ID, BeginEncoder.BLOCK_LENGTH, begin.encodedLength());
    }

    void enlist(final long transactionId, final int resourceId, final int payloadLength) {
        final EnlistEncoder enlist = new EnlistEncoder().wrap(body, 0)
            .transactionId(transactionId).branchId(resourceId).resourceId(resourceId).incarnation(0).joinToken(0)
            .epoch(epoch).putPayload(new byte[payloadLength], 0, payloadLength);
        send(EnlistEncoder.TEMPLATE_ID, EnlistEncoder.BLOCK_LENGTH, enlist.encodedLength());
    }

    void submit(final long transactionId, final int timeoutMs, final int payloadLength, final int... resources) {
        final SubmitEncoder submit = new SubmitEncoder();
        final SubmitEncoder.BranchesEncoder branches = submit.wrap(body, 0)
            .transactionId(transactionId).timeoutMs(timeoutMs).acknowledge(Acknowledge.DECIDED)
            .branchesCount(resources.length);
        for (int i = 0; i < resources.length; i++) {
            branches.next().branchId(i).resourceId(resources[i]).putPayload(new byte[payloadLength], 0, payloadLength);
        }
        send(SubmitEncoder.TEMPLATE_ID, SubmitEncoder.BLOCK_LENGTH, submit.encodedLength());
    }

    void commit(final long transactionId) {
        final CommitEncoder commit = new CommitEncoder();
        commit.wrap(body, 0).transactionId(transactionId).acknowledge(Acknowledge.DECIDED).expectedCount(0);
        send(CommitEncoder.TEMPLATE_ID, CommitEncoder.BLOCK_LENGTH, commit.encodedLength());
    }

    void rollback(final long transactionId) {
        final RollbackEncoder rollback = new RollbackEncoder().wrap(body, 0)
            .transactionId(transactionId).acknowledge(Acknowledge.DECIDED);
        send(RollbackEncoder.TEMPLATE_ID, RollbackEncoder.BLOCK_LENGTH, rollback.encodedLength());
    }

    void inquire(final long transactionId) {
        final InquireEncoder inquire = new InquireEncoder().wrap(body, 0)
            .transactionId(transactionId).acknowledge(Acknowledge.DECIDED);
        send(InquireEncoder.TEMPLATE_ID, InquireEncoder.BLOCK_LENGTH, inquire.encodedLength());
    }

    private void send(final int templateId, final int blockLength, final int bodyLength) {
        frame.reset();
        assertTrue(frame.append(templateId, blockLength, body, 0, bodyLength));
        sendBytes(frame.buffer(), frame.length());
    }

    void sendBytes(final byte[] bytes) {
        sendBytes(new UnsafeBuffer(bytes), bytes.length);
    }

    private void sendBytes(final DirectBuffer buffer, final int length) {
        await("sent", () -> link.offer(buffer, 0, length) ? this : null);
    }

    /** @return the next reply about a transaction or request, which is taken away. */
    Reply awaitReply(final long id) {
        final Reply reply = await("reply about " + Long.toHexString(id), () -> replies.stream()
            .filter(one -> one.id() == id).findFirst().orElse(null));
        replies.remove(reply);
        return reply;
    }

    private void onFrame(final DirectBuffer buffer, final int offset, final int length) {
        int at = offset + FrameDescriptor.HEADER_LENGTH;
        for (int i = 0; i < FrameDescriptor.messageCount(buffer, offset); i++) {
            onMessage(FrameDescriptor.templateId(buffer, at), buffer, at + FrameDescriptor.PREFIX_LENGTH,
                FrameDescriptor.blockLength(buffer, at));
            at += FrameDescriptor.messageLength(buffer, at);
        }
    }

    private void onMessage(final int templateId, final DirectBuffer buffer, final int bodyOffset, final int block) {
        final int version = Templates.SCHEMA_VERSION;
        switch (templateId) {
            case SessionOpenedDecoder.TEMPLATE_ID -> {
                final SessionOpenedDecoder opened = new SessionOpenedDecoder().wrap(buffer, bodyOffset, block, version);
                epoch = opened.epoch();
                sessionId = opened.sessionId();
            }
            case RejectedDecoder.TEMPLATE_ID -> {
                final RejectedDecoder rejected = new RejectedDecoder().wrap(buffer, bodyOffset, block, version);
                replies.add(new Reply(
                    rejected.requestId(), rejected.branchId(), rejected.code(), null, rejected.text()));
            }
            case OutcomesDecoder.TEMPLATE_ID ->
                new OutcomesDecoder().wrap(buffer, bodyOffset, block, version).transactions().forEach(one ->
                    replies.add(new Reply(one.transactionId(), one.branchId(), null, one.outcome(), one.text())));
            case JoinedDecoder.TEMPLATE_ID ->
                new JoinedDecoder().wrap(buffer, bodyOffset, block, version).joins().forEach(one ->
                    replies.add(new Reply(one.transactionId(), one.branchId(), null, null, Peer.JOINED)));
            default -> throw new AssertionError("unexpected template " + templateId);
        }
    }

    @Override
    public void close() {
        link.close();
        instance.close();
        driver.close();
    }
}
