package io.dtm.core.journal;

import io.dtm.core.journal.reading.CutOrderFile;
import io.dtm.core.journal.reading.JournalTail;
import io.dtm.core.journal.reading.TailReader;
import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.Forcing;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalException.Category;
import io.dtm.core.storage.JournalFile;
import io.dtm.core.storage.JournalStorage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;

/**
 * An operator's order to give up everything from a position on. Whatever is given up is kept aside. The order is a file
 * from before the first change until the journal holds the record that tells of the cut, forced: so that a crash in
 * between leaves a directory that is refused, and never one that was cut in silence.
 * <pre>
 *   copy the cut segment aside ──► order's file ──► rename later files aside ──► cut ──► record, forced ──► no order
 *     └ all of it forced             └ from here on an ordinary start is refused
 * </pre>
 * One thread, at a start.
 */
final class CutOrder {
    private final JournalStorage storage;
    private final CutRecord record;
    private final long position;
    private final boolean isResumed;
    private final String reason;
    private long lostBytes;

    private CutOrder(
        final JournalStorage storage,
        final CutRecord record,
        final long position,
        final boolean isResumed,
        final String reason,
        final long lostBytes) {
        this.storage = storage;
        this.record = record;
        this.position = position;
        this.isResumed = isResumed;
        this.reason = reason;
        this.lostBytes = lostBytes;
    }

    /** @return a new order; nothing is done yet. */
    static CutOrder of(
        final JournalStorage storage, final CutRecord record, final long position, final String reason) {
        return new CutOrder(storage, record, position, false, reason.replace('\n', ' '), 0);
    }

    /** @return an interrupted order, given again. */
    static CutOrder again(final JournalStorage storage, final CutRecord record, final CutOrderFile interrupted) {
        return new CutOrder(
            storage, record, interrupted.position(), true, interrupted.reason(), interrupted.lostBytes());
    }

    long position() {
        return position;
    }

    /**
     * Keeps everything aside that the cut takes away, and takes later files out of the journal. What remains is a
     * segment to be cut as a torn tail is.
     *
     * @param tail where the journal is to end.
     * @param only tails in shared memory that nobody reads any more, and that hold what is nowhere else.
     */
    void keepAside(final JournalTail tail, final List<TailReader> only) throws IOException {
        checkSpace(only);
        for (final TailReader one : only) {
            copyAside(one.place().substring(one.place().lastIndexOf('/') + 1), one.file());
        }
        if (!isResumed) {
            lostBytes = tail.tornBytes();
            final String name = segmentOfPosition();
            try (JournalFile from = storage.open(name, false)) {
                copyAside(name, from);
            }
            new CutOrderFile(position, lostBytes, reason).write(storage);
        }
        final List<String> names = storage.list();
        for (int i = names.size() - 1; i >= 0; i--) {
            if (isBeyond(names.get(i))) {
                storage.rename(names.get(i), FileNames.unusedKept(storage.list(), names.get(i)));
            }
        }
        if (names.contains(FileNames.MARK)) {
            storage.delete(FileNames.MARK); // It calls forced what is no more.
        }
        Forcing.directory(storage);
    }

    /** @return what the journal is to tell of the cut. */
    DirectBuffer frame() {
        return record.frame(position, lostBytes, reason);
    }

    /** The journal tells of it: the order is carried out. */
    void done() throws IOException {
        storage.delete(FileNames.CUT_ORDER);
        Forcing.directory(storage);
    }

    private boolean isBeyond(final String name) {
        return FileNames.isSegment(name) && FileNames.position(name) >= position
            || FileNames.isCheckpoint(name) && FileNames.position(name) > position;
    }

    private String segmentOfPosition() throws IOException {
        String found = null;
        for (final String name : storage.list()) {
            if (FileNames.isSegment(name) && FileNames.position(name) < position) {
                found = name;
            }
        }
        if (found == null) {
            throw new IllegalStateException("no segment holds position " + position);
        }
        return found;
    }

    /** For all copies before the first. */
    private void checkSpace(final List<TailReader> only) throws IOException {
        final List<String> names = new ArrayList<>();
        long length = 0;
        for (final TailReader one : only) {
            names.add(one.place());
            length += one.file().length();
        }
        if (!isResumed) {
            names.add(storage.describe(segmentOfPosition()));
            length += storage.length(segmentOfPosition());
        }
        if (storage.usableBytes() < length) {
            throw new JournalException(Category.NO_SPACE, "before the cut a copy of " + String.join(" and of ", names)
                + " is kept, and there are only " + storage.usableBytes() + " of " + length
                + " bytes free. Nothing was changed: make space, then start again with --cut-at " + position, null);
        }
    }

    private void copyAside(final String name, final JournalFile from) throws IOException {
        final String kept = FileNames.unusedKept(storage.list(), name);
        final String temporary = kept + FileNames.TEMPORARY_SUFFIX;
        try (JournalFile to = storage.create(temporary, from.length())) {
            PageWrites.copy(from, 0, from.length(), to);
            Forcing.file(storage, to, temporary);
        }
        storage.rename(temporary, kept);
        Forcing.directory(storage);
    }
}
