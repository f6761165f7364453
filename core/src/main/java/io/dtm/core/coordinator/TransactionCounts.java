package io.dtm.core.coordinator;

/**
 * How many transactions in flight are in which state.
 *
 * @param active     open for branches, or waiting for those that a commit expects.
 * @param preparing  votes are outstanding.
 * @param delegated  one branch decides, in one phase (rule 9).
 * @param committing decided, and not acknowledged by all.
 * @param aborting   likewise.
 */
public record TransactionCounts(int active, int preparing, int delegated, int committing, int aborting) {
    /** @return number of transactions in flight. */
    public int inFlight() {
        return active + preparing + delegated + committing + aborting;
    }
}
