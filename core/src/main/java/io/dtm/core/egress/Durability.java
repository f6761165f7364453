package io.dtm.core.egress;

/** How durable the journal is, as egress asks and wants it: the port behind which the journal stands. */
public interface Durability {
    /** @return position up to which everything survives a power loss; only rises. */
    long forcedPosition();

    /**
     * Something waits for this position. Starts no I/O. Egress agent only.
     *
     * @param position of a record that was appended.
     */
    void requestForce(long position);
}
