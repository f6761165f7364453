package io.dtm.simulation.engine;

/**
 * Virtual time: what is due when. Tasks due at the same time run in the order in which they were scheduled. There is no
 * cancelling: a task looks whether it is still wanted.
 */
public final class Schedule {
    /** Most tasks are due within microseconds; time limits, of which there are many, are in nobody's way. */
    private static final long SOON_NS = 200_000L;

    private final TaskHeap soon = new TaskHeap();
    private final TaskHeap later = new TaskHeap();
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
        return soon.isEmpty() && later.isEmpty();
    }

    /** @return when the next task is due; Long.MAX_VALUE if there is none. */
    public long nextDueNs() {
        return Math.min(soon.firstTimeNs(), later.firstTimeNs());
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
        (timeNs - nowNs < SOON_NS ? soon : later).add(timeNs, ++lastOrdinal, task);
    }

    /**
     * Runs the next task; time becomes the one at which it is due.
     *
     * @return whether there was one.
     */
    public boolean runNext() {
        final TaskHeap next = soon.isBefore(later) ? soon : later;
        if (next.isEmpty()) {
            return false;
        }
        nowNs = next.firstTimeNs();
        final Runnable task = next.removeFirst();
        steps++;
        task.run();
        return true;
    }

    /** @param timeNs up to which everything due runs; time is this afterwards. */
    public void runUntil(final long timeNs) {
        while (nextDueNs() <= timeNs) {
            runNext();
        }
        nowNs = Math.max(nowNs, timeNs);
    }
}
