package io.dtm.core.storage;

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
        REPLAY,
        /** An operator ordered a cut where the journal isn't refused, or that can't be made. */
        CUT_REFUSED
    }

    /** There is no position from which on the journal could be given up. */
    public static final long NOWHERE = -1;

    private final Category category;
    private final String place;
    private final String defect;
    private final long cutPosition;
    private final boolean isOtherVersion;

    /**
     * @param category of the failure.
     * @param message  what happened, where, and what to do.
     * @param cause    or null.
     */
    public JournalException(final Category category, final String message, final Throwable cause) {
        super(category + " - " + message, cause);
        this.category = category;
        this.place = "";
        this.defect = message;
        this.cutPosition = NOWHERE;
        this.isOtherVersion = false;
    }

    private JournalException(
        final Category category,
        final String place,
        final String defect,
        final String advice,
        final boolean isOtherVersion) {
        super(category + " - " + place + defect + advice);
        this.category = category;
        this.place = place;
        this.defect = defect;
        this.cutPosition = NOWHERE;
        this.isOtherVersion = isOtherVersion;
    }

    /**
     * @param category of the failure.
     * @param place    where it is, as the begin of a sentence.
     * @param defect   how that sentence goes on; for itself it says what is wrong there.
     * @param advice   to an operator, who reads it behind that.
     * @return the failure.
     */
    public static JournalException placed(
        final Category category, final String place, final String defect, final String advice) {
        return new JournalException(category, place, defect, advice, false);
    }

    /**
     * @param place  where it is, as the begin of a sentence.
     * @param defect how that sentence goes on; for itself it says which version there is, which one is known, and what
     *               an operator can do.
     * @return FOREIGN: nothing is known to be damaged, but another version of the program wrote it.
     */
    public static JournalException otherVersion(final String place, final String defect) {
        return new JournalException(Category.FOREIGN, place, defect, "", true);
    }

    private JournalException(final JournalException refusal, final long cutPosition, final String advice) {
        super(refusal.getMessage() + advice, refusal.getCause());
        this.category = refusal.category;
        this.place = refusal.place;
        this.defect = refusal.defect;
        this.cutPosition = cutPosition;
        this.isOtherVersion = refusal.isOtherVersion;
    }

    /** @return what happened and where: the message without the category, and without advice that fits all such. */
    public String what() {
        return place + defect;
    }

    /** @return as {@link #what}, but without the place if that is told apart: for who has named it already. */
    public String defect() {
        return defect;
    }

    /** @return the kind of failure. */
    public Category category() {
        return category;
    }

    /** @return whether another version of the program wrote what is refused. */
    public boolean isOtherVersion() {
        return isOtherVersion;
    }

    /** @return where the journal could be cut as a last resort: the records before are whole; or {@link #NOWHERE}. */
    public long cutPosition() {
        return cutPosition;
    }

    /**
     * @param advice to an operator, beside what the refusal says already.
     * @return the same refusal, with it.
     */
    public JournalException withAdvice(final String advice) {
        return new JournalException(this, cutPosition, advice);
    }

    /**
     * @param position up to which everything is whole and replayed.
     * @return the same refusal, with the last resort that an operator has.
     */
    public JournalException cuttableAt(final long position) {
        return new JournalException(this, position, ". The last resort, if no copy can be had: start once with"
            + " --cut-at " + position + ". That gives up everything from there on, whatever was promised by it; the"
            + " bytes are kept aside, the loss is recorded, and the coordinator starts as from a restored backup");
    }
}
