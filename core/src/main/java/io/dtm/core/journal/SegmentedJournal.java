package io.dtm.core.journal;

import io.dtm.codec.RecordDescriptor;
import io.dtm.codec.SegmentDescriptor;
import io.dtm.core.journal.reading.RecordChecksum;
import io.dtm.core.storage.Forcing;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalException.Category;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A journal of segments; comes out of a {@link JournalRecovery}. Three agents share it, each with its own methods: the
 * journal stage appends, one at a time forces (each after it has seen the end of the force before), and one that may be
 * slow prepares space. Nothing but positions and the chain of segments goes between them, so none ever waits for
 * another.
 * <p>
 * The first failure of any of them is final: every later append, force or preparation throws.
 */
public final class SegmentedJournal implements Journal {
    /** Each position in a cache line, with its neighbour, of its own. */
    private static final int APPENDED_OFFSET = 128;
    private static final int FORCED_OFFSET = 256;
    private static final int REQUESTED_OFFSET = 384;
    private static final int POSITIONS_LENGTH = 512;

    private final UnsafeBuffer positions = new UnsafeBuffer(new byte[POSITIONS_LENGTH]);
    private final SingleWriter appender = new SingleWriter();
    private final SingleWriter preparer = new SingleWriter();
    private final JournalContext context;
    private final SegmentSupply supply;
    private final CheckpointAdoption checkpoints;
    private final JournalMark mark;
    private final RecordMemory memory;
    private final RecordChecksum checksum;
    private final long coordinatorId;
    private final int maxFrameLength;
    private final int longestRecord;
    private final long unforcedBound;
    private final long roomBound;
    private final long capacityBound;
    /** For the assertion only: who has the turn is the callers' agreement. */
    private final AtomicBoolean isForcing = new AtomicBoolean();
    private volatile JournalException failure;

    /** Journal stage only. */
    private Segment current;
    private long appendedPosition;
    private long lastTimeNs;
    /** Only who has the turn to force. */
    private Segment forcing;
    private long forcedPosition;
    private final long startPosition;
    private final long startEvidence;
    private boolean isClosed;
    /** The agent that prepares space only. */
    private boolean isMemoryMissed;

    /**
     * @param memory   that all segments put their records into.
     * @param current  segment to go on with.
     * @param position in it where the next record starts; everything before is forced, everything behind is zero.
     * @param timeNs   logical time of the last record.
     * @param newestCheckpoint its replay position; 0: there is none.
     */
    SegmentedJournal(
        final JournalContext context,
        final long coordinatorId,
        final JournalMark mark,
        final RecordMemory memory,
        final SegmentSupply supply,
        final Segment current,
        final long position,
        final long evidence,
        final long timeNs,
        final long newestCheckpoint) {
        startPosition = position;
        startEvidence = evidence;
        this.context = context;
        this.coordinatorId = coordinatorId;
        this.mark = mark;
        this.memory = memory;
        this.supply = supply;
        this.checkpoints = new CheckpointAdoption(context, coordinatorId, newestCheckpoint);
        this.checksum = new RecordChecksum(coordinatorId);
        this.maxFrameLength = context.maxFrameLength();
        this.unforcedBound = memory.unforcedBound(context.unforcedBound());
        this.roomBound = memory.roomBound();
        this.capacityBound = memory.capacityBound();
        this.longestRecord = RecordDescriptor.aligned(RecordDescriptor.EXTENDED_HEADER_LENGTH + maxFrameLength);
        this.current = current;
        this.appendedPosition = position;
        this.lastTimeNs = timeNs;
        this.forcing = current;
        this.forcedPosition = position;
        positions.putLong(REQUESTED_OFFSET, position);
        positions.putLong(FORCED_OFFSET, position);
        positions.putLongRelease(APPENDED_OFFSET, position);
    }

    /** @return whose journal it is. */
    public long coordinatorId() {
        return coordinatorId;
    }

    @Override
    public long append(
        final int linkId, final long timeNs, final DirectBuffer frame, final int offset, final int length) {
        assert appender.isCurrentThread() : "only the journal stage appends";
        checkUsable();
        if (timeNs < lastTimeNs || length < 0 || length > maxFrameLength) {
            throw fail(refused(timeNs, length));
        }
        if (appendedPosition - positions.getLongVolatile(FORCED_OFFSET) > capacityBound) {
            throw fail(noRoom());
        }
        try {
            return appendRecord(linkId, timeNs, frame, offset, length);
        } catch (final InternalError error) {
            throw fail(accessFailed(error));
        } catch (final IndexOutOfBoundsException ex) {
            throw fail(new JournalException(Category.APPEND_FAILED, "frame out of its buffer's bounds: offset "
                + offset + ", length " + length, ex));
        }
    }

    private long appendRecord(
        final int linkId, final long timeNs, final DirectBuffer frame, final int offset, final int length) {
        final long position = appendedPosition;
        final Segment segment = current;
        final long timeDelta = timeNs - lastTimeNs;
        final long unforced = position - evidence();
        final boolean extended = position == segment.basePosition() + SegmentDescriptor.HEADER_LENGTH
            || timeDelta > RecordDescriptor.MAX_DELTA
            || unforced > RecordDescriptor.MAX_DELTA;
        final int recordLength = RecordDescriptor.aligned(RecordDescriptor.headerLength(extended) + length);
        if (recordLength > segment.endPosition() - position) {
            roll(position);
            return appendRecord(linkId, timeNs, frame, offset, length);
        }

        segment.append(checksum, position, extended, linkId, extended ? timeNs : timeDelta, unforced,
            frame, offset, length);

        final long endPosition = position + recordLength;
        lastTimeNs = timeNs;
        appendedPosition = endPosition;
        memory.appended(endPosition);
        positions.putLongRelease(APPENDED_OFFSET, endPosition);
        return endPosition;
    }

    /**
     * What bears witness of forces, also after this process. That the start has forced what it found tells nothing of
     * before: if that is a copy, its original may have lost it (rule 12). Not before something is forced behind it,
     * which tells where it began, it counts.
     */
    private long evidence() {
        final long forced = positions.getLongVolatile(FORCED_OFFSET);
        return forced == startPosition ? startEvidence : forced;
    }

    /**
     * Ends the segment that is appended to before it is full, unless it is empty, and forces it: {@link
     * #closedPosition()} is behind the last record then. For a journal without agents; one thread.
     *
     * @throws JournalException NO_SPACE if there is no other segment; FORCE_FAILED.
     */
    public void endSegment() {
        assert appender.isCurrentThread() : "only the journal stage appends";
        checkUsable();
        if (appendedPosition > current.basePosition() + SegmentDescriptor.HEADER_LENGTH) {
            roll(appendedPosition);
            memory.appended(appendedPosition);
            positions.putLongRelease(APPENDED_OFFSET, appendedPosition);
        }
        requestForce(appendedPosition());
        force();
        prepareSpace();
    }

    /** The next segment is there already, so this costs no more than a record. */
    private void roll(final long position) {
        final Segment next = supply.take();
        if (next == null) {
            throw fail(new JournalException(Category.NO_SPACE, "segment " + context.storage().describe(current.name())
                + " is full and there is no other: the disk had no space for one in time. Make space on it, then"
                + " start again; nothing that was answered is lost", null));
        }
        current.end(checksum, position);
        current.next(next);
        current = next;
        appendedPosition = next.basePosition() + SegmentDescriptor.HEADER_LENGTH;
    }

    @Override
    public boolean hasRoom() {
        return appendedPosition() - forcedPosition() <= roomBound
            && (appendedPosition <= current.endPosition() - longestRecord || !supply.isLate());
    }

    @Override
    public long appendedPosition() {
        return positions.getLongVolatile(APPENDED_OFFSET);
    }

    @Override
    public long forcedPosition() {
        return positions.getLongVolatile(FORCED_OFFSET);
    }

    @Override
    public void requestForce(final long position) {
        assert position <= appendedPosition() : "a force of what isn't appended";
        if (position > positions.getLong(REQUESTED_OFFSET)) {
            positions.putLongRelease(REQUESTED_OFFSET, position);
        }
    }

    @Override
    public int force() {
        assert isForcing.compareAndSet(false, true) : "one force at a time";
        try {
            return forceRequested();
        } finally {
            isForcing.setRelease(false);
        }
    }

    private int forceRequested() {
        checkUsable();
        final long requested = positions.getLongVolatile(REQUESTED_OFFSET);
        final long appended = positions.getLongVolatile(APPENDED_OFFSET);
        if (requested <= forcedPosition && appended - forcedPosition <= unforcedBound) {
            return 0;
        }
        try {
            forceUpTo(appended);
        } catch (final IOException | RuntimeException ex) {
            throw fail(Forcing.failed("journal from position " + forcedPosition + " to " + appended, ex));
        } catch (final InternalError error) {
            throw fail(accessFailed(error));
        }
        forcedPosition = appended;
        memory.forced(appended);
        positions.putLongRelease(FORCED_OFFSET, appended);
        mark.forced(appended);
        return 1;
    }

    /** Segment by segment, in order. One that has a next is complete, and appended to no more. */
    private void forceUpTo(final long appended) throws IOException {
        long from = forcedPosition;
        Segment segment = forcing;
        while (appended > segment.endPosition()) {
            final Segment next = segment.next();
            if (from < segment.recordsEnd()) {
                segment.force(from, segment.recordsEnd());
            }
            segment = next;
            from = segment.basePosition() + SegmentDescriptor.HEADER_LENGTH;
        }
        if (from < appended) {
            segment.force(from, appended);
        }
        if (segment != forcing) {
            forcing = segment;
            supply.retireBefore(segment);
        }
    }

    @Override
    public int prepareSpace() {
        assert preparer.isCurrentThread() : "only one agent prepares space";
        checkUsable();
        try {
            if (supply.isHeartbeatDue()) {
                mark.activity(appendedPosition(), context.epochClock().time());
                supply.tell(mark);
                tellOfLostMemory();
            }
            return checkpoints.work(supply) + supply.work(forcedPosition(), evidence());
        } catch (final JournalException ex) {
            throw fail(ex);
        } catch (final InternalError error) {
            throw fail(accessFailed(error));
        }
    }

    /** Nothing is lost as long as this process lives, and a clean end forces all: no reason to stop here and now. */
    private void tellOfLostMemory() {
        if (!isMemoryMissed && !memory.isThere()) {
            isMemoryMissed = true;
            context.reportSink().accept("journal: somebody deleted the tail in shared memory (systemd's RemoveIPC=yes"
                + " does at a logout). From now on a killed process loses what isn't forced, as a power loss does: stop"
                + " the coordinator orderly and start it again, where nobody deletes its files");
        }
    }

    @Override
    public boolean hasSpaceForNew() {
        return failure == null && !supply.isRefused();
    }

    /**
     * Up to here a checkpoint can be made: these segments are forced as a whole, and change no more. Any thread.
     *
     * @return end of the last closed segment; 0: none is.
     */
    public long closedPosition() {
        return supply.closedPosition();
    }

    /** @return replay position of the newest checkpoint that has its name; 0: there is none. Any thread. */
    public long checkpointPosition() {
        return checkpoints.position();
    }

    /**
     * Takes a new checkpoint in. {@link #prepareSpace()} gives it its name, forces that, deletes all older checkpoints
     * but the one that it was made from, and lets the segments before that one go. If its file can't be used, that is
     * reported and everything stays as it was; a force that fails is final. Any thread, one at a time.
     *
     * @param checkpoint complete and forced.
     * @throws IllegalArgumentException if it covers what isn't known to be forced.
     * @throws IllegalStateException    while {@link #isAdopting()}.
     * @throws JournalException         if the journal has failed.
     */
    public void adoptCheckpoint(final NewCheckpoint checkpoint) {
        checkUsable();
        if (checkpoint.replayPosition() > closedPosition()) {
            throw new IllegalArgumentException("segments are closed up to position " + closedPosition()
                + ", not up to that of " + checkpoint);
        }
        checkpoints.request(checkpoint);
    }

    /** @return whether a checkpoint waits to be taken in. Any thread. */
    public boolean isAdopting() {
        return checkpoints.isPending();
    }

    /**
     * Lets go of the segments that lie wholly before a position: nobody will replay from there again. They are deleted
     * by {@link #prepareSpace()}, oldest first.
     *
     * @param position up to which a forced checkpoint covers everything.
     */
    void releaseBefore(final long position) {
        supply.releaseBefore(position);
    }

    /**
     * From now on other threads may append, force and prepare space, for instance the agents after a start. To be
     * called by a thread that the old ones happened before, and that happens before the new ones.
     */
    public void handOver() {
        appender.handOver();
        preparer.handOver();
    }

    /**
     * After all agents have stopped. What isn't forced yet is forced; a tail goes.
     *
     * @throws JournalException FORCE_FAILED: everything is closed nonetheless, and the tail stays for the next start.
     */
    @Override
    public void close() {
        if (!isClosed) {
            boolean isForced = false;
            try {
                // In its own memory it would be lost, elsewhere unproven: a backup is made now (rule 12).
                isForced = failure == null && forceAll();
            } finally {
                release(isForced);
            }
        }
    }

    /** As a killed process does: forces nothing, and leaves the tail. */
    void abandon() {
        if (!isClosed) {
            release(false);
        }
    }

    private boolean forceAll() {
        requestForce(appendedPosition());
        forceRequested();
        return true;
    }

    private void release(final boolean isForced) {
        isClosed = true;
        failure = new JournalException(Category.APPEND_FAILED, "the journal is closed", null);
        supply.close();
        mark.close();
        memory.close(isForced);
        context.storage().close();
    }

    private void checkUsable() {
        final JournalException first = failure;
        if (first != null) {
            throw new JournalException(first.category(), "the journal failed before: " + first.getMessage(), first);
        }
    }

    private JournalException fail(final JournalException exception) {
        if (failure == null) {
            failure = exception;
        }
        return exception;
    }

    private JournalException refused(final long timeNs, final int length) {
        return new JournalException(Category.APPEND_FAILED, timeNs < lastTimeNs
            ? "logical time goes back from " + lastTimeNs + " to " + timeNs
            : "a frame of " + length + " bytes; at most " + maxFrameLength + " fit", null);
    }

    private JournalException noRoom() {
        return new JournalException(Category.APPEND_FAILED, "the tail is full: " + (appendedPosition - forcedPosition())
            + " bytes of it aren't forced; whoever appends must ask for room before", null);
    }

    private JournalException accessFailed(final InternalError error) {
        return new JournalException(Category.APPEND_FAILED, "a mapped file of " + context.storage().describe("")
            + " can't be accessed: it was cut from outside, or its device failed. Which record was hit isn't known, so"
            + " nothing that was appended is forced or answered any more", error);
    }
}
