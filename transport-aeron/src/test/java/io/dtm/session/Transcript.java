package io.dtm.session;

import io.dtm.codec.FrameDescriptor;
import io.dtm.codec.FrameValidator;
import io.dtm.codec.Origin;
import io.dtm.codec.Templates;
import io.dtm.codec.message.AcknowledgementsDecoder;
import io.dtm.codec.message.BeginDecoder;
import io.dtm.codec.message.ChallengeResponseDecoder;
import io.dtm.codec.message.CommitDecoder;
import io.dtm.codec.message.EnlistDecoder;
import io.dtm.codec.message.EpochRefusedDecoder;
import io.dtm.codec.message.InDoubtDecoder;
import io.dtm.codec.message.InquireDecoder;
import io.dtm.codec.message.KeepAliveDecoder;
import io.dtm.codec.message.LookupDecoder;
import io.dtm.codec.message.OnePhaseResultsDecoder;
import io.dtm.codec.message.RegisterDecoder;
import io.dtm.codec.message.RollbackDecoder;
import io.dtm.codec.message.SessionCloseDecoder;
import io.dtm.codec.message.SessionOpenDecoder;
import io.dtm.codec.message.SessionResumeDecoder;
import io.dtm.codec.message.SubmitDecoder;
import io.dtm.codec.message.UnregisterDecoder;
import io.dtm.codec.message.VotesDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Writes what the library sent as one line a message or element, for tests to compare. */
final class Transcript {
    private static final int VERSION = Templates.SCHEMA_VERSION;

    /** Of the last handshake, look-up or registration that was read: echoed in its answer. */
    long requestId;
    /** What the last handshake has named. */
    String witnessed;
    private final List<String> lines = new ArrayList<>();

    /** Takes the lines that were written so far. */
    List<String> take() {
        final List<String> taken = new ArrayList<>(lines);
        lines.clear();
        return taken;
    }

    void read(final byte[] frame) {
        final UnsafeBuffer buffer = new UnsafeBuffer(frame);
        final FrameValidator.Verdict verdict = FrameValidator.validate(buffer, 0, frame.length, Origin.PEER);
        if (verdict != FrameValidator.Verdict.VALID) {
            throw new AssertionError("the library sent a frame that is " + verdict);
        }
        int offset = FrameDescriptor.HEADER_LENGTH;
        for (int i = 0; i < FrameDescriptor.messageCount(buffer, 0); i++) {
            final int body = offset + FrameDescriptor.PREFIX_LENGTH;
            final int block = FrameDescriptor.blockLength(buffer, offset);
            if (!readSession(buffer, FrameDescriptor.templateId(buffer, offset), body, block)
                && !readClient(buffer, FrameDescriptor.templateId(buffer, offset), body, block)) {
                readParticipant(buffer, FrameDescriptor.templateId(buffer, offset), body, block);
            }
            offset += FrameDescriptor.messageLength(buffer, offset);
        }
    }

    static String id(final long transactionId) {
        return (transactionId >>> 32) + ":" + (transactionId & 0xFFFF_FFFFL);
    }

    private boolean readSession(final DirectBuffer buffer, final int template, final int body, final int block) {
        switch (template) {
            case SessionOpenDecoder.TEMPLATE_ID:
                final SessionOpenDecoder open = new SessionOpenDecoder().wrap(buffer, body, block, VERSION);
                requestId = open.requestId();
                witnessed = Long.toHexString(open.witnessedOf()) + ": "
                    + open.witnessedEpoch() + "/" + open.witnessedPosition();
                add("SessionOpen known " + open.knownEpoch() + "/" + open.knownNonce()
                    + " name '" + open.clientName() + "' credentials '" + text(open.credentialsLength(), open) + "'");
                return true;
            case SessionResumeDecoder.TEMPLATE_ID:
                final SessionResumeDecoder resume = new SessionResumeDecoder().wrap(buffer, body, block, VERSION);
                requestId = resume.requestId();
                witnessed = Long.toHexString(resume.witnessedOf()) + ": "
                    + resume.witnessedEpoch() + "/" + resume.witnessedPosition();
                add("SessionResume " + resume.sessionId() + " token " + resume.tokenHigh() + "/" + resume.tokenLow()
                    + " known " + resume.knownEpoch() + "/" + resume.knownNonce());
                return true;
            case ChallengeResponseDecoder.TEMPLATE_ID:
                final ChallengeResponseDecoder response =
                    new ChallengeResponseDecoder().wrap(buffer, body, block, VERSION);
                requestId = response.requestId();
                final byte[] credentials = new byte[response.credentialsLength()];
                response.getCredentials(credentials, 0, credentials.length);
                add("ChallengeResponse '" + new String(credentials, StandardCharsets.UTF_8) + "'");
                return true;
            case KeepAliveDecoder.TEMPLATE_ID:
                add("KeepAlive");
                return true;
            case SessionCloseDecoder.TEMPLATE_ID:
                add("SessionClose " + new SessionCloseDecoder().wrap(buffer, body, block, VERSION).sessionId());
                return true;
            case EpochRefusedDecoder.TEMPLATE_ID:
                final EpochRefusedDecoder refused = new EpochRefusedDecoder().wrap(buffer, body, block, VERSION);
                add("EpochRefused known " + refused.knownEpoch() + "/" + refused.knownNonce()
                    + " offered " + refused.offeredEpoch() + "/" + refused.offeredNonce());
                return true;
            default:
                return false;
        }
    }

    private boolean readClient(final DirectBuffer buffer, final int template, final int body, final int block) {
        switch (template) {
            case LookupDecoder.TEMPLATE_ID:
                final LookupDecoder lookup = new LookupDecoder().wrap(buffer, body, block, VERSION);
                requestId = lookup.requestId();
                add("Lookup '" + lookup.resourceName() + "'");
                return true;
            case SubmitDecoder.TEMPLATE_ID:
                readSubmit(new SubmitDecoder().wrap(buffer, body, block, VERSION));
                return true;
            case BeginDecoder.TEMPLATE_ID:
                final BeginDecoder begin = new BeginDecoder().wrap(buffer, body, block, VERSION);
                add("Begin " + id(begin.transactionId()) + " timeout " + begin.timeoutMs()
                    + " token " + begin.joinToken());
                return true;
            case EnlistDecoder.TEMPLATE_ID:
                final EnlistDecoder enlist = new EnlistDecoder().wrap(buffer, body, block, VERSION);
                add("Enlist " + id(enlist.transactionId()) + " branch " + enlist.branchId() + " resource "
                    + enlist.resourceId() + " incarnation " + enlist.incarnation() + " token " + enlist.joinToken()
                    + " epoch " + enlist.epoch() + " payload " + enlist.payloadLength());
                return true;
            case CommitDecoder.TEMPLATE_ID:
                final CommitDecoder commit = new CommitDecoder().wrap(buffer, body, block, VERSION);
                final StringBuilder expected = new StringBuilder();
                final String head = "Commit " + id(commit.transactionId()) + " " + commit.acknowledge();
                for (final CommitDecoder.ExpectedDecoder branch : commit.expected()) {
                    expected.append(' ').append(branch.branchId());
                }
                add(head + " expects" + (expected.length() == 0 ? " none" : expected));
                return true;
            case RollbackDecoder.TEMPLATE_ID:
                add("Rollback " + id(new RollbackDecoder().wrap(buffer, body, block, VERSION).transactionId()));
                return true;
            case InquireDecoder.TEMPLATE_ID:
                final InquireDecoder inquire = new InquireDecoder().wrap(buffer, body, block, VERSION);
                add("Inquire " + id(inquire.transactionId()) + " " + inquire.acknowledge());
                return true;
            default:
                return false;
        }
    }

    private void readParticipant(final DirectBuffer buffer, final int template, final int body, final int block) {
        switch (template) {
            case RegisterDecoder.TEMPLATE_ID:
                final RegisterDecoder register = new RegisterDecoder().wrap(buffer, body, block, VERSION);
                requestId = register.requestId();
                add("Register '" + register.resourceName() + "' instance '" + register.instanceName() + "' session "
                    + register.sessionId() + " incarnation " + register.incarnation()
                    + " onePhase " + register.capabilities().onePhase()
                    + (register.capabilities().readOnlyAware() ? "" : " never read-only")
                    + (register.capabilities().lastAgent() ? " last agent" : "")
                    + " known " + register.knownEpoch() + "/" + register.knownNonce());
                break;
            case UnregisterDecoder.TEMPLATE_ID:
                add("Unregister " + new UnregisterDecoder().wrap(buffer, body, block, VERSION).resourceId());
                break;
            case VotesDecoder.TEMPLATE_ID:
                final VotesDecoder votes = new VotesDecoder().wrap(buffer, body, block, VERSION);
                for (final VotesDecoder.BranchesDecoder branch : votes.branches()) {
                    final String line = "Vote " + branch.vote() + " " + id(branch.transactionId()) + " branch "
                        + branch.branchId() + " epoch " + votes.epoch() + " enlisted " + votes.enlistEpoch();
                    final String text = branch.text();
                    add(text.isEmpty() ? line : line + " '" + text + "'");
                }
                break;
            case AcknowledgementsDecoder.TEMPLATE_ID:
                final AcknowledgementsDecoder acks =
                    new AcknowledgementsDecoder().wrap(buffer, body, block, VERSION);
                for (final AcknowledgementsDecoder.BranchesDecoder branch : acks.branches()) {
                    add("Ack " + branch.decision() + " " + branch.result() + " " + id(branch.transactionId())
                        + " branch " + branch.branchId() + " epoch " + acks.epoch());
                }
                break;
            case OnePhaseResultsDecoder.TEMPLATE_ID:
                final OnePhaseResultsDecoder results = new OnePhaseResultsDecoder().wrap(buffer, body, block, VERSION);
                for (final OnePhaseResultsDecoder.BranchesDecoder branch : results.branches()) {
                    final String line = "OnePhase " + branch.result() + " " + id(branch.transactionId())
                        + " branch " + branch.branchId() + " epoch " + results.epoch();
                    final String text = branch.text();
                    add(text.isEmpty() ? line : line + " '" + text + "'");
                }
                break;
            case InDoubtDecoder.TEMPLATE_ID:
                final InDoubtDecoder inDoubt = new InDoubtDecoder().wrap(buffer, body, block, VERSION);
                for (final InDoubtDecoder.BranchesDecoder branch : inDoubt.branches()) {
                    add("InDoubt " + id(branch.transactionId()) + " branch " + branch.branchId()
                        + " enlisted " + branch.enlistEpoch() + " position " + branch.position());
                }
                break;
            default:
                throw new AssertionError("the library sent a message of template " + template);
        }
    }

    private void readSubmit(final SubmitDecoder submit) {
        final StringBuilder line = new StringBuilder("Submit " + id(submit.transactionId())
            + " timeout " + submit.timeoutMs() + " " + submit.acknowledge());
        for (final SubmitDecoder.BranchesDecoder branch : submit.branches()) {
            final byte[] payload = new byte[branch.payloadLength()];
            line.append(' ').append(branch.branchId()).append("->").append(branch.resourceId());
            branch.getPayload(payload, 0, payload.length);
            line.append(" '").append(new String(payload, StandardCharsets.UTF_8)).append('\'');
        }
        add(line.toString());
    }

    private static String text(final int length, final SessionOpenDecoder open) {
        final byte[] bytes = new byte[length];
        open.getCredentials(bytes, 0, length);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private void add(final String line) {
        lines.add(line);
    }
}
