package io.dtm.simulation.network;

import io.dtm.simulation.engine.Trace;

/**
 * One message of a frame, or one element of its group, in plain fields. A field that a message doesn't have is 0.
 * Reused: valid during a call.
 */
public final class WireMessage {
    /** Stands for "no branch". */
    public static final int NO_BRANCH = 0xFFFF;

    /** What it is, one for each template. */
    public Kind kind;
    /** Of the coordinator, as the message names it. */
    public int epoch;
    /** Of the coordinator's epoch. */
    public long nonce;
    /** Of the coordinator's epochs. */
    public int generation;
    /** Of which coordinator. */
    public long coordinatorId;
    /** Of a session. */
    public int sessionId;
    /** Epoch in which the session was opened. */
    public int openedInEpoch;
    /** Secret of a session: the high half. */
    public long tokenHigh;
    /** Of a request. */
    public long requestId;
    /** Of a transaction. */
    public long transactionId;
    /** Of a branch. */
    public int branchId;
    /** Of a resource. */
    public int resourceId;
    /** Of a participant's process. */
    public long incarnation;
    /** Epoch of enlistment. */
    public int enlistEpoch;
    /** VoteType, DecisionType, OnePhaseResult or OutcomeType. */
    public int value;
    /** DecisionCause, AckResult, AbortReason or RejectCode. */
    public int detail;
    /** OutcomeStage or Acknowledge. */
    public int stage;
    /** Flags of an outcome, or capabilities of a participant. */
    public int flags;
    /** DurabilityLevel of an outcome. */
    public int durability;
    /** Position in the journal. */
    public long position;
    /** For which the coordinator was down before an epoch, in nanoseconds. */
    public long downtimeNs;
    /** Timeout of a transaction in milliseconds. */
    public int timeoutMs;
    /** Number of elements, for a submit's or commit's own message. */
    public int count;
    /** First eight bytes of a payload; 0 if it is shorter. */
    public long payload;
    /** Name of a resource, or text. */
    public String text;
    /** Name of the place at which a process serves a resource. */
    public String instance;

    /** Kinds of messages; elements of a group stand for themselves. */
    public enum Kind {
        /** A peer asks for a session. */
        SESSION_OPEN,
        /** A challenge to a peer. */
        CHALLENGE,
        /** Its answer. */
        CHALLENGE_RESPONSE,
        /** A session is there. */
        SESSION_OPENED,
        /** A peer asks for a session that it has. */
        SESSION_RESUME,
        /** It has it again. */
        SESSION_RESUMED,
        /** A sign of life. */
        KEEP_ALIVE,
        /** A peer ends a session. */
        SESSION_CLOSE,
        /** A session has ended. */
        SESSION_CLOSED,
        /** A participant serves a resource. */
        REGISTER,
        /** It may. */
        REGISTERED,
        /** A peer knows another history. */
        EPOCH_REFUSED,
        /** A peer looks a resource up. */
        LOOKUP,
        /** The resource's id. */
        FOUND,
        /** A participant leaves. */
        UNREGISTER,
        /** A one-shot transaction; its branches follow. */
        SUBMIT,
        /** One branch of the submit before. */
        SUBMIT_BRANCH,
        /** An interactive transaction. */
        BEGIN,
        /** A branch joins. */
        ENLIST,
        /** A client commits; expected branches follow. */
        COMMIT_REQUEST,
        /** A branch that the commit before expects. */
        COMMIT_EXPECTS,
        /** A client rolls back. */
        ROLLBACK_REQUEST,
        /** A client asks. */
        INQUIRE,
        /** A branch has joined. */
        JOINED,
        /** What became of a transaction. */
        OUTCOME,
        /** A request is refused. */
        REJECTED,
        /** A branch is asked for its vote. */
        PREPARE,
        /** A branch is told the decision. */
        DECISION,
        /** A branch is to decide alone. */
        ONE_PHASE_COMMIT,
        /** A branch's evidence may go. */
        FORGET_EVIDENCE,
        /** A branch votes. */
        VOTE,
        /** A branch has obeyed. */
        ACKNOWLEDGEMENT,
        /** A branch has decided alone. */
        ONE_PHASE_RESULT,
        /** A branch was found prepared. */
        IN_DOUBT,
        /** The host: a start. */
        EPOCH_STARTED,
        /** The host: anything else. */
        HOST_EVENT;

        private final String toPeer = "<-- " + name() + " %T %2";
        private final String toCoordinator = "--> " + name() + " %T %2";

        /** @return how a trace shows it on its way from the coordinator. */
        public String toPeer() {
            return toPeer;
        }

        /** @return how a trace shows it on its way to the coordinator. */
        public String toCoordinator() {
            return toCoordinator;
        }
    }

    void clear() {
        epoch = 0;
        nonce = 0;
        generation = 0;
        coordinatorId = 0;
        sessionId = 0;
        openedInEpoch = 0;
        tokenHigh = 0;
        requestId = 0;
        transactionId = 0;
        resourceId = 0;
        incarnation = 0;
        stage = 0;
        durability = 0;
        position = 0;
        downtimeNs = 0;
        timeoutMs = 0;
        count = 0;
        text = null;
        element();
    }

    /** Clears what differs from element to element. */
    void element() {
        branchId = NO_BRANCH;
        enlistEpoch = 0;
        value = 0;
        detail = 0;
        flags = 0;
        payload = 0;
    }

    /** @return the transaction's id, or what else names it. */
    public long traced() {
        return transactionId != 0 ? transactionId : requestId != 0 ? requestId : sessionId;
    }

    /** @return branch, value and detail in one decimal number, for a trace. */
    public long tracedDetail() {
        return branchId * 10_000L + value * 100 + detail;
    }

    @Override
    public String toString() {
        return kind + " " + Trace.transaction(transactionId) + " branch " + branchId + " value " + value;
    }
}
