package io.dtm.core.ingress;

import io.dtm.codec.message.CloseReason;
import io.dtm.core.LinkReplies;
import io.dtm.core.SlowLinks;
import java.util.ArrayList;
import org.agrona.collections.Int2ObjectHashMap;

/**
 * The links that are up, and those that went down but whose silence still counts. Watches them: a link with sessions
 * that gave no sign of life for the session timeout is lost, one that doesn't drain is too slow, and one that doesn't
 * get as far as a session in time is closed. Ingress agent only.
 */
final class Links {
    /** Silence is looked at so many times within a session timeout. */
    private static final int SCANS_PER_TIMEOUT = 20;

    private final IngressConfig config;
    private final HostEvents events;
    private final WatchClock watch;
    private final LinkReplies replies;
    private final SlowLinks slowLinks;
    private final Int2ObjectHashMap<Link> byId = new Int2ObjectHashMap<>();
    /** In the order in which they came up, so that events don't depend on hash order. */
    private final ArrayList<Link> all = new ArrayList<>();
    private int withoutSession;
    private long nextScanNs;

    Links(final IngressConfig config, final HostEvents events, final WatchClock watch) {
        this.config = config;
        this.events = events;
        this.watch = watch;
        this.replies = config.replies();
        this.slowLinks = config.slowLinks();
    }

    /** @return the link, or null if there is none of this id. */
    Link get(final int linkId) {
        return byId.get(linkId);
    }

    void onUp(final int linkId) {
        if (withoutSession >= config.maxUnauthenticatedLinks() || byId.size() >= config.maxLinks()) {
            config.dropListener().onDropped(DropReason.TOO_MANY_LINKS, linkId);
            replies.close(linkId);
            return;
        }
        final Link link = new Link(linkId, watch.nowNs());
        byId.put(linkId, link);
        all.add(link);
        withoutSession++;
    }

    void onDown(final Link link) {
        link.isUp = false;
        if (!link.isWatched) {
            remove(link);
        }
    }

    /** It may have sessions from now on. */
    void watch(final Link link) {
        if (!link.isWatched) {
            link.isWatched = true;
            withoutSession--;
        }
    }

    /** Makes an event of each link that is too slow, or silent for too long, as far as there is room. */
    int publishLosses() {
        return publishSlow() + publishSilent();
    }

    private int publishSlow() {
        int work = 0;
        for (int linkId = slowLinks.first(); linkId != 0; linkId = slowLinks.first()) {
            final Link link = byId.get(linkId);
            if (link != null && link.isWatched) {
                if (events.linkLost(linkId, CloseReason.TOO_SLOW) == EventPublisher.NO_ROOM) {
                    return work;
                }
                onLost(link);
            }
            slowLinks.clear(linkId);
            work++;
        }
        return work;
    }

    private int publishSilent() {
        final long nowNs = watch.nowNs();
        if (nowNs < nextScanNs) {
            return 0;
        }
        int work = 0;
        for (int i = all.size() - 1; i >= 0; i--) {
            final Link link = all.get(i);
            if (link.isWatched) {
                if (nowNs - link.aliveNs > config.sessionTimeoutNs()) {
                    if (events.linkLost(link.linkId, CloseReason.LOST) == EventPublisher.NO_ROOM) {
                        return work;
                    }
                    onLost(link);
                    work++;
                }
            } else {
                closeIfLate(link, nowNs);
            }
        }
        nextScanNs = nowNs + config.sessionTimeoutNs() / SCANS_PER_TIMEOUT;
        return work;
    }

    private void onLost(final Link link) {
        link.isWatched = false;
        withoutSession++;
        link.aliveNs = watch.nowNs();
        if (!link.isUp) {
            remove(link);
        }
    }

    private void closeIfLate(final Link link, final long nowNs) {
        if (nowNs - link.aliveNs > config.authenticationTimeoutNs() && !link.isCloseAsked) {
            link.isCloseAsked = replies.close(link.linkId);
            if (link.isCloseAsked && !link.isAdmitted()) {
                config.dropListener().onDropped(DropReason.AUTHENTICATION_TIMEOUT, link.linkId);
            }
        }
    }

    private void remove(final Link link) {
        byId.remove(link.linkId);
        all.remove(link);
        withoutSession--;
    }
}
