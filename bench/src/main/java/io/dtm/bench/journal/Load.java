package io.dtm.bench.journal;

/**
 * What the client in process submits: one-shot transactions of two branches.
 *
 * @param softLimitBytes   of a peer's frame.
 * @param isMessageAFrame  each message stands alone in a frame.
 * @param payloadBytes     of each branch.
 * @param window           transactions that wait for their outcome at most.
 */
record Load(int softLimitBytes, boolean isMessageAFrame, int payloadBytes, int window) {
    /** Payload of a datagram with the transport's default MTU. */
    static final int DATAGRAM = 1408 - 32;
    /** Payload of a datagram with an MTU of 8 KiB. */
    static final int LARGE_DATAGRAM = 8192 - 32;

    private static final int PAYLOAD = 32;
    private static final int MANY = 4096;

    static Load many(final int softLimitBytes) {
        return new Load(softLimitBytes, false, PAYLOAD, MANY);
    }

    static Load oneInFlight() {
        return new Load(DATAGRAM, false, PAYLOAD, 1);
    }

    static Load messageAFrame() {
        return new Load(DATAGRAM, true, PAYLOAD, MANY);
    }
}
