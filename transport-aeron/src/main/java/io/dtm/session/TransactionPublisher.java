package io.dtm.session;

import io.dtm.codec.message.Acknowledge;
import io.dtm.codec.message.BeginEncoder;
import io.dtm.codec.message.CommitEncoder;
import io.dtm.codec.message.EnlistEncoder;
import io.dtm.codec.message.InquireEncoder;
import io.dtm.codec.message.LookupEncoder;
import io.dtm.codec.message.RollbackEncoder;
import io.dtm.codec.message.SubmitEncoder;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;

/** Encodes what is asked for transactions. Duty cycle's thread. */
final class TransactionPublisher {
    private final Outbox outbox;
    private final ExpandableArrayBuffer scratch = new ExpandableArrayBuffer(512);
    private final LookupEncoder lookup = new LookupEncoder();
    private final BeginEncoder begin = new BeginEncoder();
    private final EnlistEncoder enlist = new EnlistEncoder();
    private final CommitEncoder commit = new CommitEncoder();
    private final RollbackEncoder rollback = new RollbackEncoder();
    private final InquireEncoder inquire = new InquireEncoder();

    TransactionPublisher(final Outbox outbox) {
        this.outbox = outbox;
    }

    void lookup(final long requestId, final byte[] name) {
        lookup.wrap(scratch, Outbox.BODY_OFFSET).requestId(requestId).putResourceName(name, 0, name.length);
        append(LookupEncoder.TEMPLATE_ID, LookupEncoder.BLOCK_LENGTH, lookup.encodedLength());
    }

    void submit(final SubmitRequest request) {
        outbox.append(
            SubmitEncoder.TEMPLATE_ID, SubmitEncoder.BLOCK_LENGTH, request.buffer(), request.bodyLength());
    }

    void begin(final long transactionId, final int timeoutMs, final long joinToken) {
        begin.wrap(scratch, Outbox.BODY_OFFSET)
            .transactionId(transactionId)
            .timeoutMs(timeoutMs)
            .joinToken(joinToken);
        append(BeginEncoder.TEMPLATE_ID, BeginEncoder.BLOCK_LENGTH, begin.encodedLength());
    }

    void enlist(
        final long transactionId,
        final int branchId,
        final int resourceId,
        final long incarnation,
        final long joinToken,
        final int epoch,
        final DirectBuffer payload,
        final int offset,
        final int length) {
        enlist.wrap(scratch, Outbox.BODY_OFFSET)
            .transactionId(transactionId)
            .branchId(branchId)
            .resourceId(resourceId)
            .incarnation(incarnation)
            .joinToken(joinToken)
            .epoch(epoch)
            .putPayload(payload, offset, length);
        append(EnlistEncoder.TEMPLATE_ID, EnlistEncoder.BLOCK_LENGTH, enlist.encodedLength());
    }

    void commit(final long transactionId, final int acknowledge, final int[] expected, final int expectedCount) {
        final CommitEncoder.ExpectedEncoder group = commit.wrap(scratch, Outbox.BODY_OFFSET)
            .transactionId(transactionId)
            .acknowledge(Acknowledge.get((short) acknowledge))
            .expectedCount(expectedCount);
        for (int i = 0; i < expectedCount; i++) {
            group.next().branchId(expected[i]);
        }
        append(CommitEncoder.TEMPLATE_ID, CommitEncoder.BLOCK_LENGTH, commit.encodedLength());
    }

    void rollback(final long transactionId, final int acknowledge) {
        rollback.wrap(scratch, Outbox.BODY_OFFSET)
            .transactionId(transactionId)
            .acknowledge(Acknowledge.get((short) acknowledge));
        append(RollbackEncoder.TEMPLATE_ID, RollbackEncoder.BLOCK_LENGTH, rollback.encodedLength());
    }

    void inquire(final long transactionId, final int acknowledge) {
        inquire.wrap(scratch, Outbox.BODY_OFFSET)
            .transactionId(transactionId)
            .acknowledge(Acknowledge.get((short) acknowledge));
        append(InquireEncoder.TEMPLATE_ID, InquireEncoder.BLOCK_LENGTH, inquire.encodedLength());
    }

    private void append(final int templateId, final int blockLength, final int bodyLength) {
        outbox.append(templateId, blockLength, scratch, bodyLength);
    }
}
