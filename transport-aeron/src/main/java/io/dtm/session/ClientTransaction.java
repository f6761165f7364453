package io.dtm.session;

import io.dtm.client.Acknowledge;
import io.dtm.client.Outcome;
import io.dtm.client.Refusal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A transaction of this client whose end isn't known yet, or an inquiry about one. To users it is the handle of an
 * interactive transaction; its state belongs to the duty cycle's thread.
 */
public final class ClientTransaction {
    /** What was asked for. */
    enum Kind {
        /** A one-shot transaction. */
        SUBMIT,
        /** An interactive transaction. */
        INTERACTIVE,
        /** The outcome of a transaction that the library itself no longer follows. */
        INQUIRY
    }

    /** A branch that the client enlisted itself. */
    static final class Enlistment {
        final int resourceId;
        final UnsafeBuffer payload;
        private JoinListener listener;

        Enlistment(
            final int resourceId,
            final DirectBuffer payload,
            final int offset,
            final int length,
            final JoinListener listener) {
            final byte[] copy = new byte[length];
            payload.getBytes(offset, copy);
            this.resourceId = resourceId;
            this.payload = new UnsafeBuffer(copy);
            this.listener = listener;
        }

        boolean isConfirmed() {
            return listener == null;
        }

        void joined() {
            if (listener != null) {
                final JoinListener told = listener;
                listener = null;
                told.onJoined();
            }
        }

        void refused(final Refusal refusal, final String text) {
            if (listener != null) {
                final JoinListener told = listener;
                listener = null;
                told.onRefused(refusal, text);
            }
        }
    }

    final Kind kind;
    final OwnedSession session;
    final long transactionId;
    final long joinToken;
    final int timeoutMs;
    final long deadlineNs;
    private final long clockOrigin;
    final SubmitRequest request;
    final List<Enlistment> enlistments;

    Acknowledge acknowledge;
    OutcomeListener listener;
    long nextInquiryNs;
    boolean inquired;
    int submitCopies;
    boolean commitRequested;
    boolean rollbackRequested;
    int commitCopies;
    /** The last of them went over the current link. */
    boolean isCommitOnLink;
    int[] expected;
    int expectedCount;
    /** Known before the client asked: an interactive transaction that ended by itself. */
    Outcome known;
    Refusal refusal;
    String refusalText;

    ClientTransaction(
        final Kind kind,
        final OwnedSession session,
        final long transactionId,
        final long joinToken,
        final int timeoutMs,
        final long deadlineNs,
        final long clockOrigin,
        final SubmitRequest request) {
        this.kind = kind;
        this.session = session;
        this.transactionId = transactionId;
        this.joinToken = joinToken;
        this.timeoutMs = timeoutMs;
        this.deadlineNs = deadlineNs;
        this.clockOrigin = clockOrigin;
        this.request = request;
        this.enlistments = kind == Kind.INTERACTIVE ? new ArrayList<>(2) : List.of();
    }

    /** @return its id: the session's in the high, a counter in the low 32 bits. */
    public long transactionId() {
        return transactionId;
    }

    /** @return the secret that services need to join it. */
    public long joinToken() {
        return joinToken;
    }

    /** @return when it rolls back by itself if undecided, in nanoseconds of the duty cycle's clock, about. */
    public long deadlineNs() {
        return deadlineNs + clockOrigin;
    }

    /** Whether its outcome is owed to somebody. */
    boolean isAwaited() {
        return listener != null;
    }

    /**
     * Whether it is certain that it never committed, whatever the coordinator still knows of it: only its owner's
     * COMMIT can commit an interactive transaction, and none was ever sent.
     */
    boolean wasNeverAskedToCommit() {
        return kind == Kind.INTERACTIVE && commitCopies == 0;
    }

    /**
     * Whether an answer that knows nothing of the transaction means that it never committed: it answers the only COMMIT
     * that was ever sent. Over a later link it answers something else.
     */
    boolean isOnlyCommit() {
        return kind == Kind.INTERACTIVE && commitCopies == 1 && isCommitOnLink && !inquired;
    }

    /** Whether its commit or rollback was asked for. */
    boolean isEnding() {
        return commitRequested || rollbackRequested;
    }

    /** The branch that the client enlisted, or null. */
    Enlistment enlistment(final int branchId) {
        for (int i = 0; i < enlistments.size(); i++) {
            if (enlistments.get(i).resourceId == branchId) {
                return enlistments.get(i);
            }
        }
        return null;
    }

    /** Names the branches without which it must not commit: these, and those that the client enlisted. */
    void expect(final int[] branchIds) {
        final int enlisted = enlistments.size();
        final int[] all = Arrays.copyOf(branchIds, branchIds.length + enlisted);
        int count = branchIds.length;
        for (int i = 0; i < enlisted; i++) {
            final int branchId = enlistments.get(i).resourceId;
            boolean isNamed = false;
            for (final int named : branchIds) {
                isNamed |= named == branchId;
            }
            if (!isNamed) {
                all[count++] = branchId;
            }
        }
        expected = all;
        expectedCount = count;
    }

    void refuseEnlistments(final Refusal why, final String text) {
        for (int i = 0; i < enlistments.size(); i++) {
            enlistments.get(i).refused(why, text);
        }
    }
}
