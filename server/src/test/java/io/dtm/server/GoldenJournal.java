package io.dtm.server;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** Journals that the simulator's coordinator wrote; see docs/journal-format.md, "Versions and upgrades". */
final class GoldenJournal {
    private static final Path GOLDEN = Path.of("../simulation/src/test/resources/golden/journal-1");

    private GoldenJournal() {
    }

    /** @return the directory, with the files of a journal in it. */
    static Path unpack(final String name, final Path directory) throws IOException {
        Files.createDirectories(directory);
        try (InputStream in = Files.newInputStream(GOLDEN.resolve(name + ".zip"));
             ZipInputStream entries = new ZipInputStream(in)) {
            for (ZipEntry entry = entries.getNextEntry(); entry != null; entry = entries.getNextEntry()) {
                Files.write(directory.resolve(entry.getName()), entries.readAllBytes());
            }
        }
        return directory;
    }
}
