package io.dtm.core.egress;

import io.dtm.core.coordinator.CoordinatorSettings;
import java.util.concurrent.TimeUnit;

/**
 * How much may wait for links that don't take it. What a participant is sent again when it comes back is queued much
 * faster than any link takes it, and may be all that is in flight: for that alone no link is given up, since it would
 * come back to the same. But memory is finite. Bytes that are queued are counted; the buffers in which they are may be
 * four times as large.
 *
 * @param sessionBytes      of one session; beyond it its link is too slow, if it takes nothing for a while. At least
 *                          1 KiB, at most 64 MiB.
 * @param slowLinkTimeoutNs for so long such a link may take nothing; more than a round trip. At most an hour.
 * @param totalBytes        of all sessions; beyond it some are given up: first those whose links take nothing, then the
 *                          longest, even if its link takes something or what waits for it isn't forced yet. At least
 *                          {@code sessionBytes}; at most 512 MiB, since what waits for a session is an array.
 */
public record BacklogBounds(long sessionBytes, long slowLinkTimeoutNs, long totalBytes) {
    private static final long SESSION_BYTES = 8 * 1024 * 1024;
    private static final long SLOW_LINK_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long LEAST_SESSION_BYTES = 1024;
    private static final long GREATEST_SESSION_BYTES = 1 << 26;
    private static final long GREATEST_TOTAL_BYTES = 1L << 29;
    private static final long GREATEST_KEPT_BYTES = 1L << 26;
    /** At least a quarter of a {@link Lane}'s buffer is in use, or it is one that is kept. */
    private static final long BUFFER_FACTOR = 4;
    /** Four times so much, and some memory for all else. */
    private static final long PART_OF_MEMORY = 6;

    /** @throws IllegalArgumentException if a value is out of its range. */
    public BacklogBounds {
        inRange("sessionBytes", sessionBytes, LEAST_SESSION_BYTES, GREATEST_SESSION_BYTES);
        inRange("slowLinkTimeoutNs", slowLinkTimeoutNs, 0, TimeUnit.HOURS.toNanos(1));
        inRange("totalBytes", totalBytes, sessionBytes, GREATEST_TOTAL_BYTES);
    }

    /**
     * @param settings       of the coordinator.
     * @param maxMemoryBytes of its process.
     * @return 8 MiB of one session, for a second; and of all that and what one participant can be owed that serves one
     *     resource, or a sixth of the memory, if that is more: one that serves several can be owed more, and so can
     *     anybody if the journal was written with larger settings.
     * @throws IllegalArgumentException see {@link #check}.
     */
    public static BacklogBounds of(final CoordinatorSettings settings, final long maxMemoryBytes) {
        check(settings);
        final long leastBytes = SESSION_BYTES + OutboundBound.ofOneParticipant(settings);
        return new BacklogBounds(SESSION_BYTES, SLOW_LINK_TIMEOUT_NS,
            Math.max(leastBytes, Math.min(GREATEST_TOTAL_BYTES, maxMemoryBytes / PART_OF_MEMORY)));
    }

    /**
     * @param settings of a coordinator.
     * @throws IllegalArgumentException if one participant that serves one resource could be owed more than can wait.
     */
    public static void check(final CoordinatorSettings settings) {
        final long owedBytes = OutboundBound.ofOneParticipant(settings);
        final long withoutPayloadBytes = owedBytes - settings.maxPayloadTotalBytes();
        final long greatestBytes = GREATEST_TOTAL_BYTES - SESSION_BYTES - withoutPayloadBytes;
        if (settings.maxPayloadTotalBytes() > greatestBytes) {
            throw new IllegalArgumentException((greatestBytes < 0 ? "maxTransactions" : "maxPayloadTotalBytes")
                + " is too great: a participant that comes back could be owed " + owedBytes + " bytes (maxTransactions="
                + settings.maxTransactions() + ", maxPayloadTotalBytes=" + settings.maxPayloadTotalBytes()
                + "), and at most " + (GREATEST_TOTAL_BYTES - SESSION_BYTES) + " can wait for it");
        }
    }

    /** @return memory in bytes that a process needs for this; the greatest heap should be more. */
    public long neededBytes() {
        return BUFFER_FACTOR * totalBytes + keptBytes();
    }

    /** @return memory in bytes that may be kept for sessions for which little or nothing waits just now. */
    public long keptBytes() {
        return Math.min(GREATEST_KEPT_BYTES, totalBytes / 4);
    }

    /**
     * @param bytes     of one session.
     * @param timeoutNs for so long its link may take nothing then.
     * @return these with that.
     */
    public BacklogBounds withSession(final long bytes, final long timeoutNs) {
        return new BacklogBounds(bytes, timeoutNs, totalBytes);
    }

    private static void inRange(final String name, final long value, final long min, final long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + " must be from " + min + " to " + max + ": " + value);
        }
    }
}
