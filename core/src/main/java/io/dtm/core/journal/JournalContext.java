package io.dtm.core.journal;

import io.dtm.codec.FrameDescriptor;
import io.dtm.codec.RecordDescriptor;
import io.dtm.codec.SegmentDescriptor;
import io.dtm.codec.TailDescriptor;
import io.dtm.core.storage.JournalStorage;
import io.dtm.core.storage.MappedStorage;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemEpochClock;
import org.agrona.concurrent.SystemNanoClock;

/** What a journal needs to know. Set, {@link #conclude()}, open; not changed afterwards. */
public final class JournalContext {
    /** Default length of a segment in bytes. */
    public static final int DEFAULT_SEGMENT_LENGTH = 64 * 1024 * 1024;
    /** Greatest length of a segment in bytes. */
    public static final int MAX_SEGMENT_LENGTH = 1024 * 1024 * 1024;
    /** Default number of unforced bytes above which a force starts that nobody has asked for. */
    public static final int DEFAULT_UNFORCED_BOUND = 4 * 1024 * 1024;
    /** Default length of the ring in shared memory of a staged journal, in bytes. */
    public static final int DEFAULT_TAIL_LENGTH = 8 * 1024 * 1024;
    /** Greatest length of that ring in bytes. */
    public static final int MAX_TAIL_LENGTH = 256 * 1024 * 1024;
    /** Default time after which space is tried again that wasn't there. */
    public static final long DEFAULT_SPACE_RETRY_NS = 1_000_000_000L;

    private static final int PAGE_LENGTH = 4096;

    private Path directory;
    private JournalStorage storage;
    private int segmentLength = DEFAULT_SEGMENT_LENGTH;
    private int maxFrameLength = FrameDescriptor.MAX_FRAME_LENGTH;
    private int reservedSegments = 2;
    private int unforcedBound = DEFAULT_UNFORCED_BOUND;
    private int tailLength = DEFAULT_TAIL_LENGTH;
    private long lowSpaceBytes = DEFAULT_SEGMENT_LENGTH;
    private long maxJournalLength;
    private long spaceRetryNs = DEFAULT_SPACE_RETRY_NS;
    private LongSupplier coordinatorIdSupplier;
    private Consumer<String> reportSink = message -> { };
    private NanoClock nanoClock = SystemNanoClock.INSTANCE;
    private EpochClock epochClock = SystemEpochClock.INSTANCE;
    private boolean isConcluded;

    /**
     * Checks everything and supplies what wasn't set.
     *
     * @return this.
     * @throws IllegalArgumentException that names the setting and its range.
     */
    public JournalContext conclude() {
        if (isConcluded) {
            throw new IllegalStateException("a context serves one journal");
        }
        final long smallest = SegmentDescriptor.HEADER_LENGTH
            + RecordDescriptor.aligned(RecordDescriptor.EXTENDED_HEADER_LENGTH + maxFrameLength);
        inRange("maxFrameLength", maxFrameLength, 1, FrameDescriptor.MAX_FRAME_LENGTH);
        inRange("segmentLength", segmentLength, smallest, MAX_SEGMENT_LENGTH);
        if (segmentLength % PAGE_LENGTH != 0) {
            throw new IllegalArgumentException("segmentLength must be a multiple of 4096: " + segmentLength);
        }
        inRange("reservedSegments", reservedSegments, 1, 1024);
        inRange("unforcedBound", unforcedBound, 1, Integer.MAX_VALUE);
        inRange("tailLength", tailLength,
            TailDescriptor.minCapacity(TailDescriptor.margin(maxFrameLength)), MAX_TAIL_LENGTH);
        if (Integer.bitCount(tailLength) != 1) {
            throw new IllegalArgumentException("tailLength must be a power of two: " + tailLength);
        }
        inRange("lowSpaceBytes", lowSpaceBytes, 0, Long.MAX_VALUE);
        if (maxJournalLength != 0) {
            // What is appended to, what is reserved, and what a checkpoint may let go.
            inRange("maxJournalLength", maxJournalLength, (reservedSegments + 2L) * segmentLength, Long.MAX_VALUE);
        }
        inRange("spaceRetryNs", spaceRetryNs, 0, Long.MAX_VALUE);
        Objects.requireNonNull(coordinatorIdSupplier, "coordinatorIdSupplier: an id is drawn at the first start");
        if (storage == null) {
            storage = new MappedStorage(Objects.requireNonNull(directory, "directory or storage"));
        }
        isConcluded = true;
        return this;
    }

    /**
     * @param path of the data directory, where no storage is set.
     * @return this.
     */
    public JournalContext directory(final Path path) {
        directory = path;
        return this;
    }

    /** @return the data directory. */
    public Path directory() {
        return directory;
    }

    /**
     * @param seam where the files lie; default: the directory, mapped.
     * @return this.
     */
    public JournalContext storage(final JournalStorage seam) {
        storage = seam;
        return this;
    }

    /** @return where the files lie. */
    public JournalStorage storage() {
        return storage;
    }

    /**
     * @param bytes of a new segment, a multiple of 4096; segments that exist keep theirs.
     * @return this.
     */
    public JournalContext segmentLength(final int bytes) {
        segmentLength = bytes;
        return this;
    }

    /** @return length of a new segment in bytes. */
    public int segmentLength() {
        return segmentLength;
    }

    /**
     * @param bytes of the longest frame that is ever appended.
     * @return this.
     */
    public JournalContext maxFrameLength(final int bytes) {
        maxFrameLength = bytes;
        return this;
    }

    /** @return length of the longest frame in bytes. */
    public int maxFrameLength() {
        return maxFrameLength;
    }

    /**
     * @param count of segments that are made ahead. What is running finishes in them when the disk is full.
     * @return this.
     */
    public JournalContext reservedSegments(final int count) {
        reservedSegments = count;
        return this;
    }

    /** @return number of segments that are made ahead. */
    public int reservedSegments() {
        return reservedSegments;
    }

    /**
     * @param bytes unforced above which a force starts that nobody has asked for.
     * @return this.
     */
    public JournalContext unforcedBound(final int bytes) {
        unforcedBound = bytes;
        return this;
    }

    /** @return number of unforced bytes above which a force starts. */
    public int unforcedBound() {
        return unforcedBound;
    }

    /**
     * @param bytes of the ring in shared memory, where the storage is staged: a power of two. Half may be unforced.
     * @return this.
     */
    public JournalContext tailLength(final int bytes) {
        tailLength = bytes;
        return this;
    }

    /** @return length of the ring in shared memory in bytes. */
    public int tailLength() {
        return tailLength;
    }

    /**
     * @param bytes that stay free on the disk when a segment is made; else the space counts as used up.
     * @return this.
     */
    public JournalContext lowSpaceBytes(final long bytes) {
        lowSpaceBytes = bytes;
        return this;
    }

    /** @return bytes that stay free on the disk. */
    public long lowSpaceBytes() {
        return lowSpaceBytes;
    }

    /**
     * @param bytes that all segments together may take: above, the space counts as used up; 0: no bound.
     * @return this.
     */
    public JournalContext maxJournalLength(final long bytes) {
        maxJournalLength = bytes;
        return this;
    }

    /** @return bytes that all segments together may take; 0: no bound. */
    public long maxJournalLength() {
        return maxJournalLength;
    }

    /**
     * @param ns after which space is tried again that wasn't there.
     * @return this.
     */
    public JournalContext spaceRetryNs(final long ns) {
        spaceRetryNs = ns;
        return this;
    }

    /** @return nanoseconds after which space is tried again. */
    public long spaceRetryNs() {
        return spaceRetryNs;
    }

    /**
     * @param supplier draws the coordinator's id at the first start; not 0.
     * @return this.
     */
    public JournalContext coordinatorIdSupplier(final LongSupplier supplier) {
        coordinatorIdSupplier = supplier;
        return this;
    }

    /** @return what draws the coordinator's id. */
    public LongSupplier coordinatorIdSupplier() {
        return coordinatorIdSupplier;
    }

    /**
     * @param sink takes sentences for the operator: torn tails, space that runs out and comes back. Rare; called by
     *             the thread that notices.
     * @return this.
     */
    public JournalContext reportSink(final Consumer<String> sink) {
        reportSink = sink;
        return this;
    }

    /** @return what takes sentences for the operator. */
    public Consumer<String> reportSink() {
        return reportSink;
    }

    /**
     * @param clock that times retries.
     * @return this.
     */
    public JournalContext nanoClock(final NanoClock clock) {
        nanoClock = clock;
        return this;
    }

    /** @return the clock that times retries. */
    public NanoClock nanoClock() {
        return nanoClock;
    }

    /**
     * @param clock for what tools and operators see; it decides nothing.
     * @return this.
     */
    public JournalContext epochClock(final EpochClock clock) {
        epochClock = clock;
        return this;
    }

    /** @return the clock for what tools and operators see. */
    public EpochClock epochClock() {
        return epochClock;
    }

    private static void inRange(final String name, final long value, final long min, final long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + " must be " + min + " to " + max + ": " + value);
        }
    }
}
