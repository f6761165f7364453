package io.dtm.core.coordinator;

import io.dtm.core.coordinator.ProtocolCodes.Outcome;
import java.util.Arrays;
import org.agrona.collections.Hashing;

/**
 * Outcomes of finished transactions for clients that ask late: a ring, oldest first out, bounded by count and by age.
 * Old ones go when new ones come, so that an idle coordinator has nothing to do.
 * <p>
 * An entry is found by a chain from its id's bucket through the ring. Ids of a session lie side by side in the buckets,
 * as they do in the ring: transactions end nearly in the order of their ids, so that each goes where the one before has
 * just been, however many there are.
 */
final class RetainedOutcomes {
    static final long MISSING = -1L;

    private static final int FIRST_CAPACITY = 1024;
    private static final int EVICTED_AT_ONCE = 2;
    private static final int NONE = -1;
    /** Nothing that is kept is packed so. */
    private static final long DOUBTED = pack(Outcome.EXPIRED, 0, 0, ProtocolCodes.NO_BRANCH);
    /** So many ids of a session stay side by side, 2 to the power of this. */
    private static final int RUN_BITS = 10;

    private long[] ids = new long[FIRST_CAPACITY];
    private long[] packed = new long[FIRST_CAPACITY];
    private long[] timesNs = new long[FIRST_CAPACITY];
    /** Index of an older entry of the same bucket, or NONE. */
    private int[] olderInBucket = new int[FIRST_CAPACITY];
    /** Index of the youngest entry of each bucket, or NONE. As many as the ring has places. */
    private int[] youngest = emptyBuckets(FIRST_CAPACITY);
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
        final int index = indexOf(transactionId);
        return index == NONE || packed[index] == DOUBTED ? MISSING : packed[index];
    }

    /** It isn't known any more; its place goes with time, as any other. */
    void doubt(final long transactionId) {
        final int index = indexOf(transactionId);
        if (index != NONE) {
            packed[index] = DOUBTED;
        }
    }

    private int indexOf(final long transactionId) {
        int index = youngest[bucket(transactionId)];
        while (index != NONE && ids[index] != transactionId) {
            index = olderInBucket[index];
        }
        return index;
    }

    void add(final long transactionId, final long outcome, final long nowNs, final int maxCount, final long maxAgeNs) {
        int evicted = 0;
        while (size > 0
            && (size >= maxCount || (evicted < EVICTED_AT_ONCE && nowNs - timesNs[oldest] > maxAgeNs))) {
            unlink(oldest);
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
        packed[index] = outcome;
        timesNs[index] = nowNs;
        link(index);
        size++;
    }

    /** The entries, oldest first, for a checkpoint. */
    void forEach(final Visitor visitor) {
        for (int i = 0; i < size; i++) {
            final int index = (oldest + i) & (ids.length - 1);
            visitor.onOutcome(ids[index], packed[index], timesNs[index]);
        }
    }

    private void grow() {
        final int capacity = ids.length * 2;
        ids = unwound(ids, capacity);
        packed = unwound(packed, capacity);
        timesNs = unwound(timesNs, capacity);
        oldest = 0;
        olderInBucket = new int[capacity];
        youngest = emptyBuckets(capacity);
        for (int index = 0; index < size; index++) {
            link(index);
        }
    }

    private void link(final int index) {
        final int bucket = bucket(ids[index]);
        olderInBucket[index] = youngest[bucket];
        youngest[bucket] = index;
    }

    /** The oldest is the last of its chain. */
    private void unlink(final int index) {
        final int bucket = bucket(ids[index]);
        if (youngest[bucket] == index) {
            youngest[bucket] = NONE;
            return;
        }
        int younger = youngest[bucket];
        while (olderInBucket[younger] != index) {
            younger = olderInBucket[younger];
        }
        olderInBucket[younger] = NONE;
    }

    private int bucket(final long transactionId) {
        final long run = transactionId >>> RUN_BITS;
        return ((int) transactionId + (Hashing.hash(run) << RUN_BITS)) & (youngest.length - 1);
    }

    private static int[] emptyBuckets(final int count) {
        final int[] buckets = new int[count];
        Arrays.fill(buckets, NONE);
        return buckets;
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
