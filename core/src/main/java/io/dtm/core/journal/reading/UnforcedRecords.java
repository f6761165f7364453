package io.dtm.core.journal.reading;

import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;

/**
 * What a staged journal has appended and its segments don't hold yet, for readers: copied from the tail, a segment's
 * part at a time. The coordinator may go on meanwhile: then what was being copied is in the segments. One thread.
 */
final class UnforcedRecords implements AutoCloseable {
    /** How a copy ends. */
    enum Copy {
        /** {@link #records()} has what follows. */
        DONE,
        /** The tail has it no more: the segments must have it. */
        OVERTAKEN,
        /** There is no tail, or nothing in it that follows. */
        NONE
    }

    private final JournalStorage storage;
    private final long coordinatorId;
    private final RecordChecksum checksum;
    private TailReader tail;
    private boolean isOpened;
    private RecordView records;

    UnforcedRecords(final JournalStorage storage, final long coordinatorId, final RecordChecksum checksum) {
        this.storage = storage;
        this.coordinatorId = coordinatorId;
        this.checksum = checksum;
    }

    /**
     * @param position     at which the segment has no valid record yet.
     * @param segment      that holds the position.
     * @param lastPosition of the last valid record in it, or that position.
     * @throws JournalException FOREIGN if that record is another one in the tail.
     */
    Copy copy(final long position, final SegmentReader segment, final long lastPosition) throws IOException {
        open();
        if (tail == null || tail.appendedPosition() <= position || position == segment.endPosition()) {
            return Copy.NONE;
        }
        if (tail.lowestPosition() > position) {
            return Copy.OVERTAKEN;
        }
        checkHistory(position, segment, lastPosition);
        final long end = Math.min(tail.appendedPosition(), segment.endPosition());
        final ByteBuffer bytes = ByteBuffer.allocateDirect((int) (end - position));
        if (!tail.copy(position, end, bytes)) {
            return Copy.OVERTAKEN;
        }
        records = RecordView.ofCopy(bytes, checksum, position);
        return Copy.DONE;
    }

    RecordView records() {
        return records;
    }

    String place() {
        return tail.place();
    }

    /** A tail may be another one when it is read the next time. */
    @Override
    public void close() {
        if (tail != null) {
            tail.close();
            tail = null;
        }
        isOpened = false;
    }

    /** What another directory's coordinator appends isn't this journal's. */
    private void open() throws IOException {
        if (isOpened) {
            return;
        }
        isOpened = true;
        final TailPointer pointer = TailPointer.read(storage);
        if (pointer != null) {
            try {
                tail = TailReader.of(
                    storage.sharedMemory().open(pointer.location()), pointer.location(), coordinatorId);
                if (storage.isApartFrom(tail.directory())) {
                    tail.close();
                    tail = null;
                }
            } catch (final NoSuchFileException ex) {
                assert tail == null : "a pointer to none";
            }
        }
    }

    private void checkHistory(final long position, final SegmentReader segment, final long lastPosition) {
        final long from = Math.max(lastPosition, tail.lowestPosition());
        if (from < position && !segment.isEqual(tail, from, position) && tail.lowestPosition() <= from) {
            throw TailDamage.otherHistory(tail.place(), "the record before position " + position
                + " is another one than in segment " + segment.place());
        }
    }
}
