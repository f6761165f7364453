package io.dtm.simulation.check;

import io.dtm.participant.BranchId;
import io.dtm.simulation.resource.ResourceListener;
import io.dtm.simulation.resource.Work;

/** Watches what becomes durable in resources: AC1 to AC3, I7, I8, and that a request is carried out at most once. */
final class EffectChecker implements ResourceListener {
    private final Ledger ledger;
    private final Violations violations;
    /** The coordinator's directory was put back: what nobody has carried out yet may be decided otherwise by hand. */
    private boolean isRestored;

    EffectChecker(final Ledger ledger, final Violations violations) {
        this.ledger = ledger;
        this.violations = violations;
    }

    void onRestored() {
        isRestored = true;
    }

    private TransactionRecord record(final String resource, final BranchId branch, final String what) {
        final TransactionRecord record = ledger.find(branch.transactionId());
        if (record == null && ledger.retired(branch.transactionId()) == Ledger.UNKNOWN) {
            violations.add("AC3", resource + " " + what + " a branch of a transaction that nobody began: " + branch);
        }
        return record;
    }

    @Override
    public void onPrepared(final String resource, final BranchId branch, final Work work) {
        final TransactionRecord record = record(resource, branch, "prepared");
        if (record != null) {
            final BranchRecord seen = record.branch(branch.branchId());
            seen.resource = resource;
            seen.prepared++;
            if (seen.wasPrepared) {
                violations.add("I3", resource + " prepared " + record + " twice");
            }
            seen.wasPrepared = true;
        }
    }

    @Override
    public void onVoted(final String resource, final BranchId branch, final int vote) {
        final TransactionRecord record = record(resource, branch, "voted on");
        if (record != null) {
            final BranchRecord seen = record.branch(branch.branchId());
            seen.resource = resource;
            seen.voted |= 1 << vote;
            if (vote != BranchRecord.NO) {
                seen.consentIncarnation = seen.askedIncarnation;
            }
            final boolean mayBeGone = seen.committed || seen.rollbackSent || record.rollbackSeen;
            if (vote == BranchRecord.YES && seen.prepared == 0 && !mayBeGone) {
                violations.add("AC3", resource + " voted YES on " + record + " without a prepared branch");
            }
        }
    }

    @Override
    public void onCommitted(final String resource, final BranchId branch, final Work work, final boolean onePhase) {
        final TransactionRecord record = record(resource, branch, "committed");
        if (record == null) {
            if (ledger.retired(branch.transactionId()) != Ledger.UNKNOWN) {
                violations.add("AC2", resource + " committed a branch of a transaction that ended long ago: " + branch);
            }
            return;
        }
        final BranchRecord seen = record.branch(branch.branchId());
        seen.resource = resource;
        if (seen.committed) {
            violations.add("I3", resource + " committed " + record + " twice");
        }
        if (!onePhase) {
            seen.prepared--;
        }
        seen.committed = true;
        seen.committedParts |= work.parts();
        if ((work.parts() & seen.expectedParts) != seen.expectedParts) {
            violations.add("AC3", resource + " committed " + record + " without a part of its work: done "
                + Long.toBinaryString(work.parts()) + ", expected " + Long.toBinaryString(seen.expectedParts));
        }
        if (record.toldAborted) {
            violations.add("AC2", resource + " committed " + record + ", whose client was told ABORTED");
        }
        if (record.rollbackSeen || seen.onePhaseAborted) {
            violations.add("AC1", resource + " committed " + record + ", which others were told to roll back");
        }
        othersConsent(resource, record, seen);
        onlyOnce(resource, record);
    }

    private void othersConsent(final String resource, final TransactionRecord record, final BranchRecord committed) {
        for (final BranchRecord other : record.branches) {
            if (other != committed
                && other.expectedParts != 0
                && other.prepared == 0
                && !other.committed
                && !other.isMixed
                && !other.hasVoted(BranchRecord.READ_ONLY)) {
                violations.add("AC3", resource + " committed " + record + ", but branch " + other.branchId
                    + " is neither prepared nor committed");
            }
        }
    }

    private void onlyOnce(final String resource, final TransactionRecord record) {
        if (ledger.isGivenUp(record.requestId())) {
            violations.add("I3", resource + " committed " + record + ", but its request " + record.requestId()
                + " ended as not carried out");
        }
        final long before = ledger.committedBy(record.requestId());
        if (before == Ledger.UNKNOWN) {
            ledger.committedBy(record.requestId(), record.id);
        } else if (before != record.id) {
            violations.add("I3", resource + " committed " + record + ", but its request " + record.requestId()
                + " was carried out by another transaction already");
        }
    }

    @Override
    public void onRolledBack(final String resource, final BranchId branch) {
        final TransactionRecord record = record(resource, branch, "rolled back");
        if (record == null) {
            return;
        }
        final BranchRecord seen = record.branch(branch.branchId());
        seen.prepared--;
        final boolean isSpare =
            seen.committed || seen.prepared > 0 || seen.isMixed || seen.hasVoted(BranchRecord.READ_ONLY);
        final boolean isCommitted = record.hasCommitted() || !isRestored && (record.commitSeen || record.toldCommitted);
        if (isCommitted && !isSpare) {
            violations.add("AC1", resource + " rolled back " + record + ", which is committed");
        }
    }

    @Override
    public void onOnePhaseAborted(final String resource, final BranchId branch) {
        final TransactionRecord record = record(resource, branch, "gave up");
        if (record == null) {
            return;
        }
        final BranchRecord seen = record.branch(branch.branchId());
        if (seen.evidenceReleased) {
            return;
        }
        seen.onePhaseAborted = true;
        if (seen.committed) {
            violations.add("I8", resource + " says that " + record + " aborted, and has committed it");
        }
    }
}
