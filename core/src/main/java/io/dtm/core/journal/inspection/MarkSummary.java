package io.dtm.core.journal.inspection;

import java.nio.file.attribute.FileTime;

/**
 * What the mark file says.
 *
 * @param pid              of the process that owns the directory, or that owned it last and was killed; 0: nobody, the
 *                         last one closed it.
 * @param forcedPosition   up to which the journal was forced.
 * @param appendedPosition up to which it was appended to at least: stored now and then, and not below what was
 *                         forced.
 * @param activityMs       epoch milliseconds of the last activity.
 * @param usableBytes      of the disk, as last asked; 0: not asked yet.
 * @param lowSpaceBytes    below which new transactions are refused.
 * @param refusedSinceMs   epoch milliseconds since when they are; 0: they aren't.
 * @param refusals         how often that began since the start.
 */
public record MarkSummary(
    long pid,
    long forcedPosition,
    long appendedPosition,
    long activityMs,
    long usableBytes,
    long lowSpaceBytes,
    long refusedSinceMs,
    long refusals) {
    /** Start times are known to the second only. */
    private static final long START_ERROR_MS = 2_000;

    /**
     * @return whether the process runs, as far as can be seen without the lock: not if another one got its id since,
     *     nor if it runs in another container.
     */
    public boolean isProcessAlive() {
        return pid > 0 && ProcessHandle.of(pid)
            .filter(ProcessHandle::isAlive)
            .filter(process -> process.info().startInstant().map(FileTime::from).map(FileTime::toMillis).orElse(0L)
                <= activityMs + START_ERROR_MS)
            .isPresent();
    }
}
