package io.dtm.core.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.codec.SegmentDescriptor;
import io.dtm.core.storage.ForwardingFile;
import io.dtm.core.storage.ForwardingStorage;
import io.dtm.core.storage.JournalFile;
import io.dtm.core.storage.simulated.SimulatedStorage;
import io.dtm.core.storage.simulated.Survival;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** When the forced position may rise, and what is forced before. */
class ForceOrderTest {
    private final RecordingStorage storage = new RecordingStorage();

    @Test
    void shouldPublishTheForcedPositionOnlyAfterTheForce() {
        final Process process = Process.start(storage);
        storage.journal = process.journal();
        process.append("one");
        final long before = process.journal().forcedPosition();

        process.forceAll();

        assertEquals(List.of(before), storage.forcedDuringForces);
        assertEquals(process.journal().appendedPosition(), process.journal().forcedPosition());
    }

    @Test
    void shouldForceSegmentsInOrderWithoutAGap() {
        final Process process = Process.start(storage);
        process.appendSome(10, new Random(1));
        process.forceAll();
        process.appendSome(300, new Random(2));
        final long from = process.journal().forcedPosition();
        storage.ranges.clear();
        storage.journal = process.journal();

        process.forceAll();

        long position = from;
        for (final long[] range : storage.ranges) {
            final boolean isNextSegment = range[0] % Process.SEGMENT_LENGTH == Process.FIRST_POSITION;
            assertEquals(isNextSegment ? nextSegment(position) + Process.FIRST_POSITION : position, range[0]);
            position = range[1];
        }
        assertEquals(process.journal().appendedPosition(), position);
        assertTrue(storage.ranges.size() > 3);
        assertTrue(storage.forcedDuringForces.stream().allMatch(forced -> forced == from));
    }

    private static long nextSegment(final long position) {
        return (position + Process.SEGMENT_LENGTH - 1) / Process.SEGMENT_LENGTH * Process.SEGMENT_LENGTH;
    }

    @Test
    void shouldForceTheWholeReplayedTailBeforeAnybodyMayAppend() {
        final Process process = Process.start(storage);
        process.append("forced");
        process.forceAll();
        process.append("not forced");
        storage.simulated.killProcess();

        final Process next = Process.start(storage);
        assertEquals(next.tail().position(), next.journal().forcedPosition());
        storage.simulated.losePower(Survival.NOTHING);

        assertEquals(2, Process.start(storage).replayed().size());
    }

    /** Remembers what the journal shows while it forces segments. */
    private static final class RecordingStorage extends ForwardingStorage {
        private final SimulatedStorage simulated;
        private final List<Long> forcedDuringForces = new ArrayList<>();
        private final List<long[]> ranges = new ArrayList<>();
        private Journal journal;

        RecordingStorage() {
            this(new SimulatedStorage());
        }

        private RecordingStorage(final SimulatedStorage simulated) {
            super(simulated);
            this.simulated = simulated;
        }

        @Override
        public JournalFile create(final String name, final int length) throws IOException {
            return new RecordingFile(simulated.create(name, length));
        }

        @Override
        public JournalFile open(final String name, final boolean writable) throws IOException {
            return new RecordingFile(simulated.open(name, writable));
        }

        private final class RecordingFile extends ForwardingFile {
            RecordingFile(final JournalFile file) {
                super(file);
            }

            @Override
            public void force(final int offset, final int length) throws IOException {
                final long base = SegmentDescriptor.basePosition(buffer());
                ranges.add(new long[] {base + offset, base + offset + length});
                if (journal != null) {
                    forcedDuringForces.add(journal.forcedPosition());
                }
                super.force(offset, length);
            }
        }
    }
}
