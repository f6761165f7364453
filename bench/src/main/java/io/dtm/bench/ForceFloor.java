package io.dtm.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.HdrHistogram.Histogram;

/**
 * The floor under a durable commit: 128 bytes written with {@code FileChannel.write} into a file of zeros, and
 * {@code force(false)}, again and again.
 */
final class ForceFloor {
    private static final int RECORD_LENGTH = 128;
    private static final int PAGE_LENGTH = 4096;
    private static final int FILE_LENGTH = 8 * 1024 * 1024;
    private static final long SECOND_NS = 1_000_000_000L;

    private ForceFloor() {
    }

    /**
     * @param directory on the disk in question.
     * @param seconds   how long.
     * @return latencies in ns.
     * @throws IOException of the disk.
     */
    static Histogram measure(final Path directory, final int seconds) throws IOException {
        final Path file = directory.resolve("force-floor");
        final Histogram latencies = new Histogram(60 * SECOND_NS, 3);
        try (FileChannel channel =
            FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            final ByteBuffer zeros = ByteBuffer.allocateDirect(PAGE_LENGTH);
            for (long at = 0; at < FILE_LENGTH; at += PAGE_LENGTH) {
                channel.write(zeros.clear(), at);
            }
            channel.force(true);
            final ByteBuffer record = ByteBuffer.allocateDirect(RECORD_LENGTH);
            final long untilNs = System.nanoTime() + seconds * SECOND_NS;
            long at = 0;
            long startNs = System.nanoTime();
            while (startNs - untilNs < 0) {
                record.clear();
                record.put(0, (byte) at);
                channel.write(record, at);
                channel.force(false);
                at = (at + RECORD_LENGTH) % FILE_LENGTH;
                final long nowNs = System.nanoTime();
                latencies.recordValue(nowNs - startNs);
                startNs = nowNs;
            }
        } finally {
            Files.deleteIfExists(file);
        }
        return latencies;
    }
}
