package io.dtm.simulation.network;

import static io.dtm.simulation.network.WireMessage.Kind;

import io.dtm.codec.message.AcknowledgementsDecoder;
import io.dtm.codec.message.DecisionsDecoder;
import io.dtm.codec.message.ForgetEvidenceDecoder;
import io.dtm.codec.message.InDoubtDecoder;
import io.dtm.codec.message.JoinedDecoder;
import io.dtm.codec.message.OnePhaseCommitsDecoder;
import io.dtm.codec.message.OnePhaseResultsDecoder;
import io.dtm.codec.message.PreparesDecoder;
import io.dtm.codec.message.VotesDecoder;
import java.nio.ByteOrder;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;

/** The part of {@link FrameReader} for messages about branches: each element of a group is one. */
final class BranchReader {
    private final WireMessage message;
    private final JoinedDecoder joined = new JoinedDecoder();
    private final PreparesDecoder prepares = new PreparesDecoder();
    private final DecisionsDecoder decisions = new DecisionsDecoder();
    private final OnePhaseCommitsDecoder onePhase = new OnePhaseCommitsDecoder();
    private final ForgetEvidenceDecoder forget = new ForgetEvidenceDecoder();
    private final VotesDecoder votes = new VotesDecoder();
    private final AcknowledgementsDecoder acknowledgements = new AcknowledgementsDecoder();
    private final OnePhaseResultsDecoder results = new OnePhaseResultsDecoder();
    private final InDoubtDecoder inDoubt = new InDoubtDecoder();

    BranchReader(final WireMessage message) {
        this.message = message;
    }

    static long firstLong(final DirectBuffer buffer, final int offset, final int length) {
        return length < Long.BYTES ? 0 : buffer.getLong(offset, ByteOrder.LITTLE_ENDIAN);
    }

    boolean read(
        final int templateId,
        final DirectBuffer buffer,
        final int body,
        final int blockLength,
        final Consumer<WireMessage> consumer) {
        switch (templateId) {
            case JoinedDecoder.TEMPLATE_ID -> readJoined(buffer, body, blockLength, consumer);
            case PreparesDecoder.TEMPLATE_ID -> readPrepares(buffer, body, blockLength, consumer);
            case DecisionsDecoder.TEMPLATE_ID -> readDecisions(buffer, body, blockLength, consumer);
            case OnePhaseCommitsDecoder.TEMPLATE_ID -> readOnePhase(buffer, body, blockLength, consumer);
            case ForgetEvidenceDecoder.TEMPLATE_ID -> readForget(buffer, body, blockLength, consumer);
            case VotesDecoder.TEMPLATE_ID -> readVotes(buffer, body, blockLength, consumer);
            case AcknowledgementsDecoder.TEMPLATE_ID -> readAcknowledgements(buffer, body, blockLength, consumer);
            case OnePhaseResultsDecoder.TEMPLATE_ID -> readResults(buffer, body, blockLength, consumer);
            case InDoubtDecoder.TEMPLATE_ID -> readInDoubt(buffer, body, blockLength, consumer);
            default -> {
                return false;
            }
        }
        return true;
    }

    private void accept(
        final Kind kind, final long transactionId, final int branchId, final Consumer<WireMessage> consumer) {
        message.kind = kind;
        message.transactionId = transactionId;
        message.branchId = branchId;
        consumer.accept(message);
    }

    private void readJoined(
        final DirectBuffer buffer, final int body, final int blockLength, final Consumer<WireMessage> consumer) {
        joined.wrap(buffer, body, blockLength, JoinedDecoder.SCHEMA_VERSION);
        message.epoch = joined.epoch();
        final JoinedDecoder.JoinsDecoder elements = joined.joins();
        while (elements.hasNext()) {
            elements.next();
            accept(Kind.JOINED, elements.transactionId(), elements.branchId(), consumer);
        }
    }

    private void readPrepares(
        final DirectBuffer buffer, final int body, final int blockLength, final Consumer<WireMessage> consumer) {
        prepares.wrap(buffer, body, blockLength, PreparesDecoder.SCHEMA_VERSION);
        message.epoch = prepares.epoch();
        message.resourceId = prepares.resourceId();
        message.incarnation = prepares.incarnation();
        message.position = prepares.position();
        final PreparesDecoder.BranchesDecoder elements = prepares.branches();
        while (elements.hasNext()) {
            elements.next();
            message.enlistEpoch = elements.enlistEpoch();
            final int payloadAt = prepares.limit() + PreparesDecoder.BranchesDecoder.payloadHeaderLength();
            message.payload = firstLong(buffer, payloadAt, elements.skipPayload());
            accept(Kind.PREPARE, elements.transactionId(), elements.branchId(), consumer);
        }
    }

    private void readDecisions(
        final DirectBuffer buffer, final int body, final int blockLength, final Consumer<WireMessage> consumer) {
        decisions.wrap(buffer, body, blockLength, DecisionsDecoder.SCHEMA_VERSION);
        message.epoch = decisions.epoch();
        message.resourceId = decisions.resourceId();
        final DecisionsDecoder.BranchesDecoder elements = decisions.branches();
        while (elements.hasNext()) {
            elements.next();
            message.enlistEpoch = elements.enlistEpoch();
            message.value = elements.decisionRaw();
            message.detail = elements.causeRaw();
            accept(Kind.DECISION, elements.transactionId(), elements.branchId(), consumer);
        }
    }

    private void readOnePhase(
        final DirectBuffer buffer, final int body, final int blockLength, final Consumer<WireMessage> consumer) {
        onePhase.wrap(buffer, body, blockLength, OnePhaseCommitsDecoder.SCHEMA_VERSION);
        message.epoch = onePhase.epoch();
        message.resourceId = onePhase.resourceId();
        message.incarnation = onePhase.incarnation();
        message.position = onePhase.position();
        final OnePhaseCommitsDecoder.BranchesDecoder elements = onePhase.branches();
        while (elements.hasNext()) {
            elements.next();
            message.enlistEpoch = elements.enlistEpoch();
            final int payloadAt = onePhase.limit() + OnePhaseCommitsDecoder.BranchesDecoder.payloadHeaderLength();
            message.payload = firstLong(buffer, payloadAt, elements.skipPayload());
            accept(Kind.ONE_PHASE_COMMIT, elements.transactionId(), elements.branchId(), consumer);
        }
    }

    private void readForget(
        final DirectBuffer buffer, final int body, final int blockLength, final Consumer<WireMessage> consumer) {
        forget.wrap(buffer, body, blockLength, ForgetEvidenceDecoder.SCHEMA_VERSION);
        message.epoch = forget.epoch();
        message.resourceId = forget.resourceId();
        final ForgetEvidenceDecoder.BranchesDecoder elements = forget.branches();
        while (elements.hasNext()) {
            elements.next();
            accept(Kind.FORGET_EVIDENCE, elements.transactionId(), elements.branchId(), consumer);
        }
    }

    private void readVotes(
        final DirectBuffer buffer, final int body, final int blockLength, final Consumer<WireMessage> consumer) {
        votes.wrap(buffer, body, blockLength, VotesDecoder.SCHEMA_VERSION);
        message.epoch = votes.epoch();
        message.resourceId = votes.resourceId();
        message.enlistEpoch = votes.enlistEpoch();
        final VotesDecoder.BranchesDecoder elements = votes.branches();
        while (elements.hasNext()) {
            elements.next();
            message.value = elements.voteRaw();
            elements.skipText();
            accept(Kind.VOTE, elements.transactionId(), elements.branchId(), consumer);
        }
    }

    private void readAcknowledgements(
        final DirectBuffer buffer, final int body, final int blockLength, final Consumer<WireMessage> consumer) {
        acknowledgements.wrap(buffer, body, blockLength, AcknowledgementsDecoder.SCHEMA_VERSION);
        message.epoch = acknowledgements.epoch();
        message.resourceId = acknowledgements.resourceId();
        final AcknowledgementsDecoder.BranchesDecoder elements = acknowledgements.branches();
        while (elements.hasNext()) {
            elements.next();
            message.value = elements.decisionRaw();
            message.detail = elements.resultRaw();
            accept(Kind.ACKNOWLEDGEMENT, elements.transactionId(), elements.branchId(), consumer);
        }
    }

    private void readResults(
        final DirectBuffer buffer, final int body, final int blockLength, final Consumer<WireMessage> consumer) {
        results.wrap(buffer, body, blockLength, OnePhaseResultsDecoder.SCHEMA_VERSION);
        message.epoch = results.epoch();
        message.resourceId = results.resourceId();
        final OnePhaseResultsDecoder.BranchesDecoder elements = results.branches();
        while (elements.hasNext()) {
            elements.next();
            message.value = elements.resultRaw();
            elements.skipText();
            accept(Kind.ONE_PHASE_RESULT, elements.transactionId(), elements.branchId(), consumer);
        }
    }

    private void readInDoubt(
        final DirectBuffer buffer, final int body, final int blockLength, final Consumer<WireMessage> consumer) {
        inDoubt.wrap(buffer, body, blockLength, InDoubtDecoder.SCHEMA_VERSION);
        message.coordinatorId = inDoubt.coordinatorId();
        message.resourceId = inDoubt.resourceId();
        final InDoubtDecoder.BranchesDecoder elements = inDoubt.branches();
        while (elements.hasNext()) {
            elements.next();
            message.enlistEpoch = elements.enlistEpoch();
            message.position = elements.position();
            accept(Kind.IN_DOUBT, elements.transactionId(), elements.branchId(), consumer);
        }
    }
}
