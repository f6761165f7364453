package io.dtm.core;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Links that don't drain: marked by the egress agent, read by ingress, which makes an event of each. A level and not a
 * queue: when it is full, the mark is set again later.
 */
public final class SlowLinks {
    private static final int FREE = 0;

    private final AtomicIntegerArray links;
    /** Spares ingress a look at each place in every duty cycle. */
    private final AtomicInteger count = new AtomicInteger();

    /** @param capacity greatest number of links marked at a time. */
    public SlowLinks(final int capacity) {
        links = new AtomicIntegerArray(capacity);
    }

    /**
     * Marks a link. Egress agent only.
     *
     * @param linkId not 0.
     * @return false if there is no room: mark it again later.
     */
    public boolean mark(final int linkId) {
        int free = -1;
        for (int i = 0; i < links.length(); i++) {
            final int marked = links.getAcquire(i);
            if (marked == linkId) {
                return true;
            }
            if (marked == FREE && free < 0) {
                free = i;
            }
        }
        if (free < 0) {
            return false;
        }
        links.setRelease(free, linkId);
        count.getAndIncrement();
        return true;
    }

    /** @return a link that is marked, or 0. Ingress agent only. */
    public int first() {
        if (count.getAcquire() == 0) {
            return 0;
        }
        for (int i = 0; i < links.length(); i++) {
            final int marked = links.getAcquire(i);
            if (marked != FREE) {
                return marked;
            }
        }
        return 0;
    }

    /**
     * The event was made. Ingress agent only.
     *
     * @param linkId that was marked.
     */
    public void clear(final int linkId) {
        for (int i = 0; i < links.length(); i++) {
            if (links.getAcquire(i) == linkId) {
                count.getAndDecrement();
                links.setRelease(i, FREE);
            }
        }
    }
}
