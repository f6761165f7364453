package io.dtm.core.journal.inspection;

import io.dtm.codec.TailDescriptor;
import io.dtm.core.journal.reading.RecordChecksum;
import io.dtm.core.journal.reading.RecordView;
import io.dtm.core.journal.reading.RecordView.Found;
import io.dtm.core.journal.reading.SegmentReader;
import io.dtm.core.journal.reading.TailPointer;
import io.dtm.core.journal.reading.TailReader;
import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalFile;
import io.dtm.core.storage.JournalStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.function.Consumer;

/**
 * The tail of a staged journal as an inspection finds it: what it holds beside the segments, and what is wrong with it.
 * One that is wrong is named and not looked at any more. One thread.
 */
final class TailInspection implements AutoCloseable {
    private final Consumer<JournalDamage> damages;
    private final RecordChecksum checksum;
    private TailReader tail;
    private long unforcedFrom = JournalDamage.NOWHERE;
    private long unforcedRecords;

    private TailInspection(final RecordChecksum checksum, final Consumer<JournalDamage> damages) {
        this.checksum = checksum;
        this.damages = damages;
    }

    /** Finds it, if there is one, and checks its header. */
    static TailInspection of(
        final JournalStorage storage,
        final long coordinatorId,
        final RecordChecksum checksum,
        final Consumer<JournalDamage> damages,
        final JournalVisitor visitor) {
        final TailInspection inspection = new TailInspection(checksum, damages);
        String location = FileNames.TAIL_POINTER;
        boolean isOtherVersion = false;
        try {
            final TailPointer pointer = TailPointer.read(storage);
            if (pointer != null) {
                location = pointer.location();
                final JournalFile file = storage.sharedMemory().open(location);
                isOtherVersion = isOtherVersion(file);
                inspection.open(storage, file, location, coordinatorId, visitor);
            }
        } catch (final NoSuchFileException ex) {
            inspection.noteAbsence(storage, visitor);
        } catch (final JournalException ex) {
            damages.accept(
                new JournalDamage(location, JournalDamage.NOWHERE, 0, ex.defect(), isOtherVersion));
        } catch (final IOException ex) {
            damages.accept(JournalDamage.unreadable(location, JournalDamage.NOWHERE, ex));
        }
        return inspection;
    }

    private void open(
        final JournalStorage storage,
        final JournalFile file,
        final String location,
        final long coordinatorId,
        final JournalVisitor visitor) throws IOException {
        tail = TailReader.of(file, location, coordinatorId);
        if (storage.isApartFrom(tail.directory())) {
            visitor.onNote("the tail " + location + " that " + FileNames.TAIL_POINTER + " names belongs to data"
                + " directory " + tail.directory().path() + ", of which this one is a copy, or it is one of this: what"
                + " is in it isn't looked at");
            close();
        } else {
            checkHeader();
            visitor.onTail(tail.summary());
        }
    }

    private void noteAbsence(final JournalStorage storage, final JournalVisitor visitor) {
        try {
            final TailPointer now = TailPointer.read(storage); // The coordinator may just have ended.
            final String absence = now == null ? null : now.absence(storage);
            if (absence != null) {
                visitor.onNote(absence);
            }
        } catch (final JournalException ex) {
            damages.accept(new JournalDamage(FileNames.TAIL_POINTER, JournalDamage.NOWHERE, 0, ex.defect()));
        } catch (final IOException ex) {
            damages.accept(JournalDamage.unreadable(FileNames.TAIL_POINTER, JournalDamage.NOWHERE, ex));
        }
    }

    private static boolean isOtherVersion(final JournalFile file) {
        return file.length() >= TailDescriptor.HEADER_LENGTH
            && TailDescriptor.magic(file.buffer()) == TailDescriptor.MAGIC
            && TailDescriptor.version(file.buffer()) != TailDescriptor.FORMAT_VERSION;
    }

    private void checkHeader() {
        final int other = TailDescriptor.firstStrayByte(tail.file().buffer());
        if (other >= 0) {
            damages.accept(new JournalDamage(tail.place(), JournalDamage.NOWHERE, other,
                "isn't zero where its header has no field"));
        }
    }

    /** Names the damage if it has something else than a segment has, where both have it. */
    void compare(final SegmentReader segment, final long position, final long end) {
        if (tail == null) {
            return;
        }
        final long from = Math.max(position, tail.lowestPosition());
        final long to = Math.min(end, tail.appendedPosition());
        // If the ring went over it meanwhile, that proves nothing.
        if (from < to && !segment.isEqual(tail, from, to) && tail.lowestPosition() <= from) {
            damage(position, "the record is another one than in segment " + segment.name() + ": one of the two is"
                + " damaged, or they are of different histories of this coordinator");
        }
    }

    /**
     * @param position at which a segment has no record.
     * @param segment  that holds the position.
     * @return what follows there, or null.
     */
    RecordView following(final long position, final SegmentReader segment) {
        if (tail == null || tail.appendedPosition() <= position || position == segment.endPosition()) {
            return null;
        }
        if (tail.lowestPosition() <= position) {
            final long end = Math.min(tail.appendedPosition(), segment.endPosition());
            final ByteBuffer bytes = ByteBuffer.allocateDirect((int) (end - position));
            if (tail.copy(position, end, bytes)) {
                return RecordView.ofCopy(bytes, checksum, position);
            }
        }
        // The ring went over it, so it was forced.
        final Found found = segment.records().at(position);
        if (found == Found.RECORD || found == Found.END) {
            return segment.records();
        }
        damage(position, "it starts at position " + tail.lowestPosition() + ", but the segments end before, at "
            + position + " in " + segment.name() + ": something that was forced is missing in them");
        return null;
    }

    /** @return whether what is at the position must be in the segments too. */
    boolean isForced(final long position) {
        return tail != null && position < tail.forcedPosition();
    }

    /** A record that it has and the segment hasn't. */
    void count(final long position) {
        if (!isForced(position)) {
            unforcedFrom = unforcedRecords == 0 ? position : unforcedFrom;
            unforcedRecords++;
        }
    }

    /** Before the position up to which it says that it is appended. */
    void damage(final long position, final String what) {
        damages.accept(new JournalDamage(tail.place(), position, tail.offset(position), what));
        close();
    }

    /** @param end of the journal. */
    void tell(final long end, final JournalVisitor visitor) {
        if (tail != null && unforcedRecords > 0) {
            visitor.onNote(unforcedRecords + (unforcedRecords == 1 ? " record" : " records") + " from position "
                + unforcedFrom + " to " + end + (unforcedRecords == 1 ? " was" : " were") + " in tail " + tail.place()
                + " only: not forced yet");
        }
    }

    @Override
    public void close() {
        if (tail != null) {
            tail.close();
            tail = null;
        }
    }
}
