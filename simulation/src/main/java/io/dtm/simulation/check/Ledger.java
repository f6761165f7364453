package io.dtm.simulation.check;

import java.util.ArrayDeque;
import org.agrona.collections.Long2LongHashMap;
import org.agrona.collections.Long2ObjectHashMap;
import org.agrona.collections.LongHashSet;

/** All transactions that were ever begun: in full while they matter, and how they ended for good. */
final class Ledger {
    static final long UNKNOWN = 0;
    static final long COMMITTED = 1;
    static final long ABORTED = 2;
    static final long READ_ONLY = 3;

    private static final int KEPT = 20_000;
    private static final long KEPT_NS = 120_000_000_000L;

    private final Long2ObjectHashMap<TransactionRecord> byId = new Long2ObjectHashMap<>();
    private final ArrayDeque<TransactionRecord> inOrder = new ArrayDeque<>();
    private final Long2LongHashMap retired = new Long2LongHashMap(UNKNOWN);
    private final Long2LongHashMap committedRequests = new Long2LongHashMap(UNKNOWN);
    private final LongHashSet givenUpRequests = new LongHashSet();

    TransactionRecord find(final long transactionId) {
        return byId.get(transactionId);
    }

    /** How a transaction ended of which no record is left. */
    long retired(final long transactionId) {
        return retired.get(transactionId);
    }

    void add(final TransactionRecord record) {
        byId.put(record.id, record);
        inOrder.add(record);
    }

    /** The transaction that committed this request; UNKNOWN if none did. */
    long committedBy(final long requestId) {
        return committedRequests.get(requestId);
    }

    void committedBy(final long requestId, final long transactionId) {
        committedRequests.put(requestId, transactionId);
    }

    /** Nobody will run this request again, since its last run was aborted. */
    void givenUp(final long requestId) {
        givenUpRequests.add(requestId);
    }

    boolean isGivenUp(final long requestId) {
        return givenUpRequests.contains(requestId);
    }

    Iterable<TransactionRecord> all() {
        return inOrder;
    }

    int size() {
        return inOrder.size();
    }

    /** Lets go of what ended long ago. */
    void retire(final long nowNs) {
        while (inOrder.size() > KEPT) {
            final TransactionRecord oldest = inOrder.peek();
            if (!oldest.isOver || oldest.isPrepared() || nowNs - oldest.begunNs < KEPT_NS) {
                return;
            }
            inOrder.poll();
            byId.remove(oldest.id);
            committedRequests.remove(oldest.requestId());
            retired.put(oldest.id, oldest.hasCommitted() ? COMMITTED : oldest.isAllReadOnly() ? READ_ONLY : ABORTED);
        }
    }
}
