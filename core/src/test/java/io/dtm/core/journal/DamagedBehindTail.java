package io.dtm.core.journal;

import io.dtm.codec.SegmentDescriptor;
import io.dtm.codec.TailDescriptor;
import io.dtm.core.journal.reading.RecordedRecords.Entry;
import io.dtm.core.journal.reading.TailPointer;
import io.dtm.core.journal.reading.TailReader;
import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.JournalFile;
import io.dtm.core.storage.JournalStorage;
import io.dtm.core.storage.StorageSuite;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A journal whose segments are damaged before the first position that its tail still has, so that the two don't meet,
 * while the tail holds records that are nowhere else.
 */
final class DamagedBehindTail {
    static final int TAIL_LENGTH = 32 * 1024;
    static final String ONLY_IN_TAIL = "only in the tail";
    private static final int RECORDS = 200;
    private static final int RECORDS_ONLY_IN_TAIL = 5;

    private final List<Entry> kept;
    private final List<Entry> all;
    private final String location;
    private final String segment;
    private final byte[] tail;

    private DamagedBehindTail(
        final List<Entry> all, final int kept, final String location, final String segment, final byte[] tail) {
        this.all = all;
        this.kept = all.subList(0, kept);
        this.location = location;
        this.segment = segment;
        this.tail = tail;
    }

    /** @param process on an empty storage, with a tail of {@link #TAIL_LENGTH}; killed by the caller's means. */
    static DamagedBehindTail make(final JournalStorage storage, final Process process, final Runnable kill)
        throws IOException {
        final Random random = new Random(7);
        process.appendSome(RECORDS, random);
        while (!isInsideSegment(process.journal().appendedPosition() - TAIL_LENGTH)) {
            process.appendSome(1, random);
        }
        process.forceAll();
        process.append("witness of the force, that no power loss takes");
        process.forceAll();
        for (int i = 0; i < RECORDS_ONLY_IN_TAIL; i++) {
            process.append(ONLY_IN_TAIL);
        }
        process.journal().prepareSpace();
        final List<Entry> all = new ArrayList<>(process.all());
        kill.run();
        final String location = TailPointer.read(storage).location();
        final long lowest;
        final byte[] tail;
        try (TailReader reader =
            TailReader.of(storage.sharedMemory().own(location), location, Process.COORDINATOR_ID)) {
            lowest = reader.lowestPosition();
            tail = new byte[reader.file().length()];
            reader.file().buffer().getBytes(0, tail);
        }
        final long base = lowest / Process.SEGMENT_LENGTH * Process.SEGMENT_LENGTH;
        int kept = 0;
        while (all.get(kept + 1).position() <= lowest) {
            kept++;
        }
        kept--;
        final long cut = all.get(kept - 1).position();
        if (cut <= base) {
            throw new IllegalStateException("no record before " + lowest + " in segment " + base);
        }
        final String segment = FileNames.segment(base);
        StorageSuite.flip(storage, segment, (int) (cut - base) + 4, 1);
        try (JournalFile file = storage.open(segment, true)) {
            file.force(); // The device itself has it so.
        }
        return new DamagedBehindTail(all, kept, location, segment, tail);
    }

    /** So that there are records before it in its segment, and behind it room for those that follow. */
    private static boolean isInsideSegment(final long lowest) {
        final long reach = TailDescriptor.reach(TailDescriptor.margin(Process.MAX_FRAME_LENGTH));
        final long offset = (lowest + reach) % Process.SEGMENT_LENGTH;
        return offset > SegmentDescriptor.HEADER_LENGTH + Process.MAX_FRAME_LENGTH
            && offset < Process.SEGMENT_LENGTH - Process.MAX_FRAME_LENGTH;
    }

    /** The records before the damage. */
    List<Entry> kept() {
        return kept;
    }

    /** Those that were appended. */
    List<Entry> all() {
        return all;
    }

    long cutPosition() {
        return kept.get(kept.size() - 1).position();
    }

    /** Of the tail. */
    String location() {
        return location;
    }

    /** What the copy of the tail is called, without its suffix. */
    String tailName() {
        return location.substring(location.lastIndexOf('/') + 1);
    }

    /** What was in shared memory. */
    byte[] tail() {
        return tail;
    }

    /** The one that is damaged. */
    String segment() {
        return segment;
    }
}
