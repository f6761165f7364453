package io.dtm.bench.journal;

import io.dtm.codec.FrameDescriptor;
import io.dtm.codec.RecordDescriptor;
import io.dtm.codec.message.AcknowledgementsDecoder;
import io.dtm.codec.message.SubmitDecoder;
import io.dtm.codec.message.VotesDecoder;
import io.dtm.core.journal.reading.RecordHandler;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;

/** Counts the bytes of a journal by what they are for. Give it the records of a replay. */
final class TransactionBytes implements RecordHandler {
    private final SubmitDecoder submit = new SubmitDecoder();
    long records;
    long messages;
    long events;
    long transactions;
    long recordHeaders;
    long alignment;
    long frameHeaders;
    long prefixes;
    long submits;
    long payloads;
    long votes;
    long acknowledgements;
    long others;
    private long voteElements;
    private long acknowledgementElements;

    @Override
    public void onRecord(
        final long position,
        final int linkId,
        final long timeNs,
        final DirectBuffer frame,
        final int offset,
        final int length) {
        records++;
        recordHeaders += RecordDescriptor.HEADER_LENGTH;
        final int recordLength = RecordDescriptor.HEADER_LENGTH + length;
        alignment += RecordDescriptor.aligned(recordLength) - recordLength;
        frameHeaders += FrameDescriptor.HEADER_LENGTH;
        final int count = FrameDescriptor.messageCount(frame, offset);
        int at = offset + FrameDescriptor.HEADER_LENGTH;
        for (int i = 0; i < count; i++) {
            onMessage(frame, at);
            at += FrameDescriptor.messageLength(frame, at);
        }
    }

    private void onMessage(final DirectBuffer frame, final int at) {
        final int bytes = FrameDescriptor.messageLength(frame, at) - FrameDescriptor.PREFIX_LENGTH;
        final int body = at + FrameDescriptor.PREFIX_LENGTH;
        final int blockLength = FrameDescriptor.blockLength(frame, at);
        messages++;
        prefixes += FrameDescriptor.PREFIX_LENGTH;
        switch (FrameDescriptor.templateId(frame, at)) {
            case SubmitDecoder.TEMPLATE_ID -> {
                submit.wrap(frame, body, blockLength, SubmitDecoder.SCHEMA_VERSION);
                long payload = 0;
                for (final SubmitDecoder.BranchesDecoder branch : submit.branches()) {
                    payload += branch.skipPayload();
                }
                transactions++;
                events++;
                payloads += payload;
                submits += bytes - payload;
            }
            case VotesDecoder.TEMPLATE_ID -> {
                votes += bytes;
                voteElements += elements(frame, body + blockLength);
            }
            case AcknowledgementsDecoder.TEMPLATE_ID -> {
                acknowledgements += bytes;
                acknowledgementElements += elements(frame, body + blockLength);
            }
            default -> {
                others += bytes;
                events++;
            }
        }
    }

    private static int elements(final DirectBuffer frame, final int groupOffset) {
        return frame.getShort(groupOffset + 1, ByteOrder.LITTLE_ENDIAN) & 0xFFFF;
    }

    /** @return events: each vote and each acknowledgement is one. */
    long allEvents() {
        return events + voteElements + acknowledgementElements;
    }

    long bytes() {
        return recordHeaders + alignment + frameHeaders + prefixes + submits + payloads + votes + acknowledgements
            + others;
    }
}
