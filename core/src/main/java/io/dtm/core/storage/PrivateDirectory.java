package io.dtm.core.storage;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.READ;

import io.dtm.core.storage.JournalException.Category;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;

/**
 * Makes directories that are their owner's alone, makes what is missing above them, and puts the names of all onto the
 * device: a file is as durable as the least of the names above it. There is no other place that makes one.
 */
public final class PrivateDirectory {
    static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");
    /** Of the operating system's file systems. */
    static final PrivateDirectory SYSTEM = new PrivateDirectory(PrivateDirectory::forceNames);

    private final NameForce force;

    /** How the names in a directory get onto the device. */
    @FunctionalInterface
    interface NameForce {
        /** @throws AccessDeniedException if this process may not read the directory. */
        void of(Path directory) throws IOException;
    }

    PrivateDirectory(final NameForce force) {
        this.force = force;
    }

    /**
     * Makes a directory whose place is trusted. One that is there stays as it is: it may be a link, or its group's too.
     *
     * @param directory to be there afterwards. If this made it, its name survives a power loss.
     * @throws JournalException FORCE_FAILED if a name can't be put onto the device.
     * @throws IOException      if it can't be made.
     */
    public static void make(final Path directory) throws IOException {
        SYSTEM.makeAll(directory);
    }

    /**
     * Makes a directory where anybody may make names, as in shared memory, or makes sure that one that is there is its
     * owner's.
     *
     * @param directory to be there afterwards.
     * @throws JournalException FOREIGN if it is a link, or somebody else's, or others may write to it; FORCE_FAILED.
     * @throws IOException      if it can't be made or looked at.
     */
    public static void makeAmongOthers(final Path directory) throws IOException {
        SYSTEM.makeUnlessThere(directory);
        final String objection = FileTrust.objectionToDirectory(directory);
        if (objection != null) {
            throw new JournalException(Category.FOREIGN, "directory " + directory + " " + objection, null);
        }
    }

    /** What is there, be it a link to nowhere, is left for who looks at it. */
    void makeUnlessThere(final Path directory) throws IOException {
        if (!Files.exists(directory, NOFOLLOW_LINKS)) {
            makeAll(directory);
        }
    }

    private void makeAll(final Path directory) throws IOException {
        final Deque<Path> missing = new ArrayDeque<>();
        for (Path path = directory.toAbsolutePath(); path != null && !Files.exists(path); path = path.getParent()) {
            missing.push(path);
        }
        while (!missing.isEmpty()) {
            final Path path = missing.pop();
            makeOne(path, missing.isEmpty() ? attributes(path) : new FileAttribute<?>[0]);
        }
        if (!Files.isDirectory(directory)) {
            throw new NotDirectoryException(directory.toString());
        }
    }

    /** Where its name can't be forced it doesn't stay: the next start would take it for one that was always there. */
    private void makeOne(final Path directory, final FileAttribute<?>... attributes) throws IOException {
        boolean isMade = false;
        try {
            Files.createDirectory(directory, attributes);
            isMade = true;
        } catch (final FileAlreadyExistsException ex) {
            if (!Files.isDirectory(directory)) {
                throw ex;
            }
            // Somebody else made it just now, and may not have forced it yet.
        }
        try {
            forceOrFail(directory.getParent());
        } catch (final AccessDeniedException ex) {
            if (isMade) {
                Files.delete(directory);
            }
            throw new AccessDeniedException(directory.getParent().toString(), null,
                "without the right to read it, the names in it can't be put onto the device");
        }
    }

    /**
     * Puts the names above a directory that is there onto the device: a process that made them may have died before it
     * did. Where one above may not be read, this user hasn't made what is above that. Where the file system of one
     * above can't force directories, there is nothing to force.
     *
     * @throws JournalException FORCE_FAILED.
     * @throws IOException      if the directory isn't there.
     */
    void forceNamesAbove(final Path directory) throws IOException {
        final Path absolute = directory.toAbsolutePath();
        final Path real = absolute.toRealPath();
        forceAncestors(real);
        if (!real.equals(absolute)) {
            forceAncestors(absolute); // The names of links lie there.
        }
    }

    private void forceAncestors(final Path path) {
        boolean isReadable = true;
        for (Path above = path.getParent(); above != null && isReadable; above = above.getParent()) {
            try {
                force.of(above);
            } catch (final AccessDeniedException ex) {
                isReadable = false;
            } catch (final IOException ex) {
                if (!hasNothingToForce(ex)) {
                    throw failed(above, ex);
                }
            }
        }
    }

    /** Of a file system that knows no force of a directory, as in memory, or that is read-only: EINVAL, EROFS. */
    private static boolean hasNothingToForce(final IOException ex) {
        final String message = String.valueOf(ex.getMessage());
        return message.endsWith("Invalid argument") || message.endsWith("Read-only file system");
    }

    private void forceOrFail(final Path directory) throws AccessDeniedException {
        try {
            force.of(directory);
        } catch (final AccessDeniedException ex) {
            throw ex;
        } catch (final IOException ex) {
            throw failed(directory, ex);
        }
    }

    private static JournalException failed(final Path directory, final IOException ex) {
        return Forcing.failed("the names in " + directory, ex);
    }

    private static FileAttribute<?>[] attributes(final Path directory) {
        return FileTrust.isPosix(directory)
            ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_ONLY)} : new FileAttribute<?>[0];
    }

    /** Puts the names in a directory onto the device. */
    static void forceNames(final Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, READ)) {
            channel.force(true);
        }
    }
}
