package io.dtm.core.journal.reading;

import io.dtm.codec.MarkDescriptor;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalException.Category;
import io.dtm.core.storage.JournalFile;
import java.util.Locale;
import org.agrona.MarkFile;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What a mark file is evidence of: of which force, and of whose process. It isn't needed, so its damage is told and
 * refuses nothing; but one of another coordinator says that files were mixed.
 *
 * @param forcedPosition up to which it says that the journal was forced; 0: it says nothing.
 * @param pid            of the process that owns the directory, or owned it last; 0: not known.
 * @param damage         as full sentences; or null.
 */
record MarkReader(long forcedPosition, long pid, String damage) {
    private static final MarkReader NOTHING = new MarkReader(0, 0, null);

    /**
     * @param file  as it was found; it stays the caller's.
     * @param place for people.
     * @return what it says about this coordinator's journal.
     * @throws JournalException FOREIGN if it belongs to another one.
     */
    static MarkReader of(final JournalFile file, final String place, final long coordinatorId) {
        if (file.length() != MarkDescriptor.FILE_LENGTH || version(file) != MarkDescriptor.VERSION) {
            return NOTHING;
        }
        final UnsafeBuffer buffer = file.buffer();
        final long id = MarkDescriptor.coordinatorId(buffer);
        final long checkedId = MarkDescriptor.checkedCoordinatorId(buffer);
        final boolean isOurs = id == coordinatorId || checkedId == coordinatorId;
        if (!isOurs && id == checkedId) {
            throw new JournalException(Category.FOREIGN, String.format(Locale.ROOT,
                "the mark file %s is of coordinator %016x, the directory of %016x: files of two were mixed; put back"
                    + " what belongs together. If only the mark file is in the wrong place, delete it: it isn't needed,"
                    + " and the start makes another", place, id, coordinatorId), null);
        }
        final long checkedForced = MarkDescriptor.checkedForcedPosition(buffer); // Stored last, so read first.
        final long forced = MarkDescriptor.forcedPosition(buffer);
        String damage = null;
        if (id != checkedId) {
            damage = damage(place, isOurs ? "one of its two copies of the coordinator's id is wrong"
                : "neither of its two copies of the coordinator's id is right: it says nothing");
        } else if (forced != checkedForced) {
            damage = damage(place, "its two copies of the forced position are " + forced + " and " + checkedForced
                + ": the lower one counts. A process that is killed between storing the two leaves that, too");
        }
        return isOurs
            ? new MarkReader(Math.min(forced, checkedForced), MarkDescriptor.pid(buffer), damage)
            : new MarkReader(0, 0, damage);
    }

    private static String damage(final String place, final String what) {
        return "the mark file " + place + " is damaged: " + what + ". It isn't needed, and is written anew; look at the"
            + " device";
    }

    /** It is stored last: what else there is can be read after it. */
    private static int version(final JournalFile file) {
        return new MarkFile(file.buffer(), MarkDescriptor.VERSION_OFFSET, MarkDescriptor.TIMESTAMP_OFFSET)
            .versionVolatile();
    }
}
