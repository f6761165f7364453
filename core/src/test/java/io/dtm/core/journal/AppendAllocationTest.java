package io.dtm.core.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.dtm.core.storage.JournalStorage;
import io.dtm.core.storage.MappedStorage;
import io.dtm.core.storage.StagedStorage;
import io.dtm.core.storage.simulated.SimulatedStorage;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AppendAllocationTest {
    private static final int WARM_UP = 20_000;
    private static final int MEASURED = 20_000;
    private static final int FRAME_LENGTH = 60;

    @TempDir
    private Path directory;

    @Test
    void shouldAllocateNothingForAnAppendOnMappedFiles() {
        allocateNothing(new MappedStorage(directory.resolve("data")));
    }

    @Test
    void shouldAllocateNothingForAnAppendToATail() {
        allocateNothing(new StagedStorage(directory.resolve("data"), directory));
    }

    @Test
    void shouldAllocateNothingForAnAppendInMemory() {
        allocateNothing(new SimulatedStorage());
    }

    private static void allocateNothing(final JournalStorage storage) {
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        // Several segments, so that a roll is in it too.
        final Process process =
            Process.start(Process.context(storage)
                .segmentLength(1024 * 1024).reservedSegments(8).tailLength(16 * 1024 * 1024));
        for (int i = 0; i < 8; i++) {
            process.journal().prepareSpace();
        }
        final UnsafeBuffer frame = new UnsafeBuffer(new byte[FRAME_LENGTH]);
        final SegmentedJournal journal = process.journal();
        append(journal, frame, 0, WARM_UP);

        final long before = threads.getCurrentThreadAllocatedBytes();
        append(journal, frame, WARM_UP, MEASURED);
        final long allocated = threads.getCurrentThreadAllocatedBytes() - before;

        assertEquals(0, allocated);
        assertTrue(journal.appendedPosition() > 3 * 1024 * 1024);
        process.close();
    }

    private static void append(
        final SegmentedJournal journal, final UnsafeBuffer frame, final int from, final int count) {
        for (int i = from; i < from + count; i++) {
            journal.requestForce(journal.append(1, i, frame, 0, FRAME_LENGTH));
        }
    }
}
