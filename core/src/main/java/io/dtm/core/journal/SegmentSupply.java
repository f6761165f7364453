package io.dtm.core.journal;

import io.dtm.codec.SegmentDescriptor;
import io.dtm.core.journal.reading.RecordChecksum;
import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.Forcing;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalFile;
import io.dtm.core.storage.JournalStorage;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.util.ArrayDeque;
import org.agrona.concurrent.OneToOneConcurrentArrayQueue;

/**
 * Makes segments ahead of need, closes those that are done with and deletes those that were let go. All of it is slow,
 * so it has an agent of its own, which this class belongs to; the journal stage takes from {@link #spares}, the force
 * agent says where it is.
 */
final class SegmentSupply {
    private static final long HEARTBEAT_NS = 1_000_000_000L;
    private static final String MAKE_SPACE = "make space on that disk";

    /** From this agent to the journal stage. */
    private final OneToOneConcurrentArrayQueue<Segment> spares;
    private final ArrayDeque<ClosedSegment> closed = new ArrayDeque<>();
    private final JournalContext context;
    private final JournalStorage storage;
    private final RecordMemory memory;
    private final long coordinatorId;
    /** The oldest segment that is open: a chain leads from it to the one that is appended to. */
    private Segment oldest;
    private long nextBasePosition;
    private long retryAtNs;
    private boolean waitsForRetry;
    private long deleteRetryAtNs;
    private boolean waitsToDelete;
    private long heartbeatAtNs;
    private long refusedSinceMs;
    private long refusals;
    private volatile boolean isRefused;
    private volatile long releasePosition;
    private volatile long closedPosition;
    /** From the force agent: nobody touches those before it. */
    private volatile Segment forcing;

    SegmentSupply(
        final JournalContext context, final RecordMemory memory, final long coordinatorId, final Segment current) {
        this.context = context;
        this.storage = context.storage();
        this.memory = memory;
        this.coordinatorId = coordinatorId;
        this.oldest = current;
        this.forcing = current;
        this.nextBasePosition = current.endPosition();
        this.closedPosition = current.basePosition();
        this.spares = new OneToOneConcurrentArrayQueue<>(Math.max(2, context.reservedSegments() + 1));
    }

    /** At the start only: a spare of the former process. */
    void adoptSpare(final Segment segment) {
        if (segment.basePosition() != nextBasePosition) {
            throw new IllegalStateException("a gap before segment " + segment.name());
        }
        nextBasePosition = segment.endPosition();
        spares.add(segment);
    }

    /** At the start only: a segment that the former process was done with, oldest first. */
    void adoptClosed(final String name, final long endPosition) {
        closed.add(new ClosedSegment(name, endPosition));
    }

    /** Journal stage only. @return the next segment, or null: none is ready. */
    Segment take() {
        return spares.poll();
    }

    /** Force agent only: it has forced all segments before, and the journal stage is past them too. */
    void retireBefore(final Segment segment) {
        forcing = segment;
    }

    /**
     * Journal stage only. What is reserved for the time without space isn't used up before.
     *
     * @return whether the next segment isn't ready, and will be: else a roll takes from the reserve, or fails.
     */
    boolean isLate() {
        return spares.size() <= context.reservedSegments() / 2 && !isRefused;
    }

    /** Any thread. */
    boolean isComplete() {
        return spares.size() >= context.reservedSegments();
    }

    /** Any thread. @return whether the last try to make a segment failed. */
    boolean isRefused() {
        return isRefused;
    }

    /** Any thread. */
    void releaseBefore(final long position) {
        releasePosition = Math.max(releasePosition, position);
    }

    /** Any thread. @return end of the last segment that is forced as a whole and that nobody appends to; 0: none. */
    long closedPosition() {
        return closedPosition;
    }

    /**
     * @param forcedPosition known now.
     * @param evidence       of it, for headers.
     * @return a work count.
     * @throws JournalException FORCE_FAILED.
     */
    int work(final long forcedPosition, final long evidence) {
        final long nowNs = context.nanoClock().nanoTime();
        int work = closeRetired();
        if (!isComplete() && !(waitsForRetry && nowNs - retryAtNs < 0)) {
            work += supply(evidence, nowNs);
        }
        if (!waitsToDelete || nowNs - deleteRetryAtNs >= 0) {
            work += deleteReleased(Math.min(releasePosition, forcedPosition), nowNs);
        }
        return work;
    }

    /** @return whether it is time to give a sign of life. */
    boolean isHeartbeatDue() {
        final long nowNs = context.nanoClock().nanoTime();
        if (heartbeatAtNs != 0 && nowNs - heartbeatAtNs < 0) {
            return false;
        }
        heartbeatAtNs = nowNs + HEARTBEAT_NS;
        return true;
    }

    /** What tools want to know of the space. */
    void tell(final JournalMark mark) {
        long usableBytes = 0;
        try {
            usableBytes = storage.usableBytes();
        } catch (final IOException unknown) {
            assert usableBytes == 0;
        }
        mark.space(usableBytes, context.lowSpaceBytes(), refusedSinceMs, refusals);
    }

    /** When nobody works any more. */
    void close() {
        for (Segment spare = spares.poll(); spare != null; spare = spares.poll()) {
            spare.close();
        }
        while (oldest != null) {
            final Segment next = oldest.next();
            oldest.close();
            oldest = next;
        }
    }

    private int closeRetired() {
        int work = 0;
        final Segment end = forcing;
        while (oldest != end) {
            final Segment next = oldest.next();
            closed.add(new ClosedSegment(oldest.name(), oldest.endPosition()));
            oldest.close();
            oldest = next;
            closedPosition = next.basePosition();
            work++;
        }
        return work;
    }

    private int supply(final long forcedPosition, final long nowNs) {
        try {
            if (storage.usableBytes() - context.segmentLength() < context.lowSpaceBytes()) {
                refuse(nowNs, "less than " + context.lowSpaceBytes() + " bytes would stay free", MAKE_SPACE);
                return 0;
            }
            if (isBeyondBound()) {
                refuse(nowNs, "all segments together would take more than " + context.maxJournalLength() + " bytes",
                    "a checkpoint lets old ones go; if that doesn't help, allow more");
                return 0;
            }
            final Segment segment =
                new Segment(create(context, coordinatorId, nextBasePosition, forcedPosition), memory);
            nextBasePosition = segment.endPosition();
            waitsForRetry = false;
            spares.add(segment);
            if (isRefused && isComplete()) {
                isRefused = false;
                refusedSinceMs = 0;
                context.reportSink().accept("journal: there is space again; new transactions are taken");
            }
            return 1;
        } catch (final ClosedByInterruptException ex) {
            return 0; // The agent is being stopped; what it has made is temporary.
        } catch (final IOException ex) {
            refuse(nowNs, ex.toString(), MAKE_SPACE);
            return 0;
        }
    }

    private boolean isBeyondBound() {
        final long first = closed.isEmpty() ? oldest.basePosition() : FileNames.position(closed.peek().name);
        return context.maxJournalLength() > 0
            && nextBasePosition + context.segmentLength() - first > context.maxJournalLength();
    }

    private void refuse(final long nowNs, final String why, final String whatToDo) {
        retryAtNs = nowNs + context.spaceRetryNs();
        waitsForRetry = true;
        if (!isRefused) {
            isRefused = true;
            refusedSinceMs = context.epochClock().time();
            refusals++;
            context.reportSink().accept("journal: no space for segment "
                + storage.describe(FileNames.segment(nextBasePosition)) + " (" + why + "): new transactions are"
                + " refused until there is, running ones finish in what is reserved; " + whatToDo);
        }
    }

    private int deleteReleased(final long beforePosition, final long nowNs) {
        int work = 0;
        waitsToDelete = false;
        while (!closed.isEmpty() && closed.peek().endPosition <= beforePosition) {
            try {
                storage.delete(closed.peek().name);
            } catch (final IOException ex) {
                waitsToDelete = true;
                deleteRetryAtNs = nowNs + context.spaceRetryNs();
                context.reportSink().accept("journal: segment " + storage.describe(closed.peek().name)
                    + " isn't needed any more and can't be deleted: " + ex);
                break;
            }
            closed.poll();
            work++;
        }
        if (work > 0) {
            forceNames();
        }
        return work;
    }

    /**
     * Makes a segment: it gets its name only when it is complete and forced.
     *
     * @throws IOException      if there is no space: nothing is left of it.
     * @throws JournalException FORCE_FAILED.
     */
    static JournalFile create(
        final JournalContext context, final long coordinatorId, final long basePosition, final long forcedPosition)
        throws IOException {
        final JournalStorage storage = context.storage();
        final String name = FileNames.segment(basePosition);
        final String temporary = name + FileNames.TEMPORARY_SUFFIX;
        deleteIfExists(storage, temporary);
        final JournalFile file = storage.create(temporary, context.segmentLength());
        boolean isDone = false;
        try {
            SegmentDescriptor.header(file.buffer(), context.segmentLength(), coordinatorId, basePosition,
                forcedPosition, context.epochClock().time());
            SegmentDescriptor.crc(file.buffer(), RecordChecksum.header(file.byteBuffer()));
            Forcing.file(storage, file, name);
            storage.rename(temporary, name);
            Forcing.directory(storage);
            isDone = true;
            return file;
        } finally {
            if (!isDone) {
                file.close();
                deleteIfExists(storage, temporary);
            }
        }
    }

    static void deleteIfExists(final JournalStorage storage, final String name) throws IOException {
        if (storage.list().contains(name)) {
            storage.delete(name);
        }
    }

    private void forceNames() {
        try {
            Forcing.directory(storage);
        } catch (final ClosedByInterruptException ex) {
            // The agent is being stopped. A deleted segment that comes back is let go again.
            Thread.currentThread().interrupt();
        }
    }

    private static final class ClosedSegment {
        private final String name;
        private final long endPosition;

        ClosedSegment(final String name, final long endPosition) {
            this.name = name;
            this.endPosition = endPosition;
        }
    }
}
