package io.dtm.core.coordinator;

import io.dtm.core.coordinator.ProtocolCodes.TransactionState;
import java.util.Arrays;
import org.agrona.DirectBuffer;

/** One transaction in flight. Pooled; touched by the coordinator stage only. */
final class Transaction {
    /** Where an unfinished transaction stands; DELEGATED is shown as PREPARING (R6). */
    enum State {
        /** Begun; branches may join. */
        ACTIVE(TransactionState.ACTIVE),
        /** PREPAREs are out; undecided. */
        PREPARING(TransactionState.PREPARING),
        /** One branch decides: the only one, or the last agent. Nothing but its answer ends it (rule 9). */
        DELEGATED(TransactionState.DELEGATED),
        /** COMMIT is decided; some YES voter has not acknowledged yet. */
        COMMITTING(TransactionState.COMMITTING),
        /** ROLLBACK is decided; some branch has not acknowledged yet. */
        ABORTING(TransactionState.ABORTING);

        private static final State[] ALL = values();

        final int code;

        State(final int code) {
            this.code = code;
        }

        static State of(final int code) {
            return ALL[code - 1];
        }
    }

    private static final int FIRST_BRANCHES = 2;
    private static final int MAX_TEXT_LENGTH = 255;

    long id;
    State state;
    Session session;
    boolean interactive;
    int beginEpoch;
    long deadlineNs;
    long joinToken;
    /** Which acknowledgement the client wants; 0: none was asked for yet. */
    int wantedStage;
    /** The acknowledgement that was wanted has been given. */
    boolean told;
    boolean commitRequested;
    int missingCount;
    int[] missingBranches = {};
    int branchCount;
    Branch[] branches = new Branch[0];
    /** Of all payloads that were enlisted. */
    int payloadBytes;
    int votesOutstanding;
    int acksOutstanding;
    int reason;
    int causeBranchId;
    byte[] text = {};
    int textLength;
    boolean nothingWritten;
    boolean mixed;
    int resends;
    /** When an ABORTING transaction is given up: presumed abort answers from then on. */
    long giveUpNs;
    long timerNs;
    int heapIndex = TimerHeap.ABSENT;

    Transaction previousInPhase;
    Transaction nextInPhase;
    PhaseList phaseList;
    /** Place in its phase's list: rises. */
    long ordinal;
    Transaction previousOfSession;
    Transaction nextOfSession;
    Transaction nextFree;

    void start(final long transactionId, final Session owner, final boolean isInteractive, final int epoch) {
        id = transactionId;
        session = owner;
        interactive = isInteractive;
        beginEpoch = epoch;
        state = State.ACTIVE;
        joinToken = 0;
        wantedStage = 0;
        told = false;
        commitRequested = false;
        missingCount = 0;
        branchCount = 0;
        payloadBytes = 0;
        votesOutstanding = 0;
        acksOutstanding = 0;
        reason = ProtocolCodes.Reason.NONE;
        causeBranchId = ProtocolCodes.NO_BRANCH;
        textLength = 0;
        nothingWritten = false;
        mixed = false;
        resends = 0;
        giveUpNs = Long.MAX_VALUE;
    }

    boolean isUndecided() {
        return state == State.ACTIVE || state == State.PREPARING;
    }

    boolean isDecided() {
        return state == State.COMMITTING || state == State.ABORTING;
    }

    void keepText(final DirectBuffer source, final int offset, final int length) {
        if (text.length < length) {
            text = new byte[MAX_TEXT_LENGTH];
        }
        source.getBytes(offset, text, 0, length);
        textLength = length;
    }

    Branch addBranch() {
        if (branchCount == branches.length) {
            branches = Arrays.copyOf(branches, Math.max(FIRST_BRANCHES, branchCount * 2));
            for (int i = branchCount; i < branches.length; i++) {
                branches[i] = new Branch(this);
            }
        }
        final Branch branch = branches[branchCount++];
        branch.reset();
        return branch;
    }

    /** @return the branch of that id, or null. One-shot branches usually stand at the index that is their id. */
    Branch branch(final int branchId) {
        if (branchId < branchCount && branches[branchId].branchId == branchId) {
            return branches[branchId];
        }
        for (int i = 0; i < branchCount; i++) {
            if (branches[i].branchId == branchId) {
                return branches[i];
            }
        }
        return null;
    }

    Branch branchAt(final Resource resource) {
        for (int i = 0; i < branchCount; i++) {
            if (branches[i].resource == resource) {
                return branches[i];
            }
        }
        return null;
    }

    /** Notes a branch that the commit expects, once. */
    void addMissing(final int branchId) {
        for (int i = 0; i < missingCount; i++) {
            if (missingBranches[i] == branchId) {
                return;
            }
        }
        if (missingCount == missingBranches.length) {
            missingBranches = Arrays.copyOf(missingBranches, Math.max(4, missingCount * 2));
        }
        missingBranches[missingCount++] = branchId;
    }

    void removeMissing(final int branchId) {
        for (int i = 0; i < missingCount; i++) {
            if (missingBranches[i] == branchId) {
                System.arraycopy(missingBranches, i + 1, missingBranches, i, missingCount - i - 1);
                missingCount--;
                return;
            }
        }
    }
}
