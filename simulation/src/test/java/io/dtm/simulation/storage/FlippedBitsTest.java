package io.dtm.simulation.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.codec.FrameDescriptor;
import io.dtm.codec.MarkDescriptor;
import io.dtm.codec.RecordDescriptor;
import io.dtm.codec.SegmentDescriptor;
import io.dtm.core.journal.JournalContext;
import io.dtm.core.journal.SegmentedJournal;
import io.dtm.core.recovery.CheckpointMaker;
import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.JournalFile;
import io.dtm.core.storage.simulated.SimulatedStorage;
import io.dtm.simulation.storage.RecordedEvents.Record;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/**
 * Flips each bit of each file of a small journal, one at a time, and starts. A naive oracle says what must come of it:
 * it knows where each record lies, and what else than the flipped bit bears witness of a force.
 */
final class FlippedBitsTest {
    private static final int SEGMENT_LENGTH = 8192;
    /** So many zeros and more lie in no record, and next to none. A start looks at them in words. */
    private static final int NEAR = 256;
    private static final String MARK = "coordinator.mark";
    private static final String ID = "coordinator.id";

    private final RecordedEvents recorded = RecordedEvents.of(1, 90);
    private final History history = new History(recorded.coordinatorId());
    private final SimulatedStorage storage = new SimulatedStorage();
    private final List<Extent> extents = new ArrayList<>();
    private SegmentedJournal journal;
    /** Segments before it aren't looked at: the checkpoint holds what they say. */
    private long checkpoint;
    private int refused;
    private int cut;
    private int whole;
    private int fellBack;

    /**
     * Bytes that belong together: one changed bit makes all of it worthless.
     *
     * @param prefix    number of records before it; -1: it is no record, and without it nothing starts.
     * @param position  at which it starts, in the journal.
     * @param witnessOf position up to which it says that everything was forced.
     */
    private record Extent(String name, int from, int to, int prefix, long position, long witnessOf) {
        boolean holds(final String file, final int offset) {
            return name.equals(file) && offset >= from && offset < to;
        }
    }

    /** The process died with some records that were appended and not forced. */
    @Test
    void shouldNeverAcceptAFlippedBitAfterAKilledProcess() throws IOException {
        fill(false);
        force();
        for (int i = 0; i < 6; i++) {
            append(recorded.records().get(history.size()));
        }
        storage.killProcess();
        flipAll();
    }

    /** All is forced, and a closing mark bears witness of it; the system went down, and the mark file is lost. */
    @Test
    void shouldRefuseEveryFlippedBitUpToTheClosingMark() throws IOException {
        fill(true);
        force();
        final UnsafeBuffer empty = new UnsafeBuffer(new byte[FrameDescriptor.HEADER_LENGTH]);
        FrameDescriptor.header(empty, 0, 0);
        append(new Record(0, recorded.records().get(history.size() - 1).timeNs(), empty));
        force();
        journal.close();
        storage.delete(MARK);
        storage.forceDirectory();
        flipAll();
        assertEquals(1, cut / (8 * RecordDescriptor.aligned(RecordDescriptor.HEADER_LENGTH + empty.capacity())),
            "only the closing mark itself may be cut off");
    }

    private void fill(final boolean wantsCheckpoint) throws IOException {
        journal = new Restart(context(storage), history).journal();
        while (history.size() < recorded.records().size() - 10) {
            append(recorded.records().get(history.size()));
            if (history.size() % 7 == 0) {
                force();
            }
            journal.prepareSpace();
            if (wantsCheckpoint && checkpoint == 0 && journal.closedPosition() > 0) {
                final CheckpointMaker.Result made = new CheckpointMaker(storage, 0, () -> 1, damage -> {
                    throw new AssertionError(damage);
                }).make(journal.closedPosition(), "flips");
                journal.adoptCheckpoint(((CheckpointMaker.Made) made).checkpoint());
                journal.prepareSpace();
                checkpoint = journal.checkpointPosition();
            }
        }
        assertTrue(storage.list().stream().filter(FileNames::isSegment).count() >= 3);
    }

    private void append(final Record record) {
        history.appended(history.size() + 1, record, Restart.append(journal, record));
    }

    private void force() {
        journal.requestForce(journal.appendedPosition());
        journal.force();
    }

    private JournalContext context(final SimulatedStorage image) {
        return StorageModel.MAPPED.context(image, history.coordinatorId())
            .segmentLength(SEGMENT_LENGTH)
            .reservedSegments(1);
    }

    private void flipAll() throws IOException {
        findExtents();
        final SimulatedStorage moment = storage.copy();
        for (final String name : moment.list()) {
            for (final int bit : bits(moment.copy().open(name, false))) {
                final SimulatedStorage image = moment.copy();
                image.flip(name, bit / 8, 1 << bit % 8);
                check(image, name, bit);
            }
        }
        System.out.printf("flipped bits: %d refused, %d cut off behind the last evidence, %d changed nothing, %d fell"
            + " back from a checkpoint%n", refused, cut, whole, fellBack);
        assertTrue(refused > 0 && cut > 0 && whole > 0 && fellBack > 0 == checkpoint > 0);
    }

    /** All bits of a file; but where there is nothing far and wide, one of each word. */
    static int[] bits(final JournalFile file) {
        final UnsafeBuffer buffer = file.buffer();
        final IntStream.Builder bits = IntStream.builder();
        int lastByte = 0;
        for (int offset = 0; offset < file.length(); offset++) {
            if (buffer.getByte(offset) != 0) {
                lastByte = offset;
            }
            if (offset - lastByte < NEAR) {
                IntStream.range(8 * offset, 8 * offset + 8).forEach(bits::add);
            } else if (offset % Long.BYTES == 0) {
                bits.add(8 * offset + offset / Long.BYTES % Long.SIZE);
            }
        }
        return bits.build().toArray();
    }

    private void check(final SimulatedStorage image, final String name, final int bit) {
        final int offset = bit / 8;
        final Extent hit = extents.stream().filter(extent -> extent.holds(name, offset)).findFirst().orElse(null);
        final long evidence = extents.stream().filter(extent -> extent != hit)
            .mapToLong(Extent::witnessOf).max().orElse(0);
        final String what = name + ", bit " + bit + ", hit " + hit + ", evidence " + evidence;
        final boolean[] isDamaged = {false};
        int recovered;
        try {
            recovered = new Restart(context(image), history, damage -> isDamaged[0] = true).recovered();
        } catch (final Restart.Refused e) {
            recovered = -1;
        } catch (final AssertionError e) {
            throw new AssertionError(what + ": " + e.getMessage(), e);
        }
        if (FileNames.isCheckpoint(name)) {
            assertTrue(isDamaged[0], what);
            assertEquals(history.size(), recovered, what);
            fellBack++;
            return;
        }
        assertFalse(isDamaged[0], what);
        if (name.equals(MARK) && hit != null) {
            // What it knows is there twice, and the journal is whole without it.
            assertEquals(history.size(), recovered, what);
            count(recovered);
        } else if (hit == null) {
            assertEquals(history.size(), recovered, what);
            count(recovered);
        } else {
            assertEquals(hit.prefix < 0 || hit.position < evidence ? -1 : hit.prefix, recovered, what);
            count(recovered);
        }
    }

    private void count(final int recovered) {
        if (recovered == -1) {
            refused++;
        } else if (recovered < history.size()) {
            cut++;
        } else {
            whole++;
        }
    }

    /** By the format's description alone. */
    private void findExtents() throws IOException {
        int prefix = 0;
        for (final String name : storage.list()) {
            try (JournalFile file = storage.open(name, false)) {
                final UnsafeBuffer buffer = file.buffer();
                if (name.equals(ID)) {
                    extents.add(new Extent(name, 0, file.length(), -1, 0, 0));
                } else if (name.equals(MARK)) {
                    extents.add(new Extent(name, 0, MarkDescriptor.APPENDED_POSITION_OFFSET, -1, 0,
                        MarkDescriptor.forcedPosition(buffer)));
                } else if (FileNames.isSegment(name) && FileNames.position(name) < checkpoint) {
                    prefix = history.prefixUpTo(FileNames.position(name) + file.length());
                } else if (FileNames.isSegment(name)) {
                    extents.add(new Extent(name, 0, SegmentDescriptor.HEADER_LENGTH, -1, 0,
                        SegmentDescriptor.forcedPosition(buffer)));
                    prefix = findRecords(name, buffer, prefix);
                }
            }
        }
        assertEquals(history.size(), prefix);
    }

    private int findRecords(final String name, final UnsafeBuffer buffer, final int before) {
        final long base = SegmentDescriptor.basePosition(buffer);
        int prefix = before;
        int offset = SegmentDescriptor.HEADER_LENGTH;
        while (offset < buffer.capacity() && buffer.getInt(offset) != 0) {
            final int word = buffer.getInt(offset);
            final int end = RecordDescriptor.aligned(offset + RecordDescriptor.recordLength(word));
            if (RecordDescriptor.isEnd(word)) {
                extents.add(new Extent(name, offset, buffer.capacity(), prefix, base + offset, 0));
                break;
            }
            extents.add(new Extent(name, offset, end, prefix, base + offset,
                base + offset - RecordDescriptor.unforced(buffer, offset, RecordDescriptor.isExtended(word))));
            prefix++;
            offset = end;
        }
        return prefix;
    }
}
