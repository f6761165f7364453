package io.dtm.transport.aeron;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import io.aeron.CncFileDescriptor;
import io.aeron.driver.exceptions.ActiveDriverException;
import io.aeron.exceptions.ConfigurationException;
import java.io.File;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedDriverTest {
    private final Rig rig = new Rig();
    @TempDir
    private Path dataDirectory;

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void shouldKeepItsDirectoryToItselfAndDeleteItInTheEnd() throws Exception {
        final File directory = dataDirectory.resolve("run/driver").toFile();
        final EmbeddedDriver driver = EmbeddedDriver.launch(rig.driverContext().directory(directory));

        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.toPath())));
        assertEquals("rwx------", PosixFilePermissions.toString(
            Files.getPosixFilePermissions(directory.getParentFile().toPath())));
        driver.close();

        assertFalse(directory.exists());
    }

    @Test
    void shouldRefuseADirectoryInUseUnlessTheCallerOwnsIt() throws Exception {
        final File directory = dataDirectory.resolve("driver").toFile();
        // as a killed process leaves it: young, and nobody there
        final Path remains = dataDirectory.resolve("remains");
        final EmbeddedDriver former = EmbeddedDriver.launch(rig.driverContext().directory(directory));
        Files.copy(directory.toPath().resolve(CncFileDescriptor.CNC_FILE), remains);
        former.close();
        Files.createDirectory(directory.toPath());
        Files.copy(remains, directory.toPath().resolve(CncFileDescriptor.CNC_FILE));

        assertThrows(ActiveDriverException.class, () ->
            EmbeddedDriver.launch(rig.driverContext().directory(directory)));

        rig.driver(rig.driverContext().directory(directory).deleteDirectoryOnStart(true));
        assertTrue(directory.isDirectory());
    }

    @Test
    void shouldRefuseADirectoryThatIsALink() throws Exception {
        final Path elsewhere = Files.createDirectory(dataDirectory.resolve("elsewhere"));
        final Path link = Files.createSymbolicLink(dataDirectory.resolve("driver"), elsewhere);

        assertThrows(ConfigurationException.class, () -> EmbeddedDriver.launch(
            rig.driverContext().directory(link.toFile()).deleteDirectoryOnStart(true)));
    }

    @Test
    void shouldRefuseADirectoryThatOthersMayReplace() throws Exception {
        final Path open = Files.createDirectory(dataDirectory.resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));

        final ConfigurationException refused = assertThrows(ConfigurationException.class, () -> EmbeddedDriver.launch(
            rig.driverContext().directory(open.resolve("driver").toFile())));
        assertTrue(refused.getMessage().contains("chmod go-w"), refused.getMessage());

        // as /tmp is
        Files.setAttribute(open, "unix:mode", 01777);
        rig.driver(rig.driverContext().directory(open.resolve("driver").toFile()));
        assertTrue(Files.exists(open.resolve("driver")));
    }

    @Test
    void shouldRefuseADirectoryOfSomebodyElse() throws Exception {
        final Path foreign = Files.createDirectory(dataDirectory.resolve("driver"));
        try {
            Files.setAttribute(foreign, "unix:uid", 65_534);
        } catch (final FileSystemException notRoot) {
            abort("only root can give a directory away");
        }

        assertThrows(ConfigurationException.class, () -> EmbeddedDriver.launch(
            rig.driverContext().directory(foreign.toFile()).deleteDirectoryOnStart(true)));
    }
}
