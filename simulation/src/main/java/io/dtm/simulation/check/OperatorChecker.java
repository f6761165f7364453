package io.dtm.simulation.check;

import io.dtm.participant.BranchId;
import java.util.function.Predicate;

/** Watches operators (rule 13): gives them what they may work on, and holds what they are told against the rest. */
public final class OperatorChecker {
    private static final int CHOICES = 16;

    private final Ledger ledger;
    private final Violations violations;
    private int generationEpoch;

    OperatorChecker(final Ledger ledger, final Violations violations) {
        this.ledger = ledger;
        this.violations = violations;
    }

    /** @param epoch in which the history begins that is told now: the first one, or a restore's. */
    void onGeneration(final int epoch) {
        generationEpoch = epoch;
    }

    /**
     * @param chosen any number.
     * @return the id of a transaction that hasn't ended yet, if there is one; which one depends on the number.
     */
    public long unfinished(final int chosen) {
        return find(chosen, record -> !record.isOver);
    }

    /**
     * @param chosen any number.
     * @return the id of a transaction of which a branch is prepared, if there is one; which one depends on the number.
     */
    public long unsettled(final int chosen) {
        return find(chosen, TransactionRecord::isPrepared);
    }

    private long find(final int chosen, final Predicate<TransactionRecord> isMeant) {
        int left = Math.floorMod(chosen, CHOICES);
        long found = 0;
        for (final TransactionRecord record : ledger.all()) {
            if (isMeant.test(record)) {
                found = record.id;
                if (left-- == 0) {
                    break;
                }
            }
        }
        return found;
    }

    /**
     * @param transactionId of a transaction.
     * @return a branch of it that is prepared; 0 if none is.
     */
    public int preparedBranch(final long transactionId) {
        return ledger.find(transactionId).branches.stream()
            .filter(branch -> branch.prepared > 0).mapToInt(branch -> branch.branchId).findFirst().orElse(0);
    }

    /**
     * @param transactionId of a transaction.
     * @param branchId      of a branch.
     * @return whether it is committed in its database.
     */
    public boolean isCommitted(final long transactionId, final int branchId) {
        final TransactionRecord record = ledger.find(transactionId);
        return record == null || record.branch(branchId).committed;
    }

    /**
     * @param branch of this coordinator.
     * @return whether it is of a history that an operator has given up by a restore.
     */
    public boolean isOfLostHistory(final BranchId branch) {
        return branch.enlistEpoch() < generationEpoch;
    }

    /**
     * @param transactionId of a transaction.
     * @return whether some branch of it is committed in its database.
     */
    public boolean hasCommitted(final long transactionId) {
        final TransactionRecord record = ledger.find(transactionId);
        return record != null && record.hasCommitted();
    }

    /**
     * An operator says that a branch is ended by hand.
     *
     * @param transactionId of the transaction.
     * @param branchId      of the branch.
     * @param isCommit      whether by COMMIT.
     */
    public void onSettlementAsked(final long transactionId, final int branchId, final boolean isCommit) {
        ledger.find(transactionId).branch(branchId).mayBeMixed |= !isCommit;
    }

    /**
     * An operator is told that the coordinator knows.
     *
     * @param transactionId of the transaction.
     * @param branchId      of the branch.
     * @param isCommit      whether by COMMIT.
     */
    public void onSettled(final long transactionId, final int branchId, final boolean isCommit) {
        final TransactionRecord record = ledger.find(transactionId);
        if (record != null) {
            record.branch(branchId).isMixed |= !isCommit;
            if (record.rollbackSeen || record.toldAborted) {
                violations.add("AC2", "an operator may settle a branch, which is only of the committed: " + record);
            }
        }
    }

    /** @param transactionId that an operator asked to roll back. */
    public void onRollbackAsked(final long transactionId) {
        final TransactionRecord record = ledger.find(transactionId);
        if (record != null) {
            record.operatorAsked = true;
        }
    }

    /** @param transactionId that an operator was told is rolled back. */
    public void onRolledBack(final long transactionId) {
        final TransactionRecord record = ledger.find(transactionId);
        if (record != null) {
            record.rollbackSeen = true;
            if (record.commitSeen || (record.toldCommitted && !record.isAllReadOnly())) {
                violations.add("AC2", "an operator is told that it is rolled back: " + record);
            }
        }
    }
}
