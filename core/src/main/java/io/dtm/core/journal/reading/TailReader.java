package io.dtm.core.journal.reading;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.dtm.codec.RecordDescriptor;
import io.dtm.codec.TailDescriptor;
import io.dtm.core.storage.DirectoryIdentity;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalException.Category;
import io.dtm.core.storage.JournalFile;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Reads a tail, of a process that died or of one that still appends. Owned by one thread. */
public final class TailReader implements AutoCloseable {
    private final JournalFile file;
    private final UnsafeBuffer buffer;
    private final String place;
    private final int capacity;
    private final int reach;

    /**
     * Checks the header.
     *
     * @param file          of the tail: closed with this, or if this throws.
     * @param place         for people.
     * @param coordinatorId whose it must be.
     * @return its reader.
     * @throws JournalException CORRUPT, FOREIGN.
     */
    public static TailReader of(final JournalFile file, final String place, final long coordinatorId) {
        try {
            return new TailReader(file, place, coordinatorId);
        } catch (final RuntimeException ex) {
            file.close();
            throw ex;
        }
    }

    private TailReader(final JournalFile file, final String place, final long coordinatorId) {
        this.file = file;
        this.buffer = file.buffer();
        this.place = place;
        checkHeader(coordinatorId);
        this.capacity = TailDescriptor.capacity(buffer);
        this.reach = TailDescriptor.reach(TailDescriptor.margin(buffer));
    }

    /** @return all of it; it stays this reader's. */
    public JournalFile file() {
        return file;
    }

    /** @return how an operator finds it. */
    public String place() {
        return place;
    }

    /** @return whose segments it goes on from: that directory, or what has taken its place. */
    public DirectoryIdentity directory() {
        return new DirectoryIdentity(TailDescriptor.directoryDevice(buffer), TailDescriptor.directoryInode(buffer),
            new String(TailDescriptor.directoryPath(buffer), UTF_8));
    }

    /** @return what its header says now. */
    public TailSummary summary() {
        return new TailSummary(
            place, capacity, TailDescriptor.startPosition(buffer), forcedPosition(), appendedPosition());
    }

    /**
     * @param position that the ring covers.
     * @return where in the file the journal's byte of it lies.
     */
    public int offset(final long position) {
        return TailDescriptor.HEADER_LENGTH + (int) (position & (capacity - 1));
    }

    /** @return position behind the last record that is in it now. */
    public long appendedPosition() {
        return TailDescriptor.appendedPosition(buffer);
    }

    /** @return position up to which it knows of a force, now. */
    public long forcedPosition() {
        return TailDescriptor.forcedPosition(buffer);
    }

    /** @return the first position whose byte is in it for certain, now. */
    public long lowestPosition() {
        return Math.max(TailDescriptor.startPosition(buffer), appendedPosition() + reach - capacity);
    }

    /**
     * @param from   not before the lowest position, as far as is known.
     * @param to     not beyond the appended position; at most a capacity away.
     * @param target gets the bytes, from its beginning.
     * @return whether all of them were there until they were copied; else the ring went over them, and they are in the
     *     segments now.
     */
    public boolean copy(final long from, final long to, final ByteBuffer target) {
        final int length = (int) (to - from);
        final int offset = (int) (from & (capacity - 1));
        final int first = Math.min(length, capacity - offset);
        buffer.getBytes(TailDescriptor.HEADER_LENGTH + offset, target, 0, first);
        buffer.getBytes(TailDescriptor.HEADER_LENGTH, target, first, length - first);
        VarHandle.acquireFence();
        return from >= lowestPosition();
    }

    /** @return whether the ring has, in a range that it covers, what is at an offset of a buffer. */
    boolean isEqual(final long from, final long to, final UnsafeBuffer other, final int otherOffset) {
        long position = from;
        while (position < to
            && buffer.getByte(offset(position)) == other.getByte(otherOffset + (int) (position - from))) {
            position++;
        }
        // Callers ask next whether the ring went over these bytes: no processor may answer that before it reads them.
        VarHandle.acquireFence();
        return position == to;
    }

    @Override
    public void close() {
        file.close();
    }

    private void checkHeader(final long coordinatorId) {
        if (file.length() < TailDescriptor.HEADER_LENGTH) {
            throw damaged("it is too short to have a header: " + file.length() + " bytes");
        }
        if (TailDescriptor.magic(buffer) != TailDescriptor.MAGIC) {
            throw damaged("it doesn't start as a tail does");
        }
        if (TailDescriptor.version(buffer) != TailDescriptor.FORMAT_VERSION) {
            throw foreign("has format version "
                + TailDescriptor.version(buffer) + "; this program knows " + TailDescriptor.FORMAT_VERSION
                + ": start the program that wrote it once and stop it, or use a later one");
        }
        if (RecordChecksum.header(file.byteBuffer()) != TailDescriptor.crc(buffer)) {
            throw damaged("the checksum of its header is wrong");
        }
        if (RecordChecksum.directory(file.byteBuffer()) != TailDescriptor.directoryCrc(buffer)) {
            throw damaged("the checksum of its header's second part, which tells its directory, is wrong");
        }
        if (TailDescriptor.coordinatorId(buffer) != coordinatorId) {
            throw foreign(String.format(
                "belongs to coordinator %016x, the data directory to %016x; move it back where it came from",
                TailDescriptor.coordinatorId(buffer), coordinatorId));
        }
        if (TailDescriptor.headerLength(buffer) != TailDescriptor.HEADER_LENGTH
            || !TailDescriptor.isPlausible(
                TailDescriptor.capacity(buffer), TailDescriptor.margin(buffer), file.length())) {
            throw damaged("it has " + file.length() + " bytes, its header says something else: it was cut or extended");
        }
        final int pathLength = TailDescriptor.pathLength(buffer);
        if (pathLength < 0 || pathLength > TailDescriptor.MAX_PATH_LENGTH) {
            throw damaged("its directory's path can't have " + pathLength + " bytes");
        }
        if (directory().path().indexOf('\0') >= 0) {
            throw damaged("its directory's path has a zero byte, which no path has");
        }
        final long start = TailDescriptor.startPosition(buffer);
        final long forced = forcedPosition(); // Before the other: it may be appended to just now.
        final long appended = appendedPosition();
        if (start < 0 || appended < forced || forced < start
            || (start | forced | appended) % RecordDescriptor.ALIGNMENT != 0) {
            throw damaged("its positions contradict one another, or no record ends there: start "
                + start + ", forced " + forced + ", appended " + appended);
        }
    }

    private JournalException damaged(final String what) {
        return TailDamage.exception(place, what);
    }

    private JournalException foreign(final String what) {
        return JournalException.placed(Category.FOREIGN, "tail " + place + " ", what, "");
    }
}
