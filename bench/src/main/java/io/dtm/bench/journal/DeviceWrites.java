package io.dtm.bench.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Bytes that the device under a directory was told to write, by whomever. Linux only; elsewhere not known. */
final class DeviceWrites {
    private static final int SECTOR_LENGTH = 512;
    private static final int WRITTEN_SECTORS_FIELD = 6;

    private final Path statistics;

    private DeviceWrites(final Path statistics) {
        this.statistics = statistics;
    }

    static DeviceWrites under(final Path directory) throws IOException {
        final Path device = Path.of(Files.getFileStore(directory).name());
        return new DeviceWrites(Path.of("/sys/class/block").resolve(device.getFileName()).resolve("stat"));
    }

    /** @return bytes since the machine's start, or -1: not known. */
    long bytes() {
        try {
            final String[] fields = Files.readString(statistics).trim().split("\\s+");
            return Long.parseLong(fields[WRITTEN_SECTORS_FIELD]) * SECTOR_LENGTH;
        } catch (final IOException notKnown) {
            return -1;
        }
    }
}
