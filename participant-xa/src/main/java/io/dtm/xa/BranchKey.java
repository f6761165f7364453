package io.dtm.xa;

import io.dtm.participant.BranchId;

/** A branch without its epoch of enlistment: repeats are matched, and evidence is kept, under this. */
record BranchKey(long coordinatorId, long transactionId, int branchId) {
    static BranchKey of(final BranchId branch) {
        return new BranchKey(branch.coordinatorId(), branch.transactionId(), branch.branchId());
    }
}
