package io.dtm.systemtest;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.aeron.CncFileDescriptor;
import io.aeron.driver.status.SystemCounterDescriptor;
import java.nio.MappedByteBuffer;
import java.nio.file.Path;
import org.agrona.BufferUtil;
import org.agrona.DirectBuffer;
import org.agrona.IoUtil;
import org.agrona.concurrent.status.CountersReader;

/** Aeron's own counters of a media driver of any process. */
final class DriverCounters {
    private DriverCounters() {
    }

    /** @return a counter's value, from the files of a driver that runs. */
    static long read(final Path directory, final SystemCounterDescriptor counter) {
        final MappedByteBuffer file =
            IoUtil.mapExistingFile(directory.resolve(CncFileDescriptor.CNC_FILE).toFile(), "CnC file");
        try {
            final DirectBuffer metaData = CncFileDescriptor.createMetaDataBuffer(file);
            return new CountersReader(
                CncFileDescriptor.createCountersMetaDataBuffer(file, metaData),
                CncFileDescriptor.createCountersValuesBuffer(file, metaData), US_ASCII).getCounterValue(counter.id());
        } finally {
            BufferUtil.free(file);
        }
    }
}
