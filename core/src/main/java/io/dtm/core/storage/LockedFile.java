package io.dtm.core.storage;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A file that this process holds under the operating system's lock: until it is closed, or until the process ends,
 * however that ends.
 */
final class LockedFile implements Closeable {
    /**
     * Files that this process holds. It must be asked before one is opened: closing any descriptor of a file drops all
     * locks that the process has on it (POSIX), so a refused second holder would free the first one's. An open file's
     * key is never another file's, even if it was deleted; so the holders are kept here: a channel that nobody refers
     * to any more would be closed when garbage is collected, and its lock be gone.
     */
    private static final Map<Object, LockedFile> HELD = new ConcurrentHashMap<>();
    /** Of files that somebody else in this process holds: closing them would free its locks. */
    private static final Queue<FileChannel> NEVER_CLOSED = new ConcurrentLinkedQueue<>();

    private final Object key;
    private FileChannel channel;

    private LockedFile(final Object key) {
        this.key = key;
    }

    /**
     * Makes a file and locks it.
     *
     * @throws java.nio.file.FileAlreadyExistsException if it exists.
     */
    static LockedFile create(final Path file, final FileAttribute<?>... attributes) throws IOException {
        final FileChannel created = FileChannel.open(file, Set.of(CREATE_NEW, READ, WRITE, NOFOLLOW_LINKS), attributes);
        final LockedFile locked = claim(file, created);
        locked.lockOrClose(created);
        return locked;
    }

    /**
     * Locks a file that exists.
     *
     * @throws java.nio.file.NoSuchFileException if it doesn't.
     * @throws HeldException                     if somebody holds it.
     */
    static LockedFile open(final Path file) throws IOException {
        final LockedFile locked = claim(file, null);
        final Set<OpenOption> options = Set.of(READ, WRITE, NOFOLLOW_LINKS);
        try {
            locked.lockOrClose(FileChannel.open(file, options));
            if (!keyOf(file).equals(locked.key)) {
                throw new HeldException(false); // Its holder has just put another one in its place.
            }
            return locked;
        } catch (final IOException ex) {
            locked.close();
            throw ex;
        }
    }

    /** @return the channel of a file that this process holds, for reading, not to be closed; else null. */
    static FileChannel channelOfHeld(final Path file) throws IOException {
        final LockedFile held = HELD.get(keyOf(file));
        return held == null ? null : held.channel;
    }

    FileChannel channel() {
        return channel;
    }

    @Override
    public void close() throws IOException {
        try {
            if (channel != null) {
                channel.close();
            }
        } finally {
            channel = null;
            HELD.remove(key, this);
        }
    }

    private static LockedFile claim(final Path file, final FileChannel created) throws IOException {
        final LockedFile locked = new LockedFile(keyOf(file));
        if (HELD.putIfAbsent(locked.key, locked) != null) {
            if (created != null) {
                NEVER_CLOSED.add(created);
            }
            throw new HeldException(true);
        }
        return locked;
    }

    private void lockOrClose(final FileChannel opened) throws IOException {
        try {
            lock(opened);
        } catch (final IOException ex) {
            close();
            throw ex;
        }
    }

    private void lock(final FileChannel opened) throws IOException {
        try {
            final FileLock lock = opened.tryLock();
            channel = opened;
            if (lock == null) {
                throw new HeldException(false);
            }
        } catch (final OverlappingFileLockException ex) {
            NEVER_CLOSED.add(opened);
            throw new HeldException(true);
        }
    }

    private static Object keyOf(final Path file) throws IOException {
        final BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class, NOFOLLOW_LINKS);
        return attributes.fileKey() != null ? attributes.fileKey() : file.toRealPath(NOFOLLOW_LINKS);
    }

    /** Somebody holds the file. */
    static final class HeldException extends IOException {
        private static final long serialVersionUID = 1L;

        private final boolean isByThisProcess;

        HeldException(final boolean isByThisProcess) {
            super(isByThisProcess ? "this process" : "another process");
            this.isByThisProcess = isByThisProcess;
        }

        boolean isByThisProcess() {
            return isByThisProcess;
        }
    }
}
