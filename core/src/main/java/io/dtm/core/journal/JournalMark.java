package io.dtm.core.journal;

import io.dtm.codec.MarkDescriptor;
import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.Forcing;
import io.dtm.core.storage.JournalFile;
import io.dtm.core.storage.JournalStorage;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import org.agrona.MarkFile;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The mark file: lets tools see who runs, and remembers the forced position beyond the death of the process. It is no
 * lock. The force agent stores the forced position, the agent that prepares space the rest.
 */
final class JournalMark implements AutoCloseable {
    private final JournalFile file;
    private final UnsafeBuffer buffer;
    private final MarkFile markFile;
    private boolean isStarted;

    private JournalMark(final JournalFile file) {
        this.file = file;
        this.buffer = file.buffer();
        this.markFile =
            new MarkFile(buffer, MarkDescriptor.VERSION_OFFSET, MarkDescriptor.TIMESTAMP_OFFSET);
    }

    /** Opens the mark file for the owner of the directory, or makes it. */
    static JournalMark openOrCreate(final JournalStorage storage) throws IOException {
        try {
            final JournalFile file = storage.open(FileNames.MARK, true);
            if (file.length() == MarkDescriptor.FILE_LENGTH) {
                return new JournalMark(file);
            }
            file.close();
            storage.delete(FileNames.MARK);
        } catch (final NoSuchFileException ex) {
            assert ex.getFile() != null;
        }
        final JournalFile file = storage.create(FileNames.MARK, MarkDescriptor.FILE_LENGTH);
        try {
            Forcing.file(storage, file, FileNames.MARK);
            return new JournalMark(file);
        } catch (final IOException | RuntimeException ex) {
            file.close();
            throw ex;
        }
    }

    /**
     * Everything but the version first, so that half of it says nothing: also where the one before is of no use, since
     * with the right id what is left of that one would count. Where there is no field, there are zeros. Forced, or
     * what rotted in one of the two copies, which no force of the journal writes, would stay on the device until the
     * other one rots too.
     */
    void start(
        final JournalStorage storage,
        final long coordinatorId,
        final long pid,
        final long forcedPosition,
        final long appendedPosition,
        final long nowMs) throws IOException {
        if (markFile.versionVolatile() != MarkDescriptor.VERSION || !isOf(coordinatorId)) {
            zero(0, MarkDescriptor.FILE_LENGTH);
        }
        zero(Integer.BYTES, MarkDescriptor.TIMESTAMP_OFFSET);
        zero(MarkDescriptor.FIELDS_LENGTH, MarkDescriptor.FILE_LENGTH);
        MarkDescriptor.pid(buffer, pid);
        MarkDescriptor.coordinatorId(buffer, coordinatorId);
        forced(forcedPosition);
        MarkDescriptor.appendedPosition(buffer, appendedPosition);
        space(0, 0, 0, 0);
        markFile.timestampRelease(nowMs);
        markFile.signalReady(MarkDescriptor.VERSION);
        isStarted = true;
        Forcing.file(storage, file, FileNames.MARK);
    }

    private boolean isOf(final long coordinatorId) {
        return MarkDescriptor.coordinatorId(buffer) == coordinatorId
            || MarkDescriptor.checkedCoordinatorId(buffer) == coordinatorId;
    }

    private void zero(final int from, final int to) {
        buffer.setMemory(from, to - from, (byte) 0);
    }

    /** Force agent only, after the force. */
    void forced(final long position) {
        MarkDescriptor.forcedPosition(buffer, position);
    }

    void activity(final long appendedPosition, final long nowMs) {
        MarkDescriptor.appendedPosition(buffer, appendedPosition);
        markFile.timestampRelease(nowMs);
    }

    void space(final long usableBytes, final long lowSpaceBytes, final long refusedSinceMs, final long refusals) {
        MarkDescriptor.usableBytes(buffer, usableBytes);
        MarkDescriptor.lowSpaceBytes(buffer, lowSpaceBytes);
        MarkDescriptor.refusedSinceMs(buffer, refusedSinceMs);
        MarkDescriptor.refusals(buffer, refusals);
    }

    /** Nobody runs any more. Before it is started it is the former process's: it may have been killed. */
    @Override
    public void close() {
        if (isStarted) {
            MarkDescriptor.pid(buffer, 0);
        }
        file.close();
    }
}
