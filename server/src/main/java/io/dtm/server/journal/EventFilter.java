package io.dtm.server.journal;

import java.util.Set;

/**
 * Which events are shown: those that pass all of it. What is empty lets everything pass.
 *
 * @param transactions ids.
 * @param sessions     ids: those that an event names itself, or by a transaction that they began.
 * @param templates    names.
 */
record EventFilter(Set<Long> transactions, Set<Integer> sessions, Set<String> templates) {
    private static final long NONE = 0;

    boolean passes(final Event event) {
        if (!templates.isEmpty() && !templates.contains(event.template())) {
            return false;
        }
        final long transaction = event.number("transactionId", NONE);
        if (!transactions.isEmpty() && (transaction == NONE || !transactions.contains(transaction))) {
            return false;
        }
        return sessions.isEmpty()
            || sessions.contains((int) event.number("sessionId", NONE))
            || transaction != NONE && sessions.contains((int) (transaction >>> Integer.SIZE));
    }
}
