package io.dtm.core.ingress;

import io.dtm.codec.message.SessionOpenDecoder;
import io.dtm.codec.message.SessionResumeDecoder;

/** What a peer asked for when it opened or resumed a session, kept until its link is admitted. Immutable. */
final class Handshake {
    private static final byte[] NO_NAME = {};

    final int templateId;
    final long requestId;
    final int knownEpoch;
    final long knownNonce;
    final long witnessedOf;
    final int witnessedEpoch;
    final long witnessedPosition;
    final byte[] clientName;
    final int sessionId;
    final long tokenHigh;
    final long tokenLow;
    final byte[] credentials;

    Handshake(final SessionOpenDecoder open) {
        templateId = SessionOpenDecoder.TEMPLATE_ID;
        requestId = open.requestId();
        knownEpoch = open.knownEpoch();
        knownNonce = open.knownNonce();
        witnessedOf = open.witnessedOf();
        witnessedEpoch = open.witnessedEpoch();
        witnessedPosition = open.witnessedPosition();
        sessionId = 0;
        tokenHigh = 0;
        tokenLow = 0;
        clientName = new byte[open.clientNameLength()];
        open.getClientName(clientName, 0, clientName.length);
        credentials = new byte[open.credentialsLength()];
        open.getCredentials(credentials, 0, credentials.length);
    }

    Handshake(final SessionResumeDecoder resume) {
        templateId = SessionResumeDecoder.TEMPLATE_ID;
        requestId = resume.requestId();
        knownEpoch = resume.knownEpoch();
        knownNonce = resume.knownNonce();
        witnessedOf = resume.witnessedOf();
        witnessedEpoch = resume.witnessedEpoch();
        witnessedPosition = resume.witnessedPosition();
        sessionId = resume.sessionId();
        tokenHigh = resume.tokenHigh();
        tokenLow = resume.tokenLow();
        clientName = NO_NAME;
        credentials = new byte[resume.credentialsLength()];
        resume.getCredentials(credentials, 0, credentials.length);
    }
}
