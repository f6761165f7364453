package io.dtm.session;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dtm.client.Refusal;
import io.dtm.codec.FrameBuilder;
import io.dtm.codec.FrameDescriptor;
import io.dtm.codec.Templates;
import io.dtm.codec.message.AbortReason;
import io.dtm.codec.message.ChallengeEncoder;
import io.dtm.codec.message.CloseReason;
import io.dtm.codec.message.DecisionCause;
import io.dtm.codec.message.DecisionType;
import io.dtm.codec.message.DecisionsEncoder;
import io.dtm.codec.message.DurabilityLevel;
import io.dtm.codec.message.ForgetEvidenceEncoder;
import io.dtm.codec.message.FoundEncoder;
import io.dtm.codec.message.JoinedEncoder;
import io.dtm.codec.message.OnePhaseCommitsEncoder;
import io.dtm.codec.message.OutcomeStage;
import io.dtm.codec.message.OutcomeType;
import io.dtm.codec.message.OutcomesEncoder;
import io.dtm.codec.message.PreparesEncoder;
import io.dtm.codec.message.RegisteredEncoder;
import io.dtm.codec.message.RejectCode;
import io.dtm.codec.message.RejectedEncoder;
import io.dtm.codec.message.SessionClosedEncoder;
import io.dtm.codec.message.SessionOpenedEncoder;
import io.dtm.codec.message.SessionResumedEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.agrona.ExpandableArrayBuffer;

/**
 * A coordinator that says what a test tells it to say, and writes down what the library says. Drives the library's duty
 * cycle and its clock.
 */
public final class FakeCoordinator {
    public static final long ID = 0xC0FFEE;
    public static final long MS = 1_000_000L;

    public final InMemoryLink link = new InMemoryLink();
    final Transcript transcript = new Transcript();
    public CoordinatorSession library;
    public long nowNs = 1_000_000_000_000L;
    public long coordinatorId = ID;
    /** Flags of the outcomes that follow. */
    public int outcomeFlags;
    /** Of the record on which what it says next rests. */
    public long position = 4096;
    /** That it claims when a session is resumed. */
    public DurabilityLevel durability = DurabilityLevel.FORCE;
    public int epoch = 1;
    public long nonce = 101;
    public long nonceAtKnownEpoch;
    public int generation;

    private final ExpandableArrayBuffer scratch = new ExpandableArrayBuffer();
    private final FrameBuilder frame = new FrameBuilder(1344);

    /** Lets the library work until it has nothing more to do. */
    public FakeCoordinator run() {
        int idleTurns = 0;
        while (idleTurns < 3) {
            nowNs += 1_000;
            idleTurns = library.doWork(nowNs) == 0 ? idleTurns + 1 : 0;
        }
        for (final byte[] sent : link.fromLibrary) {
            transcript.read(sent);
        }
        link.fromLibrary.clear();
        return this;
    }

    public FakeCoordinator after(final long ms) {
        nowNs += ms * MS;
        return run();
    }

    /** The link is lost; the library builds another and starts its handshake. */
    public FakeCoordinator loseLink() {
        link.lose();
        run();
        return after(1_000);
    }

    /** The coordinator is killed and started again: the next epoch, whose chain contains the last one. */
    public FakeCoordinator restart() {
        nonceAtKnownEpoch = nonce;
        epoch++;
        nonce++;
        return loseLink();
    }

    /** An operator starts it from a backup: an epoch further on, of the next generation. */
    public FakeCoordinator restore() {
        generation++;
        epoch += 1_000;
        return restart();
    }

    /** The library said this since the last time, in this order, and nothing else. */
    public FakeCoordinator expect(final String... lines) {
        run();
        assertEquals(String.join("\n", lines), String.join("\n", transcript.take()));
        return this;
    }

    public List<String> said() {
        run();
        return transcript.take();
    }

    /** Takes the first session open of a test: session 7, token 70/71. */
    public FakeCoordinator connect() {
        run();
        transcript.take();
        opened(7);
        run();
        return this;
    }

    public static long transaction(final int sessionId, final long counter) {
        return (long) sessionId << 32 | counter;
    }

    // what a coordinator says

    public FakeCoordinator opened(final int sessionId) {
        final SessionOpenedEncoder encoder = new SessionOpenedEncoder().wrap(scratch, 0)
            .requestId(transcript.requestId)
            .coordinatorId(coordinatorId)
            .sessionId(sessionId)
            .tokenHigh(sessionId * 10L)
            .tokenLow(sessionId * 10L + 1)
            .epoch(epoch)
            .nonce(nonce)
            .nonceAtKnownEpoch(nonceAtKnownEpoch)
            .maxTimeoutMs(60_000)
            .maxBranches(100)
            .maxBranchPayloadBytes(1024)
            .maxTransactionPayloadBytes(4096)
            .sessionTimeoutMs(10_000)
            .durability(DurabilityLevel.FORCE)
            .generation(generation);
        return send(SessionOpenedEncoder.TEMPLATE_ID, SessionOpenedEncoder.BLOCK_LENGTH, encoder.encodedLength());
    }

    public FakeCoordinator resumed(final int sessionId, final int openedIn) {
        final SessionResumedEncoder encoder = new SessionResumedEncoder().wrap(scratch, 0)
            .requestId(transcript.requestId)
            .coordinatorId(coordinatorId)
            .sessionId(sessionId)
            .openedInEpoch(openedIn)
            .epoch(epoch)
            .nonce(nonce)
            .nonceAtKnownEpoch(nonceAtKnownEpoch)
            .sessionTimeoutMs(10_000)
            .durability(durability)
            .generation(generation);
        return send(SessionResumedEncoder.TEMPLATE_ID, SessionResumedEncoder.BLOCK_LENGTH, encoder.encodedLength());
    }

    public FakeCoordinator challenge(final String text) {
        final byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        final ChallengeEncoder encoder = new ChallengeEncoder().wrap(scratch, 0)
            .requestId(transcript.requestId)
            .putChallenge(bytes, 0, bytes.length);
        return send(ChallengeEncoder.TEMPLATE_ID, ChallengeEncoder.BLOCK_LENGTH, encoder.encodedLength());
    }

    public FakeCoordinator closed(final int sessionId, final CloseReason reason) {
        final SessionClosedEncoder encoder =
            new SessionClosedEncoder().wrap(scratch, 0).sessionId(sessionId).reason(reason);
        return send(SessionClosedEncoder.TEMPLATE_ID, SessionClosedEncoder.BLOCK_LENGTH, encoder.encodedLength());
    }

    public FakeCoordinator registered(final int resourceId) {
        final RegisteredEncoder encoder = new RegisteredEncoder().wrap(scratch, 0)
            .requestId(transcript.requestId)
            .sessionId(7)
            .coordinatorId(coordinatorId)
            .resourceId(resourceId)
            .epoch(epoch)
            .nonce(nonce)
            .nonceAtKnownEpoch(nonce)
            .generation(generation);
        return send(RegisteredEncoder.TEMPLATE_ID, RegisteredEncoder.BLOCK_LENGTH, encoder.encodedLength());
    }

    public FakeCoordinator found(final int resourceId) {
        final FoundEncoder encoder =
            new FoundEncoder().wrap(scratch, 0).requestId(transcript.requestId).resourceId(resourceId);
        return send(FoundEncoder.TEMPLATE_ID, FoundEncoder.BLOCK_LENGTH, encoder.encodedLength());
    }

    /** Refuses the last request. */
    public FakeCoordinator rejected(final int template, final Refusal refusal, final String text) {
        return rejected(transcript.requestId, Templates.NO_BRANCH, template, refusal, text);
    }

    public FakeCoordinator rejected(
        final long requestId, final int branchId, final int template, final Refusal refusal, final String text) {
        final RejectedEncoder encoder = new RejectedEncoder().wrap(scratch, 0)
            .requestId(requestId)
            .branchId(branchId)
            .refusedTemplate((short) template)
            .code(RejectCode.get(refusal.ordinal() + 1))
            .text(text);
        return send(RejectedEncoder.TEMPLATE_ID, RejectedEncoder.BLOCK_LENGTH, encoder.encodedLength());
    }

    public FakeCoordinator joined(final long transactionId, final int branchId) {
        final JoinedEncoder encoder = new JoinedEncoder().wrap(scratch, 0).epoch(epoch);
        encoder.joinsCount(1).next().transactionId(transactionId).branchId(branchId);
        return send(JoinedEncoder.TEMPLATE_ID, JoinedEncoder.BLOCK_LENGTH, encoder.encodedLength());
    }

    public FakeCoordinator committed(final long transactionId) {
        return outcome(transactionId, OutcomeStage.DECIDED, OutcomeType.COMMITTED, AbortReason.NONE,
            Templates.NO_BRANCH, "");
    }

    public FakeCoordinator outcome(
        final long transactionId,
        final OutcomeStage stage,
        final OutcomeType outcome,
        final AbortReason reason,
        final int branchId,
        final String text) {
        final OutcomesEncoder encoder = new OutcomesEncoder().wrap(scratch, 0)
            .epoch(epoch)
            .durability(DurabilityLevel.FORCE);
        encoder.transactionsCount(1).next()
            .transactionId(transactionId)
            .stage(stage)
            .outcome(outcome)
            .reason(reason)
            .flags((short) outcomeFlags)
            .branchId(branchId)
            .text(text);
        return send(OutcomesEncoder.TEMPLATE_ID, OutcomesEncoder.BLOCK_LENGTH, encoder.encodedLength());
    }

    public FakeCoordinator prepare(
        final int resourceId,
        final long incarnation,
        final long transactionId,
        final int branchId,
        final int enlistEpoch,
        final String payload) {
        final byte[] bytes = payload.getBytes(StandardCharsets.UTF_8);
        final PreparesEncoder encoder = new PreparesEncoder().wrap(scratch, 0)
            .epoch(epoch)
            .resourceId(resourceId)
            .incarnation(incarnation)
            .position(position);
        encoder.branchesCount(1).next()
            .transactionId(transactionId)
            .branchId(branchId)
            .enlistEpoch(enlistEpoch)
            .putPayload(bytes, 0, bytes.length);
        return send(PreparesEncoder.TEMPLATE_ID, PreparesEncoder.BLOCK_LENGTH, encoder.encodedLength());
    }

    public FakeCoordinator decide(
        final int resourceId,
        final long transactionId,
        final int branchId,
        final int enlistEpoch,
        final DecisionType decision,
        final DecisionCause cause) {
        final DecisionsEncoder encoder =
            new DecisionsEncoder().wrap(scratch, 0).epoch(epoch).resourceId(resourceId).position(position);
        encoder.branchesCount(1).next()
            .transactionId(transactionId)
            .branchId(branchId)
            .enlistEpoch(enlistEpoch)
            .decision(decision)
            .cause(cause);
        return send(DecisionsEncoder.TEMPLATE_ID, DecisionsEncoder.BLOCK_LENGTH, encoder.encodedLength());
    }

    public FakeCoordinator commitOnePhase(
        final int resourceId,
        final long incarnation,
        final long transactionId,
        final int branchId,
        final int enlistEpoch) {
        final OnePhaseCommitsEncoder encoder = new OnePhaseCommitsEncoder().wrap(scratch, 0)
            .epoch(epoch)
            .resourceId(resourceId)
            .incarnation(incarnation)
            .position(position);
        encoder.branchesCount(1).next()
            .transactionId(transactionId)
            .branchId(branchId)
            .enlistEpoch(enlistEpoch)
            .putPayload(new byte[0], 0, 0);
        return send(
            OnePhaseCommitsEncoder.TEMPLATE_ID, OnePhaseCommitsEncoder.BLOCK_LENGTH, encoder.encodedLength());
    }

    public FakeCoordinator forgetEvidence(final int resourceId, final long transactionId, final int branchId) {
        final ForgetEvidenceEncoder encoder =
            new ForgetEvidenceEncoder().wrap(scratch, 0).epoch(epoch).resourceId(resourceId).position(position);
        encoder.branchesCount(1).next().transactionId(transactionId).branchId(branchId);
        return send(ForgetEvidenceEncoder.TEMPLATE_ID, ForgetEvidenceEncoder.BLOCK_LENGTH, encoder.encodedLength());
    }

    /** Answers as one does that speaks a certain version of the messages, and not ours. */
    public FakeCoordinator versionRefused(final int version) {
        rejected(0, Templates.NO_BRANCH, 0, Refusal.SCHEMA_VERSION, "upgrade");
        link.toLibrary.peekLast()[1] = (byte) version;
        return this;
    }

    public FakeCoordinator raw(final byte[] bytes) {
        link.toLibrary.add(bytes);
        return this;
    }

    private FakeCoordinator send(final int templateId, final int blockLength, final int bodyLength) {
        frame.reset();
        if (!frame.append(templateId, blockLength, scratch, 0, bodyLength)) {
            throw new AssertionError("too long for a frame: " + bodyLength);
        }
        assert frame.length() > FrameDescriptor.HEADER_LENGTH;
        final byte[] bytes = new byte[frame.length()];
        frame.buffer().getBytes(0, bytes);
        link.toLibrary.add(bytes);
        return this;
    }
}
