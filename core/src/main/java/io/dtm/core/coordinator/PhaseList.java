package io.dtm.core.coordinator;

/** Transactions of one phase in a fixed order, linked through themselves; with a cursor for work done in steps. */
final class PhaseList {
    private Transaction head;
    private Transaction tail;
    private Transaction cursor;
    private boolean walking;

    void append(final Transaction transaction, final long ordinal) {
        transaction.ordinal = ordinal;
        transaction.phaseList = this;
        transaction.previousInPhase = tail;
        transaction.nextInPhase = null;
        if (tail == null) {
            head = transaction;
        } else {
            tail.nextInPhase = transaction;
        }
        tail = transaction;
        if (walking && cursor == null) {
            cursor = transaction;
        }
    }

    void remove(final Transaction transaction) {
        if (cursor == transaction) {
            cursor = transaction.nextInPhase;
        }
        if (transaction.previousInPhase == null) {
            head = transaction.nextInPhase;
        } else {
            transaction.previousInPhase.nextInPhase = transaction.nextInPhase;
        }
        if (transaction.nextInPhase == null) {
            tail = transaction.previousInPhase;
        } else {
            transaction.nextInPhase.previousInPhase = transaction.previousInPhase;
        }
        transaction.previousInPhase = null;
        transaction.nextInPhase = null;
        transaction.phaseList = null;
    }

    Transaction head() {
        return head;
    }

    /** Starts, or starts again, a walk over all that is in the list and all that is appended meanwhile. */
    void startWalk() {
        cursor = head;
        walking = true;
    }

    /** Goes on with a walk; null: at its end. */
    void resumeWalk(final Transaction at) {
        cursor = at;
        walking = true;
    }

    /** The walk is given up. */
    void endWalk() {
        cursor = null;
        walking = false;
    }

    boolean isWalking() {
        return walking;
    }

    /** @return where the walk stands; null if it is at its end. */
    Transaction cursor() {
        return walking ? cursor : null;
    }

    /** @return the next transaction of the walk, which may be removed at once; null ends the walk. */
    Transaction walk() {
        final Transaction transaction = cursor;
        if (transaction == null) {
            walking = false;
        } else {
            cursor = transaction.nextInPhase;
        }
        return transaction;
    }
}
