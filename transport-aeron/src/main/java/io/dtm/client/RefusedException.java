package io.dtm.client;

/** A request was refused, and nothing was begun for it: it may be made again, under a new id. */
public final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Refusal refusal;

    /**
     * @param refusal why.
     * @param text    what to do about it.
     */
    public RefusedException(final Refusal refusal, final String text) {
        super(text == null || text.isEmpty() ? refusal.name() : refusal.name() + ": " + text);
        this.refusal = refusal;
    }

    /** @return why. */
    public Refusal refusal() {
        return refusal;
    }
}
