package io.dtm.bench.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** What a journal is compared with: a file of zeros, {@code FileChannel.write} and {@code force(false)}, no more. */
final class BareFile implements AutoCloseable {
    private final FileChannel channel;
    private final ByteBuffer bytes;
    private final long length;
    private long position;

    /**
     * Makes the file, forced.
     *
     * @param zeroChunkBytes of each write of zeros.
     * @param maxWriteBytes  of one write later.
     */
    BareFile(final Path file, final long length, final int zeroChunkBytes, final int maxWriteBytes)
        throws IOException {
        channel = FileChannel.open(
            file, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
        this.length = length;
        final ByteBuffer zeros = ByteBuffer.allocateDirect(zeroChunkBytes);
        for (long at = 0; at < length; at += zeroChunkBytes) {
            channel.write(zeros.clear().limit((int) Math.min(zeroChunkBytes, length - at)), at);
        }
        channel.force(true);
        bytes = ByteBuffer.allocateDirect(maxWriteBytes);
        for (int i = 0; i < maxWriteBytes; i++) {
            bytes.put(i, (byte) (i * 31 + 7));
        }
    }

    FileChannel channel() {
        return channel;
    }

    /** Writes so many bytes behind the last ones, and forces them; starts again where the file ends. */
    void writeAndForce(final int count) throws IOException {
        if (position + count > length) {
            position = 0;
        }
        bytes.clear().limit(count);
        while (bytes.hasRemaining()) {
            position += channel.write(bytes, position);
        }
        channel.force(false);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
