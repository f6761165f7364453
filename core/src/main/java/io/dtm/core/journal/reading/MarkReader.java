package io.dtm.core.journal.reading;

import io.dtm.codec.MarkDescriptor;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalException.Category;
import io.dtm.core.storage.JournalFile;
import org.agrona.MarkFile;

/** Tells whether a mark file is evidence: of which force, and of whose process. */
final class MarkReader {
    private MarkReader() {
    }

    /**
     * @param file  as it was found; it stays the caller's.
     * @param place for people.
     * @return whether it says something about this coordinator's journal.
     * @throws JournalException FOREIGN if it belongs to another one.
     */
    static boolean isUsable(final JournalFile file, final String place, final long coordinatorId) {
        if (file.length() != MarkDescriptor.FILE_LENGTH || version(file) != MarkDescriptor.VERSION) {
            return false;
        }
        final long found = MarkDescriptor.coordinatorId(file.buffer());
        if (found != coordinatorId) {
            throw new JournalException(Category.FOREIGN, String.format(
                "the mark file %s is of coordinator %016x, the directory of %016x: files of two were mixed; put back"
                    + " what belongs together", place, found, coordinatorId), null);
        }
        return true;
    }

    /** It is stored last: what else there is can be read after it. */
    private static int version(final JournalFile file) {
        return new MarkFile(file.buffer(), MarkDescriptor.VERSION_OFFSET, MarkDescriptor.TIMESTAMP_OFFSET)
            .versionVolatile();
    }
}
