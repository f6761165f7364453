package io.dtm.core.coordinator;

import java.util.Arrays;
import org.agrona.collections.Long2LongHashMap;

/**
 * Outcomes of finished transactions for clients that ask late: a ring, oldest first out, bounded by count and by age.
 * Old ones go when new ones come, so that an idle coordinator has nothing to do.
 */
final class RetainedOutcomes {
    static final long MISSING = -1L;

    private static final int FIRST_CAPACITY = 1024;
    private static final int EVICTED_AT_ONCE = 2;

    private final Long2LongHashMap outcomeById = new Long2LongHashMap(FIRST_CAPACITY * 2, 0.55f, MISSING);
    private long[] ids = new long[FIRST_CAPACITY];
    private long[] timesNs = new long[FIRST_CAPACITY];
    private int oldest;
    private int size;

    /** Packs what is kept of an outcome; not negative. */
    static long pack(final int outcome, final int reason, final int flags, final int branchId) {
        return (long) outcome << 40 | (long) reason << 32 | (long) flags << 24 | branchId;
    }

    static int outcome(final long packed) {
        return (int) (packed >>> 40) & 0xFF;
    }

    static int reason(final long packed) {
        return (int) (packed >>> 32) & 0xFF;
    }

    static int flags(final long packed) {
        return (int) (packed >>> 24) & 0xFF;
    }

    static int branchId(final long packed) {
        return (int) packed & 0xFFFF;
    }

    int size() {
        return size;
    }

    /** @return the outcome as packed, or MISSING if it is not, or no longer, known. */
    long find(final long transactionId) {
        return outcomeById.get(transactionId);
    }

    void add(final long transactionId, final long packed, final long nowNs, final int maxCount, final long maxAgeNs) {
        int evicted = 0;
        while (size > 0
            && (size >= maxCount || (evicted < EVICTED_AT_ONCE && nowNs - timesNs[oldest] > maxAgeNs))) {
            outcomeById.remove(ids[oldest]);
            oldest = (oldest + 1) & (ids.length - 1);
            size--;
            evicted++;
        }
        if (maxCount == 0) {
            return;
        }
        if (size == ids.length) {
            grow();
        }
        final int index = (oldest + size) & (ids.length - 1);
        ids[index] = transactionId;
        timesNs[index] = nowNs;
        size++;
        outcomeById.put(transactionId, packed);
    }

    /** The entries, oldest first, for a checkpoint. */
    void forEach(final Visitor visitor) {
        for (int i = 0; i < size; i++) {
            final int index = (oldest + i) & (ids.length - 1);
            visitor.onOutcome(ids[index], outcomeById.get(ids[index]), timesNs[index]);
        }
    }

    private void grow() {
        final int capacity = ids.length * 2;
        ids = unwound(ids, capacity);
        timesNs = unwound(timesNs, capacity);
        oldest = 0;
    }

    private long[] unwound(final long[] ring, final int capacity) {
        final long[] copy = Arrays.copyOf(Arrays.copyOfRange(ring, oldest, ring.length), capacity);
        System.arraycopy(ring, 0, copy, ring.length - oldest, oldest);
        return copy;
    }

    /** Takes one outcome. */
    @FunctionalInterface
    interface Visitor {
        void onOutcome(long transactionId, long packed, long timeNs);
    }
}
