package io.dtm.core.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.core.storage.JournalException.Category;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A directory of our own where anybody may make names. */
class FileTrustTest {
    @TempDir
    private Path common;

    private static void assertRefused(final String why, final Path directory) {
        final JournalException ex = StorageSuite.assertCategory(Category.FOREIGN, () -> {
            try {
                FileTrust.makePrivate(directory);
            } catch (final IOException unexpected) {
                throw new UncheckedIOException(unexpected);
            }
        });
        assertTrue(ex.getMessage().contains(why), ex.getMessage());
    }

    @Test
    void shouldMakeItForItsOwnerAloneAndTakeItAgain() throws IOException {
        final Path directory = common.resolve("not/there/yet");

        FileTrust.makePrivate(directory);
        FileTrust.makePrivate(directory);

        assertEquals(PosixFilePermissions.fromString("rwx------"), Files.getPosixFilePermissions(directory));
    }

    @Test
    void shouldRefuseOneThatSomebodyMayHavePutThere() throws IOException {
        final Path open = Files.createDirectory(common.resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
        final Path elsewhere = Files.createDirectory(common.resolve("elsewhere"));

        assertRefused("others may write", open);
        assertRefused("is a link", Files.createSymbolicLink(common.resolve("link"), elsewhere));
        assertRefused("no directory", Files.createFile(common.resolve("file")));
    }
}
