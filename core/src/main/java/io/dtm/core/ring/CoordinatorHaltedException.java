package io.dtm.core.ring;

/** The coordinator must not go on (rule 12): the message says why, and what to do. */
public final class CoordinatorHaltedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param reason why. */
    public CoordinatorHaltedException(final String reason) {
        super(reason);
    }
}
