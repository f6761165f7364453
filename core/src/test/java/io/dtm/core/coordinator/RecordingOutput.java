package io.dtm.core.coordinator;

import io.dtm.core.coordinator.ProtocolCodes.OutcomeFlag;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Records what the coordinator sends, as sentences: to whom, what, of which transaction and branch. Transaction 1:2 is
 * the second one of session 1; 1:2/0 is its branch 0.
 */
class RecordingOutput implements CoordinatorOutput {
    /** That of the last halt. */
    String haltReason;
    private final List<String> lines = new ArrayList<>();
    private int messages;

    /** All since the last call of this. */
    List<String> take() {
        final List<String> taken = new ArrayList<>(lines);
        lines.clear();
        messages = 0;
        return taken;
    }

    int messages() {
        return messages;
    }

    List<String> lines() {
        return lines;
    }

    static String id(final long transactionId) {
        return (transactionId >>> 32) + ":" + (transactionId & 0xFFFF_FFFFL);
    }

    static String branch(final long transactionId, final int branchId) {
        return id(transactionId) + (branchId == ProtocolCodes.NO_BRANCH ? "" : "/" + branchId);
    }

    private void message(final String line) {
        messages++;
        lines.add(line);
    }

    private static String text(final DirectBuffer buffer, final int offset, final int length) {
        final byte[] bytes = new byte[length];
        buffer.getBytes(offset, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static String text(final PayloadReader payload) {
        if (payload.length() == 0) {
            return "";
        }
        final UnsafeBuffer copy = new UnsafeBuffer(new byte[payload.length()]);
        payload.copyTo(copy, 0);
        return " '" + text(copy, 0, payload.length()) + "'";
    }

    @Override
    public void sessionAttached(final int sessionId, final int linkId) {
        lines.add("s" + sessionId + " -> l" + linkId);
    }

    @Override
    public void sessionOpened(
        final int sessionId, final long requestId, final long tokenHigh, final long tokenLow, final long nonce) {
        message("s" + sessionId + " <- OPENED");
    }

    @Override
    public void sessionResumed(
        final int sessionId, final long requestId, final int openedInEpoch, final long nonceAtKnownEpoch) {
        message("s" + sessionId + " <- RESUMED of epoch " + openedInEpoch);
    }

    @Override
    public void sessionClosed(final int sessionId, final int reason) {
        message("s" + sessionId + " <- CLOSED " + Names.CLOSE[reason]);
    }

    @Override
    public void linkRejected(
        final int linkId, final long requestId, final int template, final int code, final String text) {
        message("l" + linkId + " <- REJECTED " + Names.template(template) + " " + Names.reject(code));
        checkSentence(text);
    }

    @Override
    public void registered(
        final int sessionId, final long requestId, final int resourceId, final long nonceAtKnownEpoch) {
        message("s" + sessionId + " <- REGISTERED r" + resourceId);
    }

    @Override
    public void found(final int sessionId, final long requestId, final int resourceId) {
        message("s" + sessionId + " <- FOUND r" + resourceId);
    }

    @Override
    public void rejected(
        final int sessionId,
        final long requestId,
        final int branchId,
        final int template,
        final int code,
        final String text) {
        message("s" + sessionId + " <- REJECTED " + Names.template(template) + " " + Names.reject(code) + " "
            + (requestId > 0xFFFF_FFFFL ? branch(requestId, branchId) : "request " + requestId));
        checkSentence(text);
    }

    /** A text of the protocol has at most 254 bytes, and says something. */
    private static void checkSentence(final String text) {
        final int length = text.getBytes(StandardCharsets.UTF_8).length;
        if (length < 10 || length > 254) {
            throw new AssertionError("no sentence: " + text);
        }
    }

    @Override
    public void joined(final int sessionId, final long transactionId, final int branchId) {
        message("s" + sessionId + " <- JOINED " + branch(transactionId, branchId));
    }

    @Override
    public void outcome(
        final int sessionId,
        final boolean onAppend,
        final long transactionId,
        final int stage,
        final int outcome,
        final int reason,
        final int flags,
        final int branchId,
        final DirectBuffer text,
        final int textOffset,
        final int textLength) {
        message("s" + sessionId + " <- " + Names.OUTCOME[outcome] + " " + id(transactionId)
            + " " + Names.STAGE[stage]
            + (reason == 0 ? "" : " " + Names.REASON[reason])
            + (branchId == ProtocolCodes.NO_BRANCH ? "" : " by " + branchId)
            + (textLength == 0 ? "" : " '" + text(text, textOffset, textLength) + "'")
            + ((flags & OutcomeFlag.NOTHING_WRITTEN) != 0 ? " nothing-written" : "")
            + ((flags & OutcomeFlag.MIXED) != 0 ? " mixed" : "")
            + ((flags & OutcomeFlag.UNACKNOWLEDGED) != 0 ? " unacknowledged" : "")
            + (onAppend ? " (append)" : ""));
    }

    @Override
    public void prepare(
        final int sessionId,
        final boolean onAppend,
        final int resourceId,
        final long incarnation,
        final long transactionId,
        final int branchId,
        final int enlistEpoch,
        final PayloadReader payload) {
        message("s" + sessionId + " <- PREPARE " + branch(transactionId, branchId) + " i" + incarnation
            + text(payload) + (onAppend ? "" : " (durable)"));
    }

    @Override
    public void decision(
        final int sessionId,
        final int resourceId,
        final long transactionId,
        final int branchId,
        final int enlistEpoch,
        final int decision,
        final int cause) {
        message("s" + sessionId + " <- " + Names.DECISION[decision] + " " + branch(transactionId, branchId)
            + (cause == ProtocolCodes.Cause.DECIDED ? "" : " " + Names.CAUSE[cause]));
    }

    @Override
    public void commitOnePhase(
        final int sessionId,
        final int resourceId,
        final long incarnation,
        final long transactionId,
        final int branchId,
        final int enlistEpoch,
        final PayloadReader payload) {
        message("s" + sessionId + " <- COMMIT_ONE_PHASE " + branch(transactionId, branchId) + " i" + incarnation
            + text(payload));
    }

    @Override
    public void forgetEvidence(
        final int sessionId, final int resourceId, final long transactionId, final int branchId) {
        message("s" + sessionId + " <- FORGET_EVIDENCE " + branch(transactionId, branchId));
    }

    @Override
    public void operatorAnswered(final long requestId, final int code, final String text) {
        message("operator <- " + (code == 0 ? "DONE" : Names.reject(code)));
    }

    @Override
    public void alarm(final Alarm alarm, final long transactionId, final int branchId) {
        lines.add("ALARM " + alarm + " " + branch(transactionId, branchId));
    }

    @Override
    public void halt(final String reason) {
        lines.add("HALT");
        haltReason = reason;
    }

    /** The schema's names, by raw value. */
    static final class Names {
        static final String[] CLOSE = {"", "REQUESTED", "LOST", "TOO_SLOW"};
        static final String[] OUTCOME = {"", "ACCEPTED", "COMMITTED", "ABORTED", "NEVER_BEGUN", "EXPIRED"};
        static final String[] STAGE = {"", "accepted", "decided", "completed"};
        static final String[] REASON = {"NONE", "CLIENT_REQUEST", "VOTE_NO", "DEADLINE", "NO_PARTICIPANT",
            "NEW_INCARNATION", "TWO_INCARNATIONS", "PARTICIPANT_LOST", "CLIENT_LOST", "COORDINATOR_RESTART",
            "OPERATOR", "ONE_PHASE_ABORTED"};
        static final String[] DECISION = {"", "COMMIT", "ROLLBACK"};
        static final String[] CAUSE = {"", "decided", "(answer)", "(presumed)"};

        private Names() {
        }

        static String reject(final int code) {
            return constant(ProtocolCodes.Reject.class, code);
        }

        static String template(final int template) {
            return constant(ProtocolCodes.Template.class, template);
        }

        private static String constant(final Class<?> codes, final int value) {
            try {
                for (final java.lang.reflect.Field field : codes.getFields()) {
                    if (field.getInt(null) == value) {
                        return field.getName();
                    }
                }
            } catch (final IllegalAccessException e) {
                throw new AssertionError(e);
            }
            throw new AssertionError("no constant " + value + " in " + codes);
        }
    }
}
