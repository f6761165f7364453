package io.dtm.core.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.core.journal.Process;
import io.dtm.core.storage.JournalException.Category;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
    @TempDir
    private Path parent;
    private Path data;

    @BeforeEach
    void name() {
        data = parent.resolve("deep/data");
    }

    @Test
    void shouldMakeADirectoryForItsOwnerOnly() throws IOException {
        try (DataDirectory directory = new DataDirectory(data)) {
            directory.own();
            assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(data)));
            assertEquals("rw-------",
                PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve(FileNames.LOCK))));
        }
    }

    @Test
    void shouldMakeFilesForTheirOwnerOnly() throws IOException {
        Process.start(new MappedStorage(data)).close();
        try (var files = Files.list(data)) {
            for (final Path file : files.toList()) {
                assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)),
                    file.toString());
            }
        }
    }

    @Test
    void shouldTakeReadAccessFromOthers() throws IOException {
        Files.createDirectories(data);
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxr-xr-x"));
        try (DataDirectory directory = new DataDirectory(data)) {
            directory.own();
            assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(data)));
        }
    }

    @Test
    void shouldRefuseADirectoryThatOthersMayWriteTo() throws IOException {
        for (final String permissions : new String[] {"rwxrwx---", "rwx----w-", "rwxrwxrwx"}) {
            Files.createDirectories(data);
            final Set<PosixFilePermission> set = PosixFilePermissions.fromString(permissions);
            Files.setPosixFilePermissions(data, set);
            assertTrue(refused().getMessage().contains("others may write"));
            assertEquals(set, Files.getPosixFilePermissions(data));
        }
    }

    @Test
    void shouldRefuseASymbolicLinkToADirectory() throws IOException {
        final Path real = Files.createDirectory(parent.resolve("real"));
        data = Files.createSymbolicLink(parent.resolve("link"), real);
        assertTrue(refused().getMessage().contains("symbolic link"));
    }

    @Test
    void shouldRefuseSomethingThatIsNoDirectory() throws IOException {
        data = Files.createFile(parent.resolve("file"));
        assertTrue(refused().getMessage().contains("is not a directory"));
    }

    /** As one in a locale that this process's can't spell. */
    @Test
    void shouldKnowItsOwnDirectoryWhereNoPathCanBeMadeOfItsFormerName() throws IOException {
        try (MappedStorage storage = new MappedStorage(data)) {
            storage.own();
            final DirectoryIdentity own = storage.identity();
            assertFalse(storage.isApartFrom(new DirectoryIdentity(own.device(), own.inode(), "\0")));
            final DirectoryIdentity other = new DirectoryIdentity(own.device(), own.inode() + 1, "\0");
            final IOException ex = assertThrows(IOException.class, () -> storage.isApartFrom(other));
            assertTrue(ex.getMessage().contains("no path can be made of its name here"), ex.getMessage());
        }
    }

    @Test
    void shouldRefuseAPlantedSymbolicLink() throws IOException {
        Process.start(new MappedStorage(data)).close();
        final Path target = Files.createFile(parent.resolve("target"));
        for (final String name : new String[] {FileNames.LOCK, FileNames.MARK, StorageSuite.FIRST_SEGMENT}) {
            final Path moved = Files.move(data.resolve(name), parent.resolve("moved"));
            Files.createSymbolicLink(data.resolve(name), target);
            refused();
            Files.move(moved, data.resolve(name), StandardCopyOption.REPLACE_EXISTING);
        }
        Process.start(new MappedStorage(data)).close();
    }

    @Test
    void shouldRefuseAFileThatOthersMayWriteTo() throws IOException {
        Process.start(new MappedStorage(data)).close();
        final Path segment = data.resolve(StorageSuite.FIRST_SEGMENT);
        Files.setPosixFilePermissions(segment, PosixFilePermissions.fromString("rw-rw-rw-"));
        assertTrue(refused().getMessage().contains(segment.toString()));
    }

    @Test
    void shouldRefuseADirectoryOfSomebodyElse() throws IOException {
        Files.createDirectories(data);
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwx------"));
        try {
            final UserPrincipal nobody =
                data.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody");
            Files.setOwner(data, nobody);
        } catch (final IOException ex) {
            Assumptions.abort("only root can give a directory away: " + ex);
        }
        assertTrue(refused().getMessage().contains("belongs to"));
    }

    @Test
    void shouldRefuseASecondOwnerInTheSameProcessAndKeepTheFirst() throws Exception {
        try (DataDirectory first = new DataDirectory(data); DataDirectory second = new DataDirectory(data)) {
            first.own();
            final JournalException ex = assertThrows(JournalException.class, second::own);
            assertEquals(Category.OWNED, ex.category());
            assertTrue(ex.getMessage().contains("this process"));
            // The refused one must not have freed the first one's lock by opening and closing the file.
            assertEquals("OWNED", ownerElsewhere());
        }
        assertEquals("owned", ownerElsewhere());
    }

    @Test
    void shouldRefuseTheSameDirectoryByAnotherName() throws IOException {
        try (DataDirectory first = new DataDirectory(data)) {
            first.own();
            final Path alias = Files.createSymbolicLink(parent.resolve("alias"), data.getParent());
            final DataDirectory second = new DataDirectory(alias.resolve("data"));
            assertEquals(Category.OWNED, assertThrows(JournalException.class, second::own).category());
        }
    }

    @Test
    void shouldBeFreeAfterItsOwnerWasKilled() throws Exception {
        try (ForkedJvm other = new ForkedJvm(Owner.class, data.toString())) {
            assertEquals("owned", other.line());
            final DataDirectory directory = new DataDirectory(data);
            final JournalException ex = assertThrows(JournalException.class, directory::own);
            assertEquals(Category.OWNED, ex.category());
            assertTrue(ex.getMessage().contains("another process"));

            other.kill();

            directory.own();
            directory.close();
        }
    }

    private JournalException refused() {
        final JournalException ex =
            assertThrows(JournalException.class, () -> Process.start(new MappedStorage(data)).close());
        assertEquals(Category.FOREIGN, ex.category(), ex.getMessage());
        return ex;
    }

    private String ownerElsewhere() throws Exception {
        try (ForkedJvm other = new ForkedJvm(Owner.class, data.toString())) {
            return other.line();
        }
    }

    /** Owns a directory until it is killed or told to end. */
    static final class Owner {
        private Owner() {
        }

        public static void main(final String[] args) throws IOException {
            try {
                new DataDirectory(Path.of(args[0])).own();
                System.out.println("owned");
            } catch (final JournalException ex) {
                System.out.println(ex.category());
            }
            if (System.in.read() < 0) {
                return;
            }
        }
    }
}
