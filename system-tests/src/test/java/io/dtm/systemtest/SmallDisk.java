package io.dtm.systemtest;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A file system of its own that can be filled: ext4 in a file where this user may mount one, else memory in a user
 * namespace. A test is skipped where neither can be had.
 */
final class SmallDisk implements AutoCloseable {
    private static final int LIMIT_S = 30;
    private static final int FILL_CHUNK = 4096;

    private final List<List<String>> undo = new ArrayList<>();
    private final Path directory;
    private final Path work;
    private Process namespace;

    private SmallDisk(final Path work, final Path directory) {
        this.work = work;
        this.directory = directory;
    }

    /** Makes one of a size. */
    static SmallDisk of(final House house, final int megabytes) {
        final Path work = directories(house.path("disk"));
        try {
            final Path image = sparse(work.resolve("image"), megabytes);
            final SmallDisk disk = house.own(new SmallDisk(work, Files.createDirectory(work.resolve("mounted"))));
            if (disk.mountImage(image) || disk.unshare(megabytes)) {
                return disk;
            }
            return abort("no small file system: mount(8) of an image needs root, and unshare(1) -rm isn't allowed");
        } catch (final IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /**
     * Makes one whose own device may run out of space: its image lies sparse on another small file system, as on an
     * overcommitted volume. Needs root.
     *
     * @param megabytes  that it calls its own.
     * @param behindThem megabytes that there are in truth.
     */
    static SmallDisk overcommitted(final House house, final int megabytes, final int behindThem) {
        final Path work = directories(house.path("disk"));
        try {
            final Path behind = Files.createDirectory(work.resolve("behind"));
            final SmallDisk disk = house.own(new SmallDisk(work, Files.createDirectory(work.resolve("mounted"))));
            if (disk.mount(behind, "mount", "-t", "tmpfs", "-o", "size=" + behindThem + "m", "tmpfs")
                && disk.mountImage(sparse(behind.resolve("image"), megabytes))) {
                return disk;
            }
            return abort("no overcommitted file system: mount(8) needs root");
        } catch (final IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** @return its root. */
    Path directory() {
        return namespace == null
            ? directory : Path.of("/proc", Long.toString(namespace.pid()), "root", directory.toString());
    }

    /** Takes all the space that is left. */
    void fill() {
        fill(directory().resolve("filler"));
    }

    /** Gives it back. */
    void empty() {
        try {
            Files.delete(directory().resolve("filler"));
        } catch (final IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** From now on no block can be written that was zero till now: its device has no place for it. */
    void exhaustDevice() {
        assertEquals(0, run("sync", "-f", directory.toString()));
        assertEquals(0, run("fallocate", "--dig-holes", work.resolve("behind").resolve("image").toString()));
        fill(work.resolve("behind").resolve("filler"));
    }

    private static void fill(final Path filler) {
        try (FileChannel channel = FileChannel.open(filler, CREATE, APPEND)) {
            while (true) {
                final ByteBuffer chunk = ByteBuffer.allocate(FILL_CHUNK);
                while (chunk.hasRemaining()) {
                    channel.write(chunk);
                }
            }
        } catch (final IOException full) {
            assertEquals("No space left on device", full.getMessage());
        }
    }

    private boolean mountImage(final Path image) {
        // No blocks for root only: what is full is full for everybody. Nothing is put off to a thread of the kernel.
        return run("mkfs.ext4", "-q", "-F", "-m", "0", "-E", "lazy_itable_init=0,lazy_journal_init=0",
            image.toString()) == 0
            && mount(directory, "mount", "-o", "loop", image.toString());
    }

    private boolean mount(final Path on, final String... command) {
        final List<String> all = new ArrayList<>(List.of(command));
        all.add(on.toString());
        if (run(all.toArray(String[]::new)) != 0) {
            return false;
        }
        undo.add(0, List.of("umount", on.toString()));
        return true;
    }

    private boolean unshare(final int megabytes) throws IOException {
        namespace = new ProcessBuilder("unshare", "-rm", "sh", "-c", "mount -t tmpfs -o mode=700,size=" + megabytes
            + "m tmpfs " + directory + " && touch " + directory + "/mounted && exec sleep infinity")
            .redirectErrorStream(true).redirectOutput(work.resolve("unshare.log").toFile()).start();
        Conditions.await("a mount, or the end of unshare",
            () -> !namespace.isAlive() || Files.exists(directory().resolve("mounted")));
        return namespace.isAlive();
    }

    private static Path sparse(final Path file, final int megabytes) throws IOException {
        try (RandomAccessFile image = new RandomAccessFile(file.toFile(), "rw")) {
            image.setLength(megabytes * 1024L * 1024L);
        }
        return file;
    }

    private static Path directories(final Path directory) {
        try {
            return Files.createDirectories(directory);
        } catch (final IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private int run(final String... command) {
        try {
            final Process process = new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(work.resolve("commands.log").toFile())).start();
            if (!process.waitFor(LIMIT_S, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return -1;
            }
            return process.exitValue();
        } catch (final IOException noSuchProgram) {
            return -1;
        } catch (final InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return -1;
        }
    }

    @Override
    public void close() {
        if (namespace != null) {
            namespace.destroyForcibly().onExit().join();
        }
        for (final List<String> command : undo) {
            if (run(command.toArray(String[]::new)) != 0) {
                run("umount", "-l", command.get(1));
            }
        }
    }
}
