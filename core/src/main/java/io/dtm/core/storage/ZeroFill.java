package io.dtm.core.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** Fills new files with zeros, so that no later store can fail for lack of space. */
final class ZeroFill {
    /**
     * A page. Larger chunks make larger folios of the page cache, and then a store into one of its bytes makes the next
     * force write the whole folio: 1 MiB instead of 4 KiB (measured: ext4, Linux 6.18).
     */
    private static final int CHUNK_LENGTH = 4096;

    private ZeroFill() {
    }

    static void of(final FileChannel channel, final int length) throws IOException {
        final ByteBuffer zeros = ByteBuffer.allocateDirect(Math.min(length, CHUNK_LENGTH));
        long position = 0;
        while (position < length) {
            zeros.clear().limit((int) Math.min(zeros.capacity(), length - position));
            while (zeros.hasRemaining()) {
                position += channel.write(zeros, position);
            }
        }
    }
}
