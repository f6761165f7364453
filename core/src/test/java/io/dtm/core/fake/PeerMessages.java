package io.dtm.core.fake;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.dtm.codec.message.AckResult;
import io.dtm.codec.message.Acknowledge;
import io.dtm.codec.message.AcknowledgementsEncoder;
import io.dtm.codec.message.BeginEncoder;
import io.dtm.codec.message.ChallengeResponseEncoder;
import io.dtm.codec.message.CommitEncoder;
import io.dtm.codec.message.DecisionType;
import io.dtm.codec.message.EnlistEncoder;
import io.dtm.codec.message.EpochRefusedEncoder;
import io.dtm.codec.message.InDoubtEncoder;
import io.dtm.codec.message.InquireEncoder;
import io.dtm.codec.message.KeepAliveEncoder;
import io.dtm.codec.message.LookupEncoder;
import io.dtm.codec.message.OnePhaseResult;
import io.dtm.codec.message.OnePhaseResultsEncoder;
import io.dtm.codec.message.RegisterEncoder;
import io.dtm.codec.message.RollbackEncoder;
import io.dtm.codec.message.SessionCloseEncoder;
import io.dtm.codec.message.SessionOpenEncoder;
import io.dtm.codec.message.SessionResumeEncoder;
import io.dtm.codec.message.SubmitEncoder;
import io.dtm.codec.message.UnregisterEncoder;
import io.dtm.codec.message.VoteType;
import io.dtm.codec.message.VotesEncoder;
import java.util.Arrays;
import org.agrona.concurrent.UnsafeBuffer;

/** Messages as peers send them. */
public final class PeerMessages {
    private PeerMessages() {
    }

    public static Message sessionOpen(final long requestId, final String clientName, final String credentials) {
        return sessionOpen(requestId, clientName, credentials, 3, 33);
    }

    public static Message sessionOpen(
        final long requestId,
        final String clientName,
        final String credentials,
        final int knownEpoch,
        final long knownNonce) {
        final UnsafeBuffer body = body();
        final SessionOpenEncoder encoder = new SessionOpenEncoder().wrap(body, 0)
            .requestId(requestId).knownEpoch(knownEpoch).knownNonce(knownNonce)
            .witnessedOf(5).witnessedEpoch(2).witnessedPosition(22)
            .clientName(clientName).putCredentials(credentials.getBytes(US_ASCII), 0, credentials.length());
        return new Message(SessionOpenEncoder.TEMPLATE_ID, SessionOpenEncoder.BLOCK_LENGTH, body,
            encoder.encodedLength());
    }

    public static Message sessionResume(final long requestId, final int sessionId, final String credentials) {
        return sessionResume(requestId, sessionId, credentials, 11, 12);
    }

    public static Message sessionResume(
        final long requestId,
        final int sessionId,
        final String credentials,
        final long tokenHigh,
        final long tokenLow) {
        final UnsafeBuffer body = body();
        final SessionResumeEncoder encoder = new SessionResumeEncoder().wrap(body, 0)
            .requestId(requestId).sessionId(sessionId).tokenHigh(tokenHigh).tokenLow(tokenLow)
            .knownEpoch(3).knownNonce(33).witnessedOf(5).witnessedEpoch(2).witnessedPosition(22)
            .putCredentials(credentials.getBytes(US_ASCII), 0, credentials.length());
        return new Message(SessionResumeEncoder.TEMPLATE_ID, SessionResumeEncoder.BLOCK_LENGTH, body,
            encoder.encodedLength());
    }

    public static Message challengeResponse(final String credentials) {
        final UnsafeBuffer body = body();
        final ChallengeResponseEncoder encoder = new ChallengeResponseEncoder().wrap(body, 0)
            .requestId(1).putCredentials(credentials.getBytes(US_ASCII), 0, credentials.length());
        return new Message(ChallengeResponseEncoder.TEMPLATE_ID, ChallengeResponseEncoder.BLOCK_LENGTH, body,
            encoder.encodedLength());
    }

    public static Message keepAlive() {
        final UnsafeBuffer body = body();
        final KeepAliveEncoder encoder = new KeepAliveEncoder().wrap(body, 0).requestId(1);
        return new Message(KeepAliveEncoder.TEMPLATE_ID, KeepAliveEncoder.BLOCK_LENGTH, body,
            encoder.encodedLength());
    }

    public static Message sessionClose(final int sessionId) {
        final UnsafeBuffer body = body();
        final SessionCloseEncoder encoder = new SessionCloseEncoder().wrap(body, 0).sessionId(sessionId);
        return new Message(SessionCloseEncoder.TEMPLATE_ID, SessionCloseEncoder.BLOCK_LENGTH, body,
            encoder.encodedLength());
    }

    public static Message register(final long requestId, final int sessionId, final String resource) {
        return register(requestId, sessionId, resource, 3, 33);
    }

    public static Message register(
        final long requestId,
        final int sessionId,
        final String resource,
        final int knownEpoch,
        final long knownNonce) {
        final UnsafeBuffer body = body();
        final RegisterEncoder encoder = new RegisterEncoder().wrap(body, 0);
        encoder.requestId(requestId).sessionId(sessionId).incarnation(77)
            .knownEpoch(knownEpoch).knownNonce(knownNonce)
            .capabilities().clear().onePhase(true).readOnlyAware(true);
        encoder.resourceName(resource).instanceName("one");
        return new Message(RegisterEncoder.TEMPLATE_ID, RegisterEncoder.BLOCK_LENGTH, body, encoder.encodedLength());
    }

    public static Message unregister(final int resourceId, final long incarnation) {
        final UnsafeBuffer body = body();
        final UnregisterEncoder encoder =
            new UnregisterEncoder().wrap(body, 0).resourceId(resourceId).incarnation(incarnation);
        return new Message(UnregisterEncoder.TEMPLATE_ID, UnregisterEncoder.BLOCK_LENGTH, body,
            encoder.encodedLength());
    }

    public static Message lookup(final long requestId, final String resource) {
        final UnsafeBuffer body = body();
        final LookupEncoder encoder = new LookupEncoder().wrap(body, 0).requestId(requestId).resourceName(resource);
        return new Message(LookupEncoder.TEMPLATE_ID, LookupEncoder.BLOCK_LENGTH, body, encoder.encodedLength());
    }

    public static Message epochRefused() {
        final UnsafeBuffer body = body();
        final EpochRefusedEncoder encoder = new EpochRefusedEncoder().wrap(body, 0)
            .knownEpoch(1).knownNonce(2).offeredEpoch(3).offeredNonce(4);
        return new Message(EpochRefusedEncoder.TEMPLATE_ID, EpochRefusedEncoder.BLOCK_LENGTH, body,
            encoder.encodedLength());
    }

    /** A branch for each payload, of the resources 1, 2, ... */
    public static Message submit(final long transactionId, final String... payloads) {
        final int[] resourceIds = new int[payloads.length];
        Arrays.setAll(resourceIds, i -> i + 1);
        return submit(transactionId, resourceIds, payloads);
    }

    /** A branch for each payload. */
    public static Message submit(final long transactionId, final int[] resourceIds, final String... payloads) {
        final UnsafeBuffer body = body();
        final SubmitEncoder encoder = new SubmitEncoder().wrap(body, 0)
            .transactionId(transactionId).timeoutMs(500).acknowledge(Acknowledge.DECIDED);
        final SubmitEncoder.BranchesEncoder branches = encoder.branchesCount(payloads.length);
        for (int i = 0; i < payloads.length; i++) {
            branches.next().branchId(i).resourceId(resourceIds[i])
                .putPayload(payloads[i].getBytes(US_ASCII), 0, payloads[i].length());
        }
        return new Message(SubmitEncoder.TEMPLATE_ID, SubmitEncoder.BLOCK_LENGTH, body, encoder.encodedLength());
    }

    public static Message begin(final long transactionId) {
        final UnsafeBuffer body = body();
        final BeginEncoder encoder =
            new BeginEncoder().wrap(body, 0).transactionId(transactionId).timeoutMs(500).joinToken(99);
        return new Message(BeginEncoder.TEMPLATE_ID, BeginEncoder.BLOCK_LENGTH, body, encoder.encodedLength());
    }

    public static Message enlist(final long transactionId, final int branchId, final String payload) {
        final UnsafeBuffer body = body();
        final EnlistEncoder encoder = new EnlistEncoder().wrap(body, 0)
            .transactionId(transactionId).branchId(branchId).resourceId(4).incarnation(77).joinToken(99).epoch(3)
            .putPayload(payload.getBytes(US_ASCII), 0, payload.length());
        return new Message(EnlistEncoder.TEMPLATE_ID, EnlistEncoder.BLOCK_LENGTH, body, encoder.encodedLength());
    }

    public static Message commit(final long transactionId, final int... expected) {
        final UnsafeBuffer body = body();
        final CommitEncoder encoder =
            new CommitEncoder().wrap(body, 0).transactionId(transactionId).acknowledge(Acknowledge.COMPLETED);
        final CommitEncoder.ExpectedEncoder branches = encoder.expectedCount(expected.length);
        for (final int branchId : expected) {
            branches.next().branchId(branchId);
        }
        return new Message(CommitEncoder.TEMPLATE_ID, CommitEncoder.BLOCK_LENGTH, body, encoder.encodedLength());
    }

    public static Message rollback(final long transactionId) {
        final UnsafeBuffer body = body();
        final RollbackEncoder encoder =
            new RollbackEncoder().wrap(body, 0).transactionId(transactionId).acknowledge(Acknowledge.ACCEPTED);
        return new Message(RollbackEncoder.TEMPLATE_ID, RollbackEncoder.BLOCK_LENGTH, body, encoder.encodedLength());
    }

    public static Message inquire(final long transactionId) {
        final UnsafeBuffer body = body();
        final InquireEncoder encoder =
            new InquireEncoder().wrap(body, 0).transactionId(transactionId).acknowledge(Acknowledge.DECIDED);
        return new Message(InquireEncoder.TEMPLATE_ID, InquireEncoder.BLOCK_LENGTH, body, encoder.encodedLength());
    }

    public static Message vote(final long transactionId, final int branchId, final VoteType vote, final String text) {
        return vote(4, transactionId, branchId, vote, text, 3, 2);
    }

    public static Message vote(
        final int resourceId,
        final long transactionId,
        final int branchId,
        final VoteType vote,
        final String text,
        final int epoch,
        final int enlistEpoch) {
        final UnsafeBuffer body = body();
        final VotesEncoder encoder =
            new VotesEncoder().wrap(body, 0).epoch(epoch).resourceId(resourceId).enlistEpoch(enlistEpoch);
        encoder.branchesCount(1).next().transactionId(transactionId).branchId(branchId).vote(vote).text(text);
        return new Message(VotesEncoder.TEMPLATE_ID, VotesEncoder.BLOCK_LENGTH, body, encoder.encodedLength());
    }

    public static Message acknowledgement(final long transactionId, final int branchId) {
        return acknowledgement(4, transactionId, branchId, AckResult.ABSENT, 3);
    }

    public static Message acknowledgement(
        final int resourceId, final long transactionId, final int branchId, final AckResult result, final int epoch) {
        final UnsafeBuffer body = body();
        final AcknowledgementsEncoder encoder =
            new AcknowledgementsEncoder().wrap(body, 0).epoch(epoch).resourceId(resourceId);
        encoder.branchesCount(1).next().transactionId(transactionId).branchId(branchId)
            .decision(DecisionType.COMMIT).result(result);
        return new Message(AcknowledgementsEncoder.TEMPLATE_ID, AcknowledgementsEncoder.BLOCK_LENGTH, body,
            encoder.encodedLength());
    }

    public static Message onePhaseResult(final long transactionId, final int branchId, final String text) {
        final UnsafeBuffer body = body();
        final OnePhaseResultsEncoder encoder = new OnePhaseResultsEncoder().wrap(body, 0).epoch(3).resourceId(4);
        encoder.branchesCount(1).next().transactionId(transactionId).branchId(branchId)
            .result(OnePhaseResult.ABORTED).text(text);
        return new Message(OnePhaseResultsEncoder.TEMPLATE_ID, OnePhaseResultsEncoder.BLOCK_LENGTH, body,
            encoder.encodedLength());
    }

    public static Message inDoubt(final long transactionId, final int branchId) {
        final UnsafeBuffer body = body();
        final InDoubtEncoder encoder = new InDoubtEncoder().wrap(body, 0).coordinatorId(5).resourceId(4);
        encoder.branchesCount(1).next().transactionId(transactionId).branchId(branchId).enlistEpoch(2).position(640);
        return new Message(InDoubtEncoder.TEMPLATE_ID, InDoubtEncoder.BLOCK_LENGTH, body, encoder.encodedLength());
    }

    private static UnsafeBuffer body() {
        return new UnsafeBuffer(new byte[64 * 1024]);
    }
}
