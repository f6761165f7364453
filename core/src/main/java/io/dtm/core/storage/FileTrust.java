package io.dtm.core.storage;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.EnumSet;
import java.util.Set;

/** Which files are trusted: those that nobody else owns or may write to. Where permissions aren't known, all are. */
final class FileTrust {
    private static final FileAttribute<Set<PosixFilePermission>> NEW_FILE =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final Set<PosixFilePermission> WRITABLE_BY_OTHERS =
        EnumSet.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

    private FileTrust() {
    }

    /**
     * @param directory that should be of this process' user alone.
     * @return why it can't be trusted and what to do; null if it can.
     */
    static String objectionToDirectory(final Path directory) throws IOException {
        if (Files.isSymbolicLink(directory)) {
            return "is a symbolic link; name the directory itself, or remove the link";
        }
        if (!Files.isDirectory(directory, NOFOLLOW_LINKS)) {
            return "is not a directory; remove it, or name another";
        }
        return isPosix(directory)
            ? objection(directory, Files.readAttributes(directory, PosixFileAttributes.class, NOFOLLOW_LINKS),
                currentUser(directory))
            : null;
    }

    static boolean isPosix(final Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    /** @return attributes of a new file in a directory: its owner's alone. */
    static FileAttribute<?>[] newFileAttributes(final Path directory) {
        return isPosix(directory) ? new FileAttribute<?>[] {NEW_FILE} : new FileAttribute<?>[0];
    }

    /**
     * @param user who owns what this process makes.
     * @return why the file can't be trusted and what to do; null if it can.
     */
    static String objection(final Path path, final PosixFileAttributes attributes, final UserPrincipal user) {
        final Set<PosixFilePermission> writable = EnumSet.copyOf(WRITABLE_BY_OTHERS);
        writable.retainAll(attributes.permissions());
        if (!writable.isEmpty()) {
            return "can't be trusted: others may write to " + path + " ("
                + PosixFilePermissions.toString(attributes.permissions())
                + "); make sure that nobody has, then chmod go-w";
        }
        if (!attributes.owner().equals(user)) {
            return "can't be trusted: " + path + " belongs to " + attributes.owner().getName() + ", not to "
                + user.getName() + "; run the coordinator as its owner";
        }
        return null;
    }

    /**
     * The name of the user in the system properties may be anything.
     *
     * @param directory in which a file may be made to see whose it is.
     * @return who owns what this process makes.
     */
    static UserPrincipal currentUser(final Path directory) throws IOException {
        final Path self = Path.of("/proc/self");
        if (Files.exists(self)) {
            return Files.getOwner(self);
        }
        final Path probe = directory.resolve("owner." + ProcessHandle.current().pid() + ".tmp");
        FileChannel.open(probe, Set.of(CREATE_NEW, WRITE), newFileAttributes(directory)).close();
        try {
            return Files.getOwner(probe, NOFOLLOW_LINKS);
        } finally {
            Files.deleteIfExists(probe);
        }
    }
}
