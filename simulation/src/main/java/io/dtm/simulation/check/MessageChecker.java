package io.dtm.simulation.check;

import io.dtm.core.coordinator.CoordinatorSettings;
import io.dtm.simulation.network.WireMessage;
import org.agrona.collections.Long2LongHashMap;

/** Watches what leaves the coordinator and its peers: AC2, AC4, I1 to I3, I5 to I8, I14. */
final class MessageChecker {
    private static final int COMMIT = 1;
    private static final int PRESUMED = 3;
    private static final int COMMITTED = 2;
    private static final int ABORTED = 3;
    private static final int NEVER_BEGUN = 4;
    private static final int EXPIRED = 5;
    private static final int ONE_PHASE_ABORTED = 2;
    private static final int NOTHING_WRITTEN = 1;

    private final Ledger ledger;
    private final JournalFacts facts;
    private final AbortReasons reasons;
    private final Violations violations;
    private final Long2LongHashMap tokenBySession = new Long2LongHashMap(0);
    private boolean isCopy;
    private long nowNs;
    private int durability;
    private int generationEpoch;

    MessageChecker(
        final Ledger ledger, final JournalFacts facts, final FaultCounts faults, final Violations violations) {
        this.ledger = ledger;
        this.facts = facts;
        this.reasons = new AbortReasons(faults);
        this.violations = violations;
    }

    /** Clones of a coordinator give out the same ids: nobody promises otherwise. */
    void onCopyStarted(final boolean isRestored) {
        isCopy |= !isRestored;
        reasons.onRestored();
    }

    /** @param epoch in which the history begins that is told now: the first one, or a restore's. */
    void onGeneration(final int epoch) {
        generationEpoch = epoch;
    }

    void onSettings(final CoordinatorSettings settings) {
        reasons.onSettings(settings);
        durability = settings.durability();
    }

    void onDowntime(final long ns) {
        reasons.onDowntime(ns);
    }

    void onFrame(final long timeNs, final boolean toPeer, final long epochPosition) {
        nowNs = timeNs;
        reasons.onFrame(timeNs);
        if (toPeer && epochPosition > facts.forced()) {
            violations.add("I1", "a frame was sent before the epoch's record was forced");
        }
    }

    // from peers

    void fromPeer(final String peer, final WireMessage message) {
        reasons.fromPeer(peer, message);
        switch (message.kind) {
            case SUBMIT -> begun(peer, message, false);
            case SUBMIT_BRANCH -> submitted(message);
            case BEGIN -> begun(peer, message, true);
            case VOTE -> {
                final TransactionRecord record = ledger.find(message.transactionId);
                if (record != null && message.value == BranchRecord.NO) {
                    refused(peer, record, record.branch(message.branchId));
                }
            }
            case ONE_PHASE_RESULT -> {
                final TransactionRecord record = ledger.find(message.transactionId);
                if (record != null) {
                    onePhaseResult(peer, message, record, record.branch(message.branchId));
                }
            }
            case ENLIST -> {
                final TransactionRecord record = ledger.find(message.transactionId);
                if (record != null) {
                    record.branch(message.branchId).enlistedBy(message.incarnation);
                    record.branch(message.branchId).resourceId = message.resourceId;
                }
            }
            case ROLLBACK_REQUEST -> {
                final TransactionRecord record = ledger.find(message.transactionId);
                if (record != null) {
                    record.rollbackRequested = true;
                }
            }
            default -> { }
        }
    }

    /**
     * A library may say NO of what its participant wasn't asked for: of a join that wasn't confirmed, of a branch that
     * was rolled back before. What its participant has consented to it must pass on.
     */
    private void refused(final String peer, final TransactionRecord record, final BranchRecord branch) {
        if (branch.consentIncarnation != 0 && branch.consentIncarnation == reasons.incarnationOf(peer, branch.resource)
            && !branch.rollbackSent && !record.rollbackSeen) {
            violations.add("AC4", peer + " says NO on " + record + ", and its participant has consented");
        }
        record.refusalSeen = true;
        record.mayRefuse |= reasons.mayGiveUp(record, peer);
    }

    /** After a restore the evidence may be all that is left of what was delegated before: it stays until asked for. */
    private void onePhaseResult(
        final String peer, final WireMessage message, final TransactionRecord record, final BranchRecord branch) {
        if (branch.delegatedEpoch < generationEpoch && message.epoch >= generationEpoch) {
            violations.add("I8", peer + " tells a restored coordinator by itself how " + record + " ended");
        }
        if (message.value == ONE_PHASE_ABORTED) {
            onePhaseAborted(peer, record, branch);
        }
    }

    /**
     * Also a library that has given up a join answers so, without asking the resource; where nobody joins, none does.
     * So does a process that was replaced, and comes to look for evidence when it isn't needed any more: nobody hears
     * it.
     */
    private void onePhaseAborted(
        final String peer, final TransactionRecord record, final BranchRecord branch) {
        if (branch.evidenceReleased) {
            return;
        }
        if (branch.committed) {
            violations.add("I8", "a participant says that " + record + " aborted, and has committed it");
        }
        final boolean mayGiveUp = branch.rollbackSent || record.isInteractive && reasons.mayGiveUp(record, peer);
        if (!branch.onePhaseAborted && !mayGiveUp) {
            violations.add("AC4", "a participant gave up " + record + " for no reason");
        }
        branch.onePhaseAborted = true;
    }

    private void begun(final String peer, final WireMessage message, final boolean isInteractive) {
        TransactionRecord record = ledger.find(message.transactionId);
        if (record == null) {
            if (ledger.retired(message.transactionId) != Ledger.UNKNOWN) {
                return; // a client that asks by repeating
            }
            record = new TransactionRecord(message.transactionId, isInteractive, nowNs);
            ledger.add(record);
        }
        record.timeoutMs = message.timeoutMs;
        record.owner = peer;
        if (record.isInteractive != isInteractive) {
            violations.add("I3", record + " was used twice");
        }
    }

    private void submitted(final WireMessage message) {
        final TransactionRecord record = ledger.find(message.transactionId);
        if (record == null) {
            return;
        }
        if (record.requestId() != 0 && record.requestId() != message.payload) {
            violations.add("I3", record + " was used for requests " + record.requestId() + " and " + message.payload);
        }
        record.requestId(message.payload);
        record.branch(message.branchId).expectedParts = 1L << message.branchId;
        record.branch(message.branchId).resourceId = message.resourceId;
    }

    // from the coordinator

    void fromCoordinator(final String peer, final WireMessage message, final int epoch) {
        reasons.fromCoordinator(peer, message);
        if (message.epoch != 0 && message.epoch != epoch) {
            violations.add("I14", "epoch " + epoch + " sent a message of epoch " + message.epoch);
        }
        switch (message.kind) {
            case SESSION_OPENED -> sessionOpened(message);
            case PREPARE -> prepare(message);
            case ONE_PHASE_COMMIT -> onePhase(message, epoch);
            case DECISION -> {
                if (message.detail == PRESUMED && message.enlistEpoch > epoch) {
                    violations.add("I6", "what became of a branch of a later epoch is presumed: " + message);
                }
                decision(message);
            }
            case FORGET_EVIDENCE -> forget(message);
            case OUTCOME -> outcome(message);
            default -> { }
        }
    }

    private void sessionOpened(final WireMessage message) {
        final long before = tokenBySession.put(message.sessionId, message.tokenHigh);
        if (before != 0 && before != message.tokenHigh && !isCopy) {
            violations.add("I3", "session id " + message.sessionId + " was given out twice");
        }
    }

    private TransactionRecord known(final WireMessage message) {
        final TransactionRecord record = ledger.find(message.transactionId);
        if (record == null && ledger.retired(message.transactionId) == Ledger.UNKNOWN) {
            violations.add("I3", "a message about a transaction that nobody began: " + message);
        }
        return record;
    }

    private void prepare(final WireMessage message) {
        final TransactionRecord record = known(message);
        if (record == null) {
            return;
        }
        final BranchRecord branch = record.branch(message.branchId);
        branch.askedIncarnation = message.incarnation;
        branch.prepareSent = true;
        branch.resourceId = message.resourceId;
        if (branch.onePhaseSent) {
            violations.add("I8", "PREPARE was sent to a branch that was to commit in one phase: " + record);
        }
        if (message.position > facts.appended()) {
            violations.add("I1", "PREPARE names a position beyond the journal's end: " + record);
        }
    }

    private void onePhase(final WireMessage message, final int epoch) {
        final TransactionRecord record = known(message);
        if (record == null) {
            return;
        }
        final BranchRecord branch = record.branch(message.branchId);
        branch.onePhaseSent = true;
        branch.delegatedEpoch = epoch;
        if (branch.prepareSent) {
            violations.add("I8", "a one-phase commit was sent to a branch that was sent PREPARE: " + record);
        }
        if (message.position > facts.forced()) {
            violations.add("I8", "a one-phase commit left before the delegation was forced: " + record);
        }
        for (final BranchRecord other : record.branches) {
            if (other != branch && other.expectedParts != 0 && !other.hasForcedConsent(facts.forced())) {
                violations.add("I8", "a one-phase commit was sent before all others had voted: " + record);
            }
        }
    }

    private void decision(final WireMessage message) {
        final TransactionRecord record = known(message);
        if (record == null) {
            return;
        }
        final BranchRecord branch = record.branch(message.branchId);
        if (message.value == COMMIT) {
            record.commitSeen = true;
            if (message.detail == PRESUMED) {
                violations.add("I6", "COMMIT was presumed: " + record);
            }
            if (record.rollbackSeen || record.toldAborted) {
                violations.add("AC2", "COMMIT was sent after the opposite was seen: " + record);
            }
            if (branch.yesPosition == BranchRecord.NEVER && branch.readOnlyPosition != BranchRecord.NEVER) {
                violations.add("I7", "COMMIT was sent to a branch that voted READ_ONLY: " + record);
            }
            durablyDecided("COMMIT was sent", record);
            return;
        }
        branch.rollbackSent = true;
        if (message.detail != PRESUMED) {
            record.rollbackSeen = true;
            if (record.commitSeen || (record.toldCommitted && !record.isAllReadOnly())) {
                violations.add("AC2", "ROLLBACK was sent after the opposite was seen: " + record);
            }
        } else if ((record.commitSeen || record.toldCommitted) && branch.prepared > 0 && !branch.committed) {
            violations.add("I5", "roll back was presumed for a prepared branch of a committed one: " + record);
        }
    }

    /** I1: every branch that was asked, or submitted, has consented, and that is on the device. */
    private void durablyDecided(final String what, final TransactionRecord record) {
        for (final BranchRecord branch : record.branches) {
            if ((branch.prepareSent || branch.expectedParts != 0) && !branch.hasForcedConsent(facts.forced())) {
                final boolean delegated = branch.onePhaseSent && branch.result == 1
                    && branch.resultPosition <= facts.forced();
                if (!delegated) {
                    violations.add("I1", what + " before the consent of branch " + branch.branchId
                        + " was forced: " + record);
                }
            }
        }
    }

    private void forget(final WireMessage message) {
        final TransactionRecord record = known(message);
        if (record == null) {
            return;
        }
        final BranchRecord branch = record.branch(message.branchId);
        branch.evidenceReleased = true;
        if (branch.resultPosition > facts.forced()) {
            violations.add("I8", "evidence was released before the result was forced: " + record);
        }
    }

    private void outcome(final WireMessage message) {
        final boolean isEmpty = message.value == NEVER_BEGUN || message.value == EXPIRED;
        final TransactionRecord record = isEmpty ? ledger.find(message.transactionId) : known(message);
        if (record == null) {
            return; // or its client has asked for what it never sent
        }
        record.hasExpired |= message.value == EXPIRED;
        if (message.value == COMMITTED) {
            committed(message, record);
        } else if (message.value == ABORTED || message.value == NEVER_BEGUN) {
            aborted(message, record);
        }
    }

    /** An application hears that nobody knows: something has happened, or it has asked too late. */
    void toldUnknown(final TransactionRecord record) {
        if (!reasons.mayBeUnknown(record)) {
            violations.add("AC4", "UNKNOWN was told for no reason: " + record);
        }
    }

    private void committed(final WireMessage message, final TransactionRecord record) {
        if ((message.flags & NOTHING_WRITTEN) != 0) {
            if (!record.isAllReadOnly()) {
                violations.add("I7", "a client was told that nothing was written: " + record);
            }
            record.toldCommitted = true;
            return;
        }
        if (message.durability != durability) {
            violations.add("I1", "an outcome claims durability level " + message.durability + ": " + record);
        }
        if (record.rollbackSeen || record.toldAborted) {
            violations.add("AC2", "COMMITTED was told after the opposite was seen: " + record);
        }
        durablyDecided("COMMITTED was told", record);
        record.toldCommitted = true;
    }

    private void aborted(final WireMessage message, final TransactionRecord record) {
        if ((record.commitSeen || record.toldCommitted || record.hasCommitted()) && !record.isAllReadOnly()) {
            violations.add("AC2", "ABORTED was told after the opposite was seen: " + record);
        }
        record.toldAborted = true;
        if (!reasons.isThere(message, record)) {
            violations.add("AC4", record + " was aborted for no reason: reason " + message.detail);
        }
    }
}
