package io.dtm.client;

import io.dtm.session.EpochMemory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Keeps the epochs that were obeyed in a directory, a small text file for each coordinator: written beside the old one,
 * forced, renamed, and the directory forced. One process at a time.
 */
public final class FileEpochMemory implements EpochMemory {
    private final Path directory;

    /**
     * @param directory made if it isn't there.
     */
    public FileEpochMemory(final Path directory) {
        this.directory = directory;
        try {
            Files.createDirectories(directory);
        } catch (final IOException ex) {
            throw new UncheckedIOException("can't make the directory of known epochs: " + directory, ex);
        }
    }

    @Override
    public Known load(final long coordinatorId) {
        final Path file = file(coordinatorId);
        if (!Files.exists(file)) {
            return Known.NONE;
        }
        try {
            return parse(file, Files.readString(file, StandardCharsets.US_ASCII));
        } catch (final IOException ex) {
            throw new UncheckedIOException("can't read the known epoch: " + file, ex);
        }
    }

    @Override
    public void store(final long coordinatorId, final Known known) {
        final Path file = file(coordinatorId);
        final Path written = file.resolveSibling(file.getFileName() + ".new");
        final byte[] text = format(known).getBytes(StandardCharsets.US_ASCII);
        try {
            try (FileChannel channel = FileChannel.open(written, StandardOpenOption.CREATE,
                StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
                final ByteBuffer buffer = ByteBuffer.wrap(text);
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
                channel.force(true);
            }
            Files.move(written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        } catch (final IOException ex) {
            throw new UncheckedIOException("can't keep the epoch of a coordinator, so it isn't obeyed: " + file, ex);
        }
    }

    private Path file(final long coordinatorId) {
        return directory.resolve(Long.toHexString(coordinatorId) + ".epoch");
    }

    private static String format(final Known known) {
        return "epoch " + known.epoch() + " nonce " + Long.toHexString(known.nonce()) + "\n";
    }

    private static Known parse(final Path file, final String text) {
        final String[] words = text.trim().split(" ");
        try {
            final Known known = new Known(Integer.parseInt(words[1]), Long.parseUnsignedLong(words[3], 16));
            if (format(known).equals(text)) {
                return known;
            }
        } catch (final IndexOutOfBoundsException | NumberFormatException ex) {
            throw damaged(file, ex);
        }
        throw damaged(file, null);
    }

    private static IllegalStateException damaged(final Path file, final Exception cause) {
        return new IllegalStateException("not a known epoch: " + file
            + ". Remove it only if it is certain that the coordinator's directory was not restored from a copy.",
            cause);
    }
}
