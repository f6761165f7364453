package io.dtm.core.journal;

import io.dtm.core.journal.JournalException.Category;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A storage in memory that loses what a real one would lose, for the simulator and for tests. It outlives the
 * processes that use it: after {@link #killProcess()} or {@link #losePower(Survival)} the next one opens it again, and
 * whatever the former one still holds of it is dead.
 * <p>
 * Pages of 4 KiB are cached until they are forced; a power loss may tear them at sectors of 512 bytes. Names made,
 * changed or deleted are lost until the directory is forced. Lengths aren't lost. Its shared memory survives the death
 * of a process and is lost with the power, whatever survives. Not thread-safe. Deterministic.
 */
public final class SimulatedStorage implements JournalStorage {
    private static final int NEVER = -1;

    private final Map<String, SimulatedFile> files = new TreeMap<>();
    private final Map<String, SimulatedFile> filesOnDevice = new TreeMap<>();
    private final List<Consumer<Map<String, SimulatedFile>>> changes = new ArrayList<>();
    private final SimulatedMemory sharedMemory = new SimulatedMemory();
    private boolean isStaged;
    private long capacityBytes = Long.MAX_VALUE;
    private long quotaBytes = Long.MAX_VALUE;
    private int forcesUntilFailure = NEVER;
    private int process;
    private boolean isOwned;

    /**
     * @param value whether a journal that starts from now on is staged.
     * @return this.
     */
    public SimulatedStorage staged(final boolean value) {
        isStaged = value;
        return this;
    }

    /**
     * @param bytes that all files together may have. What is there already stays.
     */
    public void capacityBytes(final long bytes) {
        capacityBytes = bytes;
    }

    /**
     * @param bytes that all files together may have, and {@link #usableBytes()} doesn't know it.
     */
    public void quotaBytes(final long bytes) {
        quotaBytes = bytes;
    }

    /**
     * Makes one force fail. What it should have written counts as clean afterwards, but isn't on the device.
     *
     * @param successes number of forces, of files and of the directory, that still succeed before.
     */
    public void failForceAfter(final int successes) {
        forcesUntilFailure = successes;
    }

    /**
     * Lets the system write back some of what wasn't forced, as it may at any time.
     *
     * @param survival decides which sectors. Names aren't written back.
     */
    public void writeBack(final Survival survival) {
        files.forEach((name, file) -> file.writeBack(name, survival));
    }

    /** The process dies and the system lives on: everything stored is still there. */
    public void killProcess() {
        process++;
        isOwned = false;
        sharedMemory.killProcess();
    }

    /**
     * The system dies.
     *
     * @param survival decides what of the unforced is still there.
     */
    public void losePower(final Survival survival) {
        killProcess();
        sharedMemory.losePower();
        changes.subList(0, survival.names(changes.size())).forEach(change -> change.accept(filesOnDevice));
        changes.clear();
        files.clear();
        files.putAll(filesOnDevice);
        files.forEach((name, file) -> file.losePower(name, survival));
    }

    /**
     * The system dies.
     *
     * @param seed decides what of the unforced is still there.
     */
    public void losePower(final long seed) {
        losePower(Survival.random(seed));
    }

    /**
     * Bits rot, on the device and in the cache.
     *
     * @param name   of the file.
     * @param offset of the byte.
     * @param mask   of the bits that flip.
     */
    public void flip(final String name, final int offset, final int mask) {
        files.get(name).flip(offset, mask);
    }

    /**
     * @param name of the file.
     * @return number of its pages that a power loss may lose.
     */
    public int unforcedPages(final String name) {
        return files.get(name).changedPages().cardinality();
    }

    @Override
    public void own() {
        if (isOwned) {
            throw new JournalException(Category.OWNED, "the simulated storage has an owner", null);
        }
        isOwned = true;
    }

    @Override
    public List<String> list() {
        return new ArrayList<>(files.keySet());
    }

    @Override
    public JournalFile create(final String name, final int length) throws IOException {
        if (files.containsKey(name)) {
            throw new FileAlreadyExistsException(name);
        }
        if (length > Math.min(capacityBytes, quotaBytes) - usedBytes()) {
            throw new IOException("No space left on device");
        }
        final SimulatedFile file = new SimulatedFile(length);
        change(names -> names.put(name, file));
        return new Handle(file);
    }

    @Override
    public JournalFile open(final String name, final boolean writable) throws IOException {
        return new Handle(existing(name));
    }

    @Override
    public void rename(final String from, final String to) throws IOException {
        existing(from);
        change(names -> names.put(to, names.remove(from)));
    }

    @Override
    public void delete(final String name) throws IOException {
        existing(name);
        change(names -> names.remove(name));
    }

    @Override
    public void forceDirectory() throws IOException {
        if (failsNow()) {
            throw new IOException("Input/output error");
        }
        changes.clear();
        filesOnDevice.clear();
        filesOnDevice.putAll(files);
    }

    @Override
    public long usableBytes() {
        return capacityBytes - usedBytes();
    }

    @Override
    public String describe(final String name) {
        return name;
    }

    @Override
    public boolean isStaged() {
        return isStaged;
    }

    @Override
    public SimulatedMemory sharedMemory() {
        return sharedMemory;
    }

    @Override
    public void close() {
        isOwned = false;
    }

    private SimulatedFile existing(final String name) throws IOException {
        final SimulatedFile file = files.get(name);
        if (file == null) {
            throw new NoSuchFileException(name);
        }
        return file;
    }

    private void change(final Consumer<Map<String, SimulatedFile>> change) {
        change.accept(files);
        changes.add(change);
    }

    private long usedBytes() {
        long bytes = 0;
        for (final SimulatedFile file : files.values()) {
            bytes += file.length();
        }
        return bytes;
    }

    private boolean failsNow() {
        if (forcesUntilFailure == NEVER) {
            return false;
        }
        return forcesUntilFailure-- == 0;
    }

    /** An open file, of the process that opened it. */
    private final class Handle implements JournalFile {
        private final SimulatedFile file;
        private final UnsafeBuffer buffer;
        private final ByteBuffer byteBuffer;
        private final int openedBy;
        private boolean isClosed;

        Handle(final SimulatedFile file) {
            this.file = file;
            this.buffer = new UnsafeBuffer(file.buffer());
            this.byteBuffer = file.byteBuffer();
            this.openedBy = process;
        }

        @Override
        public int length() {
            return file.length();
        }

        @Override
        public UnsafeBuffer buffer() {
            return buffer;
        }

        @Override
        public ByteBuffer byteBuffer() {
            return byteBuffer.duplicate();
        }

        @Override
        public void write(final int offset, final ByteBuffer source) throws IOException {
            checkOpen();
            file.write(offset, source);
        }

        @Override
        public void force(final int offset, final int length) throws IOException {
            checkOpen();
            if (failsNow()) {
                file.failForce(offset, length);
                throw new IOException("Input/output error");
            }
            file.force(offset, length);
        }

        @Override
        public void force() throws IOException {
            force(0, file.length());
        }

        @Override
        public void forceData() throws IOException {
            force();
        }

        @Override
        public void close() {
            isClosed = true;
            buffer.wrap(0, 0);
        }

        private void checkOpen() {
            if (isClosed) {
                throw new IllegalStateException("the file is closed");
            }
            if (openedBy != process) {
                throw new IllegalStateException("the process that opened the file is dead");
            }
        }
    }
}
