package io.dtm.session;

import io.dtm.codec.message.AckResult;
import io.dtm.codec.message.OnePhaseResult;
import io.dtm.codec.message.VoteType;
import io.dtm.participant.BranchId;
import io.dtm.participant.DecisionReply;
import io.dtm.participant.OnePhaseReply;
import io.dtm.participant.ScanReply;
import io.dtm.participant.VoteReply;
import java.util.ArrayList;
import java.util.List;

/** The objects through which a participant answers. */
final class Replies {
    private Replies() {
    }

    /** Answers a PREPARE. */
    static final class Vote extends Completion implements VoteReply {
        private final Branches branches;
        private final BranchState branch;
        private VoteType vote;
        private byte[] text;

        Vote(final CompletionQueue queue, final Branches branches, final BranchState branch) {
            super(queue);
            this.branches = branches;
            this.branch = branch;
        }

        @Override
        public void yes() {
            answer(VoteType.YES, null);
        }

        @Override
        public void no(final String reason) {
            answer(VoteType.NO, reason);
        }

        @Override
        public void readOnly() {
            answer(VoteType.READ_ONLY, null);
        }

        private void answer(final VoteType given, final String reason) {
            if (claim()) {
                vote = given;
                text = Utf8.cut(reason);
                enqueue();
            }
        }

        @Override
        void run() {
            branches.onVoted(branch, vote, text);
        }
    }

    /** Answers a COMMIT or ROLLBACK. */
    static final class Decision extends Completion implements DecisionReply {
        private final Branches branches;
        private final BranchState branch;
        private AckResult result;
        private Throwable cause;

        Decision(final CompletionQueue queue, final Branches branches, final BranchState branch) {
            super(queue);
            this.branches = branches;
            this.branch = branch;
        }

        @Override
        public void done() {
            answer(AckResult.DONE, null);
        }

        @Override
        public void absent() {
            answer(AckResult.ABSENT, null);
        }

        @Override
        public void heuristic(final HeuristicOutcome outcome) {
            switch (outcome) {
                case COMMITTED:
                    answer(AckResult.HEURISTIC_COMMIT, null);
                    break;
                case ROLLED_BACK:
                    answer(AckResult.HEURISTIC_ROLLBACK, null);
                    break;
                case MIXED:
                default:
                    answer(AckResult.HEURISTIC_MIXED, null);
                    break;
            }
        }

        @Override
        public void retry(final Throwable failure) {
            answer(null, failure);
        }

        private void answer(final AckResult given, final Throwable failure) {
            if (claim()) {
                result = given;
                cause = failure;
                enqueue();
            }
        }

        @Override
        void run() {
            if (result == null) {
                branches.onDecisionFailed(branch, cause);
            } else {
                branches.onObeyed(branch, result);
            }
        }
    }

    /** Answers a one-phase COMMIT. */
    static final class OnePhase extends Completion implements OnePhaseReply {
        private final Branches branches;
        private final BranchState branch;
        private OnePhaseResult result;
        private byte[] text;
        private Throwable cause;

        OnePhase(final CompletionQueue queue, final Branches branches, final BranchState branch) {
            super(queue);
            this.branches = branches;
            this.branch = branch;
        }

        @Override
        public void committed() {
            answer(OnePhaseResult.COMMITTED, null, null);
        }

        @Override
        public void aborted(final String reason) {
            answer(OnePhaseResult.ABORTED, reason, null);
        }

        @Override
        public void retry(final Throwable failure) {
            answer(null, null, failure);
        }

        private void answer(final OnePhaseResult given, final String reason, final Throwable failure) {
            if (claim()) {
                result = given;
                text = Utf8.cut(reason);
                cause = failure;
                enqueue();
            }
        }

        @Override
        void run() {
            if (result == null) {
                branches.onOnePhaseFailed(branch, cause);
            } else {
                branches.onOnePhaseResult(branch, result, text);
            }
        }
    }

    /** Answers a scan. */
    static final class Scan extends Completion implements ScanReply {
        private final InDoubtScan scan;
        private final long number;
        private final List<BranchId> found = new ArrayList<>();
        private final int limit;
        private boolean isComplete;
        private boolean isCut;
        private Throwable cause;

        Scan(final CompletionQueue queue, final InDoubtScan scan, final long number, final int limit) {
            super(queue);
            this.scan = scan;
            this.number = number;
            this.limit = limit;
        }

        @Override
        public void prepared(final BranchId branch) {
            if (found.size() < limit) {
                found.add(branch);
            } else {
                isCut = true;
            }
        }

        @Override
        public void complete() {
            if (claim()) {
                isComplete = true;
                enqueue();
            }
        }

        @Override
        public void failed(final Throwable failure) {
            if (claim()) {
                cause = failure;
                enqueue();
            }
        }

        @Override
        void run() {
            if (isComplete) {
                scan.onComplete(number, found, isCut);
            } else {
                scan.onFailed(number, cause);
            }
        }
    }
}
