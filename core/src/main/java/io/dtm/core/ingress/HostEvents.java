package io.dtm.core.ingress;

import static io.dtm.codec.FrameDescriptor.HEADER_LENGTH;
import static io.dtm.codec.FrameDescriptor.PREFIX_LENGTH;

import io.dtm.codec.FrameDescriptor;
import io.dtm.codec.message.CloseReason;
import io.dtm.codec.message.ContinueEncoder;
import io.dtm.codec.message.ContradictionsSeenEncoder;
import io.dtm.codec.message.GraceEndedEncoder;
import io.dtm.codec.message.LinkLostEncoder;
import io.dtm.codec.message.SessionOpeningEncoder;
import io.dtm.codec.message.SessionResumingEncoder;
import io.dtm.codec.message.StorageAvailableEncoder;
import io.dtm.codec.message.StorageRefusedEncoder;
import io.dtm.codec.message.TickEncoder;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Encodes and publishes the events that ingress itself makes. Each method answers like
 * {@link EventPublisher#offer}. Ingress agent only.
 */
final class HostEvents {
    /** Room that suffices for any of them. */
    static final int MAX_LENGTH = 1024;

    private static final int HOST = 0;
    private static final int BODY_OFFSET = HEADER_LENGTH + PREFIX_LENGTH;

    private final EventSequencer sequencer;
    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[MAX_LENGTH]);
    private final ContradictionsSeenEncoder contradictionsSeen = new ContradictionsSeenEncoder();
    private final LinkLostEncoder linkLost = new LinkLostEncoder();
    private final SessionOpeningEncoder opening = new SessionOpeningEncoder();
    private final SessionResumingEncoder resuming = new SessionResumingEncoder();

    HostEvents(final EventSequencer sequencer) {
        this.sequencer = sequencer;
    }

    long tick() {
        return publishEmpty(TickEncoder.TEMPLATE_ID);
    }

    /** So many steps in one frame. */
    long continueSteps(final int steps) {
        FrameDescriptor.header(buffer, 0, steps);
        int length = HEADER_LENGTH;
        for (int i = 0; i < steps; i++) {
            FrameDescriptor.prefix(
                buffer, length, PREFIX_LENGTH, ContinueEncoder.TEMPLATE_ID, ContinueEncoder.BLOCK_LENGTH);
            length += PREFIX_LENGTH;
        }
        return sequencer.publish(HOST, buffer, 0, length);
    }

    long graceEnded() {
        return publishEmpty(GraceEndedEncoder.TEMPLATE_ID);
    }

    long storageRefused() {
        return publishEmpty(StorageRefusedEncoder.TEMPLATE_ID);
    }

    long storageAvailable() {
        return publishEmpty(StorageAvailableEncoder.TEMPLATE_ID);
    }

    long contradictionsSeen(final int count) {
        contradictionsSeen.wrap(buffer, BODY_OFFSET).count(count);
        return publish(HOST, ContradictionsSeenEncoder.TEMPLATE_ID, ContradictionsSeenEncoder.BLOCK_LENGTH,
            ContradictionsSeenEncoder.BLOCK_LENGTH);
    }

    long linkLost(final int linkId, final CloseReason reason) {
        linkLost.wrap(buffer, BODY_OFFSET).reason(reason);
        return publish(linkId, LinkLostEncoder.TEMPLATE_ID, LinkLostEncoder.BLOCK_LENGTH, linkLost.encodedLength());
    }

    /** A frame without messages: in the journal, a record without events that shows what is forced. */
    long closingMark() {
        FrameDescriptor.header(buffer, 0, 0);
        return sequencer.publish(HOST, buffer, 0, HEADER_LENGTH);
    }

    long sessionOpening(final Link link, final Handshake handshake, final TokenSource tokens) {
        opening.wrap(buffer, BODY_OFFSET)
            .requestId(handshake.requestId)
            .tokenHigh(tokens.nextToken())
            .tokenLow(tokens.nextToken())
            .knownEpoch(handshake.knownEpoch)
            .knownNonce(handshake.knownNonce)
            .witnessedOf(handshake.witnessedOf)
            .witnessedEpoch(handshake.witnessedEpoch)
            .witnessedPosition(handshake.witnessedPosition)
            .putPrincipal(link.principal, 0, link.principal.length)
            .putClientName(handshake.clientName, 0, handshake.clientName.length);
        return publish(link.linkId,
            SessionOpeningEncoder.TEMPLATE_ID, SessionOpeningEncoder.BLOCK_LENGTH, opening.encodedLength());
    }

    long sessionResuming(final Link link, final Handshake handshake) {
        resuming.wrap(buffer, BODY_OFFSET)
            .requestId(handshake.requestId)
            .sessionId(handshake.sessionId)
            .tokenHigh(handshake.tokenHigh)
            .tokenLow(handshake.tokenLow)
            .knownEpoch(handshake.knownEpoch)
            .knownNonce(handshake.knownNonce)
            .witnessedOf(handshake.witnessedOf)
            .witnessedEpoch(handshake.witnessedEpoch)
            .witnessedPosition(handshake.witnessedPosition)
            .putPrincipal(link.principal, 0, link.principal.length);
        return publish(link.linkId,
            SessionResumingEncoder.TEMPLATE_ID, SessionResumingEncoder.BLOCK_LENGTH, resuming.encodedLength());
    }

    private long publishEmpty(final int templateId) {
        return publish(HOST, templateId, 0, 0);
    }

    private long publish(final int linkId, final int templateId, final int blockLength, final int bodyLength) {
        FrameDescriptor.header(buffer, 0, 1);
        FrameDescriptor.prefix(buffer, HEADER_LENGTH, PREFIX_LENGTH + bodyLength, templateId, blockLength);
        return sequencer.publish(linkId, buffer, 0, BODY_OFFSET + bodyLength);
    }
}
