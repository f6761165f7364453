package io.dtm.core.ingress;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.dtm.codec.FrameDescriptor;
import io.dtm.codec.FrameValidator;
import io.dtm.codec.Origin;
import io.dtm.codec.Templates;
import io.dtm.codec.message.BeginDecoder;
import io.dtm.codec.message.ChallengeResponseDecoder;
import io.dtm.codec.message.EnlistDecoder;
import io.dtm.codec.message.InquireDecoder;
import io.dtm.codec.message.KeepAliveDecoder;
import io.dtm.codec.message.LookupDecoder;
import io.dtm.codec.message.RegisterDecoder;
import io.dtm.codec.message.RejectCode;
import io.dtm.codec.message.SessionOpenDecoder;
import io.dtm.codec.message.SessionResumeDecoder;
import io.dtm.codec.message.SubmitDecoder;
import org.agrona.DirectBuffer;

/**
 * Takes frames from links: checks each whole, handles handshakes, and publishes the others as they are. What isn't
 * valid or allowed is counted and dropped here and never reaches the ring. Without room in the ring nothing is looked
 * at: the transport hands the frame over again. Ingress agent only.
 */
final class IngressAdapter implements LinkPoller.Handler {
    private final Links links;
    private final Handshakes handshakes;
    private final EventSequencer sequencer;
    private final WatchClock watch;
    private final Refusals refusals;

    IngressAdapter(
        final Links links,
        final Handshakes handshakes,
        final EventSequencer sequencer,
        final WatchClock watch,
        final Refusals refusals) {
        this.links = links;
        this.handshakes = handshakes;
        this.sequencer = sequencer;
        this.watch = watch;
        this.refusals = refusals;
    }

    @Override
    public void onLinkUp(final int linkId) {
        links.onUp(linkId);
    }

    @Override
    public void onLinkDown(final int linkId) {
        final Link link = links.get(linkId);
        if (link != null && link.isUp) {
            handshakes.onDown(link);
            links.onDown(link);
        }
    }

    @Override
    public boolean onFrame(final int linkId, final DirectBuffer buffer, final int offset, final int length) {
        final int room = Math.min(Math.max(length, HostEvents.MAX_LENGTH), FrameDescriptor.MAX_FRAME_LENGTH);
        if (!sequencer.hasRoomFor(room)) {
            return false;
        }
        final Link link = links.get(linkId);
        if (link == null || !link.isUp || link.isCloseAsked) {
            refusals.drop(DropReason.UNKNOWN_LINK, linkId);
            return true;
        }
        final FrameValidator.Verdict verdict = FrameValidator.validate(buffer, offset, length, Origin.PEER);
        if (verdict == FrameValidator.Verdict.VALID) {
            onValidFrame(link, buffer, offset, length);
        } else {
            refusals.drop(verdict, linkId);
            if (verdict == FrameValidator.Verdict.WRONG_VERSION) {
                tellVersions(link, FrameDescriptor.version(buffer, offset));
            }
        }
        return true;
    }

    private void onValidFrame(final Link link, final DirectBuffer buffer, final int offset, final int length) {
        final int messageOffset = offset + FrameDescriptor.HEADER_LENGTH;
        final int bodyOffset = messageOffset + FrameDescriptor.PREFIX_LENGTH;
        if (link.isWatched) {
            link.aliveNs = watch.nowNs();
        }
        switch (FrameDescriptor.templateId(buffer, messageOffset)) {
            case KeepAliveDecoder.TEMPLATE_ID -> { }
            case SessionOpenDecoder.TEMPLATE_ID -> handshakes.onOpen(link, buffer, bodyOffset);
            case SessionResumeDecoder.TEMPLATE_ID -> handshakes.onResume(link, buffer, bodyOffset);
            case ChallengeResponseDecoder.TEMPLATE_ID -> handshakes.onResponse(link, buffer, bodyOffset);
            default -> onEvents(link, buffer, offset, length);
        }
    }

    private void onEvents(final Link link, final DirectBuffer buffer, final int offset, final int length) {
        if (!link.isAdmitted()) {
            refusals.drop(DropReason.NOT_AUTHENTICATED, link.linkId);
        } else if (isAllowed(link, buffer, offset)) {
            sequencer.publish(link.linkId, buffer, offset, length);
        }
    }

    private boolean isAllowed(final Link link, final DirectBuffer buffer, final int offset) {
        final int messages = FrameDescriptor.messageCount(buffer, offset);
        int messageOffset = offset + FrameDescriptor.HEADER_LENGTH;
        for (int i = 0; i < messages; i++) {
            final int templateId = FrameDescriptor.templateId(buffer, messageOffset);
            if (!handshakes.mayAct(link, templateId)) {
                refusals.drop(DropReason.NOT_AUTHORISED, link.linkId);
                refusals.reject(link.linkId, requestIdOf(templateId, buffer, messageOffset), templateId,
                    RejectCode.NOT_AUTHORISED, "the principal may not send this message: see the authorisation rules");
                return false;
            }
            messageOffset += FrameDescriptor.messageLength(buffer, messageOffset);
        }
        return true;
    }

    /** The id by which the sender knows what was refused: the first field of what a client asks for. */
    private static long requestIdOf(final int templateId, final DirectBuffer buffer, final int messageOffset) {
        final boolean asks = (templateId >= SubmitDecoder.TEMPLATE_ID && templateId <= InquireDecoder.TEMPLATE_ID)
            || templateId == RegisterDecoder.TEMPLATE_ID || templateId == LookupDecoder.TEMPLATE_ID;
        return asks ? buffer.getLong(messageOffset + FrameDescriptor.PREFIX_LENGTH, LITTLE_ENDIAN) : 0;
    }

    private void tellVersions(final Link link, final int version) {
        if (!link.isVersionAnswered) {
            link.isVersionAnswered = true;
            refusals.reject(link.linkId, 0, 0, RejectCode.SCHEMA_VERSION,
                "the coordinator speaks schema version " + Templates.SCHEMA_VERSION + ", the frame is of version "
                    + version + ": upgrade the older side");
        }
    }

    static {
        final int[] first = {
            SubmitDecoder.transactionIdEncodingOffset(), BeginDecoder.transactionIdEncodingOffset(),
            EnlistDecoder.transactionIdEncodingOffset(), InquireDecoder.transactionIdEncodingOffset(),
            RegisterDecoder.requestIdEncodingOffset(), LookupDecoder.requestIdEncodingOffset()};
        for (final int offset : first) {
            if (offset != 0) {
                throw new AssertionError("ids must be the first field");
            }
        }
    }
}
