package io.dtm.core.egress;

import io.dtm.core.SlowLinks;
import java.util.ArrayDeque;
import java.util.Arrays;
import org.agrona.collections.Int2IntCounterMap;
import org.agrona.collections.Int2ObjectHashMap;
import org.agrona.collections.IntArrayList;

/**
 * All outlets: of sessions, by the link to which they are attached, and of links that have no session but get an
 * answer. Keeps those that have something queued in one list, in the order in which they got it. Egress agent only.
 */
final class Outlets {
    private static final int MAX_LINK_OUTLETS = 256;
    private static final int POOL_LIMIT = 1024;

    private final LinkPublisher publisher;
    private final SlowLinks slowLinks;
    private final LaneMemory memory;
    private final Int2ObjectHashMap<Outlet> sessions = new Int2ObjectHashMap<>();
    private final Int2ObjectHashMap<Outlet> links = new Int2ObjectHashMap<>();
    private final Int2IntCounterMap sessionsOfLink = new Int2IntCounterMap(0);
    private final IntArrayList slowUnmarked = new IntArrayList();
    private final ArrayDeque<Outlet> pool = new ArrayDeque<>();
    private Outlet[] active = new Outlet[64];
    private int activeCount;
    private boolean wasScarce;

    Outlets(final LinkPublisher publisher, final SlowLinks slowLinks, final LaneMemory memory) {
        this.publisher = publisher;
        this.slowLinks = slowLinks;
        this.memory = memory;
    }

    /** @return the session's outlet, or null if it is attached to no link. */
    Outlet ofSession(final int sessionId) {
        return sessions.get(sessionId);
    }

    /** @return the link's outlet, or null if there are too many of the kind. */
    Outlet ofLink(final int linkId) {
        Outlet outlet = links.get(linkId);
        if (outlet == null && links.size() < MAX_LINK_OUTLETS) {
            outlet = create(linkId, linkId);
            links.put(linkId, outlet);
        }
        return outlet;
    }

    void attach(final int sessionId, final int linkId) {
        final Outlet outlet = sessions.get(sessionId);
        if (linkId == 0) {
            if (outlet != null && !outlet.isClosing()) {
                outlet.discard();
                removeSession(outlet);
            }
        } else if (outlet == null) {
            sessions.put(sessionId, create(sessionId, linkId));
            sessionsOfLink.incrementAndGet(linkId);
        } else if (outlet.linkId() != linkId) {
            leave(outlet.linkId());
            outlet.attach(linkId);
            sessionsOfLink.incrementAndGet(linkId);
        }
    }

    /** Something was queued for it. */
    void activate(final Outlet outlet) {
        if (!outlet.isActive()) {
            outlet.active(true);
            if (activeCount == active.length) {
                active = Arrays.copyOf(active, 2 * activeCount);
            }
            active[activeCount++] = outlet;
        }
    }

    int activeCount() {
        return activeCount;
    }

    Outlet active(final int index) {
        return active[index];
    }

    /** Its link is reported to ingress, at once or as soon as there is room. */
    void tooSlow(final Outlet outlet) {
        if (!slowLinks.mark(outlet.linkId())) {
            slowUnmarked.addInt(outlet.linkId());
        }
    }

    void closeLink(final int linkId) {
        final Outlet outlet = links.get(linkId);
        if (outlet != null) {
            outlet.discard();
        }
        publisher.close(linkId);
    }

    /**
     * At the end of a duty cycle: drops those that are empty from the list, and closed sessions altogether. Memory of
     * which they need little is given up.
     *
     * @return what is left in all of them, in bytes.
     */
    long settle() {
        if (memory.isScarce() && !wasScarce) {
            resetIdle();
        }
        wasScarce = memory.isScarce();
        int kept = 0;
        long backlogBytes = 0;
        for (int i = 0; i < activeCount; i++) {
            final Outlet outlet = active[i];
            outlet.trim();
            if (outlet.isEmpty()) {
                outlet.active(false);
                onEmpty(outlet);
            } else {
                active[kept++] = outlet;
                backlogBytes += outlet.backlogBytes();
            }
        }
        Arrays.fill(active, kept, activeCount, null);
        activeCount = kept;
        while (!slowUnmarked.isEmpty() && slowLinks.mark(slowUnmarked.getInt(slowUnmarked.size() - 1))) {
            slowUnmarked.removeAt(slowUnmarked.size() - 1);
        }
        return backlogBytes;
    }

    /** So that those at work needn't grow again and again, because of what the others keep. */
    private void resetIdle() {
        for (final Outlet outlet : sessions.values()) {
            if (!outlet.isActive()) {
                outlet.reset();
            }
        }
    }

    /**
     * Whose backlog is given up when all together are too long. Something must be queued for one.
     *
     * @param timeoutNs for which a slow link takes nothing.
     * @return of those whose link has taken nothing for so long, else of those whose link takes nothing just now, else
     *     of all, the one with the longest, the first of several.
     */
    Outlet firstToGo(final long timeoutNs) {
        Outlet first = active[0];
        int rank = rank(first, timeoutNs);
        for (int i = 1; i < activeCount; i++) {
            final int other = rank(active[i], timeoutNs);
            if (other > rank || other == rank && active[i].backlogBytes() > first.backlogBytes()) {
                first = active[i];
                rank = other;
            }
        }
        return first;
    }

    private static int rank(final Outlet outlet, final long timeoutNs) {
        if (!outlet.isBlocked()) {
            return 1;
        }
        return outlet.stalledForNs() >= timeoutNs ? 3 : 2;
    }

    private void onEmpty(final Outlet outlet) {
        if (links.get(outlet.id()) == outlet) {
            links.remove(outlet.id());
            release(outlet);
        } else if (sessions.get(outlet.id()) != outlet) {
            release(outlet);
        } else if (outlet.isClosed()) {
            removeSession(outlet);
        }
    }

    private void removeSession(final Outlet outlet) {
        sessions.remove(outlet.id());
        leave(outlet.linkId());
        // One that is in the list is released when the list is settled: never twice.
        if (!outlet.isActive()) {
            release(outlet);
        }
    }

    private void leave(final int linkId) {
        if (sessionsOfLink.decrementAndGet(linkId) == 0) {
            publisher.close(linkId);
        }
    }

    private Outlet create(final int id, final int linkId) {
        final Outlet pooled = pool.pollFirst();
        return (pooled == null ? new Outlet(memory) : pooled).init(id, linkId);
    }

    private void release(final Outlet outlet) {
        outlet.reset();
        if (pool.size() < POOL_LIMIT) {
            pool.addFirst(outlet);
        }
    }
}
