package io.dtm.core.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.core.journal.Process;
import io.dtm.core.storage.JournalException.Category;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Directories of our own: whose they are, and which names a power loss can't take. */
class PrivateDirectoryTest {
    @TempDir
    private Path temporary;
    private Path common;
    private final List<Path> forced = new ArrayList<>();
    private final PrivateDirectory recording = new PrivateDirectory(forced::add);

    /** In which nothing is a link. */
    @BeforeEach
    void resolve() throws IOException {
        common = temporary.toRealPath();
    }

    private static List<Path> above(final Path path) {
        final List<Path> above = new ArrayList<>();
        for (Path parent = path.getParent(); parent != null; parent = parent.getParent()) {
            above.add(parent);
        }
        return above;
    }

    private static void own(final Path directory, final PrivateDirectory names) {
        new DataDirectory(directory, names).own();
    }

    private static void assertRefused(final String why, final Path directory) {
        final JournalException ex = StorageSuite.assertCategory(Category.FOREIGN, () -> {
            try {
                PrivateDirectory.makeAmongOthers(directory);
            } catch (final IOException unexpected) {
                throw new UncheckedIOException(unexpected);
            }
        });
        assertTrue(ex.getMessage().contains(why), ex.getMessage());
    }

    @Test
    void shouldMakeItForItsOwnerAloneAndTakeItAgain() throws IOException {
        final Path directory = common.resolve("not/there/yet");

        PrivateDirectory.makeAmongOthers(directory);
        PrivateDirectory.makeAmongOthers(directory);

        assertEquals(PosixFilePermissions.fromString("rwx------"), Files.getPosixFilePermissions(directory));
        final Path usual = Files.createDirectory(common.resolve("usual"));
        for (final Path above : List.of(directory.getParent(), directory.getParent().getParent())) {
            assertEquals(Files.getPosixFilePermissions(usual), Files.getPosixFilePermissions(above));
        }
    }

    @Test
    void shouldRefuseOneThatSomebodyMayHavePutThere() throws IOException {
        final Path open = Files.createDirectory(common.resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
        final Path elsewhere = Files.createDirectory(common.resolve("elsewhere"));

        assertRefused("others may write", open);
        assertRefused("is a symbolic link", Files.createSymbolicLink(common.resolve("link"), elsewhere));
        assertRefused("is a symbolic link", Files.createSymbolicLink(common.resolve("astray"), common.resolve("no")));
        assertRefused("is not a directory", Files.createFile(common.resolve("file")));
    }

    @Test
    void shouldTakeALinkAndPermissionsOfAGroupWhereThePlaceIsTrusted() throws IOException {
        final Path real = Files.createDirectory(common.resolve("real"));
        Files.setPosixFilePermissions(real, PosixFilePermissions.fromString("rwxrwx---"));
        final Path link = Files.createSymbolicLink(common.resolve("link"), real);

        PrivateDirectory.make(link);
        PrivateDirectory.make(link.resolve("inner"));

        assertEquals(PosixFilePermissions.fromString("rwxrwx---"), Files.getPosixFilePermissions(real));
        assertTrue(Files.isDirectory(real.resolve("inner")));
    }

    @Test
    void shouldNotTakeWhatIsNoDirectory() throws IOException {
        final Path file = Files.createFile(common.resolve("file"));
        final Path astray = Files.createSymbolicLink(common.resolve("astray"), common.resolve("no"));

        assertThrows(NotDirectoryException.class, () -> PrivateDirectory.make(file));
        assertThrows(FileAlreadyExistsException.class, () -> PrivateDirectory.make(astray));
    }

    @Test
    void shouldForceTheNameOfEachDirectoryThatItMakes() throws IOException {
        recording.makeUnlessThere(common.resolve("one/two/three"));
        assertEquals(List.of(common, common.resolve("one"), common.resolve("one/two")), forced);

        recording.makeUnlessThere(common.resolve("one/two/three"));
        assertEquals(3, forced.size(), "nothing was made");
    }

    @Test
    void shouldForceADirectoryThatSomebodyElseMakesMeanwhile() throws IOException {
        final Path directory = common.resolve("one/two");
        final PrivateDirectory names = new PrivateDirectory(path -> {
            forced.add(path);
            Files.createDirectories(directory);
        });

        names.makeUnlessThere(directory);

        assertEquals(List.of(common, common.resolve("one")), forced);
    }

    @Test
    void shouldForceAllNamesAboveTheDataDirectoryUntilItHasACoordinator() {
        final Path data = common.resolve("deep/data");
        final PrivateDirectory dying = new PrivateDirectory(path -> {
            throw new IllegalStateException("killed before it forces " + path);
        });
        assertThrows(IllegalStateException.class, () -> own(data.getParent(), dying));
        assertThrows(IllegalStateException.class, () -> own(data, dying));
        assertTrue(Files.isDirectory(data));

        try (DataDirectory directory = new DataDirectory(data, recording)) {
            directory.own();
            assertEquals(above(data), forced);
        }

        Process.start(new MappedStorage(data)).close();
        forced.clear();
        try (DataDirectory directory = new DataDirectory(data, recording)) {
            directory.own();
            assertEquals(List.of(), forced, "not a first start");
        }
    }

    @Test
    void shouldForceTheNamesAboveALinkAndAboveWhatItNames() throws IOException {
        final Path real = Files.createDirectories(common.resolve("a/real"));
        final Path link = Files.createSymbolicLink(Files.createDirectory(common.resolve("b")).resolve("link"), real);

        try (DataDirectory directory = new DataDirectory(link.resolve("data"), recording)) {
            directory.own();
        }

        assertTrue(forced.containsAll(above(real.resolve("data"))), forced::toString);
        assertTrue(forced.containsAll(above(link.resolve("data"))), forced::toString);
    }

    @Test
    void shouldForceNoNamesAboveADirectoryThatItMayNotRead() throws IOException {
        final Path closed = common.resolve("closed");
        final Path data = Files.createDirectories(closed.resolve("data"));
        final PrivateDirectory names = new PrivateDirectory(path -> {
            if (path.equals(closed.getParent())) {
                throw new AccessDeniedException(path.toString());
            }
            forced.add(path);
        });

        try (DataDirectory directory = new DataDirectory(data, names)) {
            directory.own();
        }

        assertEquals(List.of(closed), forced);
    }

    /** As /sys, or a system that runs from a read-only image. */
    @Test
    void shouldForceOtherNamesWhereAFileSystemAboveCannotForceThem() throws IOException {
        final Path directory = Files.createDirectories(common.resolve("one/two"));
        for (final String cannot : List.of("Invalid argument", "Read-only file system")) {
            forced.clear();
            final PrivateDirectory names = new PrivateDirectory(path -> {
                forced.add(path);
                if (path.equals(common)) {
                    throw new IOException(cannot);
                }
            });
            names.forceNamesAbove(directory);
            assertEquals(above(directory), forced);
        }
        final PrivateDirectory failing = new PrivateDirectory(path -> {
            throw new IOException("Input/output error");
        });
        assertEquals(Category.FORCE_FAILED,
            assertThrows(JournalException.class, () -> failing.forceNamesAbove(directory)).category());
    }

    @Test
    void shouldNotStartWhereANameCannotBeForced() throws IOException {
        final PrivateDirectory failing = new PrivateDirectory(path -> {
            throw new IOException("Input/output error");
        });
        for (final Path data : Set.of(common.resolve("data"), Files.createDirectory(common.resolve("there")))) {
            final JournalException ex =
                StorageSuite.assertCategory(Category.FORCE_FAILED, () -> own(data, failing));
            assertTrue(ex.getMessage().contains("the names in " + common + " could not be forced"), ex.getMessage());
        }
        try (DataDirectory directory = new DataDirectory(common.resolve("there"))) {
            directory.own(); // Not owned by the one that failed.
        }
    }

    @Test
    void shouldNotMakeADirectoryWhoseNameItMayNotForce() {
        final PrivateDirectory names = new PrivateDirectory(path -> {
            throw new AccessDeniedException(path.toString());
        });
        final Path data = common.resolve("data");
        final JournalException ex = StorageSuite.assertCategory(Category.FOREIGN, () -> own(data, names));
        assertTrue(ex.getMessage().contains("the right to read it"), ex.getMessage());
        assertFalse(Files.exists(data));
    }
}
