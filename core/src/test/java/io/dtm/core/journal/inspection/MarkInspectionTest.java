package io.dtm.core.journal.inspection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.codec.MarkDescriptor;
import io.dtm.core.journal.Process;
import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.ForwardingFile;
import io.dtm.core.storage.ForwardingStorage;
import io.dtm.core.storage.JournalFile;
import io.dtm.core.storage.simulated.SimulatedStorage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** The mark file of a process that ends while it is looked at. */
class MarkInspectionTest {
    private final SimulatedStorage storage = new SimulatedStorage();
    private final List<Integer> orderedLoads = new ArrayList<>();
    private final Findings findings = new Findings();

    private MarkInspection inspect(final Runnable meanwhile) {
        final MarkInspection inspection = MarkInspection.of(new ForwardingStorage(storage) {
            @Override
            public JournalFile open(final String name, final boolean writable) throws IOException {
                return new WatchedMark(super.open(name, writable), meanwhile);
            }
        }, Process.COORDINATOR_ID);
        inspection.tell(findings.damages::add, findings);
        return inspection;
    }

    private final class WatchedMark extends ForwardingFile {
        private final Runnable meanwhile;

        WatchedMark(final JournalFile file, final Runnable meanwhile) {
            super(file);
            this.meanwhile = meanwhile;
        }

        @Override
        public UnsafeBuffer buffer() {
            return new UnsafeBuffer(super.buffer()) {
                @Override
                public int getIntVolatile(final int index) {
                    orderedLoads.add(index);
                    return super.getIntVolatile(index);
                }

                @Override
                public long getLongAcquire(final int index) {
                    orderedLoads.add(index);
                    if (index == MarkDescriptor.FORCED_POSITION_OFFSET) {
                        meanwhile.run();
                    }
                    return super.getLongAcquire(index);
                }
            };
        }
    }

    @Test
    void shouldReadTheVersionBeforeTheRest() {
        Process.start(storage);
        inspect(() -> { });
        assertEquals(MarkDescriptor.VERSION_OFFSET, orderedLoads.get(0));
        assertTrue(orderedLoads.contains(MarkDescriptor.FORCED_POSITION_OFFSET), orderedLoads::toString);
    }

    @Test
    void shouldFindNoDamageWhereTheProcessEndsMeanwhile() throws IOException {
        final Process process = Process.start(storage);
        process.append("forced");
        process.forceAll();
        final long before = process.journal().forcedPosition();
        process.append("forced meanwhile");

        final MarkSummary mark = inspect(() -> {
            process.forceAll();
            process.close();
        }).summary();

        assertEquals(List.of(), findings.damages);
        assertEquals(ProcessHandle.current().pid(), mark.pid());
        assertEquals(before, mark.forcedPosition());
        try (JournalFile file = storage.open(FileNames.MARK, false)) {
            assertEquals(0, MarkDescriptor.pid(file.buffer()));
            assertTrue(MarkDescriptor.forcedPosition(file.buffer()) > before, "it was forced meanwhile");
        }
    }
}
