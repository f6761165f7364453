package io.dtm.core.coordinator;

/** One session: the durable identity behind links that come and go. Touched by the coordinator stage only. */
final class Session {
    final int id;
    final long tokenHigh;
    final long tokenLow;
    final int openedInEpoch;
    final byte[] principal;
    /** Its current link; 0: none. Old links' messages are dropped. */
    int linkId;
    /** Highest counter of a transaction that was ever begun (rule 1); unsigned 32 bits. */
    long highestCounter;
    /** Closed or lost: begins nothing; stays for its transactions, and then for those who ask for their outcomes. */
    boolean ended;
    /** Place among the ended sessions without transactions, oldest first; 0: it is not there. */
    long retiredOrdinal;
    long retiredNs;
    /** Whether it has been resumed, or opened, in the current epoch. */
    int seenInEpoch;
    Transaction firstTransaction;
    Transaction lastTransaction;
    /** Where the sweep of an ended session stands. */
    Transaction cursor;
    boolean sweeping;
    /** Number of resources' instances that registered over it. */
    int servedInstances;

    Session(
        final int id, final long tokenHigh, final long tokenLow, final int openedInEpoch, final byte[] principal) {
        this.id = id;
        this.tokenHigh = tokenHigh;
        this.tokenLow = tokenLow;
        this.openedInEpoch = openedInEpoch;
        this.principal = principal;
    }

    void add(final Transaction transaction) {
        transaction.previousOfSession = lastTransaction;
        transaction.nextOfSession = null;
        if (lastTransaction == null) {
            firstTransaction = transaction;
        } else {
            lastTransaction.nextOfSession = transaction;
        }
        lastTransaction = transaction;
    }

    void remove(final Transaction transaction) {
        if (cursor == transaction) {
            cursor = transaction.nextOfSession;
        }
        if (transaction.previousOfSession == null) {
            firstTransaction = transaction.nextOfSession;
        } else {
            transaction.previousOfSession.nextOfSession = transaction.nextOfSession;
        }
        if (transaction.nextOfSession == null) {
            lastTransaction = transaction.previousOfSession;
        } else {
            transaction.nextOfSession.previousOfSession = transaction.previousOfSession;
        }
        transaction.previousOfSession = null;
        transaction.nextOfSession = null;
    }

    /** @return whether the tokens are this session's, in the same time wherever they differ. */
    boolean owns(final long high, final long low) {
        return ((tokenHigh ^ high) | (tokenLow ^ low)) == 0;
    }
}
