package io.dtm.simulation.transcript;

import java.util.LinkedHashMap;
import java.util.Map;

/** What a transcript calls transactions: T1, T2, ... The number is the request; the id is found out. */
final class Names {
    /** Of what isn't about a transaction. */
    static final String NONE = "?";

    private final Map<Long, Long> transactionByRequest = new LinkedHashMap<>();
    private final Map<Long, Long> requestByTransaction = new LinkedHashMap<>();

    static long request(final String name) {
        if (!name.matches("T[0-9]+")) {
            throw new AssertionError("a transaction's name is T and a number: " + name);
        }
        return Long.parseLong(name.substring(1));
    }

    void learn(final long requestId, final long transactionId) {
        transactionByRequest.put(requestId, transactionId);
        requestByTransaction.put(transactionId, requestId);
    }

    /** The transaction's id; 0 if it isn't known yet. */
    long transaction(final String name) {
        return transactionByRequest.getOrDefault(request(name), 0L);
    }

    String name(final long transactionId) {
        final Long requestId = requestByTransaction.get(transactionId);
        return requestId == null ? NONE : "T" + requestId;
    }
}
