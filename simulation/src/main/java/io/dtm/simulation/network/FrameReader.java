package io.dtm.simulation.network;

import static io.dtm.simulation.network.WireMessage.Kind;

import io.dtm.codec.FrameDescriptor;
import io.dtm.codec.message.BeginDecoder;
import io.dtm.codec.message.ChallengeDecoder;
import io.dtm.codec.message.ChallengeResponseDecoder;
import io.dtm.codec.message.CommitDecoder;
import io.dtm.codec.message.EnlistDecoder;
import io.dtm.codec.message.EpochRefusedDecoder;
import io.dtm.codec.message.EpochStartedDecoder;
import io.dtm.codec.message.FoundDecoder;
import io.dtm.codec.message.InquireDecoder;
import io.dtm.codec.message.KeepAliveDecoder;
import io.dtm.codec.message.LookupDecoder;
import io.dtm.codec.message.OutcomesDecoder;
import io.dtm.codec.message.RegisterDecoder;
import io.dtm.codec.message.RegisteredDecoder;
import io.dtm.codec.message.RejectedDecoder;
import io.dtm.codec.message.RollbackDecoder;
import io.dtm.codec.message.SessionCloseDecoder;
import io.dtm.codec.message.SessionClosedDecoder;
import io.dtm.codec.message.SessionOpenDecoder;
import io.dtm.codec.message.SessionOpenedDecoder;
import io.dtm.codec.message.SessionOpeningDecoder;
import io.dtm.codec.message.SessionResumeDecoder;
import io.dtm.codec.message.SessionResumedDecoder;
import io.dtm.codec.message.SessionResumingDecoder;
import io.dtm.codec.message.SubmitDecoder;
import io.dtm.codec.message.UnregisterDecoder;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import org.agrona.DirectBuffer;

/**
 * Takes frames apart for those who watch. Knows the schema only: it shares no code with what it watches but the
 * generated decoders and the layout of frames.
 */
public final class FrameReader {
    private final WireMessage message = new WireMessage();
    private final BranchReader branches = new BranchReader(message);

    private final SessionOpenedDecoder opened = new SessionOpenedDecoder();
    private final SessionResumeDecoder resume = new SessionResumeDecoder();
    private final SessionResumedDecoder resumed = new SessionResumedDecoder();
    private final SessionResumingDecoder resuming = new SessionResumingDecoder();
    private final SessionCloseDecoder close = new SessionCloseDecoder();
    private final SessionClosedDecoder closed = new SessionClosedDecoder();
    private final RegisterDecoder register = new RegisterDecoder();
    private final RegisteredDecoder registered = new RegisteredDecoder();
    private final UnregisterDecoder unregister = new UnregisterDecoder();
    private final LookupDecoder lookup = new LookupDecoder();
    private final FoundDecoder found = new FoundDecoder();
    private final SubmitDecoder submit = new SubmitDecoder();
    private final BeginDecoder begin = new BeginDecoder();
    private final EnlistDecoder enlist = new EnlistDecoder();
    private final CommitDecoder commit = new CommitDecoder();
    private final RollbackDecoder rollback = new RollbackDecoder();
    private final InquireDecoder inquire = new InquireDecoder();
    private final OutcomesDecoder outcomes = new OutcomesDecoder();
    private final RejectedDecoder rejected = new RejectedDecoder();
    private final SessionOpeningDecoder opening = new SessionOpeningDecoder();
    private final EpochStartedDecoder epochStarted = new EpochStartedDecoder();

    /**
     * @param buffer   that holds a frame.
     * @param offset   at which it starts.
     * @param consumer takes each message, and each element of its group.
     */
    public void read(final DirectBuffer buffer, final int offset, final Consumer<WireMessage> consumer) {
        final int messages = FrameDescriptor.messageCount(buffer, offset);
        int at = offset + FrameDescriptor.HEADER_LENGTH;
        for (int i = 0; i < messages; i++) {
            message.clear();
            final int templateId = FrameDescriptor.templateId(buffer, at);
            final int blockLength = FrameDescriptor.blockLength(buffer, at);
            final int body = at + FrameDescriptor.PREFIX_LENGTH;
            if (!branches.read(templateId, buffer, body, blockLength, consumer)
                && !readTransaction(templateId, buffer, body, blockLength, consumer)
                && !readSession(templateId, buffer, body, blockLength)) {
                message.kind = Kind.HOST_EVENT;
                message.value = templateId;
                if (templateId == SessionResumingDecoder.TEMPLATE_ID) {
                    resuming.wrap(buffer, body, blockLength, SessionResumingDecoder.SCHEMA_VERSION);
                    message.sessionId = resuming.sessionId();
                    message.tokenHigh = resuming.tokenHigh();
                } else if (templateId == SessionOpeningDecoder.TEMPLATE_ID) {
                    opening.wrap(buffer, body, blockLength, SessionOpeningDecoder.SCHEMA_VERSION);
                    message.tokenHigh = opening.tokenHigh();
                }
                consumer.accept(message);
            } else if (isSession(message.kind)) {
                consumer.accept(message);
            }
            at += FrameDescriptor.messageLength(buffer, at);
        }
    }

    /**
     * @param buffer that holds a frame.
     * @param offset at which it starts.
     * @return whether one of its messages opens, resumes, closes or keeps a session, or registers, looks up or takes
     *         leave.
     */
    static boolean hasHandshake(final DirectBuffer buffer, final int offset) {
        return hasAny(buffer, offset, templateId -> switch (templateId) {
            case SessionOpenDecoder.TEMPLATE_ID, ChallengeDecoder.TEMPLATE_ID,
                ChallengeResponseDecoder.TEMPLATE_ID, SessionOpenedDecoder.TEMPLATE_ID,
                SessionResumeDecoder.TEMPLATE_ID, SessionResumedDecoder.TEMPLATE_ID,
                KeepAliveDecoder.TEMPLATE_ID, SessionCloseDecoder.TEMPLATE_ID, SessionClosedDecoder.TEMPLATE_ID,
                RegisterDecoder.TEMPLATE_ID, RegisteredDecoder.TEMPLATE_ID, EpochRefusedDecoder.TEMPLATE_ID,
                LookupDecoder.TEMPLATE_ID, FoundDecoder.TEMPLATE_ID, UnregisterDecoder.TEMPLATE_ID -> true;
            default -> false;
        });
    }

    /**
     * @param buffer that holds a frame.
     * @return whether one of its messages begins a transaction.
     */
    static boolean hasBegin(final DirectBuffer buffer) {
        return hasAny(buffer, 0, templateId ->
            templateId == SubmitDecoder.TEMPLATE_ID || templateId == BeginDecoder.TEMPLATE_ID);
    }

    /** @return whether one of its messages refuses something. */
    static boolean hasRefusal(final DirectBuffer buffer, final int offset) {
        return hasAny(buffer, offset, templateId -> templateId == RejectedDecoder.TEMPLATE_ID);
    }

    /** @return whether one of its messages says that a resource is registered. */
    static boolean hasRegistration(final DirectBuffer buffer) {
        return hasAny(buffer, 0, templateId -> templateId == RegisteredDecoder.TEMPLATE_ID);
    }

    private static boolean hasAny(final DirectBuffer buffer, final int offset, final IntPredicate isWanted) {
        final int messages = FrameDescriptor.messageCount(buffer, offset);
        int at = offset + FrameDescriptor.HEADER_LENGTH;
        for (int i = 0; i < messages; i++) {
            if (isWanted.test(FrameDescriptor.templateId(buffer, at))) {
                return true;
            }
            at += FrameDescriptor.messageLength(buffer, at);
        }
        return false;
    }

    private static boolean isSession(final Kind kind) {
        return kind.ordinal() <= Kind.UNREGISTER.ordinal() || kind == Kind.EPOCH_STARTED;
    }

    private boolean readSession(
        final int templateId, final DirectBuffer buffer, final int body, final int blockLength) {
        switch (templateId) {
            case SessionOpenDecoder.TEMPLATE_ID -> message.kind = Kind.SESSION_OPEN;
            case ChallengeDecoder.TEMPLATE_ID -> message.kind = Kind.CHALLENGE;
            case ChallengeResponseDecoder.TEMPLATE_ID -> message.kind = Kind.CHALLENGE_RESPONSE;
            case KeepAliveDecoder.TEMPLATE_ID -> message.kind = Kind.KEEP_ALIVE;
            case EpochRefusedDecoder.TEMPLATE_ID -> message.kind = Kind.EPOCH_REFUSED;
            case UnregisterDecoder.TEMPLATE_ID -> {
                unregister.wrap(buffer, body, blockLength, UnregisterDecoder.SCHEMA_VERSION);
                message.kind = Kind.UNREGISTER;
                message.resourceId = unregister.resourceId();
                message.incarnation = unregister.incarnation();
            }
            case SessionOpenedDecoder.TEMPLATE_ID -> {
                opened.wrap(buffer, body, blockLength, SessionOpenedDecoder.SCHEMA_VERSION);
                message.kind = Kind.SESSION_OPENED;
                message.coordinatorId = opened.coordinatorId();
                message.sessionId = opened.sessionId();
                message.tokenHigh = opened.tokenHigh();
                message.epoch = opened.epoch();
                message.nonce = opened.nonce();
            }
            case SessionResumeDecoder.TEMPLATE_ID -> {
                resume.wrap(buffer, body, blockLength, SessionResumeDecoder.SCHEMA_VERSION);
                message.kind = Kind.SESSION_RESUME;
                message.sessionId = resume.sessionId();
            }
            case SessionResumedDecoder.TEMPLATE_ID -> {
                resumed.wrap(buffer, body, blockLength, SessionResumedDecoder.SCHEMA_VERSION);
                message.kind = Kind.SESSION_RESUMED;
                message.coordinatorId = resumed.coordinatorId();
                message.sessionId = resumed.sessionId();
                message.openedInEpoch = resumed.openedInEpoch();
                message.epoch = resumed.epoch();
                message.nonce = resumed.nonce();
            }
            case SessionCloseDecoder.TEMPLATE_ID -> {
                close.wrap(buffer, body, blockLength, SessionCloseDecoder.SCHEMA_VERSION);
                message.kind = Kind.SESSION_CLOSE;
                message.sessionId = close.sessionId();
            }
            case SessionClosedDecoder.TEMPLATE_ID -> {
                closed.wrap(buffer, body, blockLength, SessionClosedDecoder.SCHEMA_VERSION);
                message.kind = Kind.SESSION_CLOSED;
                message.sessionId = closed.sessionId();
                message.detail = closed.reasonRaw();
            }
            default -> {
                return readRegistration(templateId, buffer, body, blockLength);
            }
        }
        return true;
    }

    private boolean readRegistration(
        final int templateId, final DirectBuffer buffer, final int body, final int blockLength) {
        switch (templateId) {
            case RegisterDecoder.TEMPLATE_ID -> {
                register.wrap(buffer, body, blockLength, RegisterDecoder.SCHEMA_VERSION);
                message.kind = Kind.REGISTER;
                message.requestId = register.requestId();
                message.sessionId = register.sessionId();
                message.incarnation = register.incarnation();
                message.flags = register.capabilities().getRaw();
                message.text = register.resourceName();
                message.instance = register.instanceName();
            }
            case RegisteredDecoder.TEMPLATE_ID -> {
                registered.wrap(buffer, body, blockLength, RegisteredDecoder.SCHEMA_VERSION);
                message.kind = Kind.REGISTERED;
                message.requestId = registered.requestId();
                message.sessionId = registered.sessionId();
                message.coordinatorId = registered.coordinatorId();
                message.resourceId = registered.resourceId();
                message.epoch = registered.epoch();
                message.nonce = registered.nonce();
            }
            case LookupDecoder.TEMPLATE_ID -> {
                lookup.wrap(buffer, body, blockLength, LookupDecoder.SCHEMA_VERSION);
                message.kind = Kind.LOOKUP;
                message.requestId = lookup.requestId();
            }
            case FoundDecoder.TEMPLATE_ID -> {
                found.wrap(buffer, body, blockLength, FoundDecoder.SCHEMA_VERSION);
                message.kind = Kind.FOUND;
                message.requestId = found.requestId();
                message.resourceId = found.resourceId();
            }
            case EpochStartedDecoder.TEMPLATE_ID -> {
                epochStarted.wrap(buffer, body, blockLength, EpochStartedDecoder.SCHEMA_VERSION);
                message.kind = Kind.EPOCH_STARTED;
                message.coordinatorId = epochStarted.coordinatorId();
                message.epoch = epochStarted.epoch();
                message.nonce = epochStarted.nonce();
                message.generation = epochStarted.generation();
                message.position = epochStarted.recoveredEnd();
                message.downtimeNs = epochStarted.downtimeNs();
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean readTransaction(
        final int templateId,
        final DirectBuffer buffer,
        final int body,
        final int blockLength,
        final Consumer<WireMessage> consumer) {
        switch (templateId) {
            case SubmitDecoder.TEMPLATE_ID -> readSubmit(buffer, body, blockLength, consumer);
            case BeginDecoder.TEMPLATE_ID -> {
                begin.wrap(buffer, body, blockLength, BeginDecoder.SCHEMA_VERSION);
                message.timeoutMs = begin.timeoutMs();
                accept(Kind.BEGIN, begin.transactionId(), consumer);
            }
            case EnlistDecoder.TEMPLATE_ID -> {
                enlist.wrap(buffer, body, blockLength, EnlistDecoder.SCHEMA_VERSION);
                message.branchId = enlist.branchId();
                message.resourceId = enlist.resourceId();
                message.incarnation = enlist.incarnation();
                message.enlistEpoch = enlist.epoch();
                accept(Kind.ENLIST, enlist.transactionId(), consumer);
            }
            case CommitDecoder.TEMPLATE_ID -> readCommit(buffer, body, blockLength, consumer);
            case RollbackDecoder.TEMPLATE_ID -> {
                rollback.wrap(buffer, body, blockLength, RollbackDecoder.SCHEMA_VERSION);
                accept(Kind.ROLLBACK_REQUEST, rollback.transactionId(), consumer);
            }
            case InquireDecoder.TEMPLATE_ID -> {
                inquire.wrap(buffer, body, blockLength, InquireDecoder.SCHEMA_VERSION);
                accept(Kind.INQUIRE, inquire.transactionId(), consumer);
            }
            case OutcomesDecoder.TEMPLATE_ID -> readOutcomes(buffer, body, blockLength, consumer);
            case RejectedDecoder.TEMPLATE_ID -> {
                rejected.wrap(buffer, body, blockLength, RejectedDecoder.SCHEMA_VERSION);
                message.requestId = rejected.requestId();
                message.branchId = rejected.branchId();
                message.value = rejected.refusedTemplate();
                message.detail = rejected.codeRaw();
                accept(Kind.REJECTED, rejected.requestId(), consumer);
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private void accept(final Kind kind, final long transactionId, final Consumer<WireMessage> consumer) {
        message.kind = kind;
        message.transactionId = transactionId;
        consumer.accept(message);
    }

    private void readSubmit(
        final DirectBuffer buffer, final int body, final int blockLength, final Consumer<WireMessage> consumer) {
        submit.wrap(buffer, body, blockLength, SubmitDecoder.SCHEMA_VERSION);
        final SubmitDecoder.BranchesDecoder elements = submit.branches();
        message.stage = submit.acknowledgeRaw();
        message.timeoutMs = submit.timeoutMs();
        message.count = elements.count();
        accept(Kind.SUBMIT, submit.transactionId(), consumer);
        while (elements.hasNext()) {
            elements.next();
            message.branchId = elements.branchId();
            message.resourceId = elements.resourceId();
            final int payloadAt = submit.limit() + SubmitDecoder.BranchesDecoder.payloadHeaderLength();
            message.payload = BranchReader.firstLong(buffer, payloadAt, elements.skipPayload());
            accept(Kind.SUBMIT_BRANCH, submit.transactionId(), consumer);
        }
    }

    private void readCommit(
        final DirectBuffer buffer, final int body, final int blockLength, final Consumer<WireMessage> consumer) {
        commit.wrap(buffer, body, blockLength, CommitDecoder.SCHEMA_VERSION);
        final CommitDecoder.ExpectedDecoder elements = commit.expected();
        message.stage = commit.acknowledgeRaw();
        message.count = elements.count();
        accept(Kind.COMMIT_REQUEST, commit.transactionId(), consumer);
        while (elements.hasNext()) {
            message.branchId = elements.next().branchId();
            accept(Kind.COMMIT_EXPECTS, commit.transactionId(), consumer);
        }
    }

    private void readOutcomes(
        final DirectBuffer buffer, final int body, final int blockLength, final Consumer<WireMessage> consumer) {
        outcomes.wrap(buffer, body, blockLength, OutcomesDecoder.SCHEMA_VERSION);
        message.epoch = outcomes.epoch();
        message.durability = outcomes.durabilityRaw();
        final OutcomesDecoder.TransactionsDecoder elements = outcomes.transactions();
        while (elements.hasNext()) {
            elements.next();
            message.stage = elements.stageRaw();
            message.value = elements.outcomeRaw();
            message.detail = elements.reasonRaw();
            message.flags = elements.flags();
            message.branchId = elements.branchId();
            elements.skipText();
            accept(Kind.OUTCOME, elements.transactionId(), consumer);
        }
    }
}
