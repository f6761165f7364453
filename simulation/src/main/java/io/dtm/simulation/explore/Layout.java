package io.dtm.simulation.explore;

/**
 * Where a state of the whole, an array of numbers, has what: the coordinator's host, the budgets that are left, the
 * calls between processes on their way, and for each peer its process and its link.
 */
final class Layout {
    static final int HOST = 0;
    static final int BUDGETS = 1;
    static final int CALLS = 2;
    private static final int PEERS = 3;

    // of a peer, from its slot on
    /** State of the process. */
    static final int NODE = 0;
    /** What is on its way over the current link, in order. */
    static final int TO_COORDINATOR = 1;
    static final int TO_PEER = 2;
    /** Generation of the link, and how it stands. */
    static final int LINK = 3;
    /** First frame that was sent over the link. */
    static final int HANDSHAKE = 4;
    /** Copies of frames on their way, in no order; they outlive a link, for all that could make a frame come late. */
    static final int COPIES = 5;
    /** A frame of a former link that is still on its way to the coordinator, plus one; 0: none. */
    static final int STALE = 6;
    static final int STALE_GENERATION = 7;
    private static final int SLOTS = 8;

    /** How a link stands: the peer has none and wants one. */
    static final int WANTED = 0;
    static final int UP = 1;
    /** The coordinator's end is gone; the peer takes what is on its way and hasn't noticed yet. */
    static final int CUT = 2;
    private static final int STANDING_BITS = 2;
    private static final int STANDING_MASK = (1 << STANDING_BITS) - 1;

    private Layout() {
    }

    static int length(final Scope scope) {
        return PEERS + scope.peers() * SLOTS;
    }

    static int slot(final int peer) {
        return PEERS + peer * SLOTS;
    }

    static int standing(final int[] state, final int peer) {
        return state[slot(peer) + LINK] & STANDING_MASK;
    }

    static void standing(final int[] state, final int peer, final int value) {
        state[slot(peer) + LINK] = state[slot(peer) + LINK] & ~STANDING_MASK | value;
    }

    /** Of the current or last link; 0: there was none yet. */
    static int generation(final int[] state, final int peer) {
        return state[slot(peer) + LINK] >> STANDING_BITS;
    }

    static void nextGeneration(final int[] state, final int peer) {
        state[slot(peer) + LINK] = generation(state, peer) + 1 << STANDING_BITS | UP;
    }

    static int left(final int[] state, final Budget budget) {
        return budget.left(state[BUDGETS]);
    }

    static void spend(final int[] state, final Budget budget) {
        state[BUDGETS] -= budget.times(1);
    }
}
