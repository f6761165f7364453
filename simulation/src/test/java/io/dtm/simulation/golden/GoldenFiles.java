package io.dtm.simulation.golden;

import io.dtm.core.storage.JournalFile;
import io.dtm.core.storage.simulated.SimulatedStorage;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/** Golden journals lie zipped, since most of a segment is zeros; beside each lies what follows from it, as text. */
final class GoldenFiles {
    private static final Path ROOT = Path.of("src", "test", "resources", "golden");
    private static final String ZIP = ".zip";

    private GoldenFiles() {
    }

    /** @return directory of the journals that were written in one version of the format. */
    static Path version(final int formatVersion) {
        return ROOT.resolve("journal-" + formatVersion);
    }

    /** @return all golden journals of all versions. */
    static List<Path> all() throws IOException {
        try (var files = Files.walk(ROOT)) {
            return files.filter(file -> file.toString().endsWith(ZIP)).sorted().toList();
        }
    }

    /** @return where the lines are that follow from a journal. */
    static Path expected(final Path zip) {
        return zip.resolveSibling(zip.getFileName().toString().replace(ZIP, ".txt"));
    }

    static Path zip(final Path directory, final String name) {
        return directory.resolve(name + ZIP);
    }

    static void save(final SimulatedStorage storage, final Path zip) throws IOException {
        try (OutputStream out = Files.newOutputStream(zip); ZipOutputStream entries = new ZipOutputStream(out)) {
            for (final String name : storage.list()) {
                final ZipEntry entry = new ZipEntry(name);
                entry.setTime(0);
                entries.putNextEntry(entry);
                try (JournalFile file = storage.open(name, false)) {
                    final byte[] bytes = new byte[file.length()];
                    file.buffer().getBytes(0, bytes);
                    entries.write(bytes);
                }
            }
        }
    }

    static Path unpack(final Path zip, final Path directory) throws IOException {
        Files.createDirectories(directory);
        try (InputStream in = Files.newInputStream(zip); ZipInputStream entries = new ZipInputStream(in)) {
            for (ZipEntry entry = entries.getNextEntry(); entry != null; entry = entries.getNextEntry()) {
                Files.write(directory.resolve(entry.getName()), entries.readAllBytes());
            }
        }
        return directory;
    }
}
