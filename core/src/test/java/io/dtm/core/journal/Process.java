package io.dtm.core.journal;

import io.dtm.codec.RecordDescriptor;
import io.dtm.codec.SegmentDescriptor;
import io.dtm.core.journal.reading.JournalTail;
import io.dtm.core.journal.reading.RecordedRecords;
import io.dtm.core.journal.reading.RecordedRecords.Entry;
import io.dtm.core.storage.JournalStorage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.agrona.concurrent.UnsafeBuffer;

/** What a coordinator's process does with a journal, from its start to its end; remembers what it appended. */
public final class Process {
    public static final long COORDINATOR_ID = 0x1234_5678_9ABC_DEF0L;
    public static final int SEGMENT_LENGTH = 8192;
    public static final int MAX_FRAME_LENGTH = 1024;
    public static final int TAIL_LENGTH = 512 * 1024;
    public static final long FIRST_POSITION = SegmentDescriptor.HEADER_LENGTH;

    private final RecordedRecords replayed = new RecordedRecords();
    private final List<Entry> appended = new ArrayList<>();
    private final List<String> reports = new ArrayList<>();
    private final JournalTail tail;
    private final SegmentedJournal journal;
    private long timeNs;

    private Process(final JournalContext context, final Consumer<JournalRecovery> before) {
        context.reportSink(reports::add);
        try (JournalRecovery recovery = JournalRecovery.open(context)) {
            before.accept(recovery);
            tail = recovery.replay(0, replayed);
            timeNs = tail.timeNs();
            journal = recovery.start();
        }
    }

    public static Process start(final JournalStorage storage) {
        return start(context(storage));
    }

    public static Process start(final JournalContext context) {
        return new Process(context, recovery -> { });
    }

    /** A start by an operator who gives up everything from a position on. */
    public static Process cut(final JournalStorage storage, final long position, final String reason) {
        return new Process(
            context(storage), recovery -> recovery.cutAt(position, reason, CutContract::record));
    }

    public static JournalContext context(final JournalStorage storage) {
        return new JournalContext()
            .storage(storage)
            .segmentLength(SEGMENT_LENGTH)
            .maxFrameLength(MAX_FRAME_LENGTH)
            .tailLength(TAIL_LENGTH)
            .lowSpaceBytes(0)
            .reservedSegments(1)
            .spaceRetryNs(0)
            .coordinatorIdSupplier(() -> COORDINATOR_ID);
    }

    public SegmentedJournal journal() {
        return journal;
    }

    public JournalTail tail() {
        return tail;
    }

    public List<String> reports() {
        return reports;
    }

    public List<Entry> replayed() {
        return replayed.entries();
    }

    /** The frames that were replayed, as text. */
    public List<String> texts() {
        return replayed.texts();
    }

    /** All that the journal holds, if nothing was lost. */
    public List<Entry> all() {
        final List<Entry> all = new ArrayList<>(replayed.entries());
        all.addAll(appended);
        return all;
    }

    public long append(final String text) {
        return append(7, timeNs + 1_000, text.getBytes());
    }

    public long append(final int linkId, final long time, final byte[] frame) {
        final long position = journal.append(linkId, time, new UnsafeBuffer(frame), 0, frame.length);
        timeNs = time;
        appended.add(new Entry(position, linkId, time, Arrays.toString(frame)));
        return position;
    }

    /** Appends records of many lengths, prepares space and makes room as agents would. */
    public void appendSome(final int count, final Random random) {
        for (int i = 0; i < count; i++) {
            if (!journal.hasRoom()) {
                journal.force();
            }
            final byte[] frame = new byte[random.nextInt(200)];
            random.nextBytes(frame);
            append(random.nextInt(), timeNs + random.nextInt(1_000_000), frame);
            journal.prepareSpace();
        }
    }

    public void forceAll() {
        journal.requestForce(journal.appendedPosition());
        journal.force();
    }

    public void close() {
        journal.close();
    }

    /** As if the process were killed; what it has open is closed, which a dead process does too. */
    public void abandon() {
        journal.abandon();
    }

    public static long lengthOfRecord(final int frameLength) {
        return RecordDescriptor.aligned(RecordDescriptor.HEADER_LENGTH + frameLength);
    }
}
