package io.dtm.simulation.network;

/** One connection between a peer and one process life of the coordinator. */
final class SimulatedLink {
    static final long NEVER = Long.MAX_VALUE;

    final PeerLink peer;
    final CoordinatorPort port;
    final int id;
    final Direction toCoordinator;
    final Direction toPeer;
    final KeptFrames keptToPeer = new KeptFrames();
    /** When it was first refused what the coordinator sends over it, since it took something last. */
    long refusedNs = NEVER;
    boolean isDead;

    SimulatedLink(final SimulatedNetwork network, final PeerLink peer, final CoordinatorPort port, final int id) {
        this.peer = peer;
        this.port = port;
        this.id = id;
        this.toCoordinator = new Direction(network, this, false);
        this.toPeer = new Direction(network, this, true);
    }
}
