package io.dtm.core.journal;

import io.dtm.codec.SegmentDescriptor;
import io.dtm.core.journal.reading.CoordinatorIdFile;
import io.dtm.core.journal.reading.CutOrderFile;
import io.dtm.core.journal.reading.JournalReader;
import io.dtm.core.journal.reading.JournalTail;
import io.dtm.core.journal.reading.MarkReader;
import io.dtm.core.journal.reading.RecordHandler;
import io.dtm.core.journal.reading.TailPointer;
import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.Forcing;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalException.Category;
import io.dtm.core.storage.JournalFile;
import io.dtm.core.storage.JournalStorage;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;

/**
 * The start of a journal: owns the directory, replays, finds the tail, and makes a live journal of it. One thread.
 * <pre>
 *   open ──► replay ──► start ──► SegmentedJournal
 *     │         │          ├ writes the tail again that no evidence calls forced, zeros what follows, forces both
 *     │         │          └ lets go of what a former process left in shared memory; staged: makes a new tail there
 *     │         └ CORRUPT if a record that was forced is damaged; else cuts a torn tail off
 *     ├ lock, coordinator id; a first start makes the first segment
 *     └ what a former process left in shared memory goes into the segments
 * </pre>
 */
public final class JournalRecovery implements AutoCloseable {
    private static final int HOST_LINK_ID = 0;

    private final JournalContext context;
    private final JournalStorage storage;
    private final boolean isFirstStart;
    private final long coordinatorId;
    private final FormerTails formerTails;
    private final JournalReader reader;
    private final CutOrderFile interruptedCut;
    private CutOrder cut;
    private JournalTail tail;
    private boolean isStarted;

    /**
     * Takes possession of the data directory; makes it at the first start.
     *
     * @param context not concluded yet.
     * @return the recovery.
     * @throws JournalException OWNED, FOREIGN, CORRUPT, NO_SPACE, FORCE_FAILED.
     */
    public static JournalRecovery open(final JournalContext context) {
        context.conclude();
        context.storage().own();
        try {
            return new JournalRecovery(context);
        } catch (final IOException ex) {
            context.storage().close();
            throw failed(context.storage(), ex);
        } catch (final RuntimeException ex) {
            context.storage().close();
            throw ex;
        }
    }

    private JournalRecovery(final JournalContext context) throws IOException {
        this.context = context;
        this.storage = context.storage();
        for (final String name : storage.list()) {
            if (FileNames.isTemporary(name)) {
                storage.delete(name);
            }
        }
        this.isFirstStart = !storage.list().contains(FileNames.COORDINATOR_ID);
        this.coordinatorId = isFirstStart ? startFirst() : CoordinatorIdFile.read(storage);
        this.formerTails = FormerTails.own(context, coordinatorId);
        this.reader = new JournalReader(storage, coordinatorId);
        this.interruptedCut = CutOrderFile.read(storage);
    }

    /** @return whether there was no journal before. */
    public boolean isFirstStart() {
        return isFirstStart;
    }

    /** @return whose journal it is. */
    public long coordinatorId() {
        return coordinatorId;
    }

    /** @return the first position from which it can be replayed. */
    public long oldestPosition() {
        return reader.oldestPosition();
    }

    /**
     * Before the start, which begins to count anew.
     *
     * @return epoch milliseconds when the process that had the directory before was seen to run last, within a second
     *     or so; 0: there is no telling, a power loss may have taken it.
     * @throws JournalException FOREIGN.
     */
    public long lastActivityMs() {
        try (JournalFile file = storage.open(FileNames.MARK, false)) {
            return MarkReader.ofStart(file, storage.describe(FileNames.MARK), coordinatorId).activityMs();
        } catch (final NoSuchFileException ex) {
            return 0;
        } catch (final IOException ex) {
            throw failed(storage, ex);
        }
    }

    /** @return position of a cut that an operator ordered and that isn't complete, or JournalException.NOWHERE. */
    public long interruptedCut() {
        return interruptedCut == null ? JournalException.NOWHERE : interruptedCut.position();
    }

    /**
     * An operator's last resort: from the next replay on the journal ends at a position, and the start gives up what
     * follows. Its bytes are kept aside, and a record tells of the loss before anything else is appended. An
     * interrupted cut goes on, with the reason that it had.
     *
     * @param position where a refusal says that it can be done.
     * @param reason   of that refusal.
     * @param record   tells of the cut.
     * @throws JournalException CUT_REFUSED if another cut was interrupted.
     */
    public void cutAt(final long position, final String reason, final CutRecord record) {
        if (interruptedCut != null && interruptedCut.position() != position) {
            throw new JournalException(Category.CUT_REFUSED, "no cut at position " + position + ": "
                + interruptedCut.refusal(storage).getMessage(), null);
        }
        cut = interruptedCut == null
            ? CutOrder.of(storage, record, position, reason) : CutOrder.again(storage, record, interruptedCut);
        reader.cutAt(position, formerTails.undrainedEnd());
    }

    /**
     * Replays; may be done again.
     *
     * @param from    end position of a record, or 0 for all that there is.
     * @param handler takes the records.
     * @return where the journal ends.
     * @throws JournalException CORRUPT, FOREIGN, CUT_REFUSED, FORCE_FAILED.
     */
    public JournalTail replay(final long from, final RecordHandler handler) {
        if (cut == null) {
            drainTails(from, handler);
        }
        tail = reader.replay(from, handler);
        if (cut != null && (tail.position() != cut.position() || from > cut.position())) {
            throw new JournalException(Category.CUT_REFUSED, "no record of the journal ends at position "
                + cut.position() + ": it was read from " + from + " to " + tail.position(), null);
        }
        return tail;
    }

    /** What follows a cut isn't wanted; without one all of it is, before anything is read. */
    private void drainTails(final long from, final RecordHandler handler) {
        if (interruptedCut != null) {
            throw interruptedCut.refusal(storage);
        }
        try {
            formerTails.drain();
        } catch (final JournalException refused) {
            // If the segments are damaged, that comes first: it has a place, and the tail isn't to be deleted for it.
            if (refused.category() == Category.CORRUPT || refused.category() == Category.FOREIGN) {
                reader.replay(from, handler);
            }
            throw refused;
        } catch (final IOException ex) {
            throw failed(storage, ex);
        }
    }

    /**
     * Makes the journal live: afterwards everything replayed is forced, and nothing behind it can ever come back. To be
     * called after a replay.
     *
     * @return the journal. It owns the directory from now on.
     * @throws JournalException NO_SPACE, FORCE_FAILED.
     */
    public SegmentedJournal start() {
        if (tail == null || isStarted) {
            throw new IllegalStateException("replay once, then start once");
        }
        isStarted = true;
        reader.close();
        if (reader.markDamage() != null) {
            context.reportSink().accept("journal: " + reader.markDamage());
        }
        if (tail.isTorn()) {
            context.reportSink().accept("journal: " + tail.description());
        }
        final List<Runnable> opened = new ArrayList<>();
        try {
            return start(opened);
        } catch (final IOException | RuntimeException ex) {
            opened.forEach(Runnable::run);
            formerTails.close();
            storage.close();
            throw ex instanceof IOException ? failed(storage, (IOException) ex) : (RuntimeException) ex;
        }
    }

    /** @param opened gets what closes what is open by then, in case that it fails. */
    private SegmentedJournal start(final List<Runnable> opened) throws IOException {
        if (cut != null) {
            cut.keepAside(tail, formerTails.undrained());
        }
        final List<String> names = FileNames.segments(storage);
        final int tailIndex = indexOfTail(names);

        secureReplayed(names.subList(0, tailIndex + 1));
        deleteUsed(names, tailIndex + 1);
        final RecordMemory memory = memory(names.get(tailIndex));
        opened.add(() -> memory.close(false));
        // All that was in them is forced by now, or kept aside.
        formerTails.delete(storage.isStaged() ? LiveTail.locationOf(storage, coordinatorId) : null, cut != null);
        final List<Segment> segments = new ArrayList<>();
        for (final String name : names.subList(tailIndex, names.size())) {
            final Segment segment = new Segment(storage.open(name, true), memory);
            opened.add(segment::close);
            segments.add(segment);
        }
        final JournalMark mark = JournalMark.openOrCreate(storage);
        opened.add(mark::close);
        Forcing.directory(storage); // The names of the mark file and of the tail's pointer.
        final boolean isEmpty = tail.position() == SegmentDescriptor.HEADER_LENGTH;
        final long evidence = isEmpty ? tail.position() : tail.evidencePosition();
        mark.start(storage, coordinatorId, ProcessHandle.current().pid(), evidence, tail.position(),
            context.epochClock().time());

        final Segment current = segments.get(0);
        final SegmentSupply supply = new SegmentSupply(context, memory, coordinatorId, current);
        for (final String name : names.subList(0, tailIndex)) {
            supply.adoptClosed(name, endPosition(name));
        }
        for (final Segment spare : segments.subList(1, segments.size())) {
            supply.adoptSpare(spare);
        }
        final SegmentedJournal journal = new SegmentedJournal(context, coordinatorId, mark, memory, supply, current,
            tail.position(), evidence, tail.timeNs(), newestCheckpoint());
        opened.clear();
        prepare(journal);
        return journal;
    }

    private long newestCheckpoint() throws IOException {
        return storage.list().stream()
            .filter(FileNames::isCheckpoint).mapToLong(FileNames::position).max().orElse(0);
    }

    private RecordMemory memory(final String segmentName) throws IOException {
        if (!storage.isStaged()) {
            return InPlaceMemory.INSTANCE;
        }
        try (JournalFile segment = storage.open(segmentName, false)) {
            return new TailRing(LiveTail.create(context, coordinatorId, segment, tail.position()));
        }
    }

    /** The first record after the cut. Only when it is forced the order is carried out. */
    private void recordCut(final SegmentedJournal journal) {
        final DirectBuffer frame = cut.frame();
        journal.append(HOST_LINK_ID, tail.timeNs(), frame, 0, frame.capacity());
        journal.requestForce(journal.appendedPosition());
        journal.force();
        try {
            cut.done();
        } catch (final IOException ex) {
            throw failed(storage, ex);
        }
    }

    private void prepare(final SegmentedJournal journal) {
        boolean isDone = false;
        try {
            // What comes first finds a segment ahead of need. If there is no space, that isn't the start's failure.
            journal.prepareSpace();
            if (cut != null) {
                recordCut(journal);
            }
            journal.handOver();
            isDone = true;
        } finally {
            if (!isDone) {
                journal.close();
            }
        }
    }

    @Override
    public void close() {
        reader.close();
        if (!isStarted) {
            isStarted = true;
            formerTails.close();
            storage.close();
        }
    }

    private long startFirst() throws IOException {
        for (final String name : storage.list()) {
            if (FileNames.isCheckpoint(name)) {
                throw withoutId("a checkpoint");
            }
            if (FileNames.isSegment(name)) {
                deleteUnlessInUse(name);
            }
        }
        if (TailPointer.read(storage) != null) {
            throw withoutId("a pointer to a journal's tail (" + FileNames.TAIL_POINTER + ")");
        }
        final long id = context.coordinatorIdSupplier().getAsLong();
        if (id == 0) {
            throw new IllegalArgumentException("0 is no coordinator id");
        }
        SegmentSupply.create(context, id, 0, 0).close();
        CoordinatorIdFile.write(storage, id);
        return id;
    }

    /** A first start that didn't come to its end leaves a segment without records, and no id. */
    private void deleteUnlessInUse(final String name) throws IOException {
        try (JournalFile file = storage.open(name, false)) {
            if (!isUnused(file)) {
                throw withoutId("a journal (" + name + ")");
            }
        }
        storage.delete(name);
    }

    private JournalException withoutId(final String what) {
        return new JournalException(Category.FOREIGN, "there is " + what + ", but no "
            + storage.describe(FileNames.COORDINATOR_ID) + "; bring that file back: the coordinator's id as 16"
            + " hexadecimal digits and a line feed, as in the header of each segment", null);
    }

    /** The replayed tail may exist in the page cache only; what follows may still be something else on the device. */
    private void secureReplayed(final List<String> names) throws IOException {
        for (final String name : names) {
            try (JournalFile file = storage.open(name, true)) {
                final long base = FileNames.position(name);
                final long end = base + file.length();
                final boolean isLast = name.equals(names.get(names.size() - 1));
                if (tail.evidencePosition() < end || isLast) {
                    final int from = (int) Math.max(SegmentDescriptor.HEADER_LENGTH, tail.evidencePosition() - base);
                    final int to = (int) (Math.min(end, tail.position()) - base);
                    PageWrites.copy(file, from, to, file);
                    PageWrites.zero(file, Math.max(to, SegmentDescriptor.HEADER_LENGTH));
                    Forcing.file(storage, file, name);
                }
            }
        }
    }

    /**
     * Segments behind the tail that hold anything are of the cut off part. The last goes first, and for good: a crash
     * leaves no gap, also where the file system doesn't keep names in order.
     */
    private void deleteUsed(final List<String> names, final int from) throws IOException {
        int firstUsed = from;
        while (firstUsed < names.size() && isUnused(names.get(firstUsed))) {
            firstUsed++;
        }
        firstUsed = Math.min(firstUsed, from + context.reservedSegments());
        for (int i = names.size() - 1; i >= firstUsed; i--) {
            storage.delete(names.remove(i));
            Forcing.directory(storage);
        }
    }

    private boolean isUnused(final String name) throws IOException {
        try (JournalFile file = storage.open(name, false)) {
            return isUnused(file);
        }
    }

    private static boolean isUnused(final JournalFile file) {
        for (int offset = SegmentDescriptor.HEADER_LENGTH; offset <= file.length() - Long.BYTES; offset += Long.BYTES) {
            if (file.buffer().getLong(offset) != 0) {
                return false;
            }
        }
        return true;
    }

    /** The last one that starts at or before the tail. Where one is full to its last byte, it is the next one. */
    private int indexOfTail(final List<String> names) {
        int index = 0;
        while (index + 1 < names.size() && FileNames.position(names.get(index + 1)) <= tail.position()) {
            index++;
        }
        return index;
    }

    /** By its name: the header of a segment that a checkpoint covers wasn't looked at. */
    private long endPosition(final String name) throws IOException {
        return FileNames.position(name) + storage.length(name);
    }

    private static JournalException failed(final JournalStorage storage, final IOException ex) {
        return new JournalException(Category.NO_SPACE, "data directory " + storage.describe("")
            + " can't be written: " + ex + ". If its disk is full, make space", ex);
    }
}
