package io.dtm.bench.journal;

import io.dtm.core.journal.SegmentedJournal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The append of a frame of 64 bytes, without any force. Each goes to bytes that were never touched, as in life, so the
 * first store into each page is in it. That needs space made ahead, and so a fixed number of appends.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 2, jvmArgsAppend = "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED")
@Warmup(iterations = JournalAppendBenchmark.WARM_UPS)
@Measurement(iterations = JournalAppendBenchmark.ITERATIONS)
public class JournalAppendBenchmark {
    /** System property: parent of the journal's directory. */
    static final String DIRECTORY_PROPERTY = "dtm.bench.directory";
    static final int WARM_UPS = 10;
    static final int ITERATIONS = 20;

    private static final int APPENDS = 500_000;
    private static final int FRAME_LENGTH = 64;
    private static final int RECORD_LENGTH = 88;
    private static final int SEGMENT_LENGTH = 256 * 1024 * 1024;

    /** Where the journal lies. */
    @Param("mapped")
    private String storage;

    private final UnsafeBuffer frame = new UnsafeBuffer(new byte[FRAME_LENGTH]);
    private BenchDirectory directory;
    private SegmentedJournal journal;
    private long timeNs;

    /**
     * Makes the space of all iterations.
     *
     * @throws IOException of the disk.
     */
    @Setup
    public void setUp() throws IOException {
        directory = BenchDirectory.under(
            Path.of(System.getProperty(DIRECTORY_PROPERTY, System.getProperty("java.io.tmpdir"))));
        final long bytes = (long) (WARM_UPS + ITERATIONS) * APPENDS * RECORD_LENGTH;
        final int segments = (int) (bytes / SEGMENT_LENGTH) + 1;
        journal = LiveJournal.create(LiveJournal.context(
            StorageKind.valueOf(storage.toUpperCase(Locale.ROOT)), directory.resolve("journal"))
            .segmentLength(SEGMENT_LENGTH).reservedSegments(segments));
    }

    /** Leaves nothing behind. */
    @TearDown
    public void tearDown() {
        journal.close();
        directory.close();
    }

    /**
     * One append after the other.
     *
     * @return the last one's end position.
     */
    @Benchmark
    @OperationsPerInvocation(APPENDS)
    public long append() {
        long position = 0;
        for (int i = 0; i < APPENDS; i++) {
            position = journal.append(1, ++timeNs, frame, 0, FRAME_LENGTH);
        }
        return position;
    }
}
