package io.dtm.session;

import io.dtm.client.AbortReason;
import io.dtm.client.Durability;
import io.dtm.client.Outcome;
import io.dtm.client.Refusal;
import io.dtm.codec.FrameDescriptor;
import io.dtm.codec.FrameValidator;
import io.dtm.codec.Origin;
import io.dtm.codec.Templates;
import io.dtm.codec.VersionRefusalDescriptor;
import io.dtm.codec.message.ChallengeDecoder;
import io.dtm.codec.message.DecisionsDecoder;
import io.dtm.codec.message.EnlistDecoder;
import io.dtm.codec.message.ForgetEvidenceDecoder;
import io.dtm.codec.message.FoundDecoder;
import io.dtm.codec.message.JoinedDecoder;
import io.dtm.codec.message.LookupDecoder;
import io.dtm.codec.message.OnePhaseCommitsDecoder;
import io.dtm.codec.message.OutcomesDecoder;
import io.dtm.codec.message.OutcomeType;
import io.dtm.codec.message.PreparesDecoder;
import io.dtm.codec.message.RegisterDecoder;
import io.dtm.codec.message.RegisteredDecoder;
import io.dtm.codec.message.RejectedDecoder;
import io.dtm.codec.message.SessionClosedDecoder;
import io.dtm.codec.message.SessionOpenDecoder;
import io.dtm.codec.message.SessionOpenedDecoder;
import io.dtm.codec.message.SessionResumeDecoder;
import io.dtm.codec.message.SessionResumedDecoder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Validates and decodes what comes from the coordinator, and hands it to those whom it concerns. What isn't a valid
 * frame, or belongs to another epoch than the one that this link's handshake has shown, is dropped and reported. Duty
 * cycle's thread.
 */
final class CoordinatorAdapter implements CoordinatorLink.FrameHandler {
    private static final int NOTHING_WRITTEN = 1;
    private static final int MIXED = 2;
    private static final int UNACKNOWLEDGED = 4;

    private final SessionListener listener;
    private final Connection connection;
    private final EpochGuard guard;
    private final TransactionAnswers transactions;
    private final Lookups lookups;
    private final Resources resources;

    private final ChallengeDecoder challenge = new ChallengeDecoder();
    private final SessionOpenedDecoder sessionOpened = new SessionOpenedDecoder();
    private final SessionResumedDecoder sessionResumed = new SessionResumedDecoder();
    private final SessionClosedDecoder sessionClosed = new SessionClosedDecoder();
    private final RegisteredDecoder registered = new RegisteredDecoder();
    private final FoundDecoder found = new FoundDecoder();
    private final JoinedDecoder joined = new JoinedDecoder();
    private final OutcomesDecoder outcomes = new OutcomesDecoder();
    private final RejectedDecoder rejected = new RejectedDecoder();
    private final PreparesDecoder prepares = new PreparesDecoder();
    private final DecisionsDecoder decisions = new DecisionsDecoder();
    private final OnePhaseCommitsDecoder onePhaseCommits = new OnePhaseCommitsDecoder();
    private final ForgetEvidenceDecoder forgetEvidence = new ForgetEvidenceDecoder();
    private final UnsafeBuffer payload = new UnsafeBuffer(0, 0);

    CoordinatorAdapter(
        final SessionListener listener,
        final Connection connection,
        final EpochGuard guard,
        final TransactionAnswers transactions,
        final Lookups lookups,
        final Resources resources) {
        this.listener = listener;
        this.connection = connection;
        this.guard = guard;
        this.transactions = transactions;
        this.lookups = lookups;
        this.resources = resources;
    }

    @Override
    public void onFrame(final DirectBuffer buffer, final int offset, final int length) {
        if (VersionRefusalDescriptor.isVersionRefusal(buffer, offset, length)) {
            connection.onVersionRefused(FrameDescriptor.version(buffer, offset));
            return;
        }
        final FrameValidator.Verdict verdict = FrameValidator.validate(buffer, offset, length, Origin.COORDINATOR);
        if (verdict != FrameValidator.Verdict.VALID) {
            listener.onAnomaly("a frame of " + length + " bytes was dropped: " + verdict, null);
            return;
        }
        final int messages = FrameDescriptor.messageCount(buffer, offset);
        int messageOffset = offset + FrameDescriptor.HEADER_LENGTH;
        for (int i = 0; i < messages && connection.isListening(); i++) {
            onMessage(buffer, messageOffset);
            messageOffset += FrameDescriptor.messageLength(buffer, messageOffset);
        }
    }

    private void onMessage(final DirectBuffer buffer, final int messageOffset) {
        final int template = FrameDescriptor.templateId(buffer, messageOffset);
        final int body = messageOffset + FrameDescriptor.PREFIX_LENGTH;
        final int block = FrameDescriptor.blockLength(buffer, messageOffset);
        switch (template) {
            case ChallengeDecoder.TEMPLATE_ID:
                challenge.wrap(buffer, body, block, Templates.SCHEMA_VERSION);
                onChallenge();
                break;
            case SessionOpenedDecoder.TEMPLATE_ID:
                connection.onSessionOpened(sessionOpened.wrap(buffer, body, block, Templates.SCHEMA_VERSION));
                break;
            case SessionResumedDecoder.TEMPLATE_ID:
                connection.onSessionResumed(sessionResumed.wrap(buffer, body, block, Templates.SCHEMA_VERSION));
                break;
            case RejectedDecoder.TEMPLATE_ID:
                rejected.wrap(buffer, body, block, Templates.SCHEMA_VERSION);
                onRejected();
                break;
            default:
                if (connection.isEpochConfirmed()) {
                    onSessionMessage(template, buffer, body, block);
                } else {
                    listener.onAnomaly("message of template " + template + " before the handshake", null);
                }
                break;
        }
    }

    private void onSessionMessage(
        final int template, final DirectBuffer buffer, final int body, final int block) {
        switch (template) {
            case SessionClosedDecoder.TEMPLATE_ID:
                sessionClosed.wrap(buffer, body, block, Templates.SCHEMA_VERSION);
                connection.onSessionClosed(sessionClosed.sessionId(), sessionClosed.reason());
                break;
            case RegisteredDecoder.TEMPLATE_ID:
                resources.onRegistered(registered.wrap(buffer, body, block, Templates.SCHEMA_VERSION));
                break;
            case FoundDecoder.TEMPLATE_ID:
                found.wrap(buffer, body, block, Templates.SCHEMA_VERSION);
                if (!resources.onFound(found.requestId())) {
                    lookups.onFound(found.requestId(), found.resourceId());
                }
                break;
            case JoinedDecoder.TEMPLATE_ID:
                joined.wrap(buffer, body, block, Templates.SCHEMA_VERSION);
                onJoined();
                break;
            case OutcomesDecoder.TEMPLATE_ID:
                outcomes.wrap(buffer, body, block, Templates.SCHEMA_VERSION);
                onOutcomes();
                break;
            case PreparesDecoder.TEMPLATE_ID:
                prepares.wrap(buffer, body, block, Templates.SCHEMA_VERSION);
                onPrepares();
                break;
            case DecisionsDecoder.TEMPLATE_ID:
                decisions.wrap(buffer, body, block, Templates.SCHEMA_VERSION);
                onDecisions();
                break;
            case OnePhaseCommitsDecoder.TEMPLATE_ID:
                onePhaseCommits.wrap(buffer, body, block, Templates.SCHEMA_VERSION);
                onOnePhaseCommits();
                break;
            case ForgetEvidenceDecoder.TEMPLATE_ID:
                forgetEvidence.wrap(buffer, body, block, Templates.SCHEMA_VERSION);
                onForgetEvidence();
                break;
            default:
                listener.onAnomaly("message of template " + template + " is not for a session", null);
                break;
        }
    }

    private void onChallenge() {
        final byte[] bytes = new byte[challenge.challengeLength()];
        challenge.getChallenge(bytes, 0, bytes.length);
        connection.onChallenge(challenge.requestId(), bytes);
    }

    private void onRejected() {
        final long requestId = rejected.requestId();
        final int branchId = rejected.branchId();
        final int template = rejected.refusedTemplate();
        final Refusal refusal = Refusal.of(rejected.codeRaw());
        final String text = rejected.text();
        if (template == SessionOpenDecoder.TEMPLATE_ID || template == SessionResumeDecoder.TEMPLATE_ID) {
            connection.onRejected(requestId, refusal, text);
            return;
        }
        if (!connection.isEpochConfirmed()) {
            return;
        }
        if (refusal == Refusal.SESSION_UNKNOWN) {
            connection.onSessionRefused();
            return;
        }
        switch (template) {
            case RegisterDecoder.TEMPLATE_ID:
                resources.onRegisterRejected(requestId, branchId, refusal, text);
                break;
            case LookupDecoder.TEMPLATE_ID:
                lookups.onRejected(requestId, refusal, text);
                break;
            case EnlistDecoder.TEMPLATE_ID:
                resources.onEnlistRejected(requestId, branchId, refusal, text);
                transactions.onRejected(template, requestId, branchId, refusal, text);
                break;
            default:
                if (!transactions.onRejected(template, requestId, branchId, refusal, text)) {
                    listener.onAnomaly("message of template " + template + " was refused: " + refusal + " " + text,
                        null);
                }
                break;
        }
    }

    private void onJoined() {
        final int epoch = joined.epoch();
        if (isCurrent(epoch)) {
            for (final JoinedDecoder.JoinsDecoder join : joined.joins()) {
                transactions.onJoined(epoch, join.transactionId(), join.branchId());
                resources.onJoined(epoch, join.transactionId(), join.branchId());
            }
        }
    }

    private void onOutcomes() {
        if (!isCurrent(outcomes.epoch())) {
            return;
        }
        final Durability durability = Durability.of(outcomes.durabilityRaw());
        for (final OutcomesDecoder.TransactionsDecoder element : outcomes.transactions()) {
            final OutcomeType type = element.outcome();
            transactions.onOutcome(
                element.transactionId(),
                element.stage(),
                outcome(type, element, durability),
                type == OutcomeType.EXPIRED);
        }
    }

    private static Outcome outcome(
        final OutcomeType type, final OutcomesDecoder.TransactionsDecoder element, final Durability durability) {
        final int flags = element.flags();
        final AbortReason reason = AbortReason.of(element.reasonRaw());
        final int branchId = element.branchId();
        if (type == OutcomeType.COMMITTED && flags == 0 && element.textLength() == 0) {
            element.skipText();
            return Outcome.plainCommit(durability);
        }
        final String text = element.text();
        return new Outcome(
            status(type), reason, branchId, durability,
            (flags & NOTHING_WRITTEN) != 0, (flags & MIXED) != 0, (flags & UNACKNOWLEDGED) != 0,
            type == OutcomeType.NEVER_BEGUN, text);
    }

    private static Outcome.Status status(final OutcomeType type) {
        switch (type) {
            case ACCEPTED:
                return Outcome.Status.ACCEPTED;
            case COMMITTED:
                return Outcome.Status.COMMITTED;
            case ABORTED:
            case NEVER_BEGUN:
                return Outcome.Status.ABORTED;
            default:
                return Outcome.Status.UNKNOWN;
        }
    }

    private void onPrepares() {
        final int epoch = prepares.epoch();
        final ResourceSession resource = resources.byId(prepares.resourceId());
        if (!isCurrent(epoch) || !isServed(resource, prepares.resourceId())) {
            return;
        }
        if (prepares.incarnation() != resource.incarnation()) {
            // For a former process: this one's registration counts as its NO (rule 3).
            listener.onAnomaly("PREPARE for another process of " + resource.registration().resourceName(), null);
            return;
        }
        final long position = prepares.position();
        for (final PreparesDecoder.BranchesDecoder branch : prepares.branches()) {
            final long transactionId = branch.transactionId();
            final int branchId = branch.branchId();
            final int enlistEpoch = branch.enlistEpoch();
            branch.wrapPayload(payload);
            resource.branches().onPrepare(epoch, position,
                resource.branchId(transactionId, branchId, enlistEpoch), payload, 0, payload.capacity());
        }
    }

    private void onDecisions() {
        final int epoch = decisions.epoch();
        final ResourceSession resource = resources.byId(decisions.resourceId());
        if (isCurrent(epoch) && isServed(resource, decisions.resourceId())) {
            guard.witness(decisions.position());
            for (final DecisionsDecoder.BranchesDecoder branch : decisions.branches()) {
                resource.branches().onDecision(epoch,
                    resource.branchId(branch.transactionId(), branch.branchId(), branch.enlistEpoch()),
                    branch.decision(), branch.cause());
            }
        }
    }

    private void onOnePhaseCommits() {
        final int epoch = onePhaseCommits.epoch();
        final ResourceSession resource = resources.byId(onePhaseCommits.resourceId());
        if (!isCurrent(epoch) || !isServed(resource, onePhaseCommits.resourceId())) {
            return;
        }
        final boolean isNamedOther = onePhaseCommits.incarnation() != resource.incarnation();
        final long position = onePhaseCommits.position();
        guard.witness(position);
        for (final OnePhaseCommitsDecoder.BranchesDecoder branch : onePhaseCommits.branches()) {
            final long transactionId = branch.transactionId();
            final int branchId = branch.branchId();
            final int enlistEpoch = branch.enlistEpoch();
            branch.wrapPayload(payload);
            resource.branches().onOnePhaseCommit(epoch, isNamedOther, position,
                resource.branchId(transactionId, branchId, enlistEpoch), payload, 0, payload.capacity());
        }
    }

    private void onForgetEvidence() {
        final ResourceSession resource = resources.byId(forgetEvidence.resourceId());
        if (isCurrent(forgetEvidence.epoch()) && isServed(resource, forgetEvidence.resourceId())) {
            guard.witness(forgetEvidence.position());
            for (final ForgetEvidenceDecoder.BranchesDecoder branch : forgetEvidence.branches()) {
                resource.branches().onForgetEvidence(
                    resource.branchId(branch.transactionId(), branch.branchId(), 0));
            }
        }
    }

    private boolean isCurrent(final int epoch) {
        if (epoch != guard.epoch()) {
            listener.onAnomaly("a message of epoch " + epoch + " was dropped in epoch " + guard.epoch(), null);
            return false;
        }
        return true;
    }

    private boolean isServed(final ResourceSession resource, final int resourceId) {
        if (resource == null) {
            listener.onAnomaly("a message for resource " + resourceId + ", which isn't served here", null);
            return false;
        }
        return true;
    }
}
