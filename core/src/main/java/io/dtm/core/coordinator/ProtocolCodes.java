package io.dtm.core.coordinator;

/**
 * Raw values of the schema's enumerations as the coordinator uses them. It knows no codec, so they stand here; a test
 * holds them against the schema.
 */
public final class ProtocolCodes {
    /** Stands for "no branch". */
    public static final int NO_BRANCH = 0xFFFF;

    private ProtocolCodes() {
    }

    /** VoteType. */
    public static final class Vote {
        public static final int YES = 1;
        public static final int NO = 2;
        public static final int READ_ONLY = 3;

        private Vote() {
        }
    }

    /** DecisionType. */
    public static final class Decision {
        public static final int COMMIT = 1;
        public static final int ROLLBACK = 2;

        private Decision() {
        }
    }

    /** DecisionCause. */
    public static final class Cause {
        public static final int DECIDED = 1;
        public static final int ANSWER = 2;
        public static final int PRESUMED = 3;

        private Cause() {
        }
    }

    /** AckResult. */
    public static final class Ack {
        public static final int DONE = 1;
        public static final int ABSENT = 2;
        public static final int HEURISTIC_COMMIT = 3;
        public static final int HEURISTIC_ROLLBACK = 4;
        public static final int HEURISTIC_MIXED = 5;

        private Ack() {
        }
    }

    /** OnePhaseResult. */
    public static final class OnePhase {
        public static final int COMMITTED = 1;
        public static final int ABORTED = 2;

        private OnePhase() {
        }
    }

    /** Acknowledge, and OutcomeStage: the same values. */
    public static final class Stage {
        public static final int ACCEPTED = 1;
        public static final int DECIDED = 2;
        public static final int COMPLETED = 3;

        private Stage() {
        }
    }

    /** OutcomeType. */
    public static final class Outcome {
        public static final int ACCEPTED = 1;
        public static final int COMMITTED = 2;
        public static final int ABORTED = 3;
        public static final int NEVER_BEGUN = 4;
        public static final int EXPIRED = 5;

        private Outcome() {
        }
    }

    /** Flags of an outcome. */
    public static final class OutcomeFlag {
        public static final int NOTHING_WRITTEN = 1;
        public static final int MIXED = 2;
        public static final int UNACKNOWLEDGED = 4;

        private OutcomeFlag() {
        }
    }

    /** AbortReason. */
    public static final class Reason {
        public static final int NONE = 0;
        public static final int CLIENT_REQUEST = 1;
        public static final int VOTE_NO = 2;
        public static final int DEADLINE = 3;
        public static final int NO_PARTICIPANT = 4;
        public static final int NEW_INCARNATION = 5;
        public static final int TWO_INCARNATIONS = 6;
        public static final int PARTICIPANT_LOST = 7;
        public static final int CLIENT_LOST = 8;
        public static final int COORDINATOR_RESTART = 9;
        public static final int OPERATOR = 10;
        public static final int ONE_PHASE_ABORTED = 11;

        private Reason() {
        }
    }

    /** States of a transaction in a checkpoint; PREPARED is a view of COMMITTING (R6). */
    public static final class TransactionState {
        public static final int ACTIVE = 1;
        public static final int PREPARING = 2;
        /** Shown as PREPARING. */
        public static final int DELEGATED = 3;
        public static final int COMMITTING = 4;
        public static final int ABORTING = 5;

        private TransactionState() {
        }
    }

    /** States of a branch in a checkpoint. */
    public static final class BranchState {
        public static final int ENLISTED = 1;
        public static final int ASKED = 2;
        public static final int DELEGATED = 3;
        public static final int PREPARED = 4;
        public static final int DONE = 5;

        private BranchState() {
        }
    }

    /** CloseReason. */
    public static final class Close {
        public static final int REQUESTED = 1;
        public static final int LOST = 2;
        public static final int TOO_SLOW = 3;

        private Close() {
        }
    }

    /** Capabilities of a participant, as bits. */
    public static final class Capability {
        public static final int ONE_PHASE = 1;
        public static final int READ_ONLY_AWARE = 2;
        /** It can't prepare: it decides in one phase when all others have voted, as the last agent. */
        public static final int LAST_AGENT = 4;

        private Capability() {
        }
    }

    /** RejectCode: those that the coordinator itself gives. */
    public static final class Reject {
        public static final int SESSION_UNKNOWN = 4;
        public static final int TOO_MANY_SESSIONS = 5;
        public static final int UNKNOWN_PARTICIPANT = 6;
        public static final int TOO_MANY_RESOURCES = 7;
        public static final int NAME_TAKEN = 8;
        public static final int UNKNOWN_TRANSACTION = 9;
        public static final int TRANSACTION_FINISHED = 10;
        public static final int STALE_SESSION_EPOCH = 12;
        public static final int WRONG_JOIN_TOKEN = 13;
        public static final int TIMEOUT_TOO_LONG = 14;
        public static final int PAYLOAD_TOO_LARGE = 15;
        public static final int TOO_MANY_BRANCHES = 16;
        public static final int NO_BRANCHES = 17;
        public static final int DUPLICATE_PARTICIPANT = 18;
        public static final int DUPLICATE_BRANCH = 19;
        public static final int OVERLOADED = 20;
        public static final int STORAGE_FULL = 21;
        public static final int NOT_ACTIVE = 22;
        public static final int STALE_INCARNATION = 23;
        public static final int FOREIGN_COORDINATOR = 24;
        public static final int MALFORMED = 25;
        public static final int NOT_OWNER = 26;
        public static final int TOO_MANY_INSTANCES = 27;
        public static final int OPERATION_REFUSED = 28;

        private Reject() {
        }
    }

    /** Template ids of the messages that the coordinator may refuse. */
    public static final class Template {
        public static final int SESSION_OPEN = 1;
        public static final int SESSION_RESUME = 5;
        public static final int REGISTER = 10;
        public static final int LOOKUP = 13;
        public static final int SUBMIT = 20;
        public static final int BEGIN = 21;
        public static final int ENLIST = 22;
        public static final int COMMIT = 23;
        public static final int ROLLBACK = 24;
        public static final int INQUIRE = 25;
        public static final int IN_DOUBT = 53;

        private Template() {
        }
    }
}
