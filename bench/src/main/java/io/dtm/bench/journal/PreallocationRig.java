package io.dtm.bench.journal;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import org.HdrHistogram.Histogram;
import org.agrona.IoUtil;

/**
 * Why space is made by writing zeros a page at a time: 128 bytes a force, stored into a mapping or written, in files
 * whose zeros were written in small and in large chunks. The chunk decides the size of the page cache's folios, and a
 * store dirties a folio as a whole.
 */
final class PreallocationRig {
    private static final int RECORD_LENGTH = 128;
    private static final int PAGE_LENGTH = 4096;
    private static final int FILE_LENGTH = 16 * 1024 * 1024;
    private static final int[] CHUNKS = {PAGE_LENGTH, 16 * 1024, 64 * 1024, 1024 * 1024};
    private static final long MAX_NS = 60_000_000_000L;

    private final Path parent;
    private final int forces;
    private final int rounds;

    /** @param forces of each round. */
    PreallocationRig(final Path parent, final int forces, final int rounds) {
        this.parent = parent;
        this.forces = forces;
        this.rounds = rounds;
    }

    /** One file, forced in two ways. */
    private static final class Contender {
        final Rounds storeNs = new Rounds();
        final Rounds writeNs = new Rounds();
        long storeDeviceBytes;
        long writeDeviceBytes;
        BareFile file;
        MappedByteBuffer mapped;
        int at;
    }

    Table run() throws IOException {
        final Contender[] contenders = new Contender[CHUNKS.length];
        try (BenchDirectory directory = BenchDirectory.under(parent)) {
            final DeviceWrites device = DeviceWrites.under(directory.path());
            for (int i = 0; i < CHUNKS.length; i++) {
                contenders[i] = new Contender();
                contenders[i].file =
                    new BareFile(directory.resolve("zeros-" + i), FILE_LENGTH, CHUNKS[i], RECORD_LENGTH);
                contenders[i].mapped = contenders[i].file.channel().map(MapMode.READ_WRITE, 0, FILE_LENGTH);
            }
            try {
                for (int round = -1; round < rounds; round++) {
                    for (final Contender contender : contenders) {
                        measure(contender, device, round >= 0);
                    }
                }
            } finally {
                for (final Contender contender : contenders) {
                    contender.file.close();
                    IoUtil.unmap(contender.mapped);
                }
            }
        }
        return table(contenders);
    }

    private void measure(final Contender contender, final DeviceWrites device, final boolean isKept)
        throws IOException {
        final Histogram stores = new Histogram(MAX_NS, 3);
        final Histogram writes = new Histogram(MAX_NS, 3);
        final long beforeStores = device.bytes();
        for (int i = 0; i < forces; i++) {
            final long startNs = System.nanoTime();
            storeAndForce(contender);
            stores.recordValue(System.nanoTime() - startNs);
        }
        final long beforeWrites = device.bytes();
        for (int i = 0; i < forces; i++) {
            final long startNs = System.nanoTime();
            contender.file.writeAndForce(RECORD_LENGTH);
            writes.recordValue(System.nanoTime() - startNs);
        }
        if (isKept) {
            contender.storeNs.add(stores.getValueAtPercentile(50));
            contender.writeNs.add(writes.getValueAtPercentile(50));
            contender.storeDeviceBytes += beforeWrites - beforeStores;
            contender.writeDeviceBytes += device.bytes() - beforeWrites;
        }
    }

    private static void storeAndForce(final Contender contender) {
        final MappedByteBuffer mapped = contender.mapped;
        for (int i = 0; i < RECORD_LENGTH; i += Long.BYTES) {
            mapped.putLong(contender.at + i, i + 1);
        }
        mapped.force(contender.at, RECORD_LENGTH);
        contender.at = (contender.at + RECORD_LENGTH) % FILE_LENGTH;
    }

    private Table table(final Contender[] contenders) {
        final double all = (double) forces * rounds;
        final Table table = new Table("preallocation", "128 bytes a force by the chunk in which zeros were written,"
            + " \u00b5s (median of " + rounds + " rounds' p50)",
            "chunk, KiB", "mapped store + msync", "ratio to 4 KiB", "device bytes/force",
            "write + force(false)", "ratio to 4 KiB ", "device bytes/force ");
        for (int i = 0; i < CHUNKS.length; i++) {
            final Contender one = contenders[i];
            table.row(Integer.toString(CHUNKS[i] / 1024),
                one.storeNs.median() / 1e3, one.storeNs.medianRatioTo(contenders[0].storeNs),
                one.storeDeviceBytes / all,
                one.writeNs.median() / 1e3, one.writeNs.medianRatioTo(contenders[0].writeNs),
                one.writeDeviceBytes / all);
        }
        return table;
    }
}
