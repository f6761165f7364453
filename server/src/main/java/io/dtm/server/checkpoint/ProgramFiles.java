package io.dtm.server.checkpoint;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * Tells whether the program on the disk is still the one that runs: a child takes its classes from there, and another
 * version may decide otherwise what it replays.
 */
public final class ProgramFiles {
    private ProgramFiles() {
    }

    /**
     * @return a sum over names, lengths and times of all files on the class path.
     * @throws IOException if they can't be looked at.
     */
    public static long fingerprint() throws IOException {
        return fingerprint(System.getProperty("java.class.path"));
    }

    static long fingerprint(final String classPath) throws IOException {
        final CRC32C crc = new CRC32C();
        for (final String entry : classPath.split(File.pathSeparator)) {
            final Path path = Path.of(entry);
            if (Files.exists(path)) {
                add(crc, path);
            }
        }
        return crc.getValue();
    }

    private static void add(final CRC32C crc, final Path entry) throws IOException {
        try (var files = Files.walk(entry)) {
            for (final Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                final String line = file + " " + Files.size(file) + " " + Files.getLastModifiedTime(file) + "\n";
                crc.update(line.getBytes(StandardCharsets.UTF_8));
            }
        } catch (final NoSuchFileException replacedMeanwhile) {
            crc.update(1);
        }
    }
}
