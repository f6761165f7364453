package io.dtm.core.storage;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A directory of a file system, its files mapped: records are stored in the segments at once, and forced by msync. */
public class MappedStorage implements JournalStorage {
    private final DataDirectory directory;
    private final SharedMemory sharedMemory;

    /**
     * @param directory that holds the files; need not exist before it is owned.
     */
    public MappedStorage(final Path directory) {
        this(directory, new SharedMemoryDirectory());
    }

    MappedStorage(final Path directory, final SharedMemory sharedMemory) {
        this.directory = new DataDirectory(directory);
        this.sharedMemory = sharedMemory;
    }

    @Override
    public void own() {
        directory.own();
    }

    @Override
    public List<String> list() throws IOException {
        final List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory.path())) {
            for (final Path file : files) {
                names.add(file.getFileName().toString());
            }
        }
        names.sort(null);
        return names;
    }

    @Override
    public JournalFile create(final String name, final int length) throws IOException {
        final Path path = directory.resolve(name);
        final Set<OpenOption> options = Set.of(CREATE_NEW, READ, WRITE, NOFOLLOW_LINKS);
        final FileChannel channel = FileChannel.open(path, options, directory.newFileAttributes());
        try {
            ZeroFill.of(channel, length);
            return new MappedFile(channel, true);
        } catch (final IOException | RuntimeException ex) {
            channel.close();
            Files.deleteIfExists(path);
            throw ex;
        }
    }

    @Override
    public JournalFile open(final String name, final boolean writable) throws IOException {
        final Set<OpenOption> options =
            writable ? Set.of(READ, WRITE, NOFOLLOW_LINKS) : Set.of(READ, NOFOLLOW_LINKS);
        return new MappedFile(FileChannel.open(directory.resolve(name), options), writable);
    }

    @Override
    public SequentialFile createSequential(final String name) throws IOException {
        final Set<OpenOption> options = Set.of(CREATE_NEW, WRITE, NOFOLLOW_LINKS);
        return new WrittenFile(FileChannel.open(directory.resolve(name), options, directory.newFileAttributes()));
    }

    @Override
    public ReadableByteChannel openSequential(final String name) throws IOException {
        return FileChannel.open(directory.resolve(name), Set.of(READ, NOFOLLOW_LINKS));
    }

    @Override
    public long length(final String name) throws IOException {
        return Files.readAttributes(directory.resolve(name), BasicFileAttributes.class, NOFOLLOW_LINKS).size();
    }

    @Override
    public void rename(final String from, final String to) throws IOException {
        Files.move(directory.resolve(from), directory.resolve(to), StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void delete(final String name) throws IOException {
        Files.delete(directory.resolve(name));
    }

    @Override
    public void forceDirectory() throws IOException {
        PrivateDirectory.forceNames(directory.path());
    }

    @Override
    public long usableBytes() throws IOException {
        return Files.getFileStore(directory.path()).getUsableSpace();
    }

    @Override
    public String describe(final String name) {
        return directory.resolve(name).toString();
    }

    @Override
    public boolean isStaged() {
        return false;
    }

    @Override
    public SharedMemory sharedMemory() {
        return sharedMemory;
    }

    @Override
    public DirectoryIdentity identity() throws IOException {
        return DirectoryIdentity.of(directory.path());
    }

    /** What is at its path now may be something else: then it isn't there any more. */
    @Override
    public boolean isApartFrom(final DirectoryIdentity other) throws IOException {
        final DirectoryIdentity own = identity();
        if (own.succeeds(other)) {
            return false;
        }
        final Path path = pathOf(other);
        if (DirectoryIdentity.isGone(path)) {
            return false;
        }
        final DirectoryIdentity there = DirectoryIdentity.of(path);
        if (own.succeeds(there)) {
            return false; // It was moved, and a link left behind.
        }
        final Path id = path.resolve(FileNames.COORDINATOR_ID);
        return there.hasInode(other.device(), other.inode())
            || !Files.notExists(id, NOFOLLOW_LINKS)
            && Files.mismatch(id, directory.resolve(FileNames.COORDINATOR_ID)) == -1;
    }

    /** What another process's locale could name, this one's may not. */
    private static Path pathOf(final DirectoryIdentity other) throws IOException {
        try {
            return Path.of(other.path());
        } catch (final InvalidPathException ex) {
            throw new IOException("no path can be made of its name here: " + ex.getReason(), ex);
        }
    }

    @Override
    public void close() {
        directory.close();
    }

    /** Not mapped: it may be longer than a mapping, and nobody looks at it while it grows. */
    private static final class WrittenFile implements SequentialFile {
        private final FileChannel channel;

        WrittenFile(final FileChannel channel) {
            this.channel = channel;
        }

        @Override
        public void write(final ByteBuffer source) throws IOException {
            while (source.hasRemaining()) {
                channel.write(source);
            }
        }

        @Override
        public void force() throws IOException {
            channel.force(true);
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
