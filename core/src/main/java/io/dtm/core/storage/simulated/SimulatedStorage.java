package io.dtm.core.storage.simulated;

import io.dtm.core.storage.DirectoryIdentity;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalException.Category;
import io.dtm.core.storage.JournalFile;
import io.dtm.core.storage.JournalStorage;
import io.dtm.core.storage.SequentialFile;
import io.dtm.core.storage.simulated.StorageObserver.Operation;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A storage in memory that loses what a real one would lose, for the simulator and for tests. It outlives the
 * processes that use it: after {@link #killProcess()} or {@link #losePower(Survival)} the next one opens it again, and
 * whatever the former one still holds of it is dead.
 * <p>
 * Pages of 4 KiB are cached until they are forced; a power loss may tear them at sectors of 512 bytes. Names made,
 * changed or deleted are lost until the directory is forced. Of a file that grew, any length up to the one that it had
 * may be left, until it is forced. Its shared memory survives the death of a process and is lost with the power,
 * whatever survives. Not thread-safe. Deterministic.
 */
public final class SimulatedStorage implements JournalStorage {
    private static final int NEVER = -1;

    private final Map<String, SimulatedFile> files = new TreeMap<>();
    private final Map<String, SimulatedFile> filesOnDevice = new TreeMap<>();
    private final List<NameChange> changes = new ArrayList<>();
    /** Of copies that are there too. */
    private final List<DirectoryIdentity> others = new ArrayList<>();
    private final SimulatedMemory sharedMemory;
    private StorageObserver observer = StorageObserver.NONE;
    private DirectoryIdentity identity = new DirectoryIdentity(1, 1, "data");
    private boolean isStaged;
    private long capacityBytes = Long.MAX_VALUE;
    private long quotaBytes = Long.MAX_VALUE;
    private int forcesUntilFailure = NEVER;
    private int process;
    private boolean isOwned;

    /** Empty, with empty shared memory. */
    public SimulatedStorage() {
        this(new SimulatedMemory());
    }

    private SimulatedStorage(final SimulatedMemory sharedMemory) {
        this.sharedMemory = sharedMemory;
    }

    /**
     * @param value whether a journal that starts from now on is staged.
     * @return this.
     */
    public SimulatedStorage staged(final boolean value) {
        isStaged = value;
        return this;
    }

    /**
     * @param value which directory this is from now on.
     */
    public void identity(final DirectoryIdentity value) {
        identity = value;
    }

    /**
     * @param other  directory of the same coordinator.
     * @param exists whether it is there, from now on.
     */
    public void other(final DirectoryIdentity other, final boolean exists) {
        others.remove(other);
        if (exists) {
            others.add(other);
        }
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
        final BitSet surviving = survival.survivingNames(changes.size());
        surviving.stream().forEach(change -> changes.get(change).applyTo(filesOnDevice));
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
        final SimulatedFile file = files.get(name);
        return (int) IntStream.range(0, file.pages()).filter(page -> file.unforcedSectors(page) != 0).count();
    }

    /** @return all pages that a power loss may lose, but for those that a failed force marked clean: they are lost. */
    public List<UnforcedPage> unforced() {
        final List<UnforcedPage> unforced = new ArrayList<>();
        files.forEach((name, file) -> {
            for (int page = 0; page < file.pages(); page++) {
                final int sectors = file.unforcedSectors(page);
                if (sectors != 0 && !file.isMarkedClean(page)) {
                    unforced.add(new UnforcedPage(name, page, sectors));
                }
            }
        });
        return unforced;
    }

    /** @return number of names made, changed or deleted that a power loss may lose. */
    public int unforcedNames() {
        return changes.size();
    }

    /**
     * @param value is told of all operations from now on, those on shared memory too, but for those on a
     *              {@link #copy()}.
     */
    public void observer(final StorageObserver value) {
        observer = value;
        sharedMemory.observer(value);
    }

    /**
     * Another storage that holds the same, on the device, in the cache and in shared memory. Shares the pages, so that
     * thousands can be kept. No process has it open.
     *
     * @return the copy: neither changes when the other does.
     */
    public SimulatedStorage copy() {
        final SimulatedStorage copy = new SimulatedStorage(sharedMemory.copy());
        final Map<SimulatedFile, SimulatedFile> copies = new IdentityHashMap<>();
        files.forEach((name, file) -> copy.files.put(name, copies.computeIfAbsent(file, SimulatedFile::copy)));
        filesOnDevice.forEach(
            (name, file) -> copy.filesOnDevice.put(name, copies.computeIfAbsent(file, SimulatedFile::copy)));
        for (final NameChange change : changes) {
            copy.changes.add(new NameChange(change.removed, change.added,
                change.file == null ? null : copies.computeIfAbsent(change.file, SimulatedFile::copy)));
        }
        copy.capacityBytes = capacityBytes;
        copy.quotaBytes = quotaBytes;
        copy.isStaged = isStaged;
        copy.identity = identity;
        copy.others.addAll(others);
        return copy;
    }

    /** @return of storages that differ in anything that a start can ever find, it differs almost surely. */
    public long imageHash() {
        long hash = SimulatedPage.mix(hash(files), isStaged ? 1 : 0);
        hash = SimulatedPage.mix(hash, sharedMemory.hash());
        if (!changes.isEmpty()) {
            hash = SimulatedPage.mix(hash, hash(filesOnDevice));
            for (final NameChange change : changes) {
                hash = SimulatedPage.mix(SimulatedPage.mix(hash, hash(change.removed)), hash(change.added));
                hash = SimulatedPage.mix(hash, change.file == null ? 0 : change.file.hash());
            }
        }
        return hash;
    }

    private static long hash(final Map<String, SimulatedFile> files) {
        long hash = files.size();
        for (final Map.Entry<String, SimulatedFile> entry : files.entrySet()) {
            hash = SimulatedPage.mix(SimulatedPage.mix(hash, hash(entry.getKey())), entry.getValue().hash());
        }
        return hash;
    }

    static long hash(final String name) {
        long hash = 0;
        for (int i = 0; name != null && i < name.length(); i++) {
            hash = SimulatedPage.mix(hash, name.charAt(i));
        }
        return hash;
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
        checkSpace(length);
        observer.before(Operation.CREATE, name);
        final SimulatedFile file = new SimulatedFile(length);
        change(new NameChange(null, name, file));
        observer.after(Operation.CREATE, name);
        return new Handle(name, file);
    }

    @Override
    public JournalFile open(final String name, final boolean writable) throws IOException {
        return new Handle(name, existing(name));
    }

    @Override
    public SequentialFile createSequential(final String name) throws IOException {
        if (files.containsKey(name)) {
            throw new FileAlreadyExistsException(name);
        }
        observer.before(Operation.CREATE, name);
        final SimulatedFile file = new SimulatedFile(0);
        change(new NameChange(null, name, file));
        observer.after(Operation.CREATE, name);
        return new WrittenFile(name, file);
    }

    @Override
    public ReadableByteChannel openSequential(final String name) throws IOException {
        final ByteBuffer content = existing(name).byteBuffer();
        return Channels.newChannel(
            new ByteArrayInputStream(content.array(), content.arrayOffset(), content.remaining()));
    }

    @Override
    public long length(final String name) throws IOException {
        return existing(name).length();
    }

    @Override
    public void rename(final String from, final String to) throws IOException {
        final SimulatedFile file = existing(from);
        observer.before(Operation.RENAME, from);
        change(new NameChange(from, to, file));
        observer.after(Operation.RENAME, from);
    }

    @Override
    public void delete(final String name) throws IOException {
        existing(name);
        observer.before(Operation.DELETE, name);
        change(new NameChange(name, null, null));
        observer.after(Operation.DELETE, name);
    }

    @Override
    public void forceDirectory() throws IOException {
        observer.before(Operation.FORCE_DIRECTORY, "");
        final boolean fails = failsNow();
        if (!fails) {
            changes.clear();
            filesOnDevice.clear();
            filesOnDevice.putAll(files);
        }
        observer.after(Operation.FORCE_DIRECTORY, "");
        if (fails) {
            throw new IOException("Input/output error");
        }
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
    public DirectoryIdentity identity() {
        return identity;
    }

    @Override
    public boolean isApartFrom(final DirectoryIdentity other) {
        return !identity.succeeds(other) && others.contains(other);
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

    private void change(final NameChange change) {
        change.applyTo(files);
        changes.add(change);
    }

    private void checkSpace(final int length) throws IOException {
        if (length > Math.min(capacityBytes, quotaBytes) - usedBytes()) {
            throw new IOException("No space left on device");
        }
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

    /** A name made (added), given up (removed), or both: changed. */
    private record NameChange(String removed, String added, SimulatedFile file) {
        void applyTo(final Map<String, SimulatedFile> names) {
            if (removed != null) {
                names.remove(removed);
            }
            if (added != null) {
                names.put(added, file);
            }
        }
    }

    private void checkOpen(final boolean isClosed, final int openedBy) {
        if (isClosed) {
            throw new IllegalStateException("the file is closed");
        }
        if (openedBy != process) {
            throw new IllegalStateException("the process that opened the file is dead");
        }
    }

    private void force(final String name, final SimulatedFile file, final int offset, final int length)
        throws IOException {
        observer.before(Operation.FORCE, name);
        final boolean fails = failsNow();
        if (fails) {
            file.failForce(offset, length);
        } else {
            file.force(offset, length);
        }
        observer.after(Operation.FORCE, name);
        if (fails) {
            throw new IOException("Input/output error");
        }
    }

    /** A file that grows, of the process that made it. */
    private final class WrittenFile implements SequentialFile {
        private final String name;
        private final SimulatedFile file;
        private final int openedBy = process;
        private boolean isClosed;

        WrittenFile(final String name, final SimulatedFile file) {
            this.name = name;
            this.file = file;
        }

        @Override
        public void write(final ByteBuffer source) throws IOException {
            checkOpen(isClosed, openedBy);
            checkSpace(source.remaining());
            observer.before(Operation.WRITE, name);
            file.append(source);
            observer.after(Operation.WRITE, name);
        }

        @Override
        public void force() throws IOException {
            checkOpen(isClosed, openedBy);
            SimulatedStorage.this.force(name, file, 0, file.length());
        }

        @Override
        public void close() {
            isClosed = true;
        }
    }

    /** An open file, of the process that opened it. */
    private final class Handle implements JournalFile {
        private final String name;
        private final SimulatedFile file;
        private final UnsafeBuffer buffer;
        private final ByteBuffer byteBuffer;
        private final int openedBy;
        private boolean isClosed;

        Handle(final String name, final SimulatedFile file) {
            this.name = name;
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
            checkOpen(isClosed, openedBy);
            observer.before(Operation.WRITE, name);
            file.write(offset, source);
            observer.after(Operation.WRITE, name);
        }

        @Override
        public void force(final int offset, final int length) throws IOException {
            checkOpen(isClosed, openedBy);
            SimulatedStorage.this.force(name, file, offset, length);
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
    }
}
