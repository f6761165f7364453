package io.dtm.core.journal.inspection;

/**
 * A place where a journal isn't what it must be.
 *
 * @param file     name of the file in the data directory.
 * @param position in the journal, or {@link #NOWHERE}.
 * @param offset   in the file, bytes.
 * @param what     is wrong there, for people.
 */
public record JournalDamage(String file, long position, long offset, String what) {
    /** Instead of a position, where it isn't known, or the file has none. */
    public static final long NOWHERE = -1;
}
