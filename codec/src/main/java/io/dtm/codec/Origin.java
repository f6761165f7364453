package io.dtm.codec;

/** Who may send a message. */
public enum Origin {
    /** A client or a participant, over a link. */
    PEER,
    /** The coordinator, to a client or a participant. */
    COORDINATOR,
    /** The coordinator's own host: ring and journal only. Includes what a {@link #PEER} may send. */
    HOST
}
