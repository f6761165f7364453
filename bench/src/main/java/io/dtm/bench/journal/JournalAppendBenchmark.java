package io.dtm.bench.journal;

import io.dtm.core.journal.SegmentedJournal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.agrona.IoUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
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
 * The append of a frame of 64 bytes, without any force meanwhile, as the journal stage does it: asks for room, then
 * appends. What is appended is forced between two runs of many appends, outside of the measured time, since a tail in
 * shared memory has an end; so in a mapped journal the first store into each page is in it, as in life.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 2, jvmArgsAppend = "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED")
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 10, time = 2)
public class JournalAppendBenchmark {
    /** System property: parent of the journal's directory. */
    static final String DIRECTORY_PROPERTY = "dtm.bench.directory";
    /** In one run: 3.5 MB, less than may be unforced in a tail of the default length. */
    static final int APPENDS = 40_000;

    private static final int FRAME_LENGTH = 64;
    private static final long MAX_JOURNAL_LENGTH = 1L << 30;

    /** Where the journal lies. */
    @Param({"mapped", "staged"})
    private String storage;

    private final UnsafeBuffer frame = new UnsafeBuffer(new byte[FRAME_LENGTH]);
    private BenchDirectory directory;
    private SegmentedJournal journal;
    private int journals;
    private long timeNs;

    /**
     * Makes the journal.
     *
     * @throws IOException of the disk.
     */
    @Setup
    public void setUp() throws IOException {
        directory = BenchDirectory.under(
            Path.of(System.getProperty(DIRECTORY_PROPERTY, System.getProperty("java.io.tmpdir"))));
        journal = newJournal();
    }

    private SegmentedJournal newJournal() {
        return LiveJournal.create(LiveJournal.context(
            StorageKind.of(storage), directory.resolve("journal-" + journals++)));
    }

    /** Forces what is appended, and makes space for what comes. A long journal is left for a new one. */
    @Setup(Level.Invocation)
    public void force() {
        journal.requestForce(journal.appendedPosition());
        journal.force();
        int work = 1;
        while (work > 0) {
            work = journal.prepareSpace();
        }
        if (journal.appendedPosition() > MAX_JOURNAL_LENGTH) {
            journal.close();
            IoUtil.delete(directory.resolve("journal-" + (journals - 1)).toFile(), false);
            journal = newJournal();
        }
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
            if (!journal.hasRoom()) {
                throw new IllegalStateException("no room at " + position);
            }
            position = journal.append(1, ++timeNs, frame, 0, FRAME_LENGTH);
        }
        return position;
    }
}
