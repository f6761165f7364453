package io.dtm.core.journal;

import io.dtm.core.journal.reading.TailDamage;
import io.dtm.core.journal.reading.TailPointer;
import io.dtm.core.journal.reading.TailReader;
import io.dtm.core.storage.DirectoryIdentity;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalException.Category;
import io.dtm.core.storage.JournalFile;
import io.dtm.core.storage.JournalStorage;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
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
    private final long coordinatorId;
    private TailPointer pointer;
    private boolean isDrained;

    private FormerTails(final JournalContext context, final long coordinatorId) {
        this.context = context;
        this.coordinatorId = coordinatorId;
        this.storage = context.storage();
    }

    /** @throws JournalException OWNED, FOREIGN, CORRUPT. */
    static FormerTails own(final JournalContext context, final long coordinatorId) throws IOException {
        final FormerTails tails = new FormerTails(context, coordinatorId);
        boolean isDone = false;
        try {
            for (final String location : tails.locations()) {
                tails.find(location);
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
     * Puts what they hold into the segments; once is enough.
     *
     * @throws JournalException FOREIGN, CORRUPT, FORCE_FAILED.
     */
    void drain() throws IOException {
        if (isDrained) {
            return;
        }
        for (final Map.Entry<String, TailReader> tail : owned.entrySet()) {
            final TailDrain drain = new TailDrain(storage, coordinatorId, tail.getValue());
            final long bytes = drain.drain();
            if (bytes > 0) {
                context.reportSink().accept("journal: the process before left " + bytes + " bytes in tail "
                    + tail.getKey() + " only; they are in the segments now, and forced");
            }
            if (drain.mendedBytes() > 0) {
                context.reportSink().accept("journal: the first " + drain.mendedBytes() + " of these bytes had been"
                    + " forced into the segments, and were damaged or missing there: look at the device");
            }
        }
        isDrained = true;
    }

    /** @return where the last of them ends that aren't drained; 0: there is none. */
    long undrainedEnd() {
        return isDrained ? 0 : owned.values().stream().mapToLong(TailReader::appendedPosition).max().orElse(0);
    }

    /** @return those that aren't drained: nothing else has what is only in them. */
    List<TailReader> undrained() {
        return isDrained ? List.of() : List.copyOf(owned.values());
    }

    /**
     * When all that was in them is in the segments and forced, or kept aside by a cut. One after the other: a tail that
     * is found again is only compared again, and a pointer says that it isn't needed before it goes. So one that can't
     * be deleted is told, and refuses nothing: unless it holds what was cut off, which must not come back.
     *
     * @param kept  location of the new tail, which is there and pointed to; or null.
     * @param isCut whether the journal was cut.
     * @throws JournalException NO_SPACE if one can't be deleted after a cut, FORCE_FAILED.
     */
    void delete(final String kept, final boolean isCut) throws IOException {
        if (kept == null && pointer != null) {
            pointer.ended().write(storage);
        }
        boolean isGone = true;
        for (final String location : owned.keySet()) {
            isGone &= delete(location, kept, isCut);
        }
        if (kept == null && isGone) {
            TailPointer.delete(storage);
        }
        close();
    }

    private boolean delete(final String location, final String kept, final boolean isCut) {
        try {
            if (kept == null || !storage.sharedMemory().isSame(location, kept)) {
                storage.sharedMemory().delete(location);
            }
            return true;
        } catch (final IOException ex) {
            if (isCut) {
                throw new JournalException(Category.NO_SPACE, "tail " + location + " holds what the cut gave up, and"
                    + " can't be deleted: " + ex + ". That is kept aside in the data directory: delete the tail, then"
                    + " start again with the same --cut-at", ex);
            }
            context.reportSink().accept(
                "journal: tail " + location + " isn't needed any more and can't be deleted: " + ex);
            return false;
        }
    }

    @Override
    public void close() {
        owned.values().forEach(TailReader::close);
        owned.clear();
    }

    private Set<String> locations() throws IOException {
        final Set<String> locations = new LinkedHashSet<>();
        pointer = TailPointer.read(storage);
        if (pointer != null) {
            locations.add(pointer.location());
        }
        if (storage.isStaged()) {
            final String next = LiveTail.locationOf(storage, coordinatorId);
            if (pointer == null || !isSame(pointer.location(), next)) {
                locations.add(next);
            }
        }
        return locations;
    }

    /** What can't be looked at isn't the other: who opens it says what is wrong with it. */
    private boolean isSame(final String one, final String other) {
        try {
            return storage.sharedMemory().isSame(one, other);
        } catch (final IOException ex) {
            return false;
        }
    }

    private void find(final String location) throws IOException {
        try {
            owned.put(location, TailReader.of(own(location), location, coordinatorId));
        } catch (final NoSuchFileException ex) {
            final boolean isPointedTo = pointer != null && location.equals(pointer.location());
            final String absence = isPointedTo ? pointer.absence(storage) : null;
            if (absence != null) {
                context.reportSink().accept("journal: " + absence);
            }
            return;
        }
        checkDirectory(location, owned.get(location).directory());
    }

    private void checkDirectory(final String location, final DirectoryIdentity directory) throws IOException {
        final boolean isApart;
        try {
            isApart = storage.isApartFrom(directory);
        } catch (final IOException ex) {
            throw new JournalException(Category.FOREIGN, "tail " + location + " belongs to data directory "
                + directory.path() + ", and whether that is another one can't be seen: " + ex + ". Make it readable",
                ex);
        }
        if (isApart) {
            throw TailDamage.otherDirectory(location, directory.path(), storage.identity().path());
        }
    }

    private JournalFile own(final String location) throws NoSuchFileException {
        try {
            return storage.sharedMemory().own(location);
        } catch (final JournalException ex) {
            throw ex.category() == Category.OWNED ? ownedBy(location, ex) : ex;
        } catch (final NoSuchFileException ex) {
            throw ex;
        } catch (final IOException ex) {
            throw new JournalException(Category.FOREIGN, "tail " + location + " can't be opened: " + ex
                + ". It may hold what was appended before the coordinator died; make it readable", ex);
        }
    }

    private JournalException ownedBy(final String location, final JournalException owned) {
        try (TailReader tail = TailReader.of(storage.sharedMemory().open(location), location, coordinatorId)) {
            return TailDamage.otherOwner(location, tail.directory().path(), storage.identity().path());
        } catch (final IOException | JournalException unreadable) {
            return owned;
        }
    }
}
