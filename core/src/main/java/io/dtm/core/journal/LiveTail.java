package io.dtm.core.journal;

import io.dtm.codec.SegmentDescriptor;
import io.dtm.codec.TailDescriptor;
import io.dtm.core.journal.reading.RecordChecksum;
import io.dtm.core.journal.reading.TailPointer;
import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalException.Category;
import io.dtm.core.storage.JournalFile;
import io.dtm.core.storage.JournalStorage;
import io.dtm.core.storage.SharedMemory;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Locale;

/**
 * The file of the tail of this process: made at a start, when all that a former one held is in the segments and forced;
 * gone when the process ends well.
 */
final class LiveTail {
    /** So many bytes from before its start does a tail get at most: what proves that it belongs to these segments. */
    private static final int MAX_PREFILL_LENGTH = 64 * 1024;

    private final JournalContext context;
    private final String location;
    private final JournalFile file;

    private LiveTail(final JournalContext context, final String location, final JournalFile file) {
        this.context = context;
        this.location = location;
        this.file = file;
    }

    /** @return where this coordinator's tail lies if it is made with this storage. */
    static String locationOf(final JournalStorage storage, final long coordinatorId) {
        return storage.sharedMemory().locate(String.format(Locale.ROOT, "dtm-%016x.tail", coordinatorId));
    }

    /**
     * Makes it, complete before it gets its name, in the place of a former one; then points to it.
     *
     * @param segment  that holds the position.
     * @param position at which the journal ends: everything before is forced.
     * @throws JournalException NO_SPACE if it can't be made, FORCE_FAILED.
     */
    static LiveTail create(
        final JournalContext context, final long coordinatorId, final JournalFile segment, final long position)
        throws IOException {
        final JournalStorage storage = context.storage();
        final String location = locationOf(storage, coordinatorId);
        final LiveTail tail = new LiveTail(context, location, makeFile(context, location));
        boolean isDone = false;
        try {
            tail.fill(coordinatorId, segment, position);
            tail.moveTo(location);
            if (!location.equals(TailPointer.read(storage))) {
                TailPointer.write(storage, location);
            }
            isDone = true;
            return tail;
        } finally {
            if (!isDone) {
                tail.file.close();
            }
        }
    }

    JournalFile file() {
        return file;
    }

    boolean isThere() {
        return context.storage().sharedMemory().exists(location);
    }

    void close(final boolean isForced) {
        if (isForced) {
            try {
                context.storage().sharedMemory().delete(location);
                TailPointer.delete(context.storage());
            } catch (final IOException ex) {
                context.reportSink().accept(
                    "journal: tail " + location + " isn't needed any more and can't be deleted: " + ex);
            }
        }
        file.close();
    }

    private static JournalFile makeFile(final JournalContext context, final String location) {
        final int length =
            TailDescriptor.fileLength(context.tailLength(), TailDescriptor.margin(context.maxFrameLength()));
        try {
            final SharedMemory memory = context.storage().sharedMemory();
            deleteHalfMade(memory, location + FileNames.TEMPORARY_SUFFIX);
            return memory.create(location + FileNames.TEMPORARY_SUFFIX, length);
        } catch (final IOException ex) {
            throw unmakeable(location, length, ex);
        }
    }

    /** Of a process that died while it made it. One that still makes it owns it. */
    private static void deleteHalfMade(final SharedMemory memory, final String temporary) throws IOException {
        try {
            memory.own(temporary).close();
            memory.delete(temporary);
        } catch (final NoSuchFileException ex) {
            assert ex.getFile() != null;
        }
    }

    private void fill(final long coordinatorId, final JournalFile segment, final long position) {
        final int margin = TailDescriptor.margin(context.maxFrameLength());
        final long base = SegmentDescriptor.basePosition(segment.buffer());
        final long prefill = Math.min(context.tailLength() / 4, MAX_PREFILL_LENGTH);
        final long start = Math.max(base + SegmentDescriptor.HEADER_LENGTH, position - prefill);
        TailDescriptor.header(
            file.buffer(), context.tailLength(), margin, coordinatorId, start, context.epochClock().time());
        TailDescriptor.crc(file.buffer(), RecordChecksum.header(file.byteBuffer()));
        final int mask = context.tailLength() - 1;
        for (long at = start; at < position; at += Long.BYTES) {
            file.buffer().putLong(TailDescriptor.HEADER_LENGTH + (int) (at & mask),
                segment.buffer().getLong((int) (at - base)));
        }
        TailDescriptor.forcedPosition(file.buffer(), position);
        TailDescriptor.appendedPosition(file.buffer(), position);
    }

    private void moveTo(final String target) {
        try {
            context.storage().sharedMemory().rename(target + FileNames.TEMPORARY_SUFFIX, target);
        } catch (final IOException ex) {
            throw unmakeable(target, file.length(), ex);
        }
    }

    private static JournalException unmakeable(final String location, final int length, final IOException ex) {
        return new JournalException(Category.NO_SPACE, "tail " + location + " of " + length + " bytes can't be made: "
            + ex + ". Make space in its directory, or configure a shorter tail, or another directory in memory, or"
            + " storage without a tail; nothing that was answered is lost", ex);
    }
}
