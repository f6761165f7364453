package io.dtm.core.journal;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import io.dtm.codec.MarkDescriptor;
import io.dtm.core.journal.JournalException.Category;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A data directory and its one owner. The lock is the operating system's, on a file that is kept open for life: it
 * goes with the process, however that ends. Nothing in it is trusted that others could have put there.
 */
final class DataDirectory implements AutoCloseable {
    /** The file that is locked. It has no content and must never be deleted: a new one would be another lock. */
    static final String LOCK_FILE = "coordinator.lock";

    /**
     * Lock files that this process has open. It must be asked before one is opened: closing any descriptor of a file
     * drops all locks that the process holds on it (POSIX), so a refused second owner would free the first one's.
     * An open file's key is never another file's, even if it was deleted; so the owners are kept here: a channel that
     * nobody refers to any more would be closed when garbage is collected, and its lock be gone.
     */
    private static final Map<Object, DataDirectory> OWNED = new ConcurrentHashMap<>();

    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");
    private static final FileAttribute<Set<PosixFilePermission>> NEW_FILE =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final Set<PosixFilePermission> WRITABLE_BY_OTHERS =
        EnumSet.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

    private final Path directory;
    private final boolean isPosix;
    private Object key;
    private FileChannel channel;

    DataDirectory(final Path directory) {
        this.directory = directory.toAbsolutePath();
        this.isPosix = directory.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    Path resolve(final String name) {
        return directory.resolve(name);
    }

    Path path() {
        return directory;
    }

    FileAttribute<?>[] newFileAttributes() {
        return isPosix ? new FileAttribute<?>[] {NEW_FILE} : new FileAttribute<?>[0];
    }

    /** Makes the directory if need be, checks it and locks it. */
    void own() {
        if (channel != null) {
            throw new IllegalStateException("already owned: " + directory);
        }
        try {
            make();
            checkDirectory();
            openLockFile();
            lock();
            checkFiles();
        } catch (final IOException ex) {
            close();
            throw foreign("can't be used: " + ex, ex);
        } catch (final RuntimeException ex) {
            close();
            throw ex;
        }
    }

    @Override
    public void close() {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (final IOException ex) {
            throw new JournalException(Category.OWNED, "lock of " + directory + " can't be given up", ex);
        } finally {
            channel = null;
            if (key != null) {
                OWNED.remove(key);
                key = null;
            }
        }
    }

    private void make() throws IOException {
        if (Files.exists(directory, NOFOLLOW_LINKS)) {
            return;
        }
        final Path parent = directory.getParent();
        Files.createDirectories(parent);
        try {
            if (isPosix) {
                Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
            } else {
                Files.createDirectory(directory);
            }
        } catch (final FileAlreadyExistsException ex) {
            return; // Somebody else made it: the lock decides whose it is.
        }
        force(parent);
    }

    private void checkDirectory() throws IOException {
        if (Files.isSymbolicLink(directory)) {
            throw foreign("is a symbolic link; name the directory itself", null);
        }
        if (!Files.isDirectory(directory, NOFOLLOW_LINKS)) {
            throw foreign("is not a directory", null);
        }
        if (!isPosix) {
            return;
        }
        final PosixFileAttributes attributes =
            Files.readAttributes(directory, PosixFileAttributes.class, NOFOLLOW_LINKS);
        checkPermissions(directory, attributes);
        checkOwner(directory, attributes, currentUser());
        if (!attributes.permissions().equals(OWNER_ONLY)) {
            Files.setPosixFilePermissions(directory, OWNER_ONLY);
        }
    }

    private void openLockFile() throws IOException {
        final Path file = resolve(LOCK_FILE);
        try {
            channel = FileChannel.open(file, Set.of(CREATE_NEW, READ, WRITE), newFileAttributes());
            claim(file);
        } catch (final FileAlreadyExistsException ex) {
            claim(file);
            final Set<OpenOption> options = Set.of(READ, WRITE, NOFOLLOW_LINKS);
            channel = FileChannel.open(file, options);
        }
    }

    private void claim(final Path file) throws IOException {
        final BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class, NOFOLLOW_LINKS);
        final Object fileKey = attributes.fileKey() != null ? attributes.fileKey() : file.toRealPath(NOFOLLOW_LINKS);
        if (OWNED.putIfAbsent(fileKey, this) != null) {
            channel = null; // If it is open, it stays so.
            throw owned("this process", null);
        }
        key = fileKey;
    }

    private void lock() throws IOException {
        final FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (final OverlappingFileLockException ex) {
            // Another class loader of this process owns it. The descriptor stays open: closing it frees the other's.
            channel = null;
            throw owned("this process", ex);
        }
        if (lock == null) {
            throw owned("another process" + ownerByMark(), null);
        }
    }

    /**
     * Whom the mark file calls the owner, for the message only. An owner that still reads its journal hasn't written
     * its id yet: then the file has that of the one before, which is dead and not named.
     */
    private String ownerByMark() {
        try (FileChannel mark = FileChannel.open(resolve(FileNames.MARK), Set.of(READ, NOFOLLOW_LINKS))) {
            final ByteBuffer content = ByteBuffer.allocate(MarkDescriptor.FILE_LENGTH);
            int length = 0;
            while (length >= 0 && content.hasRemaining()) {
                length = mark.read(content);
            }
            final long pid = MarkDescriptor.pid(new UnsafeBuffer(content));
            return pid > 0 && ProcessHandle.of(pid).isPresent() ? " (" + pid + ")" : "";
        } catch (final IOException unreadable) {
            return "";
        }
    }

    private void checkFiles() throws IOException {
        if (!isPosix) {
            return;
        }
        final UserPrincipal user = currentUser();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (final Path file : files) {
                final PosixFileAttributes attributes =
                    Files.readAttributes(file, PosixFileAttributes.class, NOFOLLOW_LINKS);
                if (attributes.isSymbolicLink()) {
                    throw foreign("contains a symbolic link: " + file.getFileName() + "; remove it", null);
                }
                checkPermissions(file, attributes);
                checkOwner(file, attributes, user);
            }
        }
    }

    private void checkPermissions(final Path path, final PosixFileAttributes attributes) {
        final Set<PosixFilePermission> writable = EnumSet.copyOf(WRITABLE_BY_OTHERS);
        writable.retainAll(attributes.permissions());
        if (!writable.isEmpty()) {
            throw foreign("can't be trusted: others may write to " + path + " ("
                + PosixFilePermissions.toString(attributes.permissions())
                + "); make sure that nobody has, then chmod go-w", null);
        }
    }

    private void checkOwner(final Path path, final PosixFileAttributes attributes, final UserPrincipal user) {
        if (!attributes.owner().equals(user)) {
            throw foreign("can't be trusted: " + path + " belongs to " + attributes.owner().getName() + ", not to "
                + user.getName() + "; run the coordinator as its owner", null);
        }
    }

    /** Who owns what this process makes. The name of the user in the system properties may be anything. */
    private UserPrincipal currentUser() throws IOException {
        final Path self = Path.of("/proc/self");
        if (Files.exists(self)) {
            return Files.getOwner(self);
        }
        final Path probe = resolve("owner." + ProcessHandle.current().pid() + ".tmp");
        FileChannel.open(probe, Set.of(CREATE_NEW, WRITE), newFileAttributes()).close();
        try {
            return Files.getOwner(probe, NOFOLLOW_LINKS);
        } finally {
            Files.deleteIfExists(probe);
        }
    }

    /** Puts the names in a directory onto the device. */
    static void force(final Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, READ)) {
            channel.force(true);
        }
    }

    private JournalException owned(final String owner, final Throwable cause) {
        return new JournalException(Category.OWNED, "data directory " + directory + " belongs to a coordinator in "
            + owner + "; stop that one first, or name another directory", cause);
    }

    private JournalException foreign(final String what, final Throwable cause) {
        return new JournalException(Category.FOREIGN, "data directory " + directory + " " + what, cause);
    }
}
