package io.dtm.simulation.network;

/** One connection between a peer and one process life of the coordinator. */
final class SimulatedLink {
    final PeerLink peer;
    final CoordinatorPort port;
    final int id;
    final Direction toCoordinator;
    final Direction toPeer;
    final KeptFrames keptToPeer = new KeptFrames();
    /** When the coordinator sent something over it last; at first, when it was made. */
    long takenNs;
    boolean isDead;

    SimulatedLink(final SimulatedNetwork network, final PeerLink peer, final CoordinatorPort port, final int id) {
        this.peer = peer;
        this.port = port;
        this.id = id;
        this.takenNs = network.schedule().nowNs();
        this.toCoordinator = new Direction(network, this, false);
        this.toPeer = new Direction(network, this, true);
    }
}
