package io.dtm.simulation.node;

import io.dtm.session.CoordinatorSession;
import io.dtm.session.SessionContext;
import io.dtm.simulation.network.PeerLink;
import io.dtm.simulation.network.SimulatedNetwork;

/** What a peer's process has of one coordinator: a link and the library's logic, which knows no other coordinator. */
final class PeerSession {
    private final String linkName;
    private final SimulatedNetwork network;
    private PeerLink link;
    private CoordinatorSession session;

    /**
     * @param linkName of its links.
     * @param network  to the coordinator.
     */
    PeerSession(final String linkName, final SimulatedNetwork network) {
        this.linkName = linkName;
        this.network = network;
    }

    String linkName() {
        return linkName;
    }

    PeerLink link() {
        return link;
    }

    CoordinatorSession session() {
        return session;
    }

    /**
     * The process begins.
     *
     * @param context of the session, but for its link.
     * @param wakeUp  is called when something arrives or changes.
     */
    void start(final SessionContext context, final Runnable wakeUp) {
        final PeerLink former = link;
        link = network.newPeer(linkName, wakeUp);
        if (former != null) {
            link.inherit(former);
        }
        session = new CoordinatorSession(context.link(link));
    }

    /** The process is dead. */
    void kill() {
        network.forget(link);
    }
}
