package io.dtm.core.journal;

import io.dtm.core.journal.JournalException.Category;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The shared memory of a {@link SimulatedStorage}: all of it survives the death of a process, nothing of it a power
 * loss. Not thread-safe. Deterministic.
 */
public final class SimulatedMemory implements SharedMemory {
    private final Map<String, byte[]> files = new TreeMap<>();
    private final Map<byte[], Handle> owners = new IdentityHashMap<>();
    private String directory = "memory/";
    private long capacityBytes = Long.MAX_VALUE;
    private int operationsUntilFailure = -1;

    SimulatedMemory() {
    }

    /** @param name of the directory in which files are made from now on; ends with a slash. */
    public void directory(final String name) {
        directory = name;
    }

    /** @param bytes that all files together may have. */
    public void capacityBytes(final long bytes) {
        capacityBytes = bytes;
    }

    /**
     * Makes everything fail from some operation on, as if the process were killed there.
     *
     * @param successes number of operations that still succeed: files made, owned, moved, deleted; -1: all.
     */
    public void failAfter(final int successes) {
        operationsUntilFailure = successes;
    }

    /** @return locations of all files, sorted. */
    public List<String> list() {
        return List.copyOf(files.keySet());
    }

    void killProcess() {
        owners.clear();
    }

    void losePower() {
        files.clear();
    }

    @Override
    public String locate(final String name) {
        return directory + name;
    }

    @Override
    public JournalFile create(final String location, final int length) throws IOException {
        count();
        if (files.containsKey(location)) {
            throw new FileAlreadyExistsException(location);
        }
        if (length > capacityBytes - files.values().stream().mapToLong(file -> file.length).sum()) {
            throw new IOException("No space left on device");
        }
        files.put(location, new byte[length]);
        return owned(location);
    }

    @Override
    public JournalFile own(final String location) throws IOException {
        count();
        return owned(location);
    }

    @Override
    public JournalFile open(final String location) throws IOException {
        return new Handle(existing(location));
    }

    @Override
    public void rename(final String from, final String to) throws IOException {
        count();
        files.put(to, existing(from));
        files.remove(from);
    }

    @Override
    public void delete(final String location) throws IOException {
        count();
        files.remove(location);
    }

    private JournalFile owned(final String location) throws IOException {
        final byte[] file = existing(location);
        if (owners.containsKey(file)) {
            throw new JournalException(Category.OWNED, "tail " + location + " has an owner", null);
        }
        final Handle handle = new Handle(file);
        owners.put(file, handle);
        return handle;
    }

    private byte[] existing(final String location) throws IOException {
        final byte[] file = files.get(location);
        if (file == null) {
            throw new NoSuchFileException(location);
        }
        return file;
    }

    private void count() throws IOException {
        if (operationsUntilFailure == 0) {
            throw new IOException("Input/output error");
        }
        if (operationsUntilFailure > 0) {
            operationsUntilFailure--;
        }
    }

    /** An open file. */
    private final class Handle implements JournalFile {
        private final byte[] file;
        private final UnsafeBuffer buffer;

        Handle(final byte[] file) {
            this.file = file;
            this.buffer = new UnsafeBuffer(file);
        }

        @Override
        public int length() {
            return file.length;
        }

        @Override
        public UnsafeBuffer buffer() {
            return buffer;
        }

        @Override
        public ByteBuffer byteBuffer() {
            return ByteBuffer.wrap(file);
        }

        @Override
        public void write(final int offset, final ByteBuffer source) {
            source.get(file, offset, source.remaining());
        }

        @Override
        public void force(final int offset, final int length) {
            // There is no device.
        }

        @Override
        public void force() {
            // There is no device.
        }

        @Override
        public void forceData() {
            // There is no device.
        }

        @Override
        public void close() {
            owners.remove(file, this);
            buffer.wrap(0, 0);
        }
    }
}
