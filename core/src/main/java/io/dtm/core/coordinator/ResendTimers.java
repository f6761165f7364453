package io.dtm.core.coordinator;

/**
 * When a transaction wants to be looked at next: for its deadline, its giving up, or a repetition with capped
 * exponential backoff. While nobody that should answer can be reached there is nothing to repeat, and no timer: an idle
 * coordinator writes nothing.
 */
final class ResendTimers {
    private static final int MAX_DOUBLINGS = 20;

    private final CoordinatorState state;
    private final BranchMessages messages;

    ResendTimers(final CoordinatorState state, final BranchMessages messages) {
        this.state = state;
        this.messages = messages;
    }

    /** Waits for answers to what was sent just now. */
    void schedule(final Transaction transaction) {
        final CoordinatorSettings settings = state.settings;
        final long backoffMs = Math.min(
            (long) settings.resendInitialMs() << Math.min(transaction.resends, MAX_DOUBLINGS), settings.resendMaxMs());
        state.timers.schedule(
            transaction, Math.min(end(transaction), state.nowNs + backoffMs * CoordinatorState.NANOS_PER_MILLI));
    }

    /** A sweep has sent one of its messages, maybe the first that reached anybody. */
    void sentBySweep(final Transaction transaction) {
        transaction.resends = 0;
        schedule(transaction);
    }

    /** Sends again what was not answered. */
    void sendAgain(final Transaction transaction) {
        boolean awaitsAnswer = false;
        for (int i = 0; i < transaction.branchCount; i++) {
            awaitsAnswer |= messages.again(transaction.branches[i]);
        }
        if (awaitsAnswer) {
            transaction.resends++;
            schedule(transaction);
        } else if (end(transaction) == Long.MAX_VALUE) {
            state.timers.cancel(transaction);
        } else {
            state.timers.schedule(transaction, end(transaction));
        }
    }

    /** @return when time alone ends the transaction. */
    private static long end(final Transaction transaction) {
        return switch (transaction.state) {
            case ACTIVE, PREPARING -> transaction.deadlineNs;
            case ABORTING -> transaction.giveUpNs;
            case DELEGATED, COMMITTING -> Long.MAX_VALUE;
        };
    }
}
