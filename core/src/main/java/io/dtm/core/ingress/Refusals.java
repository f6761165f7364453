package io.dtm.core.ingress;

import io.dtm.codec.FrameValidator.Verdict;
import io.dtm.codec.Templates;
import io.dtm.codec.message.RejectCode;
import io.dtm.codec.message.RejectedEncoder;
import io.dtm.core.LinkReplies;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Tells the host what was dropped, and a link why it was refused. Ingress agent only. */
final class Refusals {
    private static final int MAX_LENGTH = 512;

    private final LinkReplies replies;
    private final DropListener listener;
    private final RejectedEncoder rejected = new RejectedEncoder();
    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[MAX_LENGTH]);

    Refusals(final LinkReplies replies, final DropListener listener) {
        this.replies = replies;
        this.listener = listener;
    }

    void drop(final DropReason reason, final int linkId) {
        listener.onDropped(reason, linkId);
    }

    void drop(final Verdict verdict, final int linkId) {
        listener.onDropped(reasonOf(verdict), linkId);
    }

    /** @param text at most 254 characters. */
    void reject(
        final int linkId, final long requestId, final int templateId, final RejectCode code, final String text) {
        rejected.wrap(buffer, 0)
            .requestId(requestId).branchId(Templates.NO_BRANCH).refusedTemplate((short) templateId).code(code);
        final int textOffset = rejected.limit();
        buffer.putByte(textOffset, (byte) text.length());
        buffer.putStringWithoutLengthAscii(textOffset + 1, text);
        rejected.limit(textOffset + 1 + text.length());
        reply(linkId, RejectedEncoder.TEMPLATE_ID, RejectedEncoder.BLOCK_LENGTH, buffer, rejected.encodedLength());
    }

    void reply(
        final int linkId, final int templateId, final int blockLength, final DirectBuffer source, final int length) {
        if (!replies.reply(linkId, templateId, blockLength, source, 0, length)) {
            listener.onDropped(DropReason.REPLY_LOST, linkId);
        }
    }

    private static DropReason reasonOf(final Verdict verdict) {
        return switch (verdict) {
            case BAD_LENGTH -> DropReason.BAD_LENGTH;
            case WRONG_SCHEMA -> DropReason.WRONG_SCHEMA;
            case WRONG_VERSION -> DropReason.WRONG_VERSION;
            case WRONG_TEMPLATE -> DropReason.WRONG_TEMPLATE;
            case TOO_MANY_EVENTS -> DropReason.TOO_MANY_EVENTS;
            case NOT_ALONE -> DropReason.NOT_ALONE;
            default -> DropReason.MALFORMED;
        };
    }
}
