package io.dtm.core.journal.reading;

/**
 * What the header of a segment says.
 *
 * @param name           of its file.
 * @param basePosition   of its first byte.
 * @param length         in bytes, header included.
 * @param forcedPosition known when it was made.
 * @param createdMs      epoch milliseconds.
 */
public record SegmentSummary(String name, long basePosition, int length, long forcedPosition, long createdMs) {
}
