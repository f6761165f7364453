package io.dtm.core.journal;

/** The journal can't keep its promise. The process stops; the message says what happened and what to do. */
public final class JournalException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What kind of failure it is: decides exit status and advice. */
    public enum Category {
        /** A force failed. Never tried again: failed pages may be marked clean. */
        FORCE_FAILED,
        /** A record couldn't be appended. */
        APPEND_FAILED,
        /** The reserved space is used up. */
        NO_SPACE,
        /** Data that was known to be forced is damaged or missing. */
        CORRUPT,
        /** The directory belongs to another coordinator, or its format isn't known. */
        FOREIGN,
        /** Another process owns the directory. */
        OWNED,
        /** Replay decided otherwise than what the journal proves, or threw. */
        REPLAY
    }

    private final Category category;
    private final String what;

    /**
     * @param category of the failure.
     * @param message  what happened, where, and what to do.
     * @param cause    or null.
     */
    public JournalException(final Category category, final String message, final Throwable cause) {
        super(category + " - " + message, cause);
        this.category = category;
        this.what = message;
    }

    /** @return what happened, where, and what to do: the message without the category. */
    public String what() {
        return what;
    }

    /** @return the kind of failure. */
    public Category category() {
        return category;
    }
}
