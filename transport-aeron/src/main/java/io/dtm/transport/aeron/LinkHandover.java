package io.dtm.transport.aeron;

import org.agrona.concurrent.OneToOneConcurrentArrayQueue;

/**
 * Between the ingress and the egress thread: new links through a bounded queue, losses as levels in the links with a
 * count on each side that tells the other that there is something to look for. One writer for each field, no lock.
 */
final class LinkHandover {
    private final OneToOneConcurrentArrayQueue<ServerLink> newLinks;
    private volatile long downCount;
    private volatile long closedCount;

    LinkHandover(final int capacity) {
        newLinks = new OneToOneConcurrentArrayQueue<>(capacity);
    }

    /** Ingress. False: egress hasn't kept up, the link can't be taken. */
    boolean offer(final ServerLink link) {
        return newLinks.offer(link);
    }

    /** Egress. */
    ServerLink poll() {
        return newLinks.poll();
    }

    /** Ingress. */
    void down(final ServerLink link) {
        link.downAtIngress();
        downCount = downCount + 1;
    }

    /** Egress: changes when a link went down. */
    long downCount() {
        return downCount;
    }

    /** Egress. */
    void closed(final ServerLink link) {
        link.closedAtEgress();
        closedCount = closedCount + 1;
    }

    /** Ingress: changes when a link was closed. */
    long closedCount() {
        return closedCount;
    }
}
