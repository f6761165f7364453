package io.dtm.simulation.engine;

import java.util.Arrays;

/** Tasks by the time at which they are due; those of the same time in the order of their ordinals. */
final class TaskHeap {
    private static final int FIRST_CAPACITY = 256;

    private long[] times = new long[FIRST_CAPACITY];
    private long[] ordinals = new long[FIRST_CAPACITY];
    private Runnable[] tasks = new Runnable[FIRST_CAPACITY];
    private int size;

    boolean isEmpty() {
        return size == 0;
    }

    /** When the first is due; Long.MAX_VALUE: there is none. */
    long firstTimeNs() {
        return size == 0 ? Long.MAX_VALUE : times[0];
    }

    /** Whether its first task comes before that of another one. */
    boolean isBefore(final TaskHeap other) {
        return size > 0 && (other.size == 0 || isBefore(0, other.times[0], other.ordinals[0]));
    }

    void add(final long timeNs, final long ordinal, final Runnable task) {
        if (size == times.length) {
            times = Arrays.copyOf(times, size * 2);
            ordinals = Arrays.copyOf(ordinals, size * 2);
            tasks = Arrays.copyOf(tasks, size * 2);
        }
        int hole = size++;
        while (hole > 0) {
            final int parent = (hole - 1) >>> 1;
            if (isBefore(parent, timeNs, ordinal)) {
                break;
            }
            move(parent, hole);
            hole = parent;
        }
        put(hole, timeNs, ordinal, task);
    }

    /** Takes the first out. */
    Runnable removeFirst() {
        final Runnable first = tasks[0];
        final int last = --size;
        final long timeNs = times[last];
        final long ordinal = ordinals[last];
        final Runnable task = tasks[last];
        tasks[last] = null;
        if (last == 0) {
            return first;
        }
        int hole = 0;
        for (int child = 1; child < last; child = hole * 2 + 1) {
            if (child + 1 < last && isBefore(child + 1, times[child], ordinals[child])) {
                child++;
            }
            if (!isBefore(child, timeNs, ordinal)) {
                break;
            }
            move(child, hole);
            hole = child;
        }
        put(hole, timeNs, ordinal, task);
        return first;
    }

    private boolean isBefore(final int index, final long timeNs, final long ordinal) {
        return times[index] < timeNs || (times[index] == timeNs && ordinals[index] < ordinal);
    }

    private void move(final int from, final int to) {
        put(to, times[from], ordinals[from], tasks[from]);
    }

    private void put(final int index, final long timeNs, final long ordinal, final Runnable task) {
        times[index] = timeNs;
        ordinals[index] = ordinal;
        tasks[index] = task;
    }
}
