package io.dtm.simulation.explore;

import io.dtm.core.coordinator.CoordinatorSettings;
import io.dtm.simulation.explore.ExploredResource.Phases;

/**
 * How far the explorer goes: who takes part, and how often what goes wrong may go wrong. Within it everything is tried.
 *
 * @param name           of the scope.
 * @param participants   each with a resource of its own.
 * @param transactions   of the one client, each over all participants, all at the same time.
 * @param application    how the client runs them.
 * @param calls          of each service, in an interactive transaction.
 * @param isSlow         whether a PREPARE may stay in a database's hands, also when its process dies.
 * @param firstCommitsIn phases of the first participant; the others can commit in two only.
 * @param votes          that a branch may give: 1 YES, 2 NO too, 3 READ_ONLY too.
 * @param budgets        see {@link Budget}.
 */
record Scope(
    String name,
    int participants,
    int transactions,
    Application application,
    int calls,
    boolean isSlow,
    Phases firstCommitsIn,
    int votes,
    int budgets) {
    private static final int RESEND_MS = 1_000;
    private static final int TIMEOUT_MS = 1_500;

    /** How a client runs its transactions. */
    enum Application {
        /** In one request. */
        ONE_SHOT("one-shot"),
        /** It calls services, waits for their answers, and commits. */
        INTERACTIVE("interactive"),
        /** It calls services, waits for nothing, and commits naming their branches. */
        RACING("interactive and hasty");

        private final String text;

        Application(final String text) {
            this.text = text;
        }
    }

    /** Two participants, one one-shot transaction, votes YES and NO, and nothing goes wrong. */
    static Scope of(final String name) {
        return new Scope(name, 2, 1, Application.ONE_SHOT, 1, false, Phases.TWO, 2, 0);
    }

    Scope with(final Budget budget, final int times) {
        return new Scope(name, participants, transactions, application, calls, isSlow, firstCommitsIn, votes,
            budgets + budget.times(times));
    }

    Scope with(final Application value) {
        return new Scope(name, participants, transactions, value, calls, isSlow, firstCommitsIn, votes, budgets);
    }

    Scope with(final Phases value) {
        return new Scope(name, participants, transactions, application, calls, isSlow, value, votes, budgets);
    }

    Scope calls(final int value) {
        return new Scope(name, participants, transactions, application, value, isSlow, firstCommitsIn, votes, budgets);
    }

    Scope slow() {
        return new Scope(name, participants, transactions, application, calls, true, firstCommitsIn, votes, budgets);
    }

    Scope participants(final int value) {
        return new Scope(name, value, transactions, application, calls, isSlow, firstCommitsIn, votes, budgets);
    }

    Scope transactions(final int value) {
        return new Scope(name, participants, value, application, calls, isSlow, firstCommitsIn, votes, budgets);
    }

    Scope votes(final int value) {
        return new Scope(name, participants, transactions, application, calls, isSlow, firstCommitsIn, value, budgets);
    }

    boolean isInteractive() {
        return application != Application.ONE_SHOT;
    }

    boolean isRacing() {
        return application == Application.RACING;
    }

    Phases phases(final int participant) {
        return participant == 0 ? firstCommitsIn : Phases.TWO;
    }

    /** Participants come first, from 0; then the client. */
    boolean isClient(final int index) {
        return index == participants;
    }

    int peers() {
        return participants + 1;
    }

    /** Resources are registered in the order of the participants. */
    int resourceId(final int participant) {
        return participant + 1;
    }

    /** One-shot branches are numbered in order, interactive ones by their resource. */
    int branchId(final int participant) {
        return isInteractive() ? resourceId(participant) : participant;
    }

    /** The client opens the last session; its counters start at 1. */
    long transactionId(final int transaction) {
        return (long) peers() << 32 | transaction + 1;
    }

    int[] resourceIds() {
        final int[] ids = new int[participants];
        for (int i = 0; i < participants; i++) {
            ids[i] = resourceId(i);
        }
        return ids;
    }

    int timeoutMs() {
        return TIMEOUT_MS;
    }

    CoordinatorSettings settings() {
        final CoordinatorSettings usual = CoordinatorSettings.defaults();
        return new CoordinatorSettings(usual.defaultTimeoutMs(), usual.maxTimeoutMs(), 3_600_000, 8, 64, 64, 16, 16,
            16, 4, 1 << 16, 16, usual.retentionMs(), RESEND_MS, RESEND_MS, usual.durability());
    }

    /** @return the scope in words, several lines. */
    String text() {
        final StringBuilder text = new StringBuilder();
        text.append("scope ").append(name).append(": ").append(participants).append(" participants, ")
            .append(transactions).append(transactions == 1 ? " transaction, " : " transactions at a time, ")
            .append(application.text).append(calls > 1 ? ", with " + calls + " calls of each service" : "")
            .append("; each branch votes YES").append(votes > 1 ? " or NO" : "")
            .append(votes > 2 ? " or READ_ONLY" : "").append(isSlow ? ", some time later" : "");
        if (firstCommitsIn != Phases.TWO) {
            text.append("; the first participant ").append(
                firstCommitsIn == Phases.ONE ? "is a last agent" : "can commit alone");
        }
        text.append("; every order of messages and forces; at most");
        for (final Budget budget : Budget.values()) {
            if (budget.left(budgets) > 0) {
                text.append("\n  ").append(budget.left(budgets)).append(" x ").append(budget.text());
            }
        }
        return text.append(budgets == 0 ? " nothing goes wrong" : "").toString();
    }
}
