package io.dtm.core.storage;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.READ;

import io.dtm.codec.MarkDescriptor;
import io.dtm.core.storage.JournalException.Category;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.UserPrincipal;
import java.util.Set;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A data directory and its one owner. The lock is the operating system's, on a file that is kept open for life: it
 * goes with the process, however that ends. Nothing in it is trusted that others could have put there.
 */
final class DataDirectory implements AutoCloseable {
    private final Path directory;
    private final PrivateDirectory names;
    private final boolean isPosix;
    private LockedFile lock;

    DataDirectory(final Path directory) {
        this(directory, PrivateDirectory.SYSTEM);
    }

    DataDirectory(final Path directory, final PrivateDirectory names) {
        this.directory = directory.toAbsolutePath();
        this.names = names;
        this.isPosix = FileTrust.isPosix(directory);
    }

    Path resolve(final String name) {
        return directory.resolve(name);
    }

    Path path() {
        return directory;
    }

    FileAttribute<?>[] newFileAttributes() {
        return FileTrust.newFileAttributes(directory);
    }

    /** Makes the directory if need be, checks it and locks it. Its own name is on the device then. */
    void own() {
        if (lock != null) {
            throw new IllegalStateException("already owned: " + directory);
        }
        try {
            names.makeUnlessThere(directory);
            checkDirectory();
            lock();
            checkFiles();
            if (!Files.exists(resolve(FileNames.COORDINATOR_ID), NOFOLLOW_LINKS)) {
                names.forceNamesAbove(directory); // A first start, maybe of one that died before it did.
            }
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
            if (lock != null) {
                lock.close();
            }
        } catch (final IOException ex) {
            throw new JournalException(Category.OWNED, "lock of " + directory + " can't be given up", ex);
        } finally {
            lock = null;
        }
    }

    private void checkDirectory() throws IOException {
        final String objection = FileTrust.objectionToDirectory(directory);
        if (objection != null) {
            throw foreign(objection, null);
        }
        if (isPosix && !Files.getPosixFilePermissions(directory).equals(PrivateDirectory.OWNER_ONLY)) {
            Files.setPosixFilePermissions(directory, PrivateDirectory.OWNER_ONLY);
        }
    }

    private void lock() throws IOException {
        final Path file = resolve(FileNames.LOCK);
        try {
            lock = openOrCreate(file);
        } catch (final LockedFile.HeldException ex) {
            throw owned(ex.isByThisProcess() ? "this process" : "another process" + ownerByMark(), ex);
        }
    }

    private LockedFile openOrCreate(final Path file) throws IOException {
        try {
            return LockedFile.create(file, newFileAttributes());
        } catch (final FileAlreadyExistsException ex) {
            return LockedFile.open(file);
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
        final UserPrincipal user = FileTrust.currentUser(directory);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (final Path file : files) {
                final PosixFileAttributes attributes =
                    Files.readAttributes(file, PosixFileAttributes.class, NOFOLLOW_LINKS);
                if (attributes.isSymbolicLink()) {
                    throw foreign("contains a symbolic link: " + file.getFileName() + "; remove it", null);
                }
                final String objection = FileTrust.objection(file, attributes, user);
                if (objection != null) {
                    throw foreign(objection, null);
                }
            }
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
