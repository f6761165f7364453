package io.dtm.core.journal.inspection;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;

/**
 * A place where a journal isn't what it must be for this program.
 *
 * @param file           name of the file in the journal's directory.
 * @param position       in the journal, or {@link #NOWHERE}.
 * @param offset         in the file, bytes.
 * @param what           is wrong there, for people.
 * @param isOtherVersion whether nothing is known to be damaged there: another version of the program wrote it.
 */
public record JournalDamage(String file, long position, long offset, String what, boolean isOtherVersion) {
    /** Instead of a position, where it isn't known, or the file has none. */
    public static final long NOWHERE = -1;

    /**
     * A damage.
     *
     * @param file     name of the file in the journal's directory.
     * @param position in the journal, or {@link #NOWHERE}.
     * @param offset   in the file, bytes.
     * @param what     is wrong there, for people.
     */
    public JournalDamage(final String file, final long position, final long offset, final String what) {
        this(file, position, offset, what, false);
    }

    /**
     * @param file     that can't be read as a whole, whatever it holds.
     * @param position in the journal, or {@link #NOWHERE}.
     * @param why      it can't.
     * @return the damage.
     */
    public static JournalDamage unreadable(final String file, final long position, final IOException why) {
        return new JournalDamage(file, position, 0, "it can't be read: " + reason(why));
    }

    private static String reason(final IOException why) {
        if (why instanceof AccessDeniedException) {
            return "no permission; run this as the owner of the journal";
        }
        return why instanceof FileSystemException named && named.getReason() != null
            ? named.getReason() : why.toString();
    }
}
