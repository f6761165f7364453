package io.dtm.core.journal;

import io.dtm.core.journal.JournalException.Category;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * What former processes left in shared memory: the tail that the data directory points to, and one where the next is to
 * be made. A start owns them, drains them into the segments, and lets them go when its journal is live. If there is
 * none, the machine was started again, or the last process ended well, or there never was one.
 */
final class FormerTails implements AutoCloseable {
    private final Map<String, TailReader> owned = new LinkedHashMap<>();
    private final JournalContext context;
    private final JournalStorage storage;

    private FormerTails(final JournalContext context) {
        this.context = context;
        this.storage = context.storage();
    }

    /** @throws JournalException OWNED, FOREIGN, CORRUPT, FORCE_FAILED. */
    static FormerTails drain(final JournalContext context, final long coordinatorId) throws IOException {
        final FormerTails tails = new FormerTails(context);
        boolean isDone = false;
        try {
            for (final String location : tails.locations(coordinatorId)) {
                tails.drain(location, coordinatorId);
            }
            isDone = true;
            return tails;
        } finally {
            if (!isDone) {
                tails.close();
            }
        }
    }

    /**
     * When all that was in them is in the segments and forced. One after the other: a tail that is found again is only
     * compared again, and a pointer to none says that there is none.
     *
     * @param kept location of the new tail, which is there and pointed to; or null.
     */
    void delete(final String kept) throws IOException {
        for (final String location : owned.keySet()) {
            if (!location.equals(kept)) {
                storage.sharedMemory().delete(location);
            }
        }
        if (kept == null) {
            TailPointer.delete(storage);
        }
        close();
    }

    @Override
    public void close() {
        owned.values().forEach(TailReader::close);
        owned.clear();
    }

    private Set<String> locations(final long coordinatorId) throws IOException {
        final Set<String> locations = new LinkedHashSet<>();
        final String last = TailPointer.read(storage);
        if (last != null) {
            locations.add(last);
        }
        if (storage.isStaged()) {
            locations.add(LiveTail.locationOf(storage, coordinatorId));
        }
        return locations;
    }

    private void drain(final String location, final long coordinatorId) throws IOException {
        final JournalFile file;
        try {
            file = storage.sharedMemory().own(location);
        } catch (final NoSuchFileException ex) {
            return;
        } catch (final IOException ex) {
            throw new JournalException(Category.FOREIGN, "tail " + location + " can't be opened: " + ex
                + ". It may hold what was appended before the coordinator died; make it readable", ex);
        }
        final TailReader tail = TailReader.of(file, location, coordinatorId);
        owned.put(location, tail);
        final long bytes = new TailDrain(storage, coordinatorId, tail).drain();
        if (bytes > 0) {
            context.reportSink().accept("journal: the process before left " + bytes + " bytes in tail " + location
                + " only; they are in the segments now, and forced");
        }
    }
}
