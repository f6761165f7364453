package io.dtm.participant;

/**
 * Identity of one branch at one coordinator. The XA gtrid is made of {@code coordinatorId} and {@code transactionId},
 * the bqual of {@code branchId} and {@code enlistEpoch}. Repeats are matched without the epoch.
 *
 * @param coordinatorId which coordinator: a participant may serve several.
 * @param transactionId session id in the high, counter in the low 32 bits.
 * @param branchId      0 to 65,534, unique in its transaction.
 * @param enlistEpoch   epoch of the coordinator in which the branch was enlisted.
 */
public record BranchId(long coordinatorId, long transactionId, int branchId, int enlistEpoch) {
}
