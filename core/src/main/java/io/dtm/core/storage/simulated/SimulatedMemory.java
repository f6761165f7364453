package io.dtm.core.storage.simulated;

import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalException.Category;
import io.dtm.core.storage.JournalFile;
import io.dtm.core.storage.SharedMemory;
import io.dtm.core.storage.simulated.StorageObserver.Operation;
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
    private final Map<String, Content> files = new TreeMap<>();
    private final Map<Content, Handle> owners = new IdentityHashMap<>();
    private StorageObserver observer = StorageObserver.NONE;
    private String directory = "memory/";
    private long capacityBytes = Long.MAX_VALUE;
    private int operationsUntilFailure = -1;
    private int boots;

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

    /**
     * Memory fails.
     *
     * @param location of the file.
     * @param offset   of the byte.
     * @param mask     of the bits that flip.
     */
    public void flip(final String location, final int offset, final int mask) {
        files.get(location).expose()[offset] ^= (byte) mask;
    }

    void observer(final StorageObserver value) {
        observer = value;
    }

    /** @return memory that holds the same, and that nobody has open. */
    SimulatedMemory copy() {
        final SimulatedMemory copy = new SimulatedMemory();
        files.forEach((location, content) -> copy.files.put(location, content.copy()));
        copy.directory = directory;
        copy.capacityBytes = capacityBytes;
        copy.boots = boots;
        return copy;
    }

    /** @return of memories that differ in any byte that a start can find, it differs almost surely. */
    long hash() {
        long hash = SimulatedStorage.hash(directory);
        for (final Map.Entry<String, Content> file : files.entrySet()) {
            hash = SimulatedPage.mix(SimulatedPage.mix(hash, SimulatedStorage.hash(file.getKey())),
                SimulatedPage.hash(file.getValue().bytes));
        }
        return hash;
    }

    void killProcess() {
        owners.clear();
    }

    void losePower() {
        files.clear();
        boots++;
    }

    @Override
    public String bootId() {
        return "boot-" + boots;
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
        if (length > capacityBytes - files.values().stream().mapToLong(content -> content.bytes.length).sum()) {
            throw new IOException("No space left on device");
        }
        observer.before(Operation.CREATE, location);
        files.put(location, new Content(new byte[length]));
        observer.after(Operation.CREATE, location);
        return owned(location);
    }

    @Override
    public JournalFile own(final String location) throws IOException {
        count();
        return owned(location);
    }

    @Override
    public JournalFile open(final String location) throws IOException {
        return new Handle(location, existing(location));
    }

    @Override
    public void rename(final String from, final String to) throws IOException {
        count();
        final Content content = existing(from);
        observer.before(Operation.RENAME, from);
        files.put(to, content);
        files.remove(from);
        observer.after(Operation.RENAME, from);
    }

    @Override
    public boolean exists(final String location) {
        return files.containsKey(location);
    }

    @Override
    public boolean isSame(final String one, final String other) {
        return files.containsKey(one) && files.get(one) == files.get(other);
    }

    @Override
    public void delete(final String location) throws IOException {
        count();
        observer.before(Operation.DELETE, location);
        files.remove(location);
        observer.after(Operation.DELETE, location);
    }

    private JournalFile owned(final String location) throws IOException {
        final Content content = existing(location);
        if (owners.containsKey(content)) {
            throw new JournalException(Category.OWNED, "tail " + location + " has an owner", null);
        }
        final Handle handle = new Handle(location, content);
        owners.put(content, handle);
        return handle;
    }

    private Content existing(final String location) throws IOException {
        final Content content = files.get(location);
        if (content == null) {
            throw new NoSuchFileException(location);
        }
        return content;
    }

    private void count() throws IOException {
        if (operationsUntilFailure == 0) {
            throw new IOException("Input/output error");
        }
        if (operationsUntilFailure > 0) {
            operationsUntilFailure--;
        }
    }

    /** What a file holds. Copies share it until one of them is opened. */
    private static final class Content {
        private byte[] bytes;
        private boolean isExposed;

        Content(final byte[] bytes) {
            this.bytes = bytes;
        }

        Content copy() {
            return new Content(isExposed ? bytes.clone() : bytes);
        }

        byte[] expose() {
            if (!isExposed) {
                bytes = bytes.clone();
                isExposed = true;
            }
            return bytes;
        }
    }

    /** Tells of stores that others are to see in order: between two of them a process may die. */
    private final class ObservedBuffer extends UnsafeBuffer {
        private final String location;

        ObservedBuffer(final String location, final byte[] bytes) {
            super(bytes);
            this.location = location;
        }

        @Override
        public void putIntRelease(final int index, final int value) {
            observer.before(Operation.STORE, location);
            super.putIntRelease(index, value);
            observer.after(Operation.STORE, location);
        }

        @Override
        public void putLongRelease(final int index, final long value) {
            observer.before(Operation.STORE, location);
            super.putLongRelease(index, value);
            observer.after(Operation.STORE, location);
        }
    }

    /** An open file. */
    private final class Handle implements JournalFile {
        private final Content content;
        private final byte[] bytes;
        private final UnsafeBuffer buffer;

        Handle(final String location, final Content content) {
            this.content = content;
            this.bytes = content.expose();
            this.buffer = new ObservedBuffer(location, bytes);
        }

        @Override
        public int length() {
            return bytes.length;
        }

        @Override
        public UnsafeBuffer buffer() {
            return buffer;
        }

        @Override
        public ByteBuffer byteBuffer() {
            return ByteBuffer.wrap(bytes);
        }

        @Override
        public void write(final int offset, final ByteBuffer source) {
            source.get(bytes, offset, source.remaining());
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
            owners.remove(content, this);
            buffer.wrap(0, 0);
        }
    }
}
