package io.dtm.participant;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/**
 * Locks on keys, given in order of arrival: for participants that serialise their own work. A request queues on all of
 * its keys at once and is granted when it is first on each. Since every participant sees the PREPAREs of concurrent
 * one-shot transactions of one coordinator in the same order, participants that take their locks in {@link
 * Participant#prepare}, and only there, can't deadlock with one another. Interactive transactions, and those of several
 * coordinators, can; there the deadline resolves it, by a ROLLBACK: what waits is released, and answered NO, by {@link
 * Participant#abandonPrepare}.
 * <p>
 * Not thread-safe: it belongs to the duty cycle's thread, on which participants are called.
 *
 * @param <K> of keys, with {@code equals} and {@code hashCode}.
 */
public final class KeyLocks<K> {
    private static final class Request<K> {
        private final BranchId owner;
        private final List<K> keys;
        private final Runnable onGranted;
        private int missing;

        Request(final BranchId owner, final List<K> keys, final Runnable onGranted) {
            this.owner = owner;
            this.keys = keys;
            this.onGranted = onGranted;
        }
    }

    private final Map<K, ArrayDeque<Request<K>>> queues = new HashMap<>();
    private final Map<BranchId, Request<K>> requests = new HashMap<>();

    /**
     * Asks for locks.
     *
     * @param owner     that holds them until {@link #release}; asks once.
     * @param keys      to lock; at least one, repeated ones count once.
     * @param onGranted run once all are held: within this call, or within that of a {@link #release}.
     * @return whether it was run within this call.
     */
    public boolean acquire(final BranchId owner, final Collection<K> keys, final Runnable onGranted) {
        if (keys.isEmpty()) {
            throw new IllegalArgumentException("there is nothing to lock");
        }
        final Request<K> request = new Request<>(owner, List.copyOf(new LinkedHashSet<>(keys)), onGranted);
        if (requests.putIfAbsent(owner, request) != null) {
            throw new IllegalStateException(owner + " holds, or waits for, locks already");
        }
        for (final K key : request.keys) {
            final ArrayDeque<Request<K>> queue = queues.computeIfAbsent(key, ignored -> new ArrayDeque<>(2));
            if (!queue.isEmpty()) {
                request.missing++;
            }
            queue.add(request);
        }
        if (request.missing == 0) {
            onGranted.run();
            return true;
        }
        return false;
    }

    /**
     * Lets the locks of a branch go, held or still waited for, and grants what now is first on all of its keys.
     *
     * @param owner of the locks; nothing happens if it has none.
     */
    public void release(final BranchId owner) {
        final Request<K> released = requests.remove(owner);
        if (released == null) {
            return;
        }
        final Request<?>[] granted = new Request<?>[released.keys.size()];
        int count = 0;
        for (final K key : released.keys) {
            final ArrayDeque<Request<K>> queue = queues.get(key);
            final boolean wasFirst = queue.peek() == released;
            queue.remove(released);
            if (queue.isEmpty()) {
                queues.remove(key);
            } else if (wasFirst) {
                final Request<K> next = queue.peek();
                next.missing--;
                if (next.missing == 0) {
                    granted[count++] = next;
                }
            }
        }
        for (final Request<?> next : Arrays.asList(granted).subList(0, count)) {
            // Unless what was granted just before has released it.
            if (requests.get(next.owner) == next) {
                next.onGranted.run();
            }
        }
    }

    /**
     * @param owner of locks.
     * @return whether it holds all that it asked for.
     */
    public boolean holds(final BranchId owner) {
        final Request<K> request = requests.get(owner);
        return request != null && request.missing == 0;
    }

    /** @return number of keys that are locked or waited for. */
    public int size() {
        return queues.size();
    }
}
