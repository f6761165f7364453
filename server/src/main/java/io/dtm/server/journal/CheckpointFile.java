package io.dtm.server.journal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A checkpoint in a journal's directory. The one place in these tools that knows of checkpoints: what they hold, and
 * whether it is whole, is to be asked here.
 *
 * @param name        of the file.
 * @param lengthBytes of it.
 */
record CheckpointFile(String name, long lengthBytes) {
    private static final String SUFFIX = ".checkpoint";

    /** @return all of them, oldest first. */
    static List<CheckpointFile> in(final Path directory) {
        try (var files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().endsWith(SUFFIX)).sorted()
                .map(CheckpointFile::of).toList();
        } catch (final IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static CheckpointFile of(final Path file) {
        try {
            return new CheckpointFile(file.getFileName().toString(), Files.size(file));
        } catch (final IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
