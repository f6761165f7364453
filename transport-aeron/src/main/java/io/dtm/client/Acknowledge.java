package io.dtm.client;

/** Which of a transaction's acknowledgements a client wants: it gets exactly that one. */
public enum Acknowledge {
    /** The request is sequenced. Survives no power loss, and says nothing of the outcome. */
    ACCEPTED(1),
    /** The outcome is certain. */
    DECIDED(2),
    /** The outcome is certain and every branch has carried it out. */
    COMPLETED(3);

    private final int value;

    Acknowledge(final int value) {
        this.value = value;
    }

    /** @return the schema's value. */
    public int value() {
        return value;
    }
}
