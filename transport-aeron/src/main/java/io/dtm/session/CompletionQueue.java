package io.dtm.session;

import java.util.concurrent.atomic.AtomicReference;

/**
 * Carries answers of participants from whatever thread gave them to the duty cycle's thread, in the order in which they
 * were given. Many producers, one consumer, no lock. It can't grow beyond the number of calls that wait for an answer,
 * since each {@link Completion} is queued at most once; those are bounded by the tables of branches.
 */
final class CompletionQueue {
    private final AtomicReference<Completion> pushed = new AtomicReference<>();
    private Completion taken;

    /** Any thread. */
    void push(final Completion completion) {
        Completion head;
        do {
            head = pushed.get();
            completion.next = head;
        } while (!pushed.compareAndSet(head, completion));
    }

    /**
     * Lets answers take effect. Duty cycle's thread.
     *
     * @param outbox stops it when it is backed up.
     * @return how many took effect.
     */
    int drain(final Outbox outbox) {
        int count = 0;
        while (!outbox.isBackedUp()) {
            if (taken == null) {
                taken = takeInOrder();
                if (taken == null) {
                    break;
                }
            }
            final Completion completion = taken;
            taken = completion.next;
            completion.next = null;
            completion.run();
            count++;
        }
        return count;
    }

    private Completion takeInOrder() {
        Completion newest = pushed.get() == null ? null : pushed.getAndSet(null);
        Completion ordered = null;
        while (newest != null) {
            final Completion older = newest.next;
            newest.next = ordered;
            ordered = newest;
            newest = older;
        }
        return ordered;
    }
}
