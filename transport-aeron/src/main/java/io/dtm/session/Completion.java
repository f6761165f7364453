package io.dtm.session;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

/** An answer of a participant, given once and on any thread, that the duty cycle's thread takes up. */
abstract class Completion {
    private static final AtomicIntegerFieldUpdater<Completion> GIVEN =
        AtomicIntegerFieldUpdater.newUpdater(Completion.class, "given");

    private final CompletionQueue queue;
    private volatile int given;
    /** Links the queue; written before the push, read after the drain. */
    Completion next;

    Completion(final CompletionQueue queue) {
        this.queue = queue;
    }

    /** @return whether this call is the first: it may fill in its answer and must then {@link #enqueue()}. */
    final boolean claim() {
        return GIVEN.compareAndSet(this, 0, 1);
    }

    final void enqueue() {
        queue.push(this);
    }

    /** Takes effect, on the duty cycle's thread. */
    abstract void run();
}
