package io.dtm.core.storage;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.READ;

import io.dtm.core.storage.JournalException.Category;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.Set;

/**
 * A directory of a file system in memory. Locations are absolute paths. Others may put files there, so none is trusted
 * that isn't this user's own.
 */
final class SharedMemoryDirectory implements SharedMemory {
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

    private final Path directory;

    /** For one that makes no files. */
    SharedMemoryDirectory() {
        this(StagedStorage.DEFAULT_TAIL_DIRECTORY);
    }

    SharedMemoryDirectory(final Path directory) {
        this.directory = directory.toAbsolutePath();
    }

    @Override
    public String bootId() {
        try {
            return Files.readString(BOOT_ID).trim();
        } catch (final IOException unknown) {
            return "";
        }
    }

    /** One tail has one location, however its directory is spelled. */
    @Override
    public String locate(final String name) {
        try {
            return directory.toRealPath().resolve(name).toString();
        } catch (final IOException missing) {
            return directory.resolve(name).toString();
        }
    }

    @Override
    public JournalFile create(final String location, final int length) throws IOException {
        final Path file = Path.of(location);
        final LockedFile locked = LockedFile.create(file, FileTrust.newFileAttributes(directory));
        try {
            ZeroFill.of(locked.channel(), length);
            return new MappedFile(locked.channel(), true, locked);
        } catch (final IOException | RuntimeException ex) {
            locked.close();
            Files.deleteIfExists(file);
            throw ex;
        }
    }

    @Override
    public JournalFile own(final String location) throws IOException {
        final Path file = Path.of(location);
        check(file);
        try {
            final LockedFile locked = LockedFile.open(file);
            return new MappedFile(locked.channel(), true, locked);
        } catch (final LockedFile.HeldException ex) {
            throw new JournalException(Category.OWNED, "tail " + location + " belongs to a coordinator in "
                + ex.getMessage() + ", though this data directory doesn't: one of two is a copy. Stop that coordinator,"
                + " and start the one whose directory is to go on", ex);
        }
    }

    /** Through the descriptor that this process holds the file by, if it does: closing another would free the lock. */
    @Override
    public JournalFile open(final String location) throws IOException {
        final Path file = Path.of(location);
        final FileChannel held = LockedFile.channelOfHeld(file);
        try {
            return held == null
                ? new MappedFile(FileChannel.open(file, Set.of(READ, NOFOLLOW_LINKS)), false)
                : new MappedFile(held, false, () -> { });
        } catch (final ClosedChannelException ex) {
            throw new NoSuchFileException(location); // Its owner has just let go of it.
        }
    }

    @Override
    public void rename(final String from, final String to) throws IOException {
        Files.move(Path.of(from), Path.of(to), StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public boolean exists(final String location) {
        return Files.exists(Path.of(location), NOFOLLOW_LINKS);
    }

    @Override
    public boolean isSame(final String one, final String other) throws IOException {
        try {
            return Files.isSameFile(Path.of(one), Path.of(other)) && exists(one);
        } catch (final NoSuchFileException ex) {
            return false;
        }
    }

    @Override
    public void delete(final String location) throws IOException {
        Files.deleteIfExists(Path.of(location));
    }

    private void check(final Path file) throws IOException {
        if (DirectoryIdentity.isGone(file.toAbsolutePath().getParent())) {
            throw new NoSuchFileException(file.toString());
        }
        final BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class, NOFOLLOW_LINKS);
        String objection = attributes.isRegularFile() ? null : "can't be trusted: it isn't a file; remove it";
        if (objection == null && FileTrust.isPosix(file)) {
            final PosixFileAttributes posix =
                Files.readAttributes(file, PosixFileAttributes.class, NOFOLLOW_LINKS);
            objection = FileTrust.objection(file, posix, FileTrust.currentUser(directory));
        }
        if (objection != null) {
            throw new JournalException(Category.FOREIGN, "tail " + file + " " + objection, null);
        }
    }
}
