package io.dtm.core.storage;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * Which directory it is: one that was moved keeps its inode, one that was put back its path, a copy elsewhere neither.
 *
 * @param device that holds it.
 * @param inode  on that device; 0 where files have none.
 * @param path   without symbolic links.
 */
public record DirectoryIdentity(long device, long inode, String path) {
    /**
     * @param directory that exists.
     * @return its identity.
     * @throws IOException if it can't be asked.
     */
    static DirectoryIdentity of(final Path directory) throws IOException {
        final Path path = directory.toRealPath();
        if (!path.getFileSystem().supportedFileAttributeViews().contains("unix")) {
            return new DirectoryIdentity(0, 0, path.toString());
        }
        return new DirectoryIdentity((long) Files.getAttribute(path, "unix:dev", NOFOLLOW_LINKS),
            (long) Files.getAttribute(path, "unix:ino", NOFOLLOW_LINKS), path.toString());
    }

    /**
     * Asked step by step, since JDKs differ in what they throw for a path that leads through what is no directory.
     *
     * @param directory that may have been there.
     * @return whether none is: also where a link leads nowhere, or something else has its name, or that of one above.
     * @throws IOException if that can't be seen.
     */
    static boolean isGone(final Path directory) throws IOException {
        try {
            return directory.getParent() != null && isGone(directory.getParent())
                || !Files.readAttributes(directory, BasicFileAttributes.class).isDirectory();
        } catch (final NoSuchFileException ex) {
            return true;
        }
    }

    /**
     * @param otherDevice that holds a directory.
     * @param otherInode  of that directory.
     * @return whether it is this one, wherever it is now.
     */
    public boolean hasInode(final long otherDevice, final long otherInode) {
        return inode != 0 && inode == otherInode && device == otherDevice;
    }

    /**
     * @param other a directory, now or before.
     * @return whether this one is that, or is in its place.
     */
    public boolean succeeds(final DirectoryIdentity other) {
        return hasInode(other.device, other.inode) || path.equals(other.path);
    }
}
