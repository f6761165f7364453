package io.dtm.core.journal;

/** Makes the rule that one thread does something executable. For assertions: it isn't exact across threads. */
final class SingleWriter {
    private Thread owner;

    /** @return whether it is the current thread that does it; the first one to ask is, from then on. */
    boolean isCurrentThread() {
        final Thread current = Thread.currentThread();
        if (owner == null) {
            owner = current;
        }
        return owner == current;
    }

    /** Lets another thread be it from now on. */
    void handOver() {
        owner = null;
    }
}
