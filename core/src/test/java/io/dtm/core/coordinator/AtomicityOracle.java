package io.dtm.core.coordinator;

import io.dtm.core.coordinator.ProtocolCodes.Decision;
import io.dtm.core.coordinator.ProtocolCodes.Outcome;
import io.dtm.core.coordinator.ProtocolCodes.Vote;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Judges what a coordinator sends, knowing nothing of how it decides: AC1 all that decide agree, AC2 no decision is
 * reversed, AC3 COMMIT only after a YES of each (Bernstein, Hadzilacos, Goodman, chapter 7), and what clients are told.
 */
final class AtomicityOracle {
    private final Map<Long, Told> transactions = new TreeMap<>();

    /** What is known of a transaction from outside. */
    private static final class Told {
        final Set<Integer> asked = new HashSet<>();
        final Map<Integer, Integer> votes = new HashMap<>();
        /** What the databases did. */
        final Map<Integer, Integer> done = new HashMap<>();
        boolean delegateCommitted;
        int decision;
        int outcome;
        boolean neverBegun;
        boolean nothingWritten;
    }

    private Told of(final long transactionId) {
        return transactions.computeIfAbsent(transactionId, id -> new Told());
    }

    void prepareSent(final long transactionId, final int branchId) {
        final Told told = of(transactionId);
        require(!told.neverBegun, transactionId, "PREPARE after NEVER_BEGUN");
        told.asked.add(branchId);
    }

    void voted(final long transactionId, final int branchId, final int vote) {
        of(transactionId).votes.put(branchId, vote);
    }

    void decisionSent(final long transactionId, final int branchId, final int decision, final boolean presumed) {
        final Told told = of(transactionId);
        if (decision == Decision.COMMIT) {
            require(!presumed, transactionId, "a presumed COMMIT");
            require(told.decision != Decision.ROLLBACK, transactionId, "COMMIT after ROLLBACK");
            require(told.votes.getOrDefault(branchId, 0) == Vote.YES, transactionId, "COMMIT to one that was no YES");
            mayCommit(transactionId, told);
            told.decision = Decision.COMMIT;
        } else if (!presumed) {
            require(told.decision != Decision.COMMIT, transactionId, "ROLLBACK after COMMIT");
            require(told.outcome != Outcome.COMMITTED, transactionId, "ROLLBACK after COMMITTED was told");
            told.decision = Decision.ROLLBACK;
        }
    }

    private static void mayCommit(final long transactionId, final Told told) {
        for (final int branchId : told.asked) {
            final int vote = told.votes.getOrDefault(branchId, 0);
            require(vote == Vote.YES || vote == Vote.READ_ONLY, transactionId, "COMMIT, no vote of " + branchId);
        }
    }

    void delegated(final long transactionId) {
        final Told told = of(transactionId);
        require(told.decision == 0, transactionId, "delegated after a decision");
        mayCommit(transactionId, told);
    }

    void delegateAnswered(final long transactionId, final boolean committed) {
        of(transactionId).delegateCommitted |= committed;
    }

    /** A database has committed or rolled back a branch that was prepared, or was the delegate's. */
    void done(final long transactionId, final int branchId, final int decision) {
        final Integer before = of(transactionId).done.put(branchId, decision);
        require(before == null || before == decision, transactionId, "a branch was finished twice, differently");
    }

    void outcomeTold(final long transactionId, final int outcome, final boolean nothingWritten) {
        final Told told = of(transactionId);
        switch (outcome) {
            case Outcome.COMMITTED -> {
                require(told.outcome != Outcome.ABORTED && !told.neverBegun, transactionId, "COMMITTED after ABORTED");
                require(told.decision != Decision.ROLLBACK, transactionId, "COMMITTED after ROLLBACK");
                mayCommit(transactionId, told);
                told.outcome = outcome;
                told.nothingWritten |= nothingWritten;
            }
            case Outcome.ABORTED -> {
                require(told.outcome != Outcome.COMMITTED, transactionId, "ABORTED after COMMITTED");
                require(told.decision != Decision.COMMIT, transactionId, "ABORTED after COMMIT");
                require(!told.delegateCommitted, transactionId, "ABORTED after the delegate committed");
                told.outcome = outcome;
            }
            case Outcome.NEVER_BEGUN -> {
                require(told.asked.isEmpty() && told.outcome == 0, transactionId, "NEVER_BEGUN of one that was begun");
                told.neverBegun = true;
            }
            default -> {
            }
        }
    }

    /** All faults are over and all has ended: every branch that was done was done alike. */
    void atRest() {
        transactions.forEach((id, told) -> {
            final Set<Integer> done = new HashSet<>(told.done.values());
            require(done.size() <= 1, id, "half committed: " + told.done);
            require(!done.contains(Decision.COMMIT) || told.outcome != Outcome.ABORTED, id, "committed, told ABORTED");
            require(!done.contains(Decision.ROLLBACK) || told.outcome != Outcome.COMMITTED || told.nothingWritten, id,
                "rolled back, told COMMITTED");
        });
    }

    int committed() {
        return (int) transactions.values().stream().filter(told -> told.done.containsValue(Decision.COMMIT)).count();
    }

    /** Those of which at least one branch was asked. */
    int asked() {
        return (int) transactions.values().stream().filter(told -> !told.asked.isEmpty()).count();
    }

    private static void require(final boolean holds, final long transactionId, final String otherwise) {
        if (!holds) {
            throw new AssertionError("transaction " + RecordingOutput.id(transactionId) + ": " + otherwise);
        }
    }
}
