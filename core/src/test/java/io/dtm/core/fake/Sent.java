package io.dtm.core.fake;

import io.dtm.codec.FrameDescriptor;
import io.dtm.codec.FrameValidator;
import io.dtm.codec.Origin;
import io.dtm.codec.message.ChallengeDecoder;
import io.dtm.codec.message.DecisionsDecoder;
import io.dtm.codec.message.FoundDecoder;
import io.dtm.codec.message.ForgetEvidenceDecoder;
import io.dtm.codec.message.JoinedDecoder;
import io.dtm.codec.message.OnePhaseCommitsDecoder;
import io.dtm.codec.message.OutcomesDecoder;
import io.dtm.codec.message.PreparesDecoder;
import io.dtm.codec.message.RegisteredDecoder;
import io.dtm.codec.message.RejectedDecoder;
import io.dtm.codec.message.SessionClosedDecoder;
import io.dtm.codec.message.SessionOpenedDecoder;
import io.dtm.codec.message.SessionResumedDecoder;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;

/** Frames that were sent, as short texts: {@code Prepares 1 2}, {@code SessionOpened 7}. */
final class Sent {
    private Sent() {
    }

    /** One text for each message of a frame, which must be valid. */
    static List<String> describe(final DirectBuffer frame, final int offset, final int length) {
        final FrameValidator.Verdict verdict = FrameValidator.validate(frame, offset, length, Origin.COORDINATOR);
        if (verdict != FrameValidator.Verdict.VALID) {
            throw new AssertionError("sent a frame that is " + verdict);
        }
        final List<String> messages = new ArrayList<>();
        int at = offset + FrameDescriptor.HEADER_LENGTH;
        for (int i = 0; i < FrameDescriptor.messageCount(frame, offset); i++) {
            messages.add(message(frame, FrameDescriptor.templateId(frame, at), at + FrameDescriptor.PREFIX_LENGTH));
            at += FrameDescriptor.messageLength(frame, at);
        }
        return messages;
    }

    private static String message(final DirectBuffer frame, final int templateId, final int body) {
        return switch (templateId) {
            case SessionOpenedDecoder.TEMPLATE_ID -> "SessionOpened " + new SessionOpenedDecoder()
                .wrap(frame, body, SessionOpenedDecoder.BLOCK_LENGTH, 1).sessionId();
            case SessionResumedDecoder.TEMPLATE_ID -> "SessionResumed " + new SessionResumedDecoder()
                .wrap(frame, body, SessionResumedDecoder.BLOCK_LENGTH, 1).sessionId();
            case SessionClosedDecoder.TEMPLATE_ID -> {
                final SessionClosedDecoder closed =
                    new SessionClosedDecoder().wrap(frame, body, SessionClosedDecoder.BLOCK_LENGTH, 1);
                yield "SessionClosed " + closed.sessionId() + " " + closed.reason();
            }
            case ChallengeDecoder.TEMPLATE_ID -> {
                final ChallengeDecoder challenge =
                    new ChallengeDecoder().wrap(frame, body, ChallengeDecoder.BLOCK_LENGTH, 1);
                final byte[] bytes = new byte[challenge.challengeLength()];
                challenge.getChallenge(bytes, 0, bytes.length);
                yield "Challenge " + new String(bytes, java.nio.charset.StandardCharsets.US_ASCII);
            }
            case RegisteredDecoder.TEMPLATE_ID -> "Registered " + new RegisteredDecoder()
                .wrap(frame, body, RegisteredDecoder.BLOCK_LENGTH, 1).resourceId();
            case FoundDecoder.TEMPLATE_ID -> "Found " + new FoundDecoder()
                .wrap(frame, body, FoundDecoder.BLOCK_LENGTH, 1).resourceId();
            case RejectedDecoder.TEMPLATE_ID -> {
                final RejectedDecoder rejected =
                    new RejectedDecoder().wrap(frame, body, RejectedDecoder.BLOCK_LENGTH, 1);
                yield "Rejected " + rejected.requestId() + " " + rejected.code() + " " + rejected.text();
            }
            default -> group(frame, templateId, body);
        };
    }

    private static String group(final DirectBuffer frame, final int templateId, final int body) {
        final StringBuilder text = new StringBuilder();
        switch (templateId) {
            case PreparesDecoder.TEMPLATE_ID -> {
                text.append("Prepares");
                new PreparesDecoder().wrap(frame, body, PreparesDecoder.BLOCK_LENGTH, 1).branches()
                    .forEach(b -> text.append(' ').append(b.sbeSkip().transactionId()));
            }
            case DecisionsDecoder.TEMPLATE_ID -> {
                text.append("Decisions");
                new DecisionsDecoder().wrap(frame, body, DecisionsDecoder.BLOCK_LENGTH, 1).branches()
                    .forEach(b -> text.append(' ').append(b.transactionId()));
            }
            case OnePhaseCommitsDecoder.TEMPLATE_ID -> {
                text.append("OnePhaseCommits");
                new OnePhaseCommitsDecoder().wrap(frame, body, OnePhaseCommitsDecoder.BLOCK_LENGTH, 1).branches()
                    .forEach(b -> text.append(' ').append(b.sbeSkip().transactionId()));
            }
            case ForgetEvidenceDecoder.TEMPLATE_ID -> {
                text.append("ForgetEvidence");
                new ForgetEvidenceDecoder().wrap(frame, body, ForgetEvidenceDecoder.BLOCK_LENGTH, 1).branches()
                    .forEach(b -> text.append(' ').append(b.transactionId()));
            }
            case OutcomesDecoder.TEMPLATE_ID -> {
                text.append("Outcomes");
                new OutcomesDecoder().wrap(frame, body, OutcomesDecoder.BLOCK_LENGTH, 1).transactions()
                    .forEach(t -> text.append(' ').append(t.sbeSkip().transactionId()));
            }
            case JoinedDecoder.TEMPLATE_ID -> {
                text.append("Joined");
                new JoinedDecoder().wrap(frame, body, JoinedDecoder.BLOCK_LENGTH, 1).joins()
                    .forEach(j -> text.append(' ').append(j.transactionId()));
            }
            default -> text.append("template ").append(templateId);
        }
        return text.toString();
    }
}
