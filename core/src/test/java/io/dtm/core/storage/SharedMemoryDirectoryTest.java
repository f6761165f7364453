package io.dtm.core.storage;

import static io.dtm.core.storage.StorageSuite.assertCategory;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.core.storage.JournalException.Category;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files in a directory where others may put files too. */
class SharedMemoryDirectoryTest {
    private static final int LENGTH = 10_000;

    @TempDir
    private Path directory;
    private SharedMemoryDirectory memory;
    private String location;

    @BeforeEach
    void locate() {
        memory = new SharedMemoryDirectory(directory);
        location = memory.locate("a.tail");
    }

    @Test
    void shouldMakeAFileOfZerosThatIsItsOwnersAlone() throws IOException {
        try (JournalFile file = memory.create(location, LENGTH)) {
            assertEquals(LENGTH, file.length());
            for (int i = 0; i < LENGTH; i++) {
                assertEquals(0, file.buffer().getByte(i));
            }
            assertEquals("rw-------",
                PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("a.tail"))));
            assertThrows(FileAlreadyExistsException.class, () -> memory.create(location, LENGTH));
        }
    }

    @Test
    void shouldFindAFileWhereverItWasMade() throws IOException {
        try (JournalFile file = memory.create(location, LENGTH)) {
            file.buffer().putByte(7, (byte) 1);
            final SharedMemoryDirectory elsewhere = new SharedMemoryDirectory();
            try (JournalFile same = elsewhere.open(location)) {
                assertEquals(1, same.buffer().getByte(7));
            }
        }
        assertThrows(NoSuchFileException.class, () -> memory.open(memory.locate("none")));
        assertThrows(NoSuchFileException.class, () -> memory.own(memory.locate("none")));
    }

    @Test
    void shouldHaveOneOwnerUntilItIsClosed() throws IOException {
        final JournalFile file = memory.create(location, LENGTH);
        final JournalException ex = assertCategory(Category.OWNED, () -> own(memory));
        assertTrue(ex.getMessage().contains("Stop that coordinator"), ex.getMessage());

        file.close();
        try (JournalFile next = memory.own(location)) {
            assertEquals(LENGTH, next.length());
            assertCategory(Category.OWNED, () -> own(new SharedMemoryDirectory()));
        }
    }

    @Test
    void shouldStayOwnedUnderItsNextName() throws IOException {
        memory.create(location, 100).close();
        try (JournalFile file = memory.create(location + ".tmp", LENGTH)) {
            memory.rename(location + ".tmp", location);
            assertEquals(LENGTH, file.length());
            assertCategory(Category.OWNED, () -> own(memory));
        }
    }

    @Test
    void shouldRefuseWhatAnotherProcessOwns() throws Exception {
        memory.create(location, LENGTH).close();
        try (ForkedJvm jvm = new ForkedJvm(Owner.class, location)) {
            assertEquals("owned", jvm.line());
            assertCategory(Category.OWNED, () -> own(memory));
            jvm.kill();
        }
        memory.own(location).close();
    }

    /** POSIX: closing any descriptor of a file drops the process's locks on it. */
    @Test
    void shouldStayOwnedWhenThisProcessHasReadIt() throws Exception {
        try (JournalFile file = memory.create(location, LENGTH)) {
            for (int i = 0; i < 3; i++) {
                try (JournalFile reader = memory.open(location)) {
                    assertEquals(0, reader.buffer().getByte(0));
                }
            }
            assertCategory(Category.OWNED, () -> own(memory));
            try (ForkedJvm jvm = new ForkedJvm(Owner.class, location)) {
                final String line = jvm.line();
                assertTrue(line.startsWith("OWNED"), line);
            }
            assertEquals(LENGTH, file.length());
        }
    }

    @Test
    void shouldNotTrustWhatIsNotItsOwnFile() throws IOException {
        memory.create(location, LENGTH).close();
        final Path file = directory.resolve("a.tail");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw--w----"));
        assertTrue(foreign().contains("others may write"));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));

        Files.move(file, directory.resolve("b.tail"));
        Files.createSymbolicLink(file, directory.resolve("b.tail"));
        assertTrue(foreign().contains("isn't a file"));
        assertThrows(IOException.class, () -> memory.open(location));

        Files.delete(file);
        Files.createDirectory(file);
        assertTrue(foreign().contains("isn't a file"));
    }

    @Test
    void shouldLeaveNothingOfAFileThatCanNotBeMade() {
        final SharedMemoryDirectory none = new SharedMemoryDirectory(directory.resolve("none"));
        assertThrows(IOException.class, () -> none.create(none.locate("a.tail"), LENGTH));
        assertThrows(IllegalArgumentException.class, () -> memory.create(location, -1));
        assertThrows(NoSuchFileException.class, () -> memory.open(location));
    }

    @Test
    void shouldSayNothingWhenThereIsNothingToDelete() throws IOException {
        memory.create(location, LENGTH).close();
        memory.delete(location);
        memory.delete(location);
        assertThrows(NoSuchFileException.class, () -> memory.own(location));
    }

    private String foreign() {
        return assertCategory(Category.FOREIGN, () -> own(memory)).getMessage();
    }

    private void own(final SharedMemoryDirectory by) {
        try {
            by.own(location).close();
        } catch (final IOException ex) {
            throw new AssertionError(ex);
        }
    }

    /** Owns a file until it is killed. */
    static final class Owner {
        private Owner() {
        }

        public static void main(final String[] args) throws Exception {
            try {
                new SharedMemoryDirectory().own(args[0]);
                System.out.println("owned");
            } catch (final JournalException ex) {
                System.out.println(ex.category());
            }
            Thread.sleep(Long.MAX_VALUE);
        }
    }
}
