package io.dtm.session;

import io.dtm.codec.message.ChallengeResponseEncoder;
import io.dtm.codec.message.EpochRefusedEncoder;
import io.dtm.codec.message.KeepAliveEncoder;
import io.dtm.codec.message.SessionCloseEncoder;
import io.dtm.codec.message.SessionOpenEncoder;
import io.dtm.codec.message.SessionResumeEncoder;
import org.agrona.ExpandableArrayBuffer;

/** Encodes what concerns sessions. Duty cycle's thread. */
final class HandshakePublisher {
    private final Outbox outbox;
    private final ExpandableArrayBuffer scratch = new ExpandableArrayBuffer(512);
    private final SessionOpenEncoder sessionOpen = new SessionOpenEncoder();
    private final SessionResumeEncoder sessionResume = new SessionResumeEncoder();
    private final ChallengeResponseEncoder challengeResponse = new ChallengeResponseEncoder();
    private final KeepAliveEncoder keepAlive = new KeepAliveEncoder();
    private final SessionCloseEncoder sessionClose = new SessionCloseEncoder();
    private final EpochRefusedEncoder epochRefused = new EpochRefusedEncoder();

    HandshakePublisher(final Outbox outbox) {
        this.outbox = outbox;
    }

    void sessionOpen(
        final long requestId, final EpochGuard guard, final byte[] clientName, final byte[] credentials) {
        sessionOpen.wrap(scratch, Outbox.BODY_OFFSET)
            .requestId(requestId)
            .knownEpoch(guard.epoch())
            .knownNonce(guard.nonce())
            .witnessedOf(guard.coordinatorId())
            .witnessedEpoch(guard.witnessedEpoch())
            .witnessedPosition(guard.witnessedPosition())
            .putClientName(clientName, 0, clientName.length)
            .putCredentials(credentials, 0, credentials.length);
        append(SessionOpenEncoder.TEMPLATE_ID, SessionOpenEncoder.BLOCK_LENGTH, sessionOpen.encodedLength());
    }

    void sessionResume(
        final long requestId, final OwnedSession session, final EpochGuard guard, final byte[] credentials) {
        sessionResume.wrap(scratch, Outbox.BODY_OFFSET)
            .requestId(requestId)
            .sessionId(session.sessionId())
            .tokenHigh(session.tokenHigh())
            .tokenLow(session.tokenLow())
            .knownEpoch(guard.epoch())
            .knownNonce(guard.nonce())
            .witnessedOf(guard.coordinatorId())
            .witnessedEpoch(guard.witnessedEpoch())
            .witnessedPosition(guard.witnessedPosition())
            .putCredentials(credentials, 0, credentials.length);
        append(SessionResumeEncoder.TEMPLATE_ID, SessionResumeEncoder.BLOCK_LENGTH, sessionResume.encodedLength());
    }

    void challengeResponse(final long requestId, final byte[] credentials) {
        challengeResponse.wrap(scratch, Outbox.BODY_OFFSET)
            .requestId(requestId)
            .putCredentials(credentials, 0, credentials.length);
        append(ChallengeResponseEncoder.TEMPLATE_ID,
            ChallengeResponseEncoder.BLOCK_LENGTH, challengeResponse.encodedLength());
    }

    void keepAlive(final long requestId) {
        keepAlive.wrap(scratch, Outbox.BODY_OFFSET).requestId(requestId);
        append(KeepAliveEncoder.TEMPLATE_ID, KeepAliveEncoder.BLOCK_LENGTH, keepAlive.encodedLength());
    }

    void sessionClose(final OwnedSession session) {
        sessionClose.wrap(scratch, Outbox.BODY_OFFSET).sessionId(session.sessionId());
        append(SessionCloseEncoder.TEMPLATE_ID, SessionCloseEncoder.BLOCK_LENGTH, sessionClose.encodedLength());
    }

    void epochRefused(final EpochGuard guard) {
        epochRefused.wrap(scratch, Outbox.BODY_OFFSET)
            .knownEpoch(guard.epoch())
            .knownNonce(guard.nonce())
            .offeredEpoch(guard.offeredEpoch())
            .offeredNonce(guard.offeredNonce());
        append(EpochRefusedEncoder.TEMPLATE_ID, EpochRefusedEncoder.BLOCK_LENGTH, epochRefused.encodedLength());
    }

    private void append(final int templateId, final int blockLength, final int bodyLength) {
        outbox.append(templateId, blockLength, scratch, bodyLength);
    }
}
