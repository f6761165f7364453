package io.dtm.simulation.engine;

import java.util.Arrays;

/**
 * Virtual time: what is due when. Tasks due at the same time run in the order in which they were scheduled. There is no
 * cancelling: a task looks whether it is still wanted.
 */
public final class Schedule {
    private static final int FIRST_CAPACITY = 256;

    private long[] times = new long[FIRST_CAPACITY];
    private long[] ordinals = new long[FIRST_CAPACITY];
    private Runnable[] tasks = new Runnable[FIRST_CAPACITY];
    private int size;
    private long lastOrdinal;
    private long nowNs;
    private long steps;

    /** @return virtual nanoseconds since the simulation began. */
    public long nowNs() {
        return nowNs;
    }

    /** @return number of tasks that have run. */
    public long steps() {
        return steps;
    }

    /** @return whether nothing is due any more. */
    public boolean isEmpty() {
        return size == 0;
    }

    /** @return when the next task is due; Long.MAX_VALUE if there is none. */
    public long nextDueNs() {
        return size == 0 ? Long.MAX_VALUE : times[0];
    }

    /**
     * @param delayNs from now on, not negative.
     * @param task    runs then.
     */
    public void after(final long delayNs, final Runnable task) {
        at(nowNs + delayNs, task);
    }

    /**
     * @param timeNs not before now.
     * @param task   runs then.
     */
    public void at(final long timeNs, final Runnable task) {
        if (timeNs < nowNs) {
            throw new IllegalArgumentException("time " + timeNs + " has passed: it is " + nowNs);
        }
        if (size == times.length) {
            times = Arrays.copyOf(times, size * 2);
            ordinals = Arrays.copyOf(ordinals, size * 2);
            tasks = Arrays.copyOf(tasks, size * 2);
        }
        int hole = size++;
        final long ordinal = ++lastOrdinal;
        while (hole > 0) {
            final int parent = (hole - 1) >>> 1;
            if (isBefore(parent, timeNs, ordinal)) {
                break;
            }
            move(parent, hole);
            hole = parent;
        }
        times[hole] = timeNs;
        ordinals[hole] = ordinal;
        tasks[hole] = task;
    }

    /**
     * Runs the next task; time becomes the one at which it is due.
     *
     * @return whether there was one.
     */
    public boolean runNext() {
        if (size == 0) {
            return false;
        }
        nowNs = times[0];
        final Runnable task = tasks[0];
        removeFirst();
        steps++;
        task.run();
        return true;
    }

    /** @param timeNs up to which everything due runs; time is this afterwards. */
    public void runUntil(final long timeNs) {
        while (size > 0 && times[0] <= timeNs) {
            runNext();
        }
        nowNs = Math.max(nowNs, timeNs);
    }

    private void removeFirst() {
        final int last = --size;
        final long timeNs = times[last];
        final long ordinal = ordinals[last];
        final Runnable task = tasks[last];
        tasks[last] = null;
        if (last == 0) {
            return;
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
        times[hole] = timeNs;
        ordinals[hole] = ordinal;
        tasks[hole] = task;
    }

    private boolean isBefore(final int index, final long timeNs, final long ordinal) {
        return times[index] < timeNs || (times[index] == timeNs && ordinals[index] < ordinal);
    }

    private void move(final int from, final int to) {
        times[to] = times[from];
        ordinals[to] = ordinals[from];
        tasks[to] = tasks[from];
    }
}
