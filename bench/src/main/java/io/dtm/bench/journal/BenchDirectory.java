package io.dtm.bench.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.agrona.IoUtil;

/** A directory of one measurement; everything in it goes with it. */
final class BenchDirectory implements AutoCloseable {
    private final Path path;

    private BenchDirectory(final Path path) {
        this.path = path;
    }

    static BenchDirectory under(final Path parent) throws IOException {
        Files.createDirectories(parent);
        return new BenchDirectory(Files.createTempDirectory(parent, "dtm-journal-",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))));
    }

    Path path() {
        return path;
    }

    Path resolve(final String name) {
        return path.resolve(name);
    }

    @Override
    public void close() {
        IoUtil.delete(path.toFile(), true);
    }
}
