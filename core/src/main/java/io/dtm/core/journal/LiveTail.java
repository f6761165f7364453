package io.dtm.core.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.dtm.codec.SegmentDescriptor;
import io.dtm.codec.TailDescriptor;
import io.dtm.core.journal.reading.RecordChecksum;
import io.dtm.core.journal.reading.TailPointer;
import io.dtm.core.storage.DirectoryIdentity;
import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalException.Category;
import io.dtm.core.storage.JournalFile;
import io.dtm.core.storage.JournalStorage;
import io.dtm.core.storage.SharedMemory;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
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
    private final TailPointer pointer;
    private final JournalFile file;
    /** Where it is. */
    private String place;

    private LiveTail(final JournalContext context, final TailPointer pointer) {
        this.context = context;
        this.location = pointer.location();
        this.pointer = pointer;
        this.place = location + FileNames.TEMPORARY_SUFFIX;
        this.file = makeFile();
    }

    /** @return where this coordinator's tail lies if it is made with this storage. */
    static String locationOf(final JournalStorage storage, final long coordinatorId) {
        return storage.sharedMemory().locate(String.format(Locale.ROOT, "dtm-%016x.tail", coordinatorId));
    }

    /**
     * Makes it, complete before it gets its name, in the place of a former one; then points to it. If that fails,
     * nothing is left of it, unless the pointer names it and can't be written: it holds nothing of its own.
     *
     * @param segment  that holds the position.
     * @param position at which the journal ends: everything before is forced.
     * @throws JournalException NO_SPACE if it can't be made or pointed to, FORCE_FAILED.
     */
    static LiveTail create(
        final JournalContext context, final long coordinatorId, final JournalFile segment, final long position)
        throws IOException {
        final JournalStorage storage = context.storage();
        final LiveTail tail = new LiveTail(context, pointerTo(storage, locationOf(storage, coordinatorId)));
        final String location = tail.location;
        boolean isDone = false;
        try {
            tail.fill(coordinatorId, segment, position);
            tail.moveTo(location);
            tail.point();
            isDone = true;
            return tail;
        } finally {
            if (!isDone) {
                tail.abandon();
            }
        }
    }

    JournalFile file() {
        return file;
    }

    boolean isThere() {
        return context.storage().sharedMemory().exists(location);
    }

    /** The pointer first: one that names a tail in use that isn't there tells of a loss. */
    void close(final boolean isForced) {
        if (isForced) {
            try {
                pointer.ended().write(context.storage());
            } catch (final IOException | JournalException ex) {
                context.reportSink().accept("journal: " + FileNames.TAIL_POINTER + " can't be written: " + ex + ". All"
                    + " is forced nonetheless, whatever the next start says of the tail");
            }
            delete();
        }
        file.close();
    }

    /** One that nothing was appended to. */
    private void abandon() {
        file.close();
        try {
            if (place.equals(location)) {
                endPointer();
            }
            delete();
        } catch (final IOException | JournalException ex) {
            context.reportSink().accept("journal: " + FileNames.TAIL_POINTER + " can't be written: " + ex + ". Tail "
                + place + " stays, so that the next start doesn't take it for lost");
        }
    }

    /** It names this one, or a former one that was in the same place, or one elsewhere that is still there. */
    private void endPointer() throws IOException {
        final TailPointer written = TailPointer.read(context.storage());
        if (written != null && context.storage().sharedMemory().isSame(written.location(), location)) {
            written.ended().write(context.storage());
        }
    }

    private void delete() {
        try {
            context.storage().sharedMemory().delete(place);
        } catch (final IOException ex) {
            context.reportSink().accept(
                "journal: tail " + place + " isn't needed any more and can't be deleted: " + ex);
        }
    }

    private static TailPointer pointerTo(final JournalStorage storage, final String location) {
        try {
            return TailPointer.to(storage, location);
        } catch (final IOException ex) {
            throw unmakeable(location, ex);
        }
    }

    private void point() throws ClosedByInterruptException {
        final JournalStorage storage = context.storage();
        try {
            pointer.write(storage);
        } catch (final ClosedByInterruptException ex) {
            throw ex;
        } catch (final IOException ex) {
            throw new JournalException(Category.NO_SPACE, "file " + storage.describe(FileNames.TAIL_POINTER)
                + " can't be written, which is to say where the tail lies: " + ex + ". Make space on the disk of the"
                + " data directory, or configure storage without a tail (dtm.journal.storage=mapped), which starts on a"
                + " full disk too; nothing that was answered is lost", ex);
        }
    }

    private JournalFile makeFile() {
        final int length =
            TailDescriptor.fileLength(context.tailLength(), TailDescriptor.margin(context.maxFrameLength()));
        try {
            final SharedMemory memory = context.storage().sharedMemory();
            deleteHalfMade(memory, place);
            return memory.create(place, length);
        } catch (final IOException ex) {
            throw unmakeable(location + " of " + length + " bytes", ex);
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

    private void fill(final long coordinatorId, final JournalFile segment, final long position)
        throws IOException {
        final int margin = TailDescriptor.margin(context.maxFrameLength());
        final long base = SegmentDescriptor.basePosition(segment.buffer());
        final long prefill = Math.min(context.tailLength() / 4, MAX_PREFILL_LENGTH);
        final long start = Math.max(base + SegmentDescriptor.HEADER_LENGTH, position - prefill);
        TailDescriptor.header(
            file.buffer(), context.tailLength(), margin, coordinatorId, start, context.epochClock().time());
        fillDirectory();
        TailDescriptor.crc(file.buffer(), RecordChecksum.header(file.byteBuffer()));
        final int mask = context.tailLength() - 1;
        for (long at = start; at < position; at += Long.BYTES) {
            file.buffer().putLong(TailDescriptor.HEADER_LENGTH + (int) (at & mask),
                segment.buffer().getLong((int) (at - base)));
        }
        TailDescriptor.forcedPosition(file.buffer(), position);
        TailDescriptor.appendedPosition(file.buffer(), position);
    }

    private void fillDirectory() throws IOException {
        final DirectoryIdentity identity = context.storage().identity();
        final byte[] path = identity.path().getBytes(UTF_8);
        if (path.length > TailDescriptor.MAX_PATH_LENGTH) {
            throw unmakeable(location, new IOException("the path of the data directory is too long: " + path.length));
        }
        TailDescriptor.directory(file.buffer(), identity.device(), identity.inode(), path);
        TailDescriptor.directoryCrc(file.buffer(), RecordChecksum.directory(file.byteBuffer()));
    }

    private void moveTo(final String target) {
        try {
            context.storage().sharedMemory().rename(place, target);
            place = target;
        } catch (final IOException ex) {
            throw unmakeable(target, ex);
        }
    }

    private static JournalException unmakeable(final String what, final IOException ex) {
        return new JournalException(Category.NO_SPACE, "tail " + what + " can't be made: "
            + ex + ". Make space in its directory, or configure a shorter tail, or another directory in memory, or"
            + " storage without a tail; nothing that was answered is lost", ex);
    }
}
