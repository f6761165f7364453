package io.dtm.simulation.explore;

import io.dtm.core.coordinator.CoordinatorSettings;
import io.dtm.simulation.explore.ExploredResource.Phases;

/**
 * How far the explorer goes: who takes part, and how often what goes wrong may go wrong. Within it everything is tried.
 * Where nothing else is said: two participants, one one-shot transaction, votes YES and NO, and nothing goes wrong.
 * It is put together where it is listed, and not changed after that.
 */
final class Scope {
    private static final int RESEND_MS = 1_000;
    private static final int TIMEOUT_MS = 1_500;
    private static final int SHORT_TIMEOUT_MS = 500;
    private static final int REMEMBERED = 1 << 15;

    private final String name;
    private int participants = 2;
    private boolean hasTwin;
    private int transactions = 1;
    private Application application = Application.ONE_SHOT;
    private int calls = 1;
    private boolean isSlow;
    private boolean isForgetful;
    private boolean isImpatient;
    private Phases firstCommitsIn = Phases.TWO;
    private int votes = 2;
    private int budgets;

    private Scope(final String name) {
        this.name = name;
    }

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

    static Scope of(final String name) {
        return new Scope(name);
    }

    /** So much may go wrong. */
    Scope with(final Budget budget, final int times) {
        budgets += budget.times(times);
        return this;
    }

    Scope with(final Application value) {
        application = value;
        return this;
    }

    /** In how many the first participant can commit; the others in two only. */
    Scope with(final Phases value) {
        firstCommitsIn = value;
        return this;
    }

    /** Of each service, in an interactive transaction. */
    Scope calls(final int value) {
        calls = value;
        return this;
    }

    /** A PREPARE may stay in a database's hands, also when its process dies. */
    Scope slow() {
        isSlow = true;
        return this;
    }

    /** Participants forget what they may forget as soon as they may (rule 4). */
    Scope forgetful() {
        isForgetful = true;
        return this;
    }

    /** A transaction's deadline comes before its first repetition. */
    Scope impatient() {
        isImpatient = true;
        return this;
    }

    /** Two processes serve the first resource; each second call goes to the second one. */
    Scope twin() {
        hasTwin = true;
        return this;
    }

    /** Each with a resource of its own. */
    Scope participants(final int value) {
        participants = value;
        return this;
    }

    /** Of the one client, each over all participants, all at the same time. */
    Scope transactions(final int value) {
        transactions = value;
        return this;
    }

    /** That a branch may give: 1 YES, 2 NO too, 3 READ_ONLY too. */
    Scope votes(final int value) {
        votes = value;
        return this;
    }

    String name() {
        return name;
    }

    int participants() {
        return participants;
    }

    int transactions() {
        return transactions;
    }

    int calls() {
        return calls;
    }

    boolean isSlow() {
        return isSlow;
    }

    int votes() {
        return votes;
    }

    /** See {@link Budget}. */
    int budgets() {
        return budgets;
    }

    boolean allows(final Budget budget) {
        return budget.left(budgets) > 0;
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

    /** Greatest number of finished branches that a participant remembers without need. */
    int remembered() {
        return isForgetful ? 1 : REMEMBERED;
    }

    // processes: of participants come first, from 0; then the first one's twin; then the client

    int peers() {
        return participants + (hasTwin ? 1 : 0) + 1;
    }

    int client() {
        return peers() - 1;
    }

    boolean isClient(final int peer) {
        return peer == client();
    }

    /** @return whose resource a process serves. */
    int home(final int peer) {
        return hasTwin && peer == participants ? 0 : peer;
    }

    /** @return place among the processes of its resource. */
    int place(final int peer) {
        return home(peer) == peer ? 0 : 1;
    }

    int processes(final int home) {
        return hasTwin && home == 0 ? 2 : 1;
    }

    int peer(final int home, final int place) {
        return place == 0 ? home : participants;
    }

    /** @return the process that a service's call goes to. */
    int server(final int participant, final int part) {
        return peer(participant, part % processes(participant));
    }

    /** Resources are registered in the order of the participants. */
    int resourceId(final int participant) {
        return participant + 1;
    }

    /** One-shot branches are numbered in order, interactive ones by their resource. */
    int branchId(final int participant) {
        return isInteractive() ? resourceId(participant) : participant;
    }

    /** Of the client's first session, the last one that is opened at the start; its counters start at 1. */
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
        return isImpatient ? SHORT_TIMEOUT_MS : TIMEOUT_MS;
    }

    CoordinatorSettings settings() {
        final CoordinatorSettings usual = CoordinatorSettings.defaults();
        return new CoordinatorSettings(usual.defaultTimeoutMs(), usual.maxTimeoutMs(), 3_600_000, 8, 64, 64, 16, 16,
            16, 4, 1 << 16, 16, usual.retentionMs(), RESEND_MS, RESEND_MS, usual.durability());
    }

    /** @return the scope in words, several lines. */
    String text() {
        final StringBuilder text = new StringBuilder();
        text.append("scope ").append(name).append(": ").append(participants).append(participants == 1
            ? " participant" : " participants").append(hasTwin ? ", the first with two processes, " : ", ")
            .append(transactions).append(transactions == 1 ? " transaction, " : " transactions at a time, ")
            .append(application.text).append(calls > 1 ? ", with " + calls + " calls of each service" : "")
            .append("; each branch votes YES").append(votes > 1 ? " or NO" : "")
            .append(votes > 2 ? " or READ_ONLY" : "").append(isSlow ? ", some time later" : "");
        if (firstCommitsIn != Phases.TWO) {
            text.append("; the first participant ").append(
                firstCommitsIn == Phases.ONE ? "is a last agent" : "can commit alone");
        }
        text.append(isImpatient ? "; deadlines come before repetitions" : "")
            .append(isForgetful ? "; participants remember little" : "")
            .append("; every order of messages and forces; ").append(budgets == 0 ? "nothing goes wrong" : "at most");
        for (final Budget budget : Budget.values()) {
            if (allows(budget)) {
                text.append("\n  ").append(budget.left(budgets)).append(" x ").append(budget.text());
            }
        }
        return text.toString();
    }
}
