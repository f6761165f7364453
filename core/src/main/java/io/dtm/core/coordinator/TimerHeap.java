package io.dtm.core.coordinator;

import java.util.Arrays;

/**
 * Transactions by the time at which they want to be looked at, earliest first, by id among equals: the order is total,
 * so it doesn't depend on the heap's history. A binary heap whose entries know their place.
 */
final class TimerHeap {
    static final int ABSENT = -1;

    private Transaction[] heap = new Transaction[64];
    private int size;

    /** @return the transaction that is due first, or null. */
    Transaction first() {
        return size == 0 ? null : heap[0];
    }

    int size() {
        return size;
    }

    Transaction at(final int index) {
        return heap[index];
    }

    /** Adds a transaction or moves it to another time. */
    void schedule(final Transaction transaction, final long timeNs) {
        final boolean earlier = timeNs < transaction.timerNs;
        transaction.timerNs = timeNs;
        if (transaction.heapIndex == ABSENT) {
            if (size == heap.length) {
                heap = Arrays.copyOf(heap, size * 2);
            }
            place(transaction, size++);
            siftUp(transaction);
        } else if (earlier) {
            siftUp(transaction);
        } else {
            siftDown(transaction);
        }
    }

    /** Removes a transaction; one that isn't there is ignored. */
    void cancel(final Transaction transaction) {
        final int index = transaction.heapIndex;
        if (index == ABSENT) {
            return;
        }
        transaction.heapIndex = ABSENT;
        final Transaction last = heap[--size];
        heap[size] = null;
        if (last != transaction) {
            place(last, index);
            siftUp(last);
            siftDown(last);
        }
    }

    private void siftUp(final Transaction transaction) {
        int index = transaction.heapIndex;
        while (index > 0) {
            final int parent = (index - 1) >>> 1;
            if (!isBefore(transaction, heap[parent])) {
                break;
            }
            place(heap[parent], index);
            index = parent;
        }
        place(transaction, index);
    }

    private void siftDown(final Transaction transaction) {
        int index = transaction.heapIndex;
        while (true) {
            int child = 2 * index + 1;
            if (child >= size) {
                break;
            }
            if (child + 1 < size && isBefore(heap[child + 1], heap[child])) {
                child++;
            }
            if (!isBefore(heap[child], transaction)) {
                break;
            }
            place(heap[child], index);
            index = child;
        }
        place(transaction, index);
    }

    private void place(final Transaction transaction, final int index) {
        heap[index] = transaction;
        transaction.heapIndex = index;
    }

    private static boolean isBefore(final Transaction a, final Transaction b) {
        return a.timerNs < b.timerNs || (a.timerNs == b.timerNs && a.id < b.id);
    }
}
